/** Why an operation on confined files was refused or failed. */
export type ConfinedFilesErrorCode =
  | 'invalid-path'
  | 'not-found'
  | 'already-exists'
  | 'is-directory'
  | 'not-a-directory'
  | 'not-a-file'
  | 'directory-not-empty'
  | 'symbolic-link'
  | 'outside-root'
  | 'no-space'
  | 'permission-denied'
  | 'failed';

/** Thrown by every operation of {@link ConfinedFiles}; the message names the path relative to the root only. */
export class ConfinedFilesError extends Error {
  readonly code: ConfinedFilesErrorCode;
  constructor(code: ConfinedFilesErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConfinedFilesError';
    this.code = code;
  }
}

const byErrno: Readonly<Record<string, readonly [ConfinedFilesErrorCode, string]>> = {
  ENOENT: ['not-found', 'does not exist'],
  EEXIST: ['already-exists', 'exists already'],
  EISDIR: ['is-directory', 'is a directory'],
  ENOTDIR: ['not-a-directory', 'lies below something that is not a directory'],
  ENOTEMPTY: ['directory-not-empty', 'is a directory that is not empty'],
  ELOOP: ['symbolic-link', 'is a symbolic link, which is not followed'],
  ENOSPC: ['no-space', 'does not fit: the disk is full'],
  EDQUOT: ['no-space', 'does not fit: the quota is used up'],
  EFBIG: ['no-space', 'is larger than the file system allows'],
  EACCES: ['permission-denied', 'may not be accessed'],
  EPERM: ['permission-denied', 'may not be changed'],
  EROFS: ['permission-denied', 'lies on a read-only file system'],
  ENAMETOOLONG: ['invalid-path', 'has a name that is too long'],
  ENXIO: ['not-a-file', 'is not a regular file'],
};

/** The system's error code (`ENOENT`), if the value is such an error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Translates a system error; an error that is confined already is returned as it is. */
export function confinedError(error: unknown, path: string): ConfinedFilesError {
  if (error instanceof ConfinedFilesError) return error;
  const known = byErrno[errnoOf(error) ?? ''];
  const [code, reason] = known ?? (['failed', 'could not be used'] as const);
  return new ConfinedFilesError(code, `"${path}" ${reason}`, { cause: error });
}
