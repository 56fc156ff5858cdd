import type { PartFile } from '@vre/confined-files';
import { createChecksum, sameChecksum } from '@vre/storage-checksums';
import { StorageError, type WriteResult } from '@vre/storage-port';
import { abortableContent } from './abortable-content.ts';
import { createPartWriter } from './part-writer.ts';

/** What the caller of a write knows about the content before it comes. */
export type WriteExpectation = {
  readonly expectedBytes?: number | undefined;
  readonly expectedAdler32?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** Writes all content into an unfinished file and holds it against the expectation; the caller ends the file. */
export async function writeContent(
  part: PartFile,
  path: string,
  content: AsyncIterable<Uint8Array>,
  { expectedBytes, expectedAdler32, signal }: WriteExpectation,
): Promise<WriteResult> {
  const checksum = createChecksum('adler32');
  const writer = createPartWriter(part);
  let bytes = 0;
  for await (const block of abortableContent(content, signal)) {
    if (expectedBytes !== undefined && bytes + block.length > expectedBytes)
      throw new StorageError(
        'size-mismatch',
        `"${path}" is longer than the ${expectedBytes} bytes announced`,
      );
    await writer.add(block);
    checksum.update(block);
    bytes += block.length;
  }
  await writer.end();
  signal?.throwIfAborted();
  const adler32 = checksum.digest();
  if (expectedBytes !== undefined && bytes !== expectedBytes)
    throw new StorageError('size-mismatch', `"${path}" has ${bytes} bytes, announced were ${expectedBytes}`);
  if (expectedAdler32 !== undefined && !sameChecksum(adler32, expectedAdler32))
    throw new StorageError('checksum-mismatch', `"${path}" has adler32 ${adler32}, not ${expectedAdler32}`);
  return { bytes, adler32 };
}
