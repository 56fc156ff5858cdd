import type { FileHandle } from 'node:fs/promises';
import type { PartFile } from '@vre/confined-files';
import { checksummedCopy, createChecksum, sameChecksum } from '@vre/storage-checksums';
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
  return expected(path, { bytes, adler32 }, { expectedBytes, expectedAdler32 });
}

/** The same from a file of this host, in threads; what was written is read back. */
export async function writeCopy(
  part: PartFile,
  path: string,
  source: FileHandle,
  expectation: WriteExpectation & { readonly onProgress?: ((bytes: number) => void) | undefined },
): Promise<WriteResult> {
  const { size } = await source.stat();
  const { differsAt, ...copied } = await checksummedCopy(source, part.handle, size, {
    ...expectation,
    // The sum of what was read back is held against it below.
    compare: expectation.expectedAdler32 === undefined,
  });
  if (differsAt !== undefined)
    throw new StorageError(
      'checksum-mismatch',
      `"${path}" reads otherwise than it was written, from byte ${differsAt}: examine the disk`,
    );
  if (copied.bytes !== size)
    throw new StorageError('size-mismatch', `the source of "${path}" became shorter while it was copied`);
  return expected(path, copied, expectation);
}

function expected(
  path: string,
  result: WriteResult,
  { expectedBytes, expectedAdler32 }: WriteExpectation,
): WriteResult {
  const { bytes, adler32 } = result;
  if (expectedBytes !== undefined && bytes !== expectedBytes)
    throw new StorageError('size-mismatch', `"${path}" has ${bytes} bytes, announced were ${expectedBytes}`);
  if (expectedAdler32 !== undefined && !sameChecksum(adler32, expectedAdler32))
    throw new StorageError('checksum-mismatch', `"${path}" has adler32 ${adler32}, not ${expectedAdler32}`);
  return result;
}
