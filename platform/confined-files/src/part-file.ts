import { constants } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises';
import { errnoOf } from './confined-files-error.ts';
import type { DirectoryAnchor } from './directory-anchor.ts';

/**
 * How hard a finished file is pressed onto the disk: `always` survives a power cut (content and directory entry
 * are synced), `never` survives the end of the process only.
 */
export type FsyncPolicy = 'always' | 'never';

/** A file being written beside its final place. Exactly one of `commit` and `discard` ends it. */
export type PartFile = {
  readonly handle: FileHandle;
  /** Puts the file in its place; without `overwrite`, `already-exists` if something is there by now. */
  readonly commit: (options: { readonly overwrite: boolean }) => Promise<void>;
  /** Removes what was written; never throws. */
  readonly discard: () => Promise<void>;
};

/** Opens `part` in the anchored directory for a file that shall become `name`; takes over the anchor. */
export async function openPartFile(
  anchor: DirectoryAnchor,
  name: string,
  part: string,
  options: {
    readonly mode: number;
    readonly owner: { readonly uid: number; readonly gid: number } | undefined;
    readonly fsync: FsyncPolicy;
    readonly beforeCommit: () => Promise<void>;
  },
): Promise<PartFile> {
  // Also for reading: whoever writes may want to see what was stored.
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(`${anchor.at}/${part}`, flags, options.mode);
  const discard = async (): Promise<void> => {
    await handle.close().catch(() => undefined);
    await unlink(`${anchor.at}/${part}`).catch(() => undefined);
    anchor.release();
  };
  try {
    if (options.owner !== undefined) await handle.chown(options.owner.uid, options.owner.gid);
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    handle,
    commit: async ({ overwrite }) => {
      if (options.fsync === 'always') await handle.sync();
      await handle.close();
      await options.beforeCommit();
      await place(anchor, part, anchor, name, overwrite);
      if (options.fsync === 'always') await syncDirectory(anchor);
      anchor.release();
    },
    discard,
  };
}

/**
 * Gives a file another name. Without `overwrite` the new name is taken by `link`, the only call Node offers that
 * fails when the name is taken; both names exist for an instant. File systems without hard links are looked at first
 * and renamed then.
 */
export async function place(
  from: DirectoryAnchor,
  fromName: string,
  to: DirectoryAnchor,
  toName: string,
  overwrite: boolean,
): Promise<void> {
  const source = `${from.at}/${fromName}`;
  const target = `${to.at}/${toName}`;
  if (overwrite) return rename(source, target);
  try {
    await link(source, target);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'].includes(errnoOf(error) ?? '')) throw error;
    const there = await lstat(target).catch(() => undefined);
    if (there !== undefined) throw Object.assign(new Error('exists'), { code: 'EEXIST' });
    return rename(source, target);
  }
  await unlink(source);
}

/** Makes the entries of a directory durable. */
export async function syncDirectory(anchor: DirectoryAnchor): Promise<void> {
  const handle = await open(anchor.at, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
