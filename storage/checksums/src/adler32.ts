import { adler32Module } from './adler32-module.ts';

/** A compiled module: opaque, may be sent to worker threads. */
export type VectorModule = { readonly compiled: unique symbol };

/** The part of WebAssembly used here; its types come with the browser's library, which servers do without. */
const { WebAssembly: engine } = globalThis as unknown as {
  readonly WebAssembly: {
    validate(bytes: Uint8Array): boolean;
    readonly Module: new (bytes: Uint8Array) => VectorModule;
    readonly Instance: new (module: VectorModule) => { readonly exports: Exports };
  };
};

type Exports = {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly update: (at: number, length: number, adler: number) => number;
};

const prime = 65_521;
/** The first page of the module's memory is left alone. */
const blocksAt = 65_536;
/** Copied in at once: fits the processor's second-level cache, so that the sums find the bytes there. */
const sliceBytes = 256 * 1024;

/** The compiled module, `undefined` on processors without 128-bit vectors. */
export const vectorModule: VectorModule | undefined = compile();

function compile(): VectorModule | undefined {
  const bytes = Buffer.from(adler32Module, 'base64');
  return engine.validate(bytes) ? new engine.Module(bytes) : undefined;
}

// One instance serves all: a call copies its bytes in, computes and returns without giving way to others.
let instance: { readonly bytes: Uint8Array; readonly update: Exports['update'] } | undefined;

/** Continues an adler32 (1 at the beginning) over a block; the result is an unsigned 32-bit number. */
export function updateAdler32(adler: number, block: Uint8Array): number {
  if (vectorModule === undefined) return plainAdler32(adler, block);
  instance ??= instantiate(vectorModule);
  let sum = adler;
  for (let at = 0; at < block.length; at += sliceBytes) {
    const slice = block.subarray(at, at + sliceBytes);
    instance.bytes.set(slice, blocksAt);
    sum = instance.update(blocksAt, slice.length, sum);
  }
  return sum >>> 0;
}

function instantiate(module: VectorModule) {
  const exports = new engine.Instance(module).exports;
  return { bytes: new Uint8Array(exports.memory.buffer), update: exports.update };
}

/** adler32 of two pieces one after the other, from the adler32 of each and the length of the second in bytes. */
export function combineAdler32(left: number, right: number, rightBytes: number): number {
  const first = ((left & 0xffff) + (right & 0xffff) + prime - 1) % prime;
  // The second sum counts the left piece's first sum once for every byte that follows it; below 2^32 before reducing.
  const carried = ((rightBytes % prime) * (((left & 0xffff) + prime - 1) % prime)) % prime;
  const second = ((left >>> 16) + (right >>> 16) + carried) % prime;
  return ((second << 16) | first) >>> 0;
}

/** `updateAdler32` in plain JavaScript (RFC 1950 §9). */
export function plainAdler32(adler: number, block: Uint8Array): number {
  let first = adler & 0xffff;
  let second = adler >>> 16;
  for (let at = 0; at < block.length; ) {
    // 5552 bytes are the most before the second sum could pass 32 bits.
    const end = Math.min(at + 5552, block.length);
    for (; at < end; at++) {
      first += block[at] as number;
      second += first;
    }
    first %= prime;
    second %= prime;
  }
  return ((second << 16) | first) >>> 0;
}
