import { access, constants, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobSpec } from '@vre/compute-port';

export type ControlGroupVersion = 'v2' | 'v1';
export type ControlGroups = { readonly version: ControlGroupVersion; readonly root: string };

/** A value to write into a file of one controller's group. `optional`: absent on some kernels. */
export type GroupSetting = {
  readonly controller: 'memory' | 'cpu' | 'pids';
  readonly file: string;
  readonly value: string;
  readonly optional?: boolean;
};

const period = 100_000;

/** The kernel settings for a job's limits. */
export function groupSettings(
  version: ControlGroupVersion,
  limits: JobSpec['limits'],
): readonly GroupSetting[] {
  const settings: GroupSetting[] = [];
  if (limits.memoryBytes !== undefined) {
    const value = String(Math.floor(limits.memoryBytes));
    settings.push(
      version === 'v2'
        ? { controller: 'memory', file: 'memory.max', value }
        : { controller: 'memory', file: 'memory.limit_in_bytes', value },
      version === 'v2'
        ? { controller: 'memory', file: 'memory.swap.max', value: '0', optional: true }
        : { controller: 'memory', file: 'memory.memsw.limit_in_bytes', value, optional: true },
    );
  }
  if (limits.cpus !== undefined) {
    const quota = Math.max(1000, Math.round(limits.cpus * period));
    if (version === 'v2') settings.push({ controller: 'cpu', file: 'cpu.max', value: `${quota} ${period}` });
    else {
      settings.push({ controller: 'cpu', file: 'cpu.cfs_period_us', value: String(period) });
      settings.push({ controller: 'cpu', file: 'cpu.cfs_quota_us', value: String(quota) });
    }
  }
  if (limits.processes !== undefined) {
    settings.push({ controller: 'pids', file: 'pids.max', value: String(Math.floor(limits.processes)) });
  }
  return settings;
}

/** The directory of a job's group in a controller's tree. All of ours live below `vre/`, at the top. */
export function groupDirectory(groups: ControlGroups, controller: GroupSetting['controller'], name: string) {
  return groups.version === 'v2'
    ? join(groups.root, 'vre', name)
    : join(groups.root, controller, 'vre', name);
}

const controllers = ['memory', 'cpu', 'pids'] as const;

/** A job's group, ready to be joined. */
export type JobGroup = {
  readonly joinFiles: readonly string[];
  readonly membersFile: string;
  readonly oomFile: string;
  readonly directories: readonly string[];
};

/** Makes the group of a job with its limits set. Throws when the kernel refuses one that is not optional. */
export async function createGroup(
  groups: ControlGroups,
  name: string,
  limits: JobSpec['limits'],
): Promise<JobGroup> {
  const directories = [...new Set(controllers.map((c) => groupDirectory(groups, c, name)))];
  for (const directory of directories) await mkdir(directory, { recursive: true });
  for (const { controller, file, value, optional } of groupSettings(groups.version, limits)) {
    try {
      await writeFile(join(groupDirectory(groups, controller, name), file), value, { flag: 'r+' });
    } catch (error) {
      if (optional !== true) throw error;
    }
  }
  const memory = groupDirectory(groups, 'memory', name);
  return {
    joinFiles: directories.map((directory) => join(directory, 'cgroup.procs')),
    membersFile: join(groupDirectory(groups, 'pids', name), 'cgroup.procs'),
    oomFile: join(memory, groups.version === 'v2' ? 'memory.events' : 'memory.oom_control'),
    directories,
  };
}

export async function removeGroup(directories: readonly string[]): Promise<void> {
  for (const directory of directories) await rmdir(directory).catch(() => undefined);
}

async function holds(file: string, words: readonly string[]): Promise<boolean> {
  try {
    const present = new Set((await readFile(file, 'utf8')).trim().split(/\s+/));
    return words.every((word) => present.has(word));
  } catch {
    return false;
  }
}

/**
 * Finds trees in which this process may make groups, by making one: v2 when its root offers the
 * controllers, else v1 with one tree a controller. `undefined` when neither works.
 */
export async function findControlGroups(root = '/sys/fs/cgroup'): Promise<ControlGroups | undefined> {
  if (await holds(join(root, 'cgroup.controllers'), controllers)) {
    try {
      const own = join(root, 'vre');
      await mkdir(own, { recursive: true });
      for (const directory of [root, own]) {
        if (await holds(join(directory, 'cgroup.subtree_control'), controllers)) continue;
        await writeFile(join(directory, 'cgroup.subtree_control'), '+memory +cpu +pids', { flag: 'r+' });
      }
      return (await tryGroup({ version: 'v2', root })) ? { version: 'v2', root } : undefined;
    } catch {
      return undefined;
    }
  }
  try {
    for (const controller of controllers)
      await access(join(root, controller, 'cgroup.procs'), constants.W_OK);
    return (await tryGroup({ version: 'v1', root })) ? { version: 'v1', root } : undefined;
  } catch {
    return undefined;
  }
}

async function tryGroup(groups: ControlGroups): Promise<boolean> {
  const name = `probe-${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    await createGroup(groups, name, { cpus: 1, memoryBytes: 64_000_000, processes: 8 });
    return true;
  } catch {
    return false;
  } finally {
    await removeGroup(controllers.map((controller) => groupDirectory(groups, controller, name)));
  }
}
