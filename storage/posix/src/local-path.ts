import { join } from 'node:path';
import { confinedSegments } from '@vre/confined-files';
import { storageErrorOf } from './storage-error-of.ts';

/** Absolute path of a file below `root`; throws `invalid-path` for one that would lie elsewhere. */
export function localPathBelow(root: string, path: string): string {
  try {
    return join(root, ...confinedSegments(path));
  } catch (error) {
    throw storageErrorOf(error, path);
  }
}
