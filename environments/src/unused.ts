import { readdir, readFile, realpath, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BuildOptions, locateEnvironment } from './build.ts';
import { recordFile, treeBytes } from './build-record.ts';
import type { Environment } from './declaration.ts';
import { withDirectoryLock } from './directory-lock.ts';

/** A built environment that no declaration leads to any more. */
export type UnusedEnvironment = {
  readonly directory: string;
  readonly bytes: number;
  /** Processes that still use it; it is removed when there are none. */
  readonly usedBy: readonly number[];
};

const built = /^[a-z0-9-]+-[0-9a-f]{16}$/;
const removing = /^[a-z0-9-]+-[0-9a-f]{16}\.removing$/;

/**
 * Removes the environments of a data directory that no declaration leads to: their lock, the interpreter or the
 * builder changed. What a process has open, mapped or mounted stays until the next time.
 */
export async function removeUnused(
  environments: readonly Environment[],
  options: BuildOptions,
): Promise<readonly UnusedEnvironment[]> {
  // Processes and mounts are known by the path without links.
  const parent = await realpath(join(options.dataDirectory, 'environments')).catch(() => undefined);
  if (parent === undefined) return [];
  const names = await readdir(parent);
  for (const name of names) {
    if (removing.test(name)) await rm(join(parent, name), { recursive: true, force: true });
  }
  const declared = new Set<string>();
  for (const environment of environments) {
    declared.add(join(parent, basename((await locateEnvironment(environment, options)).built.directory)));
  }
  const candidates = names
    .filter((name) => built.test(name))
    .map((name) => join(parent, name))
    .filter((directory) => !declared.has(directory));
  const users = await usersOf(candidates);
  const unused: UnusedEnvironment[] = [];
  for (const directory of candidates) {
    const usedBy = users.get(directory) ?? [];
    unused.push({ directory, bytes: await treeBytes(directory), usedBy });
    if (usedBy.length === 0) await remove(directory, options.signal);
  }
  return unused;
}

/** Renamed first: a directory with a built environment's name is always whole. */
async function remove(directory: string, signal: AbortSignal | undefined): Promise<void> {
  await withDirectoryLock(`${directory}.lock`, signal, async () => {
    await rename(directory, `${directory}.removing`);
    await rm(recordFile(directory), { force: true });
  });
  await rm(`${directory}.removing`, { recursive: true, force: true });
}

/**
 * Processes by the directory they use: as a word of their command, as a mapped library, or mounted into their sandbox.
 * Those of other people cannot be asked, unless this is root; their jobs do not mount environments of this directory.
 */
async function usersOf(directories: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> {
  const users = new Map<string, number[]>();
  if (directories.length === 0) return users;
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const process of processes) {
    const texts = await Promise.all(
      ['cmdline', 'maps', 'mountinfo'].map(async (file) => {
        const text = await readFile(`/proc/${process}/${file}`, 'utf8').catch(() => '');
        return text.replaceAll(/[\0\n]/g, ' ');
      }),
    );
    for (const directory of directories) {
      // With what follows it: a name may begin with another one.
      if (texts.some((text) => text.includes(`${directory}/`) || text.includes(`${directory} `))) {
        users.set(directory, [...(users.get(directory) ?? []), Number(process)]);
      }
    }
  }
  return users;
}
