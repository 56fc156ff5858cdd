/** A directory as a storage element. */
export { createFollowedStorage } from './followed-storage.ts';
export { createPosixStorage, type PosixStorage, type PosixStorageOptions } from './posix-storage.ts';
