/** WebDAV and the conventions of grid storage around it: multistatus, digests, ranges, paths, storage scopes. */
export { type ParsedRange, parseByteRange } from './byte-range.ts';
export {
  type DigestAlgorithm,
  type Digests,
  parseContentMd5,
  parseDigest,
  parseWantDigest,
  renderDigest,
} from './digest.ts';
export {
  type DavResource,
  davProperties,
  multistatusEnd,
  multistatusStart,
  parseMultistatus,
  parsePropfind,
  renderResponse,
} from './multistatus.ts';
export {
  encodeSegment,
  encodeStoragePath,
  isBelow,
  parseStoragePath,
  type StoragePath,
} from './storage-path.ts';
export {
  isGranted,
  leadsToGrant,
  parseStorageScope,
  type StorageCapability,
  type StorageGrant,
  storageGrants,
} from './storage-scope.ts';
