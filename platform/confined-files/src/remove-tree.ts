import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { lstat, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { errnoOf } from './confined-files-error.ts';
import { type Confinement, type DirectoryAnchor, descend } from './directory-anchor.ts';

/** One descriptor stays open a level; deeper directories, and those whose names are no text, are moved up first. */
const deepest = 64;
const patience = 8;

/**
 * Removes a directory with everything below it. Links are removed, not followed. A tree that somebody keeps
 * filling is tried a few times, then `directory-not-empty`.
 */
export async function removeDirectoryTree(
  parent: DirectoryAnchor,
  name: string,
  confinement: Confinement,
): Promise<void> {
  const movedUp: string[] = [];
  await empty(parent, name, 0);
  for (let next = movedUp.pop(); next !== undefined; next = movedUp.pop()) await empty(parent, next, 0);

  async function empty(above: DirectoryAnchor, directory: string, depth: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const anchor = await descend(above, [directory], confinement);
      try {
        for (const child of await readdir(anchor.at, { encoding: 'buffer' })) {
          await removeChild(anchor, child, depth);
        }
      } finally {
        anchor.release();
      }
      try {
        return await rmdir(`${above.at}/${directory}`);
      } catch (error) {
        if (errnoOf(error) !== 'ENOTEMPTY' || attempt === patience) throw error;
      }
    }
  }

  async function removeChild(anchor: DirectoryAnchor, name: Buffer, depth: number): Promise<void> {
    // As bytes: names need not be text.
    const path = Buffer.concat([Buffer.from(`${anchor.at}/`), name]);
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) return;
    if (!found.isDirectory()) return unlink(path);
    if (depth < deepest && isUtf8(name)) return empty(anchor, name.toString(), depth + 1);
    const up = `.${randomUUID()}.removed`;
    await rename(path, `${parent.at}/${up}`);
    movedUp.push(up);
  }
}
