/** adler32 and md5 over bytes, streams and files, in the catalogue's form. */
export {
  type Checksum,
  type ChecksumAlgorithm,
  checksumOfBytes,
  checksumOfStream,
  createChecksum,
  normalChecksum,
  sameChecksum,
} from './checksum.ts';
export { checksumOfFile } from './checksum-of-file.ts';
export { type ChecksummedCopy, checksummedCopy, worthCopyThreads } from './checksummed-copy.ts';
