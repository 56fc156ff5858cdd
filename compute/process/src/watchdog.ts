import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskUsage } from './disk-usage.ts';
import { type JobRecord, jobFile, readExit, readStarter, writeVerdict } from './job-directory.ts';
import { jobMembers, signalAll } from './members.ts';
import type { SharedSnapshot } from './process-snapshot.ts';

const memoryInterval = 250;
const diskInterval = 1000;

/** Proportional set size of a process in bytes: pages shared with others count by their share. */
async function proportionalSetSize(pid: number): Promise<number> {
  try {
    const match = /^Pss:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'latin1'));
    return Number(match?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Kills every member, again until nobody is left to fork another one. */
export async function killMembers(directory: string, record: JobRecord): Promise<void> {
  const starter = await readStarter(directory);
  for (let round = 0; round < 200; round += 1) {
    const members = await jobMembers(directory, record, starter);
    if (members.size === 0) return;
    // Stop all first: a fork bomb cannot outrun signals that way.
    signalAll(members, 'SIGSTOP');
    signalAll(await jobMembers(directory, record, starter), 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Watches the limits that the kernel does not enforce for a job: memory and process count where there is no
 * control group, and disk. It lives in whichever process watches the job; the starter needs it for nothing.
 */
export function startWatchdog(directory: string, record: JobRecord, processes: SharedSnapshot): () => void {
  const { limits, watched } = record;
  const watchesProcesses = watched.memory || watched.processes;
  if (!watchesProcesses && limits.diskBytes === undefined) return () => undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let nextDiskLook = 0;

  async function overrun(): Promise<string | undefined> {
    if (watchesProcesses) {
      const members = await jobMembers(directory, record, await readStarter(directory), () =>
        processes.recent(),
      );
      if (watched.processes && members.size > (limits.processes ?? Number.POSITIVE_INFINITY)) {
        return 'too-many-processes';
      }
      if (watched.memory) {
        const sizes = await Promise.all([...members].map(proportionalSetSize));
        const sum = sizes.reduce((total, size) => total + size, 0);
        if (sum > (limits.memoryBytes ?? Number.POSITIVE_INFINITY)) return 'out-of-memory';
      }
    }
    if (limits.diskBytes !== undefined && performance.now() >= nextDiskLook) {
      const begun = performance.now();
      const log = await stat(join(directory, jobFile.log)).catch(() => undefined);
      const grown = (await diskUsage(record.writablePaths)) - record.diskBaseline + (log?.size ?? 0);
      // A big tree costs more to look at: spend a twentieth of the time on it.
      const cost = performance.now() - begun;
      nextDiskLook = performance.now() + Math.max(diskInterval, cost * 20);
      if (grown > limits.diskBytes) return 'disk-exceeded';
    }
    return undefined;
  }

  async function look(): Promise<void> {
    try {
      const verdict = await overrun();
      if (verdict !== undefined && (await readExit(directory)) === undefined) {
        await writeVerdict(directory, verdict);
        await killMembers(directory, record);
        return;
      }
    } catch {
      // A look may fail when the job's directory goes away under it; the next one decides.
    }
    if (!stopped) timer = setTimeout(look, watchesProcesses ? memoryInterval : diskInterval);
  }
  timer = setTimeout(look, 50);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
