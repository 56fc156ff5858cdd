import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JobOwner } from './run-as.ts';

/** A directory the job's uid may not enter, and what it must nevertheless see below it. */
export type Exposure = {
  readonly hidden: string;
  readonly paths: readonly ExposedPath[];
};

type ExposedPath = {
  readonly path: string;
  /** `path` with all symbolic links followed: once the directory is covered they lead nowhere. */
  readonly source: string;
  readonly readOnly: boolean;
  readonly isFile: boolean;
};

export type NeededPath = { readonly path: string; readonly readOnly: boolean };
type Rights = { readonly mode: number; readonly uid: number; readonly gid: number };

/** Whether `owner` may enter a directory with these rights (classic permission bits). */
export function canEnter(rights: Rights, owner: JobOwner): boolean {
  if (rights.uid === owner.uid) return (rights.mode & 0o100) !== 0;
  if (rights.gid === owner.gid) return (rights.mode & 0o010) !== 0;
  return (rights.mode & 0o001) !== 0;
}

/** Ancestors of a path, outermost first, without the path itself. */
function ancestors(path: string): readonly string[] {
  const found: string[] = [];
  for (let parent = dirname(path); parent !== '/' && parent !== '.'; parent = dirname(parent)) {
    found.unshift(parent);
  }
  return found;
}

/**
 * The outermost ancestors that `owner` cannot enter, with the needed paths below each: a checkout below
 * `/root` (0700) is the usual case. Empty when everything can be reached.
 */
export async function hiddenAncestors(
  needed: readonly NeededPath[],
  owner: JobOwner,
): Promise<readonly Exposure[]> {
  const rights = new Map<string, Rights>();
  const byHidden = new Map<string, Map<string, ExposedPath>>();
  const wanted: { readonly path: string; readonly source: string; readonly readOnly: boolean }[] = [];
  for (const { path, readOnly } of needed) {
    const source = await realpath(path);
    // A link outside may lead inside: then the path it leads to must be there, too.
    for (const name of new Set([path, source])) wanted.push({ path: name, source, readOnly });
  }
  for (const { path, source, readOnly } of wanted) {
    for (const ancestor of ancestors(path)) {
      const known = rights.get(ancestor) ?? (await stat(ancestor));
      rights.set(ancestor, known);
      if (canEnter(known, owner)) continue;
      const paths = byHidden.get(ancestor) ?? new Map();
      byHidden.set(ancestor, paths);
      const before = paths.get(path);
      const isFile = !(await stat(path)).isDirectory();
      paths.set(path, { path, source, readOnly: readOnly && (before?.readOnly ?? true), isFile });
      break;
    }
  }
  // Outer paths first, so that a nested one is bound on top of the outer.
  return [...byHidden].map(([hidden, paths]) => ({
    hidden,
    paths: [...paths.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
  }));
}

/** Whether `owner` can reach a path without help, i.e. may enter all its ancestors. */
export async function canReach(path: string, owner: JobOwner): Promise<boolean> {
  return (await hiddenAncestors([{ path, readOnly: true }], owner)).length === 0;
}
