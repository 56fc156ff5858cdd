/** A directory as a storage element. */
export { createPosixStorage, type PosixStorage, type PosixStorageOptions } from './posix-storage.ts';
