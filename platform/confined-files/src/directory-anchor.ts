import { close, constants, open } from 'node:fs';
import { chown, lstat, mkdir, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ConfinedFilesError, confinedError, errnoOf } from './confined-files-error.ts';

const openDescriptor = promisify(open);
/** `O_PATH` of Linux (not in node:fs): a descriptor that only names the object; needs no read permission. */
const O_PATH = 0o10000000;
const directoryFlags = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * How a directory is held. `descriptor`: by an open descriptor, entries are reached as
 * `/proc/self/fd/<n>/<name>`, so that no swap of a path can redirect them. `path`: the fallback where there is no
 * `/proc` (macOS): every segment is examined before use, which stops links but not a race.
 */
export type Confinement = 'descriptor' | 'path';

/** A directory below the root, held so that its entries can be addressed as `${at}/${name}`. */
export type DirectoryAnchor = {
  readonly at: string;
  /** Where the directory is now, as an absolute path without links. */
  readonly resolve: () => Promise<string>;
  readonly release: () => void;
};

/** Opens the root of a confined tree; links in the root's own path are the operator's and are followed. */
export async function openRootAnchor(root: string, confinement: Confinement): Promise<DirectoryAnchor> {
  const resolved = await realpath(root);
  return openAnchor(resolved, confinement);
}

async function openAnchor(path: string, confinement: Confinement): Promise<DirectoryAnchor> {
  if (confinement === 'path') {
    const found = await lstat(path);
    if (found.isSymbolicLink()) throw Object.assign(new Error('link'), { code: 'ELOOP' });
    if (!found.isDirectory()) throw Object.assign(new Error('no directory'), { code: 'ENOTDIR' });
    return { at: path, resolve: () => realpath(path), release: () => undefined };
  }
  const descriptor = await openDescriptor(path, directoryFlags);
  const at = `/proc/self/fd/${descriptor}`;
  let released = false;
  return {
    at,
    resolve: () => readlink(at),
    release: () => {
      if (released) return;
      released = true;
      close(descriptor, () => undefined);
    },
  };
}

/** How directories that are missing on the way are made. */
export type DirectoryCreation = {
  readonly mode: number;
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
};

/**
 * Opens the directory at `segments` below an anchor, one segment after the other and never through a link; the
 * caller releases it. With `creation`, missing directories are made on the way. The answer has been checked to
 * lie below the root.
 */
export async function descend(
  root: DirectoryAnchor,
  segments: readonly string[],
  confinement: Confinement,
  creation?: DirectoryCreation,
): Promise<DirectoryAnchor> {
  let current: DirectoryAnchor = { ...root, release: () => undefined };
  try {
    for (const segment of segments) {
      const next = await openChild(current, segment, confinement, creation);
      current.release();
      current = next;
    }
    await assertBelow(root, current, segments.join('/'));
    return current;
  } catch (error) {
    current.release();
    throw confinedError(error, segments.join('/'));
  }
}

async function openChild(
  parent: DirectoryAnchor,
  name: string,
  confinement: Confinement,
  creation: DirectoryCreation | undefined,
): Promise<DirectoryAnchor> {
  const path = `${parent.at}/${name}`;
  try {
    return await openAnchor(path, confinement);
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') throw await linkOrFile(path, name, error);
    if (creation === undefined || errnoOf(error) !== 'ENOENT') throw error;
  }
  try {
    return await createChild(parent, name, confinement, creation);
  } catch (error) {
    // Somebody else made it in the meantime.
    if (errnoOf(error) === 'EEXIST') return openAnchor(path, confinement);
    throw error;
  }
}

/** Makes one directory below an anchor and opens it; the caller releases it. */
export async function createChild(
  parent: DirectoryAnchor,
  name: string,
  confinement: Confinement,
  creation: DirectoryCreation,
): Promise<DirectoryAnchor> {
  await mkdir(`${parent.at}/${name}`, { mode: creation.mode });
  const anchor = await openAnchor(`${parent.at}/${name}`, confinement);
  try {
    // Through the descriptor, not the name: whoever swaps the name must not be given another object.
    if (creation.owner !== undefined) await chown(anchor.at, creation.owner.uid, creation.owner.gid);
    return anchor;
  } catch (error) {
    anchor.release();
    throw error;
  }
}

/** `O_DIRECTORY | O_NOFOLLOW` answers ENOTDIR for links as well; the two are told apart for the message only. */
async function linkOrFile(path: string, name: string, error: unknown): Promise<unknown> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink() !== true) return error;
  return new ConfinedFilesError('symbolic-link', `"${name}" is a symbolic link, which is not followed`, {
    cause: error,
  });
}

/** Refuses (`outside-root`) a directory that has been moved out of the root since it was opened. */
export async function assertBelow(
  root: DirectoryAnchor,
  anchor: Pick<DirectoryAnchor, 'resolve'>,
  path: string,
): Promise<void> {
  const [top, here] = await Promise.all([root.resolve(), anchor.resolve()]);
  if (here === top || here.startsWith(top === '/' ? '/' : `${top}/`)) return;
  throw new ConfinedFilesError('outside-root', `"${path}" no longer lies below the root`);
}
