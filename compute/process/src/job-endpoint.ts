import { readdir, readlink } from 'node:fs/promises';
import { ComputeError, type JobEndpoint, type JobRef } from '@vre/compute-port';
import { DirectoryChanges } from './directory-changes.ts';
import { type JobRecord, readRecord, readStarter } from './job-directory.ts';
import { jobState } from './job-watch.ts';
import { listenersOn } from './listeners.ts';
import { jobMembers } from './members.ts';

/** The kernel tells nobody that a socket began to listen: looked for at this pace at first, then more slowly. */
const firstPause = 20;
const longestPause = 250;

/** Where the job listens, once a process of its own does. */
export async function jobEndpoint(ref: JobRef, signal: AbortSignal): Promise<JobEndpoint> {
  const directory = ref.jobDirectory;
  const changes = new DirectoryChanges(directory);
  let strangers: ReadonlySet<number> = new Set();
  let pause = firstPause;
  try {
    for (;;) {
      signal.throwIfAborted();
      const state = await jobState(ref);
      if (state.state === 'ended') throw new ComputeError('ended', state.end.sentence);
      const record = await readRecord(directory);
      const port = record?.exposedPort;
      if (record === undefined || port === undefined) {
        throw new ComputeError('invalid-spec', `The job ${ref.jobId} was started without an exposed port.`);
      }
      const inodes = (await listenersOn(port)).map(({ inode }) => inode);
      if (inodes.length > 0) {
        const own = await socketsOf(directory, record);
        const foreign = inodes.filter((inode) => !own.has(inode));
        if (foreign.length === 0) return { host: '127.0.0.1', port, proof: inodes.join(' ') };
        // Twice, because a process of the job may hand its socket on between the two looks.
        if (foreign.some((inode) => strangers.has(inode))) {
          throw new ComputeError(
            'port-taken',
            `Port ${port} was taken by a process that does not belong to the job: start it again on another port.`,
          );
        }
        strangers = new Set(foreign);
      }
      await changes.next(pause, signal);
      pause = Math.min(pause * 1.5, longestPause);
    }
  } finally {
    changes.close();
  }
}

/**
 * Whether the sockets that listen on the port are the proven ones. The kernel counts inodes of sockets up, so that one
 * which is there now was there all the time.
 */
export async function stillListens({ port, proof }: JobEndpoint): Promise<boolean> {
  const proven = new Set(proof.split(' '));
  const now = await listenersOn(port);
  return now.length > 0 && now.every(({ inode }) => proven.has(String(inode)));
}

/** Inodes of all sockets that the job's processes hold open. */
async function socketsOf(directory: string, record: JobRecord): Promise<ReadonlySet<number>> {
  const members = await jobMembers(directory, record, await readStarter(directory));
  const found = new Set<number>();
  await Promise.all(
    [...members].map(async (pid) => {
      for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
        const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
        const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
        if (inode !== undefined) found.add(Number(inode));
      }
    }),
  );
  return found;
}
