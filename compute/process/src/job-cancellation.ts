import type { JobRef } from '@vre/compute-port';
import { DirectoryChanges } from './directory-changes.ts';
import { readJob, readRecord, readStarter, writeVerdict } from './job-directory.ts';
import { jobState } from './job-watch.ts';
import { jobMembers, signalAll } from './members.ts';
import { killMembers } from './watchdog.ts';

/**
 * Ends a job and everything it started: asks, waits `graceSeconds`, kills until nobody is left. A job that
 * ended by itself before stays what it was.
 */
export async function cancelJob(ref: JobRef, graceSeconds: number): Promise<void> {
  const directory = ref.jobDirectory;
  const record = await readRecord(directory);
  if (record === undefined || (await jobState(ref)).state === 'ended') return;
  await writeVerdict(directory, 'cancelled');
  const starter = await readStarter(directory);
  const leader = record.sandboxed ? (await readJob(directory))?.pid : undefined;
  const asked = await jobMembers(directory, record, starter);
  if (leader !== undefined) asked.delete(leader);
  signalAll(asked, 'SIGTERM');
  signalAll(asked, 'SIGCONT');

  const changes = new DirectoryChanges(directory);
  const deadline = performance.now() + graceSeconds * 1000;
  try {
    while ((await jobState(ref)).state !== 'ended') {
      const left = deadline - performance.now();
      if (left > 0) {
        await changes.next(Math.min(left, 1000));
      } else {
        await killMembers(directory, record);
        // The starter needs a moment to write the end down.
        await changes.next(100);
      }
    }
    await killMembers(directory, record);
  } finally {
    changes.close();
  }
}
