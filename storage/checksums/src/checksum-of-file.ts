import type { FileHandle } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { type ChecksumAlgorithm, createChecksum } from './checksum.ts';

const blockBytes = 1024 * 1024;
/** Below this, starting a thread costs more than the blocks computed between other work. */
const worthThread = 16 * blockBytes;

/**
 * The thread reads the descriptor it is given (descriptors belong to the process) with positional reads, so that the
 * handle's own position does not matter. Plain JavaScript in a string, because a worker cannot load TypeScript.
 */
const threadSource = `
const { workerData, parentPort } = require('node:worker_threads');
const { readSync } = require('node:fs');
(async () => {
  const { fd, algorithm, hashWasm, blockBytes } = workerData;
  const hasher = algorithm === 'md5'
    ? require('node:crypto').createHash('md5')
    : (await require(hashWasm).createAdler32()).init();
  const block = Buffer.allocUnsafeSlow(blockBytes);
  for (let at = 0; ; ) {
    const read = readSync(fd, block, 0, blockBytes, at);
    if (read === 0) break;
    hasher.update(block.subarray(0, read));
    at += read;
  }
  parentPort.postMessage(hasher.digest('hex'));
})();
`;

/**
 * Checksum of an open file from its first byte, off the main loop: small files in blocks of 1 MiB, larger ones in a
 * thread of their own. The caller keeps the handle open meanwhile and closes it, and limits how many run at once.
 */
export async function checksumOfFile(handle: FileHandle, algorithm: ChecksumAlgorithm): Promise<string> {
  const { size } = await handle.stat();
  return size >= worthThread ? inThread(handle, algorithm) : inBlocks(handle, algorithm, size);
}

async function inBlocks(handle: FileHandle, algorithm: ChecksumAlgorithm, size: number): Promise<string> {
  const checksum = await createChecksum(algorithm);
  const block = Buffer.allocUnsafe(Math.min(blockBytes, Math.max(size, 1)));
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(block, 0, block.length, at);
    if (bytesRead === 0) return checksum.digest();
    checksum.update(block.subarray(0, bytesRead));
    at += bytesRead;
  }
}

function inThread(handle: FileHandle, algorithm: ChecksumAlgorithm): Promise<string> {
  const hashWasm = createRequire(import.meta.url).resolve('hash-wasm');
  return new Promise((resolve, reject) => {
    const thread = new Worker(threadSource, {
      eval: true,
      workerData: { fd: handle.fd, algorithm, hashWasm, blockBytes },
      // Flags of the main program (loaders, conditions) have no meaning for this source and cost its start-up.
      execArgv: [],
    });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the checksum thread ended without a result')));
  });
}
