import type { PartFile } from '@vre/confined-files';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPartWriter, withoutFirst } from './part-writer.ts';

/** A disk that writes at most `most` bytes a call, late, and remembers them by position. */
function slowDisk(most: number, failAt = Number.POSITIVE_INFINITY) {
  const stored = Buffer.alloc(4_000_000);
  let end = 0;
  const writev = async (blocks: Uint8Array[], position: number) => {
    const bytes = Buffer.concat(blocks).subarray(0, most);
    await new Promise((resolve) => setImmediate(resolve));
    if (position + bytes.length > failAt) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    bytes.copy(stored, position);
    end = Math.max(end, position + bytes.length);
    return { bytesWritten: bytes.length };
  };
  const part = { handle: { writev } } as unknown as PartFile;
  return { part, content: () => stored.subarray(0, end) };
}

describe('writing blocks', () => {
  it('keeps their order on a disk that writes little at a time', async () => {
    const blocks = Array.from({ length: 40 }, (_, index) => Buffer.alloc(70_001 + index, index + 1));
    const disk = slowDisk(300_000);
    const writer = createPartWriter(disk.part);
    for (const block of blocks) await writer.add(block);
    await writer.end();
    expect(disk.content().equals(Buffer.concat(blocks))).toBe(true);
  });

  it('takes very many very small blocks', async () => {
    const disk = slowDisk(1_000_000);
    const writer = createPartWriter(disk.part);
    for (let index = 0; index < 5000; index++) await writer.add(Buffer.of(index % 256));
    await writer.end();
    expect(disk.content().length).toBe(5000);
  });

  it('tells that the disk was full', async () => {
    const writer = createPartWriter(slowDisk(1_000_000, 2_000_000).part);
    const write = async () => {
      for (let index = 0; index < 10; index++) await writer.add(Buffer.alloc(600_000));
      await writer.end();
    };
    await expect(write()).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  it('goes on where a short write ended', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 })), fc.nat(60), (blocks, bytes) => {
        const whole = Buffer.concat(blocks);
        expect(Buffer.concat(withoutFirst(blocks, bytes)).equals(whole.subarray(bytes))).toBe(true);
      }),
    );
  });
});
