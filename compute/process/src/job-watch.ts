import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobEnd, JobRef, JobState } from '@vre/compute-port';
import { DirectoryChanges } from './directory-changes.ts';
import { jobFile, readExit, readJob, readRecord, readStarter, writeOnce } from './job-directory.ts';
import { jobEnd } from './job-end.ts';
import { removeGroup } from './limits/control-groups.ts';
import { signalAll, starterRemains } from './members.ts';
import { isAlive } from './process-table.ts';
import { removeSecretFiles } from './secret-files.ts';
import { killMembers, type SharedLooks, startWatchdog } from './watchdog.ts';

async function recordedEnd(directory: string): Promise<JobEnd | undefined> {
  const exit = await readExit(directory);
  if (exit === undefined) return undefined;
  return jobEnd(exit, await readRecord(directory), (await readJob(directory))?.startedAt);
}

/** What can be seen of a job now, without changing anything: `gone` = no starter and no exit record. */
async function look(ref: JobRef): Promise<JobState | 'gone'> {
  const directory = ref.jobDirectory;
  const seen = async () => {
    const end = await recordedEnd(directory);
    return end === undefined ? undefined : ({ state: 'ended', end } as const);
  };
  const ended = await seen();
  if (ended !== undefined) return ended;
  const starter = await readStarter(directory);
  if (starter !== undefined && (await isAlive(starter.pid, starter.startTicks))) {
    return { state: (await readJob(directory)) === undefined ? 'pending' : 'running' };
  }
  // It may have ended between the two looks.
  return (await seen()) ?? 'gone';
}

/** Ends a job whose starter is gone: what still runs of it is killed, then that is written down for good. */
async function bury(ref: JobRef): Promise<JobEnd> {
  const directory = ref.jobDirectory;
  const finished = Date.now() / 1000;
  const exit = { code: -1, verdict: 'lost', oomKills: 0, finished };
  const record = await readRecord(directory);
  if (record !== undefined) {
    await killMembers(directory, record);
    const starter = await readStarter(directory);
    if (starter !== undefined) signalAll(await starterRemains(directory, starter), 'SIGKILL');
    await removeSecretFiles(record.secretPaths);
    await removeGroup(record.removeDirectories);
    await writeOnce(directory, jobFile.exit, `${JSON.stringify(exit)}\n`);
  }
  return (await recordedEnd(directory)) ?? jobEnd(exit, record, undefined);
}

/** Current state; a job whose starter vanished is ended as `lost`. */
export async function jobState(ref: JobRef): Promise<JobState> {
  const state = await look(ref);
  return state === 'gone' ? { state: 'ended', end: await bury(ref) } : state;
}

/** Resolves when the job ends, woken by the kernel; looks by itself every `livenessMilliseconds` for a lost one. */
export async function watchJob(
  ref: JobRef,
  livenessMilliseconds: number,
  shared: SharedLooks,
  signal: AbortSignal,
): Promise<JobEnd> {
  signal.throwIfAborted();
  const changes = new DirectoryChanges(ref.jobDirectory);
  const record = await readRecord(ref.jobDirectory);
  const stopWatchdog =
    record === undefined ? () => undefined : startWatchdog(ref.jobDirectory, record, shared);
  try {
    for (;;) {
      const state = await jobState(ref);
      if (state.state === 'ended') {
        // A process may have been forked while the starter counted them.
        if (record !== undefined && record.membersFile === '') await killMembers(ref.jobDirectory, record);
        return state.end;
      }
      await changes.next(livenessMilliseconds, signal);
      signal.throwIfAborted();
    }
  } finally {
    stopWatchdog();
    changes.close();
  }
}

/** The log from a byte offset; with `follow` until the job has ended and everything was read. */
export async function* jobLogs(
  ref: JobRef,
  options: { readonly offset?: number; readonly follow?: boolean; readonly signal?: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const path = join(ref.jobDirectory, jobFile.log);
  let position = options.offset ?? 0;
  async function* rest(): AsyncGenerator<Uint8Array> {
    const handle = await open(path, 'r').catch(() => undefined);
    if (handle === undefined) return;
    try {
      for (;;) {
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(65_536), 0, 65_536, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }
  if (options.follow !== true) {
    yield* rest();
    return;
  }
  const changes = new DirectoryChanges(ref.jobDirectory);
  try {
    while (options.signal?.aborted !== true) {
      const { state } = await jobState(ref);
      yield* rest();
      if (state === 'ended') return;
      await changes.next(2000, options.signal);
    }
  } finally {
    changes.close();
  }
}
