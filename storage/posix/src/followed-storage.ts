import { stat } from 'node:fs/promises';
import { type StorageAdapter, StorageError } from '@vre/storage-port';
import { localPathBelow } from './local-path.ts';
import { createPosixStorage, type PosixStorage, type PosixStorageOptions } from './posix-storage.ts';

/**
 * The same as an opened directory, for a root that may go and come back: a disk that is mounted late, unplugged or
 * replaced. Nothing is opened before the first use. Every operation first compares the directory at the path with the
 * one that is open; without a directory there it rejects with `unavailable`, so that nothing is written into what is
 * no longer the element.
 */
export function createFollowedStorage(options: PosixStorageOptions): PosixStorage {
  let opened: { readonly identity: string; readonly storage: Promise<PosixStorage> } | undefined;

  async function current(): Promise<PosixStorage> {
    const found = await stat(options.root, { bigint: true }).catch(() => undefined);
    if (!found?.isDirectory()) {
      throw new StorageError('unavailable', `the directory ${options.root} of this element is not there`);
    }
    const identity = `${found.dev}:${found.ino}`;
    if (opened?.identity !== identity) {
      const previous = opened;
      opened = { identity, storage: createPosixStorage(options) };
      opened.storage.catch(() => {
        opened = undefined;
      });
      previous?.storage.then((storage) => storage.close()).catch(() => undefined);
    }
    return opened.storage;
  }

  const adapter: Required<StorageAdapter> = {
    stat: async (path) => (await current()).stat(path),
    async *list(path) {
      yield* (await current()).list(path);
    },
    read: async (path, range) => (await current()).read(path, range),
    write: async (path, content, expectations) => (await current()).write(path, content, expectations),
    openFile: async (path) => (await current()).openFile(path),
    writeFrom: async (path, source, expectations) => (await current()).writeFrom(path, source, expectations),
    move: async (from, to, { overwrite }) => (await current()).move(from, to, { overwrite }),
    remove: async (path) => (await current()).remove(path),
    createDirectory: async (path) => (await current()).createDirectory(path),
    checksum: async (path, algorithm, settings) => (await current()).checksum(path, algorithm, settings),
    space: async () => (await current()).space(),
    localPath: (path) => localPathBelow(options.root, path),
  };
  return {
    ...adapter,
    removeAbandoned: async (olderThan) => (await current()).removeAbandoned(olderThan),
    close: () => {
      opened?.storage.then((storage) => storage.close()).catch(() => undefined);
      opened = undefined;
    },
  };
}
