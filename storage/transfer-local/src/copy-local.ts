import { randomUUID } from 'node:crypto';
import { partName } from '@vre/confined-files';
import { sameChecksum, worthCopyThreads } from '@vre/storage-checksums';
import { type StorageAdapter, StorageError, type WriteResult } from '@vre/storage-port';

/** What to copy, where to, and what is known about it. */
export type LocalCopy = {
  readonly source: StorageAdapter;
  readonly sourcePath: string;
  readonly destination: StorageAdapter;
  readonly destinationPath: string;
  /** Size in the catalogue. */
  readonly expectedBytes?: number | undefined;
  /** adler32 in the catalogue, hex, leading zeros optional. */
  readonly expectedAdler32?: string | undefined;
  /** Whether a file that is at the destination already may be replaced; default false. */
  readonly overwrite?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes copied so far, called after each block (1 MiB, of big files 4 MiB). */
  readonly onProgress?: ((bytes: number) => void) | undefined;
};

/**
 * Copies a file between two elements that this process reaches, by bytes: the copy never shares an inode with its
 * source. What the destination stored is read back, must equal what was sent, and its checksum must agree with the
 * expectation before the file appears under its name. After a failure or an abort nothing is left.
 *
 * Rejects with {@link StorageError}: `not-found`, `already-exists`, `size-mismatch`, `checksum-mismatch`, `no-space`,
 * `unavailable` (also for an abort).
 */
export async function copyLocal(copy: LocalCopy): Promise<WriteResult> {
  const { source, sourcePath, destination, destinationPath, signal, overwrite = false } = copy;
  assertWanted(copy);
  if (!overwrite && (await destination.stat(destinationPath)) !== undefined)
    throw new StorageError('already-exists', `"${destinationPath}" exists already at the destination`);
  const big = await copiedInThreads(copy, overwrite);
  if (big !== undefined) return big;
  const unfinished = unfinishedPath(destinationPath);
  const content = await source.read(sourcePath);
  try {
    const sent = await destination.write(unfinished, reported(content, copy.onProgress), {
      overwrite: false,
      expectedBytes: copy.expectedBytes,
      expectedAdler32: copy.expectedAdler32,
      signal,
    });
    // A checksum of the bytes sent says nothing about the bytes stored.
    const stored = await destination.checksum(unfinished, 'adler32', { fresh: true });
    if (!sameChecksum(stored, sent.adler32))
      throw new StorageError(
        'checksum-mismatch',
        `"${destinationPath}" was stored with adler32 ${stored}, sent was ${sent.adler32}`,
      );
    assertWanted(copy);
    await destination.move(unfinished, destinationPath, { overwrite });
    return sent;
  } catch (error) {
    await destination.remove(unfinished).catch(() => undefined);
    throw error;
  } finally {
    content.destroy();
  }
}

/**
 * Big files of this host go from descriptor to descriptor. `undefined` when the file is small, where starting threads
 * costs more than they save, or an element is not of this host.
 */
async function copiedInThreads(copy: LocalCopy, overwrite: boolean): Promise<WriteResult | undefined> {
  const { source, sourcePath, destination, destinationPath } = copy;
  if (source.openFile === undefined || destination.writeFrom === undefined) return undefined;
  if (!worthCopyThreads((await source.stat(sourcePath))?.bytes ?? 0)) return undefined;
  const file = await source.openFile(sourcePath);
  try {
    return await destination.writeFrom(destinationPath, file, { ...copy, overwrite });
  } finally {
    await file.close();
  }
}

/** A hidden name in the same directory, which elements do not list and remove when it is abandoned. */
function unfinishedPath(path: string): string {
  const cut = path.lastIndexOf('/') + 1;
  return path.slice(0, cut) + partName(path.slice(cut), randomUUID());
}

async function* reported(
  content: AsyncIterable<Uint8Array>,
  onProgress: LocalCopy['onProgress'],
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const block of content) {
    yield block;
    bytes += block.length;
    onProgress?.(bytes);
  }
}

function assertWanted({ signal, sourcePath }: LocalCopy): void {
  if (signal?.aborted !== true) return;
  throw new StorageError('unavailable', `copying "${sourcePath}" was stopped`, { cause: signal.reason });
}
