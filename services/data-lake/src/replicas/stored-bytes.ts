import type { ScopedName } from '@vre/protocol-rucio';
import { sameChecksum } from '@vre/storage-checksums';
import { type StorageAdapter, StorageError } from '@vre/storage-port';
import type { Lake } from '../lake.ts';
import { replicaPath, storagePath } from '../rses/pfn.ts';
import type { Rse } from '../rses/rse.ts';

/** A file that should lie on an element. */
export type ExpectedFile = ScopedName & {
  readonly path: string | null;
  readonly bytes: number | null;
  readonly adler32: string | null;
};

/** `missing`: nothing is there; `differs`: something else is there; `unreachable`: cannot be told now. */
export type Finding = 'right' | 'missing' | 'differs' | 'unreachable';
export type Look = { readonly finding: Finding; readonly sentence: string };

const looksAtOnce = 8;

/** Where a replica lies below its element, as adapters take it. */
export const locationOf = (rse: Rse, file: ScopedName & { readonly path: string | null }): string =>
  storagePath(replicaPath(rse, file.scope, file.name, file.path));

/**
 * Compares what is stored with the catalogue, file by file, some at once. Elements that the lake does not reach are
 * taken at their word. `fresh` reads the bytes again where a remembered checksum would do.
 */
export async function lookAt(
  lake: Lake,
  rse: Rse,
  files: readonly ExpectedFile[],
  fresh = false,
): Promise<readonly Look[]> {
  const storage = lake.storage(rse.name);
  const looks: Look[] = new Array(files.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < files.length; index = next++)
      looks[index] = await lookAtOne(storage, rse, files[index] as ExpectedFile, fresh);
  };
  await Promise.all(Array.from({ length: Math.min(looksAtOnce, files.length) }, worker));
  return looks;
}

async function lookAtOne(
  storage: StorageAdapter | undefined,
  rse: Rse,
  file: ExpectedFile,
  fresh: boolean,
): Promise<Look> {
  const right: Look = { finding: 'right', sentence: '' };
  if (!storage) return right;
  const name = `${file.scope}:${file.name}`;
  try {
    const path = locationOf(rse, file);
    const entry = await storage.stat(path);
    if (entry === undefined || entry.kind !== 'file')
      return { finding: 'missing', sentence: `Nothing is stored for ${name} on ${rse.name}.` };
    if (file.bytes !== null && entry.bytes !== file.bytes)
      return {
        finding: 'differs',
        sentence: `The size of ${name} on ${rse.name} differs: ${entry.bytes} bytes are stored, the catalogue says ${file.bytes}.`,
      };
    if (file.adler32 === null || !rse.verifyChecksum) return right;
    const stored = await storage.checksum(path, 'adler32', { fresh });
    return sameChecksum(stored, file.adler32)
      ? right
      : {
          finding: 'differs',
          sentence: `The checksum of ${name} on ${rse.name} differs: adler32 ${stored} is stored, the catalogue says ${file.adler32}.`,
        };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'not-found')
      return { finding: 'missing', sentence: `Nothing is stored for ${name} on ${rse.name}.` };
    return { finding: 'unreachable', sentence: `${name} on ${rse.name} can not be read: ${error.message}.` };
  }
}

/** Removes the bytes of files, if they are there. */
export async function removeBytes(
  lake: Lake,
  rse: Rse,
  files: readonly (ScopedName & { readonly path: string | null })[],
): Promise<void> {
  const storage = lake.storage(rse.name);
  if (!storage) return;
  for (const file of files) {
    try {
      await storage.remove(locationOf(rse, file));
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'not-found')) throw error;
    }
  }
}
