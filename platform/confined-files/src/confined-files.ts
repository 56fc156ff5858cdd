import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rmdir, stat, unlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type ConfinedEntry, confinedEntry } from './confined-entry.ts';
import { ConfinedFilesError, confinedError } from './confined-files-error.ts';
import { confinedSegments, parentAndName } from './confined-path.ts';
import {
  assertBelow,
  type Confinement,
  createChild,
  type DirectoryAnchor,
  type DirectoryCreation,
  descend,
  openRootAnchor,
} from './directory-anchor.ts';
import { listDirectory, walkTree } from './listing.ts';
import { type FsyncPolicy, openPartFile, type PartFile, place } from './part-file.ts';
import { partName } from './part-name.ts';
import { removeDirectoryTree } from './remove-tree.ts';

/** Settings of a confined tree. */
export type ConfinedFilesOptions = {
  /** Defaults to `descriptor` on Linux and `path` elsewhere. */
  readonly confinement?: Confinement | undefined;
  /** Permissions of new files, default 0o644 (the process's umask applies). */
  readonly fileMode?: number | undefined;
  /** Permissions of new directories, default 0o755 (the process's umask applies). */
  readonly directoryMode?: number | undefined;
  /** Who shall own what is created; only root may give files away. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Default `always`. */
  readonly fsync?: FsyncPolicy | undefined;
};

/**
 * Files of users below one root. Paths are relative to it, `''` is the root. No operation follows a symbolic link
 * or leaves the root, even while somebody swaps directories for links. Every method rejects with
 * {@link ConfinedFilesError}.
 */
export type ConfinedFiles = {
  readonly confinement: Confinement;
  /** The entry at a path, links not followed; `undefined` when nothing is there. */
  stat(path: string): Promise<ConfinedEntry | undefined>;
  /** Direct children in name order (by UTF-16 code units). */
  list(path: string): AsyncIterable<ConfinedEntry>;
  /** Everything below a directory, a directory before its content; entries that vanish meanwhile are left out. */
  walk(path: string): AsyncIterable<ConfinedEntry>;
  /** Opens a regular file for reading; the caller closes the handle. Pipes and devices are `not-a-file`. */
  openRead(path: string): Promise<FileHandle>;
  /** Streams a regular file, or its bytes from `start` to `end` (both inclusive), in blocks of 1 MiB. */
  createReadStream(
    path: string,
    range?: { readonly start?: number | undefined; readonly end?: number | undefined },
  ): Promise<Readable>;
  /** Begins a file that appears at `path` only with `commit`; missing parents are created. */
  createPart(path: string): Promise<PartFile>;
  /** Stores content atomically; after a failure nothing is left. */
  writeFile(
    path: string,
    content: string | Uint8Array | AsyncIterable<Uint8Array>,
    options: { readonly overwrite: boolean },
  ): Promise<void>;
  /** Renames a file or a directory within the root; missing parents of the target are created. */
  rename(from: string, to: string, options: { readonly overwrite: boolean }): Promise<void>;
  /** Removes a file, a link or an empty directory. */
  remove(path: string): Promise<void>;
  /** Removes a file, or a directory with everything below it. */
  removeTree(path: string): Promise<void>;
  /** Creates a directory; with `parents` also those above it, and an existing one is fine. */
  makeDirectory(path: string, options?: { readonly parents?: boolean }): Promise<void>;
  /** Releases the root; operations afterwards fail. */
  close(): void;
};

/** Opens a directory that must exist as the root of confined operations. */
export async function openConfined(root: string, options: ConfinedFilesOptions = {}): Promise<ConfinedFiles> {
  const confinement = options.confinement ?? (process.platform === 'linux' ? 'descriptor' : 'path');
  const top = await openRootAnchor(root, confinement).catch((error: unknown) => {
    throw confinedError(error, root);
  });
  const creation = { mode: options.directoryMode ?? 0o755, owner: options.owner };

  // A descriptor number is reused after close: the root is let go only when nobody is below it any more.
  let users = 0;
  let closed = false;
  const leave = (): void => {
    users -= 1;
    if (closed && users === 0) top.release();
  };

  /** Opens a directory below the root; the caller releases it. */
  async function enter(segments: readonly string[], create?: DirectoryCreation): Promise<DirectoryAnchor> {
    if (closed) throw new ConfinedFilesError('failed', 'the confined tree has been closed');
    users += 1;
    try {
      const anchor = await descend(top, segments, confinement, create);
      let released = false;
      const release = (): void => {
        if (released) return;
        released = true;
        anchor.release();
        leave();
      };
      return { ...anchor, release };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Runs `work` on the directory that holds `path`, and releases it. */
  async function inParent<T>(
    path: string,
    work: (anchor: DirectoryAnchor, name: string) => Promise<T>,
    create = false,
  ): Promise<T> {
    const { parent, name } = parentAndName(path);
    const anchor = await enter(parent, create ? creation : undefined);
    try {
      return await work(anchor, name);
    } catch (error) {
      throw confinedError(error, path);
    } finally {
      anchor.release();
    }
  }

  async function statEntry(path: string): Promise<ConfinedEntry | undefined> {
    try {
      if (path === '') {
        const anchor = await enter([]);
        const stats = await stat(anchor.at, { bigint: true }).finally(anchor.release);
        return confinedEntry('', stats);
      }
      return await inParent(path, async (anchor, name) =>
        confinedEntry(path, await lstat(`${anchor.at}/${name}`, { bigint: true })),
      );
    } catch (error) {
      const refused = confinedError(error, path);
      // A file where a directory is expected means that nothing is below it.
      if (refused.code === 'not-found' || refused.code === 'not-a-directory') return undefined;
      throw refused;
    }
  }

  function openRead(path: string): Promise<FileHandle> {
    return inParent(path, async (anchor, name) => {
      // O_NONBLOCK: a pipe put here must not hold a thread until somebody writes into it.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
      const handle = await open(`${anchor.at}/${name}`, flags);
      try {
        const found = await handle.stat();
        if (found.isDirectory()) throw new ConfinedFilesError('is-directory', `"${path}" is a directory`);
        if (!found.isFile()) throw new ConfinedFilesError('not-a-file', `"${path}" is not a regular file`);
        await assertBelow(top, anchor, path);
        return handle;
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  async function createPart(path: string): Promise<PartFile> {
    const { parent, name } = parentAndName(path);
    const anchor = await enter(parent, creation);
    try {
      const part = await openPartFile(anchor, name, partName(name, randomUUID()), {
        mode: options.fileMode ?? 0o644,
        owner: options.owner,
        fsync: options.fsync ?? 'always',
        beforeCommit: () => assertBelow(top, anchor, path),
      });
      const commit: PartFile['commit'] = (choice) =>
        part.commit(choice).catch(async (error: unknown) => {
          await part.discard();
          throw confinedError(error, path);
        });
      return { ...part, commit };
    } catch (error) {
      anchor.release();
      throw confinedError(error, path);
    }
  }

  return {
    confinement,
    stat: statEntry,
    list: (path) => listDirectory(enter, path),
    walk: (path) => walkTree(enter, path),
    openRead,
    createReadStream: async (path, range = {}) => {
      const handle = await openRead(path);
      return handle.createReadStream({ highWaterMark: 1024 * 1024, ...withoutUndefined(range) });
    },
    createPart,
    writeFile: async (path, content, { overwrite }) => {
      const part = await createPart(path);
      try {
        if (typeof content === 'string' || content instanceof Uint8Array)
          await part.handle.writeFile(content);
        else for await (const block of content) await part.handle.writeFile(block);
      } catch (error) {
        await part.discard();
        throw confinedError(error, path);
      }
      await part.commit({ overwrite });
    },
    rename: (from, to, { overwrite }) =>
      inParent(from, async (source, sourceName) => {
        const found = await lstat(`${source.at}/${sourceName}`);
        await inParent(
          to,
          async (target, targetName) => {
            const there = await lstat(`${target.at}/${targetName}`).catch(() => undefined);
            if (there !== undefined && !overwrite)
              throw new ConfinedFilesError('already-exists', `"${to}" exists already`);
            // Directories cannot be linked; a file raced into the new name makes rename fail by itself.
            await place(source, sourceName, target, targetName, overwrite || found.isDirectory());
          },
          true,
        );
      }),
    remove: (path) =>
      inParent(path, async (anchor, name) => {
        const found = await lstat(`${anchor.at}/${name}`);
        const at = `${anchor.at}/${name}`;
        await (found.isDirectory() ? rmdir(at) : unlink(at));
      }),
    removeTree: (path) =>
      inParent(path, async (anchor, name) => {
        const found = await lstat(`${anchor.at}/${name}`);
        if (found.isDirectory()) await removeDirectoryTree(anchor, name, confinement);
        else await unlink(`${anchor.at}/${name}`);
      }),
    makeDirectory: async (path, { parents = false } = {}) => {
      if (parents) {
        return (await enter(confinedSegments(path), creation)).release();
      }
      await inParent(path, async (anchor, name) => {
        (await createChild(anchor, name, confinement, creation)).release();
      });
    },
    close: () => {
      if (closed) return;
      closed = true;
      if (users === 0) top.release();
    },
  };
}

function withoutUndefined(range: {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}): { start?: number; end?: number } {
  return {
    ...(range.start === undefined ? {} : { start: range.start }),
    ...(range.end === undefined ? {} : { end: range.end }),
  };
}
