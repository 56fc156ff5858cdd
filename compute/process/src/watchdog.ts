import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskUsage } from './disk-usage.ts';
import { type JobRecord, jobFile, readExit, readStarter, writeOnce, writeVerdict } from './job-directory.ts';
import { createLimitLook } from './limit-look.ts';
import { MachineUse } from './machine-use.ts';
import { jobMembers, signalAll } from './members.ts';
import { SharedSnapshot } from './process-snapshot.ts';

const memoryInterval = 250;
const diskInterval = 1000;
/** Looked at closely after this time even when the machine as a whole says that nothing can have happened. */
const longestMemoryPause = 2_000;
const longestDiskPause = 60_000;
/** What looks at files without a sign that something grew may cost, all jobs together. */
const shareOfDiskLooks = 1 / 50;

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

/** What the watchdogs of a back-end look at together. */
export type SharedLooks = {
  readonly processes: SharedSnapshot;
  readonly machine: MachineUse;
  /** Milliseconds that one look at every job's files takes, summed over all jobs. */
  readonly diskCosts: Map<string, number>;
};

export const createSharedLooks = (): SharedLooks => ({
  processes: new SharedSnapshot(),
  machine: new MachineUse(),
  diskCosts: new Map(),
});

/**
 * Watches the limits that the kernel does not enforce for a job: memory and process count where there is no
 * control group, and disk. It lives in whichever process watches the job; the starter needs it for nothing.
 */
export function startWatchdog(directory: string, record: JobRecord, shared: SharedLooks): () => void {
  const { limits, watched } = record;
  const { processes, machine, diskCosts } = shared;
  const watchesProcesses = watched.memory || watched.processes;
  if (!watchesProcesses && limits.diskBytes === undefined) return () => undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let nextDiskLook = 0;
  const memory = watched.memory ? (limits.memoryBytes ?? Number.POSITIVE_INFINITY) : undefined;
  const count = watched.processes ? (limits.processes ?? Number.POSITIVE_INFINITY) : undefined;
  const members = () =>
    readStarter(directory).then((starter) =>
      jobMembers(directory, record, starter, () => processes.recent()),
    );
  const memoryLook = createLimitLook(memory ?? 0, () => longestMemoryPause);
  const countLook = createLimitLook(count ?? 0, () => longestMemoryPause);
  const diskLook = createLimitLook(limits.diskBytes ?? 0, () => {
    const all = [...diskCosts.values()].reduce((sum, cost) => sum + cost, 0);
    return Math.max(longestDiskPause, all / shareOfDiskLooks);
  });
  let devices: Promise<ReadonlyMap<number, string>> | undefined;

  async function memoryOverrun(limit: number, now: number): Promise<boolean> {
    const use = await machine.memory();
    if (!memoryLook.isDue(use, now)) return false;
    const sizes = await Promise.all([...(await members())].map(proportionalSetSize));
    const sum = sizes.reduce((total, size) => total + size, 0);
    memoryLook.looked(sum, use, now);
    return sum > limit;
  }

  async function countOverrun(limit: number, now: number): Promise<boolean> {
    const use = await machine.threads();
    if (!countLook.isDue(use, now)) return false;
    const { size } = await members();
    countLook.looked(size, use, now);
    return size > limit;
  }

  async function diskOverrun(limit: number, now: number): Promise<boolean> {
    nextDiskLook = now + diskInterval;
    devices ??= devicesOf([directory, ...record.writablePaths]);
    const uses = await Promise.all([...(await devices)].map(([device, path]) => machine.disk(device, path)));
    const use = uses.reduce((sum, one) => sum + one, 0);
    if (!diskLook.isDue(use, now)) return false;
    const begun = performance.now();
    const log = await stat(join(directory, jobFile.log)).catch(() => undefined);
    const usage = await diskUsage(record.writablePaths);
    // Nested too deeply to be counted.
    if (!Number.isFinite(usage)) return true;
    const baseline = record.diskBaseline ?? (await firstUsage(directory, usage));
    const grown = usage - baseline + (log?.size ?? 0);
    // A big tree costs more to look at: spend a twentieth of the time on it.
    const cost = performance.now() - begun;
    diskCosts.set(directory, cost);
    nextDiskLook = performance.now() + Math.max(diskInterval, cost * 20);
    diskLook.looked(grown, use, now);
    return grown > limit;
  }

  async function overrun(): Promise<string | undefined> {
    const now = performance.now();
    if (count !== undefined && (await countOverrun(count, now))) return 'too-many-processes';
    if (memory !== undefined && (await memoryOverrun(memory, now))) return 'out-of-memory';
    const disk = limits.diskBytes;
    if (disk !== undefined && now >= nextDiskLook && (await diskOverrun(disk, now))) return 'disk-exceeded';
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
    diskCosts.delete(directory);
  };
}

/** One path for each file system that the paths are on. */
async function devicesOf(paths: readonly string[]): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (info !== undefined) found.set(info.dev, path);
  }
  return found;
}

/** What the first look of all found, by whichever process it was taken. */
async function firstUsage(directory: string, usage: number): Promise<number> {
  await writeOnce(directory, jobFile.diskBaseline, String(usage));
  return Number(await readFile(join(directory, jobFile.diskBaseline), 'latin1'));
}
