import { statfs } from 'node:fs/promises';
import {
  type ConfinedEntry,
  type ConfinedFilesOptions,
  type FsyncPolicy,
  isPartName,
  openConfined,
  type PartFile,
} from '@vre/confined-files';
import { checksumOfFile } from '@vre/storage-checksums';
import { type StorageAdapter, type StorageEntry, StorageError, type WriteResult } from '@vre/storage-port';
import { atMost } from './at-most.ts';
import { createChecksumCache } from './checksum-cache.ts';
import { localPathBelow } from './local-path.ts';
import { storageErrorOf } from './storage-error-of.ts';
import { writeContent, writeCopy } from './write-content.ts';

/** Settings of a directory that serves as a storage element. */
export type PosixStorageOptions = {
  /** Absolute path of an existing directory. */
  readonly root: string;
  /** `always` (default): a stored file survives a power cut; `never`: the end of the process only. */
  readonly fsync?: FsyncPolicy | undefined;
  readonly fileMode?: number | undefined;
  readonly directoryMode?: number | undefined;
  /** Checksums remembered in memory, default 100 000. */
  readonly rememberedChecksums?: number | undefined;
};

/** An adapter with a lifetime: it holds its root open. */
export type PosixStorage = Required<StorageAdapter> & {
  /** Removes unfinished files whose last write is older; after a crash nothing else does. Answers how many. */
  removeAbandoned(olderThan: Date): Promise<number>;
  close(): void;
};

/** Big files of which checksums are computed at once: each occupies a thread. */
const checksumThreads = 2;
/** Big files that are copied at once: each occupies two threads. */
const copiesAtOnce = 2;

/**
 * Opens a directory as a storage element. Symbolic links and unfinished files in it are not shown, links are never
 * followed (`permission-denied`). Rejects with {@link StorageError} when the root cannot be opened.
 */
export async function createPosixStorage(options: PosixStorageOptions): Promise<PosixStorage> {
  const confined: ConfinedFilesOptions = {
    fsync: options.fsync,
    fileMode: options.fileMode,
    directoryMode: options.directoryMode,
  };
  const files = await openConfined(options.root, confined).catch((error: unknown) => {
    throw storageErrorOf(error, options.root);
  });
  const cache = createChecksumCache(options.rememberedChecksums ?? 100_000);
  const limited = atMost(checksumThreads);
  const copying = atMost(copiesAtOnce);

  async function translated<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageErrorOf(error, path);
    }
  }

  async function fileAt(path: string): Promise<ConfinedEntry> {
    const entry = await files.stat(path);
    if (entry?.kind === 'directory') throw new StorageError('is-directory', `"${path}" is a directory`);
    if (entry?.kind !== 'file') throw new StorageError('not-found', `"${path}" does not exist`);
    return entry;
  }

  /** Creates the file that `fill` fills, and shows it when that is done. */
  const stored = (
    path: string,
    overwrite: boolean,
    signal: AbortSignal | undefined,
    fill: (part: PartFile) => Promise<WriteResult>,
  ): Promise<WriteResult> =>
    translated(path, async () => {
      signal?.throwIfAborted();
      const there = path === '' ? undefined : await files.stat(path);
      if (there?.kind === 'directory') throw new StorageError('is-directory', `"${path}" is a directory`);
      if (there !== undefined && !overwrite)
        throw new StorageError('already-exists', `"${path}" exists already`);
      const part = await files.createPart(path);
      try {
        const result = await fill(part);
        const { ino } = await part.handle.stat({ bigint: true });
        await part.commit({ overwrite });
        const after = await files.stat(path);
        // By now it may be somebody else's file already.
        if (after?.inode === ino) cache.set(after.version, 'adler32', result.adler32);
        return result;
      } catch (error) {
        await part.discard();
        throw error;
      }
    });

  return {
    stat: (path) =>
      translated(path, async () => {
        const entry = await files.stat(path);
        return entry === undefined ? undefined : storageEntry(entry);
      }),
    async *list(path) {
      try {
        for await (const entry of files.list(path)) {
          const shown = storageEntry(entry);
          if (shown !== undefined) yield shown;
        }
      } catch (error) {
        throw storageErrorOf(error, path);
      }
    },
    read: (path, range) => translated(path, () => files.createReadStream(path, range)),
    write: (path, content, { overwrite, ...expectation }) =>
      stored(path, overwrite, expectation.signal, (part) => writeContent(part, path, content, expectation)),
    openFile: (path) => translated(path, () => files.openRead(path)),
    writeFrom: (path, source, { overwrite, ...expectation }) =>
      stored(path, overwrite, expectation.signal, (part) =>
        copying(() => writeCopy(part, path, source, expectation)),
      ),
    move: (from, to, { overwrite }) =>
      translated(from, async () => {
        const before = await fileAt(from);
        if ((await files.stat(to))?.kind === 'directory')
          throw new StorageError('is-directory', `"${to}" is a directory`);
        await files.rename(from, to, { overwrite });
        // Renaming changes the inode's time and so the version, not the content.
        const known = cache.get(before.version, 'adler32');
        const after = known === undefined ? undefined : await files.stat(to);
        if (known !== undefined && after?.inode === before.inode) cache.set(after.version, 'adler32', known);
      }),
    remove: (path) => translated(path, () => files.remove(path)),
    createDirectory: (path) => translated(path, () => files.makeDirectory(path)),
    checksum: (path, algorithm, { fresh = false } = {}) =>
      translated(path, async () => {
        const before = await fileAt(path);
        const known = fresh ? undefined : cache.get(before.version, algorithm);
        if (known !== undefined) return known;
        const computed = await limited(async () => {
          const handle = await files.openRead(path);
          return checksumOfFile(handle, algorithm).finally(() => handle.close());
        });
        // Remembered only if the file stayed the same while it was read.
        if ((await files.stat(path))?.version === before.version)
          cache.set(before.version, algorithm, computed);
        return computed;
      }),
    space: () =>
      translated('', async () => {
        const { blocks, bavail, bsize } = await statfs(options.root);
        return { total: blocks * bsize, free: bavail * bsize };
      }),
    localPath: (path) => localPathBelow(options.root, path),
    removeAbandoned: (olderThan) =>
      translated('', async () => {
        let removed = 0;
        for await (const entry of files.walk('')) {
          if (entry.kind !== 'file' || !isPartName(lastName(entry.path))) continue;
          if (entry.modifiedAt >= olderThan) continue;
          await files.remove(entry.path);
          removed += 1;
        }
        return removed;
      }),
    close: () => files.close(),
  };
}

/** The port's form of an entry, `undefined` for what an element does not show. */
function storageEntry(entry: ConfinedEntry): StorageEntry | undefined {
  if (entry.kind !== 'file' && entry.kind !== 'directory') return undefined;
  if (entry.kind === 'file' && isPartName(lastName(entry.path))) return undefined;
  const { path, kind, bytes, modifiedAt, version } = entry;
  return { path, kind, bytes, modifiedAt, etag: version };
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
