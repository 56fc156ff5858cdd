import { lstat, readdir } from 'node:fs/promises';
import { type ConfinedEntry, confinedEntry } from './confined-entry.ts';
import { ConfinedFilesError, confinedError } from './confined-files-error.ts';
import { confinedSegments } from './confined-path.ts';
import type { DirectoryAnchor } from './directory-anchor.ts';

type Enter = (segments: readonly string[]) => Promise<DirectoryAnchor>;

/** Direct children of a directory in name order; those that vanish meanwhile are left out. */
export async function* listDirectory(enter: Enter, path: string): AsyncGenerator<ConfinedEntry> {
  const anchor = await enter(confinedSegments(path));
  try {
    for (const name of (await readdir(anchor.at)).sort()) {
      const stats = await lstat(`${anchor.at}/${name}`, { bigint: true }).catch(() => undefined);
      if (stats !== undefined) yield confinedEntry(path === '' ? name : `${path}/${name}`, stats);
    }
  } catch (error) {
    throw confinedError(error, path);
  } finally {
    anchor.release();
  }
}

/** Everything below a directory, a directory before its content. One descriptor is open at a time. */
export async function* walkTree(enter: Enter, path: string): AsyncGenerator<ConfinedEntry> {
  const waiting = [path];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const directories: string[] = [];
    try {
      for await (const entry of listDirectory(enter, next)) {
        yield entry;
        if (entry.kind === 'directory') directories.push(entry.path);
      }
    } catch (error) {
      if (next === path || !wentAway(error)) throw error;
    }
    waiting.push(...directories.reverse());
  }
}

/**
 * Only the start of a walk has to exist; what was removed or swapped meanwhile is not part of it, nor what lies too
 * deep to be named (`invalid-path`): one such directory must not hide all others.
 */
function wentAway(error: unknown): boolean {
  const codes = ['not-found', 'not-a-directory', 'symbolic-link', 'invalid-path'];
  return error instanceof ConfinedFilesError && codes.includes(error.code);
}
