import { mkdir } from 'node:fs/promises';
import { createFollowedStorage, type PosixStorage } from '@vre/storage-posix';
import type { StorageOf } from './lake.ts';

/** A directory of this host that is a storage element, served by the storage door below `/<pathPrefix>/`. */
export type LakeElement = {
  readonly name: string;
  readonly pathPrefix: string;
  /** Absolute directory that holds the files. */
  readonly directory: string;
};

/** Adapters of the host's own elements, open between `open` and `close`. */
export interface LocalStorage {
  open(): Promise<void>;
  close(): void;
  readonly of: StorageOf;
}

export function createLocalStorage(elements: readonly LakeElement[]): LocalStorage {
  const adapters = new Map<string, PosixStorage>();
  return {
    open: async () => {
      for (const { name, directory } of elements) {
        if (adapters.has(name)) continue;
        await mkdir(directory, { recursive: true, mode: 0o700 });
        adapters.set(name, createFollowedStorage({ root: directory }));
      }
    },
    close: () => {
      for (const storage of adapters.values()) storage.close();
      adapters.clear();
    },
    of: (rse) => adapters.get(rse),
  };
}
