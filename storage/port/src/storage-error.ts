/** Why a storage operation failed, in words every adapter shares. */
export type StorageErrorCode =
  | 'not-found'
  | 'already-exists'
  | 'is-directory'
  | 'not-a-directory'
  | 'directory-not-empty'
  | 'no-space'
  | 'permission-denied'
  | 'checksum-mismatch'
  | 'size-mismatch'
  | 'invalid-path'
  | 'unavailable';

/** Thrown by storage adapters and transfer tools; the message names the path relative to the element. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}
