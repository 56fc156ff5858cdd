import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checksumOfBytes } from '@vre/storage-checksums';
import type { StorageAdapter } from '@vre/storage-port';
import { createPosixStorage, type PosixStorage } from '@vre/storage-posix';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyLocal } from './index.ts';

let place: string;
let source: PosixStorage;
let destination: PosixStorage;
const content = randomBytes(5 * 1024 * 1024 + 17);
/** Enough for threads, and no multiple of their blocks. */
const bigContent = randomBytes(40 * 1024 * 1024 + 4321);
let adler32: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'copy-'));
  for (const name of ['one', 'two']) await mkdir(join(place, name));
  source = await createPosixStorage({ root: join(place, 'one'), fsync: 'never' });
  destination = await createPosixStorage({ root: join(place, 'two'), fsync: 'never' });
  await writeFile(join(place, 'one/f'), content);
  adler32 = checksumOfBytes(content, 'adler32');
});
afterEach(async () => {
  source.close();
  destination.close();
  await rm(place, { recursive: true });
});

const stored = async () => {
  const found = await readdir(join(place, 'two'), { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => entry.name);
};
const request = () => ({ source, sourcePath: 'f', destination, destinationPath: 'd/g' });

describe('copying between two elements', () => {
  it('copies by bytes, verifies, reports progress, and shares no inode', async () => {
    const progress: number[] = [];
    const result = await copyLocal({
      ...request(),
      expectedBytes: content.length,
      expectedAdler32: adler32.replace(/^0+/, ''),
      onProgress: (bytes) => progress.push(bytes),
    });
    expect(result).toEqual({ bytes: content.length, adler32 });
    expect((await readFile(join(place, 'two/d/g'))).equals(content)).toBe(true);
    expect(progress.at(-1)).toBe(content.length);
    expect(progress.length).toBeLessThanOrEqual(6);
    const [before, after] = await Promise.all([stat(join(place, 'one/f')), stat(join(place, 'two/d/g'))]);
    expect(after.ino).not.toBe(before.ino);
    expect([before.nlink, after.nlink]).toEqual([1, 1]);
    expect(await stored()).toEqual(['g']);
  });

  it('copies an empty file', async () => {
    await writeFile(join(place, 'one/empty'), '');
    const result = await copyLocal({
      ...request(),
      sourcePath: 'empty',
      expectedBytes: 0,
      expectedAdler32: '1',
    });
    expect(result).toEqual({ bytes: 0, adler32: '00000001' });
  });

  it.each([
    ['size-mismatch', { expectedBytes: content.length + 1 }],
    ['size-mismatch', { expectedBytes: content.length - 1 }],
    ['checksum-mismatch', { expectedAdler32: 'deadbeef' }],
    ['not-found', { sourcePath: 'nothing' }],
    ['invalid-path', { destinationPath: '../g' }],
  ])('refuses with %s and leaves nothing for %j', async (code, change) => {
    await expect(copyLocal({ ...request(), ...change })).rejects.toMatchObject({ code });
    expect(await stored()).toEqual([]);
  });

  it('replaces only when told to', async () => {
    await mkdir(join(place, 'two/d'));
    await writeFile(join(place, 'two/d/g'), 'old');
    await expect(copyLocal(request())).rejects.toMatchObject({ code: 'already-exists' });
    expect(await readFile(join(place, 'two/d/g'), 'utf8')).toBe('old');
    await copyLocal({ ...request(), overwrite: true });
    expect((await readFile(join(place, 'two/d/g'))).equals(content)).toBe(true);
  });

  it('leaves nothing after an abort half-way', async () => {
    const abort = new AbortController();
    const work = copyLocal({
      ...request(),
      signal: abort.signal,
      onProgress: (bytes) => (bytes > content.length / 2 ? abort.abort() : undefined),
    });
    await expect(work).rejects.toMatchObject({ code: 'unavailable' });
    expect(await stored()).toEqual([]);
    await expect(copyLocal({ ...request(), signal: abort.signal })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('finds out about a disk that stores other bytes than it was given', async () => {
    const lying: StorageAdapter = {
      ...destination,
      write: async (path, bytes, options) => {
        const result = await destination.write(path, bytes, options);
        const file = await open(join(place, 'two', path), 'r+');
        await file.write(Buffer.from([content[4_000_000] === 0 ? 1 : 0]), 0, 1, 4_000_000);
        await file.close();
        return result;
      },
    };
    await expect(copyLocal({ ...request(), destination: lying })).rejects.toMatchObject({
      code: 'checksum-mismatch',
    });
    expect(await stored()).toEqual([]);
  });

  describe('of big files, in threads', () => {
    const sum = checksumOfBytes(bigContent, 'adler32');
    const big = () => ({ ...request(), expectedBytes: bigContent.length, expectedAdler32: sum });
    beforeEach(() => writeFile(join(place, 'one/f'), bigContent));

    it('copies by bytes, reports progress, shows nothing before the end, and shares no inode', async () => {
      const progress: number[] = [];
      const seen: Promise<unknown>[] = [];
      const onProgress = (bytes: number) => {
        progress.push(bytes);
        seen.push(destination.stat('d/g').then((entry) => entry?.bytes));
      };
      expect(await copyLocal({ ...big(), onProgress })).toEqual({ bytes: bigContent.length, adler32: sum });
      expect((await readFile(join(place, 'two/d/g'))).equals(bigContent)).toBe(true);
      expect(await destination.checksum('d/g', 'adler32', { fresh: true })).toBe(sum);
      expect(progress.at(-1)).toBe(bigContent.length);
      expect(progress).toEqual([...progress].sort((a, b) => a - b));
      expect(await seen[0]).toBeUndefined();
      const [before, after] = await Promise.all([stat(join(place, 'one/f')), stat(join(place, 'two/d/g'))]);
      expect(after.ino).not.toBe(before.ino);
      expect([before.nlink, after.nlink]).toEqual([1, 1]);
      expect(await stored()).toEqual(['g']);
    });

    it.each([
      ['size-mismatch', { expectedBytes: bigContent.length - 1 }],
      ['checksum-mismatch', { expectedAdler32: 'deadbeef' }],
      ['invalid-path', { destinationPath: '../g' }],
    ])('refuses with %s and leaves nothing for %j', async (code, change) => {
      await expect(copyLocal({ ...big(), ...change })).rejects.toMatchObject({ code });
      expect(await stored()).toEqual([]);
    });

    it('leaves nothing after an abort half-way', async () => {
      const abort = new AbortController();
      const copied: number[] = [];
      const work = copyLocal({
        ...big(),
        signal: abort.signal,
        onProgress: (bytes) => {
          copied.push(bytes);
          abort.abort();
        },
      });
      await expect(work).rejects.toMatchObject({ code: 'unavailable' });
      expect(copied[0]).toBeLessThan(bigContent.length);
      expect(await stored()).toEqual([]);
    });

    it('replaces only when told to', async () => {
      await mkdir(join(place, 'two/d'));
      await writeFile(join(place, 'two/d/g'), 'old');
      await expect(copyLocal(big())).rejects.toMatchObject({ code: 'already-exists' });
      expect(await readFile(join(place, 'two/d/g'), 'utf8')).toBe('old');
      await copyLocal({ ...big(), overwrite: true });
      expect((await readFile(join(place, 'two/d/g'))).equals(bigContent)).toBe(true);
    });
  });

  it('shows the file only when it is complete and verified', async () => {
    const seen = new Set<unknown>();
    const watched: StorageAdapter = {
      ...destination,
      checksum: async (path, algorithm, options) => {
        seen.add(await destination.stat('d/g'));
        return destination.checksum(path, algorithm, options);
      },
    };
    await copyLocal({ ...request(), destination: watched });
    expect([...seen]).toEqual([undefined]);
    expect(await destination.stat('d/g')).toMatchObject({ bytes: content.length });
  });
});
