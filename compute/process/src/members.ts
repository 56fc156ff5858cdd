import { readFile } from 'node:fs/promises';
import { type JobRecord, readJob } from './job-directory.ts';
import { type ProcessSnapshot, readSnapshot } from './process-snapshot.ts';
import { descendants, readProcessTable } from './process-table.ts';

/**
 * Processes of a job. Its control group knows them all; without one they are the job's session, whoever
 * carries the job's marker in its environment, whom the starter adopted, and the descendants of all.
 */
export async function jobMembers(
  directory: string,
  record: JobRecord,
  starter: { readonly pid: number; readonly startTicks: number } | undefined,
  snapshot: () => Promise<ProcessSnapshot> = readSnapshot,
): Promise<Set<number>> {
  if (record.membersFile !== '') {
    try {
      const text = await readFile(record.membersFile, 'latin1');
      return new Set(text.split('\n').filter(Boolean).map(Number));
    } catch (error) {
      // Removed by the starter when empty: then look the ordinary way, it costs one scan.
      if (!['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  const { entries, markers } = await snapshot();
  const job = await readJob(directory);
  const younger = entries.filter((entry) => entry.startTicks >= (starter?.startTicks ?? 0));
  const pids = younger.map(({ pid }) => pid);
  const marked = new Set(pids.filter((pid) => markers.get(pid) === record.marker));
  // A session id may be reused once the job is over (or after a reboot): believe it only while the starter
  // lives or somebody in it carries the marker.
  const starterLives = younger.some((e) => e.pid === starter?.pid && e.startTicks === starter.startTicks);
  const session =
    job !== undefined && (starterLives || younger.some((e) => e.session === job.pid && marked.has(e.pid)))
      ? job.pid
      : undefined;
  // The starter's own helpers stay in its session, which nobody else can join.
  const adopted = younger.filter(
    (e) => starterLives && starter !== undefined && e.parent === starter.pid && e.session !== starter.pid,
  );
  return descendants(younger, session, new Set([...marked, ...adopted.map(({ pid }) => pid)]));
}

/** What a starter that was killed leaves in its session: its timer and the copier of the log. */
export async function starterRemains(
  directory: string,
  starter: { readonly pid: number; readonly startTicks: number },
): Promise<Set<number>> {
  const session = (await readProcessTable()).filter(
    (entry) => entry.session === starter.pid && entry.startTicks >= starter.startTicks,
  );
  // The session's number may belong to somebody else by now: one of its processes must name the directory.
  for (const { pid } of session) {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (words.split('\0').includes(directory)) return new Set(session.map((entry) => entry.pid));
  }
  return new Set();
}

/** Sends a signal to all members; answers how many there were. */
export function signalAll(pids: ReadonlySet<number>, signal: NodeJS.Signals): number {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Ended meanwhile.
    }
  }
  return pids.size;
}
