import type { FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { combineAdler32, vectorModule } from './adler32.ts';

/** Fits the processor's second-level cache twice: reading back and summing find the bytes there. */
const blockBytes = 256 * 1024;
const megabyte = 1024 * 1024;
/** Two, because the file system lets one at a time write into a file: a third would wait. */
const mostThreads = 2;

/**
 * Each thread copies a range of its own: reads a block, writes it, reads back what the destination now holds, and
 * sums that. Blocks passed through Node's own threads change processors between these and cost 1.6 times as much.
 * Plain JavaScript in a string, because a worker cannot load TypeScript.
 */
const threadSource = `
const { workerData, parentPort } = require('node:worker_threads');
const { readSync, writeSync } = require('node:fs');
const { from, to, module, blockBytes, toldBytes, start, end, stop, compare } = workerData;
const { memory, update } = new WebAssembly.Instance(module).exports;
const stored = Buffer.from(memory.buffer, 65536, blockBytes);
const sent = compare ? Buffer.allocUnsafeSlow(blockBytes) : stored;
let adler = 1;
let at = start;
let told = start;
while (at < end && Atomics.load(stop, 0) === 0) {
  const length = readSync(from, sent, 0, Math.min(blockBytes, end - at), at);
  if (length === 0) break;
  for (let done = 0; done < length; ) done += writeSync(to, sent, done, length - done, at + done);
  const back = readSync(to, stored, 0, length, at);
  if (back !== length || (compare && sent.compare(stored, 0, length, 0, length) !== 0)) {
    parentPort.postMessage({ differsAt: at });
    break;
  }
  adler = update(65536, length, adler);
  at += length;
  if (at - told >= toldBytes || at === end) {
    parentPort.postMessage({ bytes: at - told });
    told = at;
  }
}
parentPort.postMessage({ adler: adler >>> 0, end: at });
`;

/** What the source above posts. */
type Message = {
  readonly bytes?: number;
  readonly differsAt?: number;
  readonly adler?: number;
  readonly end?: number;
};
type CopiedRange = {
  readonly adler: number;
  readonly bytes: number;
  readonly differsAt: number | undefined;
};

/** What was stored; `differsAt` is the place of the first block that reads otherwise than it was written. */
export type ChecksummedCopy = {
  readonly bytes: number;
  readonly adler32: string;
  readonly differsAt: number | undefined;
};

/** Whether {@link checksummedCopy} is worth its threads (30 ms each) for so many bytes, and the processor can do it. */
export const worthCopyThreads = (bytes: number): boolean =>
  bytes >= 32 * megabyte && vectorModule !== undefined;

/**
 * Copies `bytes` bytes from the beginning of one open file to another by threads, and sums what the destination then
 * holds. A source that ends early gives fewer bytes. The main loop only hears of progress. `to` must be open for
 * reading and writing. Rejects with the signal's reason or the system's error, in every case after the last thread has
 * let go of both files.
 */
export async function checksummedCopy(
  from: FileHandle,
  to: FileHandle,
  bytes: number,
  options: {
    /** Compares each block with what was sent; whoever knows the checksum of the source need not. */
    readonly compare: boolean;
    readonly signal?: AbortSignal | undefined;
    /** Bytes copied so far, after each 4 MiB of a thread. */
    readonly onProgress?: ((bytes: number) => void) | undefined;
  },
): Promise<ChecksummedCopy> {
  const { compare, signal, onProgress } = options;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const halt = () => void Atomics.store(stop, 0, 1);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', halt, { once: true });
  const threads = Math.min(mostThreads, availableParallelism());
  const share = Math.ceil(bytes / threads / blockBytes) * blockBytes;
  const work = {
    from: from.fd,
    to: to.fd,
    module: vectorModule,
    blockBytes,
    toldBytes: 4 * megabyte,
    stop,
    compare,
  };
  let copied = 0;
  const onBytes = (more: number) => {
    copied += more;
    onProgress?.(copied);
  };
  const ranges = Array.from({ length: threads }, (_, index) => {
    const start = Math.min(index * share, bytes);
    const end = Math.min(start + share, bytes);
    return inThread({ ...work, start, end }, onBytes).catch((error: unknown) => {
      halt();
      throw error;
    });
  });
  const ended = await Promise.allSettled(ranges);
  signal?.removeEventListener('abort', halt);
  signal?.throwIfAborted();
  let adler = 1;
  let length = 0;
  let differsAt: number | undefined;
  for (const result of ended) {
    if (result.status === 'rejected') throw result.reason;
    adler = combineAdler32(adler, result.value.adler, result.value.bytes);
    length += result.value.bytes;
    differsAt ??= result.value.differsAt;
  }
  return { bytes: length, adler32: adler.toString(16).padStart(8, '0'), differsAt };
}

/** Settles when the thread has ended: before that the descriptors must not be closed. */
function inThread(
  work: { readonly start: number; readonly [name: string]: unknown },
  onBytes: (bytes: number) => void,
): Promise<CopiedRange> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(threadSource, { eval: true, workerData: work, execArgv: [] });
    let differsAt: number | undefined;
    let result: CopiedRange | undefined;
    let failure: unknown = new Error('the copying thread ended without a result');
    thread.on('message', (message: Message) => {
      if (message.bytes !== undefined) onBytes(message.bytes);
      differsAt ??= message.differsAt;
      if (message.adler !== undefined && message.end !== undefined)
        result = { adler: message.adler, bytes: message.end - work.start, differsAt };
    });
    thread.once('error', (error) => {
      failure = error;
    });
    thread.once('exit', () => (result === undefined ? reject(failure) : resolve(result)));
  });
}
