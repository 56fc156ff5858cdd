import { createHash } from 'node:crypto';
import { updateAdler32 } from './adler32.ts';

/** The two checksums that a Rucio catalogue knows. */
export type ChecksumAlgorithm = 'adler32' | 'md5';

/** A running checksum. `digest` gives lower-case hex: 8 digits for adler32 (zero-padded), 32 for md5. */
export type Checksum = {
  update(block: Uint8Array): void;
  /** Ends the computation; may be called once. */
  digest(): string;
};

/** Begins a checksum. adler32 of nothing is `00000001`. */
export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  if (algorithm === 'md5') {
    const hash = createHash('md5');
    return { update: (block) => void hash.update(block), digest: () => hash.digest('hex') };
  }
  let adler = 1;
  return {
    update: (block) => {
      adler = updateAdler32(adler, block);
    },
    digest: () => adler.toString(16).padStart(8, '0'),
  };
}

/** Checksum of bytes in memory. */
export function checksumOfBytes(bytes: Uint8Array, algorithm: ChecksumAlgorithm): string {
  const checksum = createChecksum(algorithm);
  checksum.update(bytes);
  return checksum.digest();
}

/** Checksum of a stream, which it consumes. */
export async function checksumOfStream(
  content: AsyncIterable<Uint8Array>,
  algorithm: ChecksumAlgorithm,
): Promise<string> {
  const checksum = createChecksum(algorithm);
  for await (const block of content) checksum.update(block);
  return checksum.digest();
}

/**
 * Whether two checksums of the same algorithm are equal: case and leading zeros do not count, because some
 * programs print adler32 without padding.
 */
export function sameChecksum(left: string, right: string): boolean {
  return significantDigits(left) === significantDigits(right);
}

/** Hex digits in the form the catalogue stores: lower case, padded to the algorithm's length. */
export function normalChecksum(value: string, algorithm: ChecksumAlgorithm): string {
  return significantDigits(value).padStart(algorithm === 'adler32' ? 8 : 32, '0');
}

function significantDigits(value: string): string {
  return value.trim().toLowerCase().replace(/^0+/, '');
}
