import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import type { JobOwner } from './run-as.ts';

const { O_RDONLY, O_NOFOLLOW, O_DIRECTORY, O_NONBLOCK } = constants;

/**
 * Gives what the platform itself put below `path` to the job's owner, so that a job may change the files
 * that were uploaded for it. Only entries owned by `from` change hands, never a symbolic link's target and
 * never a file with several names; the walk goes through open directories, so that a job which swaps one for
 * a link meanwhile leads it nowhere.
 */
export async function giveTo(path: string, owner: JobOwner, from: number): Promise<void> {
  const top = await open(path, O_RDONLY | O_NOFOLLOW);
  await give(top, owner, from);
}

/** Whether a path itself belongs to the owner already; a symbolic link never does. */
export async function belongsTo(path: string, owner: JobOwner): Promise<boolean> {
  const { uid, gid } = await lstat(path);
  return uid === owner.uid && gid === owner.gid;
}

/** A descriptor stays open a level, and the platform puts nothing so deep. */
const deepest = 128;

async function give(handle: FileHandle, owner: JobOwner, from: number, depth = 0): Promise<void> {
  try {
    const info = await handle.stat();
    if (info.uid === from && (info.isDirectory() || (info.isFile() && info.nlink === 1))) {
      await handle.chown(owner.uid, owner.gid);
    }
    if (!info.isDirectory() || depth === deepest) return;
    const here = `/proc/self/fd/${handle.fd}`;
    for (const entry of await readdir(here, { withFileTypes: true })) {
      if (!entry.isDirectory() && !entry.isFile()) continue;
      const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | (entry.isDirectory() ? O_DIRECTORY : 0);
      let child: FileHandle;
      try {
        child = await open(`${here}/${entry.name}`, flags);
      } catch {
        continue; // removed or swapped meanwhile
      }
      await give(child, owner, from, depth + 1);
    }
  } finally {
    await handle.close();
  }
}
