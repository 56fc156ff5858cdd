/** What a storage adapter must do. Its behaviour is fixed by the contract suite in `contract-suite.ts`. */
export type {
  ByteRange,
  StorageAdapter,
  StorageEntry,
  StorageSpace,
  WriteResult,
} from './storage-adapter.ts';
export { StorageError, type StorageErrorCode } from './storage-error.ts';
