import type { ServiceContext } from '@vre/service';
import type { StorageAdapter } from '@vre/storage-port';
import type { DataLakeConfig } from './config.ts';
import type { RseDirectory } from './rses/rse-directory.ts';

/** Reaches the bytes of a storage element; `undefined` where only others can (then nothing is verified or copied). */
export type StorageOf = (rse: string) => StorageAdapter | undefined;

/** What every room of the lake receives. */
export type Lake = ServiceContext & {
  readonly config: DataLakeConfig;
  readonly storage: StorageOf;
  readonly rses: RseDirectory;
  /** Uniform in [0, 1), for choices that spread load. */
  readonly random: () => number;
};
