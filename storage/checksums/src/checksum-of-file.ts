import type { FileHandle } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { vectorModule } from './adler32.ts';
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
const { fd, module, blockBytes } = workerData;
function each(block, use) {
  for (let at = 0; ; ) {
    const read = readSync(fd, block, 0, block.length, at);
    if (read === 0) return;
    use(read);
    at += read;
  }
}
if (module === undefined) {
  const hash = require('node:crypto').createHash('md5');
  const block = Buffer.allocUnsafeSlow(blockBytes);
  each(block, (read) => hash.update(block.subarray(0, read)));
  parentPort.postMessage(hash.digest('hex'));
} else {
  // The file is read straight into the module's memory, half a block at a time.
  const { memory, update } = new WebAssembly.Instance(module).exports;
  let adler = 1;
  each(Buffer.from(memory.buffer, 65536, blockBytes / 2), (read) => { adler = update(65536, read, adler); });
  parentPort.postMessage((adler >>> 0).toString(16).padStart(8, '0'));
}
`;

/**
 * Checksum of an open file from its first byte, off the main loop: small files in blocks of 1 MiB, larger ones in a
 * thread of their own. The caller keeps the handle open meanwhile and closes it, and limits how many run at once.
 */
export async function checksumOfFile(handle: FileHandle, algorithm: ChecksumAlgorithm): Promise<string> {
  const { size } = await handle.stat();
  const threaded = size >= worthThread && (algorithm === 'md5' || vectorModule !== undefined);
  return threaded ? inThread(handle, algorithm) : inBlocks(handle, algorithm, size);
}

async function inBlocks(handle: FileHandle, algorithm: ChecksumAlgorithm, size: number): Promise<string> {
  const checksum = createChecksum(algorithm);
  const block = Buffer.allocUnsafe(Math.min(blockBytes, Math.max(size, 1)));
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(block, 0, block.length, at);
    if (bytesRead === 0) return checksum.digest();
    checksum.update(block.subarray(0, bytesRead));
    at += bytesRead;
  }
}

function inThread(handle: FileHandle, algorithm: ChecksumAlgorithm): Promise<string> {
  const module = algorithm === 'adler32' ? vectorModule : undefined;
  return new Promise((resolve, reject) => {
    const thread = new Worker(threadSource, {
      eval: true,
      workerData: { fd: handle.fd, module, blockBytes },
      // Flags of the main program (loaders, conditions) have no meaning for this source and cost its start-up.
      execArgv: [],
    });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the checksum thread ended without a result')));
  });
}
