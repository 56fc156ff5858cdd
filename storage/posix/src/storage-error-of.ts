import { ConfinedFilesError, type ConfinedFilesErrorCode } from '@vre/confined-files';
import { StorageError, type StorageErrorCode } from '@vre/storage-port';

const codes: Readonly<Record<ConfinedFilesErrorCode, StorageErrorCode>> = {
  'invalid-path': 'invalid-path',
  'not-found': 'not-found',
  'already-exists': 'already-exists',
  'is-directory': 'is-directory',
  'not-a-directory': 'not-a-directory',
  'not-a-file': 'permission-denied',
  'directory-not-empty': 'directory-not-empty',
  'symbolic-link': 'permission-denied',
  'outside-root': 'permission-denied',
  'no-space': 'no-space',
  'permission-denied': 'permission-denied',
  failed: 'unavailable',
};

const spaceErrors = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** The port's form of whatever went wrong with `path`. */
export function storageErrorOf(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  if (error instanceof ConfinedFilesError)
    return new StorageError(codes[error.code], error.message, { cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (spaceErrors.includes(code))
    return new StorageError(
      'no-space',
      `"${path}" does not fit, no space is left on this storage element: choose another one, or ask its operator to free some`,
      { cause: error },
    );
  return new StorageError('unavailable', `"${path}" could not be stored or read`, { cause: error });
}
