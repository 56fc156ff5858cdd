import { createHash } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineAdler32, plainAdler32 } from './adler32.ts';
import {
  checksummedCopy,
  checksumOfBytes,
  checksumOfFile,
  checksumOfStream,
  createChecksum,
  normalChecksum,
  sameChecksum,
} from './index.ts';

/** zlib's own adler32: the last four bytes of a zlib stream. */
const reference = (bytes: Uint8Array): string =>
  deflateSync(bytes, { level: 1 }).subarray(-4).toString('hex');

describe('adler32', () => {
  it('is 00000001 for nothing and always eight lower-case digits', async () => {
    expect(checksumOfBytes(Buffer.alloc(0), 'adler32')).toBe('00000001');
    expect(checksumOfBytes(Buffer.from('a'), 'adler32')).toBe('00620062');
  });

  it('equals zlib for the worst case of its sums, at every length modulo 32', async () => {
    for (const start of [0, 5_536, 65_500, 262_128, 1_000_000])
      for (let length = start; length < start + 40; length++) {
        const bytes = Buffer.alloc(length, 0xff);
        const expected = reference(bytes);
        expect(checksumOfBytes(bytes, 'adler32')).toBe(expected);
        expect(plainAdler32(1, bytes).toString(16).padStart(8, '0')).toBe(expected);
      }
  });

  it('does not depend on how the bytes are cut', async () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }), (blocks) => {
        const checksum = createChecksum('adler32');
        for (const block of blocks) checksum.update(block);
        expect(checksum.digest()).toBe(reference(Buffer.concat(blocks)));
      }),
    );
  });

  it('of two pieces follows from the checksums of the pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.uint8Array({ maxLength: 3000 }), (left, right) => {
        const combined = combineAdler32(plainAdler32(1, left), plainAdler32(1, right), right.length);
        expect(combined).toBe(plainAdler32(1, Buffer.concat([left, right])));
      }),
    );
    const worst = Buffer.alloc(5_000_000, 0xff);
    const half = plainAdler32(1, worst);
    expect(combineAdler32(half, half, worst.length)).toBe(plainAdler32(1, Buffer.concat([worst, worst])));
  });
});

it('computes md5 over streams', async () => {
  const stream = (async function* () {
    yield Buffer.from('hello ');
    yield Buffer.from('world');
  })();
  expect(await checksumOfStream(stream, 'md5')).toBe('5eb63bbbe01eeed093cb22bb8f5acdc3');
});

describe('copies by threads', () => {
  const bytes = Buffer.alloc(3 * 1024 * 1024 + 5, 'The lake is deep. ');
  const inPlace = async (flags: string, use: (from: FileHandle, to: FileHandle) => Promise<void>) => {
    const place = await mkdtemp(join(tmpdir(), 'checksum-'));
    await writeFile(join(place, 'from'), bytes);
    await writeFile(join(place, 'to'), flags === 'a+' ? 'something else' : '');
    const handles = await Promise.all([open(join(place, 'from')), open(join(place, 'to'), flags)]);
    await use(...handles).finally(() => Promise.all(handles.map((handle) => handle.close())));
    await rm(place, { recursive: true });
  };

  it.each([true, false])('sum what was stored (compared: %s)', (compare) =>
    inPlace('r+', async (from, to) => {
      const copy = await checksummedCopy(from, to, bytes.length, { compare });
      expect(copy).toEqual({ bytes: bytes.length, adler32: reference(bytes), differsAt: undefined });
      expect((await to.readFile()).equals(bytes)).toBe(true);
    }),
  );

  it('say that the source ended early', () =>
    inPlace('r+', async (from, to) => {
      expect((await checksummedCopy(from, to, bytes.length * 2, { compare: false })).bytes).toBe(
        bytes.length,
      );
    }));

  // In this mode the system writes at the end whatever the position: the place reads otherwise than it was written.
  it('notice a place that reads otherwise', () =>
    inPlace('a+', async (from, to) => {
      expect((await checksummedCopy(from, to, bytes.length, { compare: true })).differsAt).toBe(0);
      const summed = await checksummedCopy(from, to, bytes.length, { compare: false });
      expect(summed.adler32).not.toBe(reference(bytes));
    }));

  it('pass on the error of the system', () =>
    inPlace('r', async (from, to) => {
      await expect(checksummedCopy(from, to, bytes.length, { compare: true })).rejects.toMatchObject({
        code: 'EBADF',
      });
    }));
});

describe('files', () => {
  it.each([0, 1, 1024 * 1024 + 3, 17 * 1024 * 1024 + 5])('of %i bytes', async (size) => {
    const place = await mkdtemp(join(tmpdir(), 'checksum-'));
    const bytes = Buffer.alloc(size, 'The lake is deep. ');
    await writeFile(join(place, 'f'), bytes);
    const handle = await open(join(place, 'f'));
    try {
      expect(await checksumOfFile(handle, 'adler32')).toBe(reference(bytes));
      expect(await checksumOfFile(handle, 'md5')).toBe(createHash('md5').update(bytes).digest('hex'));
    } finally {
      await handle.close();
      await rm(place, { recursive: true });
    }
  });

  it('fails for a handle that cannot be read', async () => {
    const place = await mkdtemp(join(tmpdir(), 'checksum-'));
    const handle = await open(join(place, 'f'), 'w');
    await handle.truncate(20 * 1024 * 1024);
    await expect(checksumOfFile(handle, 'md5')).rejects.toThrow('EBADF');
    await handle.close();
    await rm(place, { recursive: true });
  });
});

it('compares without case and leading zeros', () => {
  expect(sameChecksum('00620062', '620062')).toBe(true);
  expect(sameChecksum('36D714AB', '36d714ab')).toBe(true);
  expect(sameChecksum('00620062', '00620063')).toBe(false);
  expect(normalChecksum(' 620062', 'adler32')).toBe('00620062');
  expect(normalChecksum('', 'adler32')).toBe('00000000');
});
