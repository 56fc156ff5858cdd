import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StorageAdapter, StorageEntry } from './storage-adapter.ts';
import { StorageError } from './storage-error.ts';

/** An adapter over a fresh, empty element, with the means to look behind it and to clean up. */
export type StorageUnderTest = {
  readonly storage: StorageAdapter;
  readonly dispose: () => Promise<void>;
  /** Everything that is really stored, unfinished files included, as paths of files; for adapters that can tell. */
  readonly everythingStored?: (() => Promise<readonly string[]>) | undefined;
  /** Puts a symbolic link at `path` to a directory outside that holds `secret`; for adapters over a file system. */
  readonly linkOutside?:
    | ((path: string) => Promise<{ outsideUnchanged: () => Promise<boolean> }>)
    | undefined;
};

const adler32 = (bytes: Uint8Array): string => deflateSync(bytes, { level: 1 }).subarray(-4).toString('hex');
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

async function* blocks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function collect(entries: AsyncIterable<StorageEntry>): Promise<StorageEntry[]> {
  const found: StorageEntry[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

async function failure(work: Promise<unknown> | (() => Promise<unknown>)): Promise<string> {
  const error = await (typeof work === 'function' ? work() : work).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return 'nothing failed';
  return error instanceof StorageError ? error.code : `not a StorageError: ${String(error)}`;
}

/** Paths that people and programs really use. */
const namesInUse = [
  'plain',
  'with space',
  'percent%41and%2Fslash',
  'question?and#hash&amp;',
  'ünïcödé/日本/🌌.fits',
  'quote"\'<tag>.txt',
  'a/b/c/d/e/f/g/h/i/j/k/l/m.root',
  'plus+and;semi=colon,comma',
  'back\\slash',
  '.hidden',
  'trailing.',
  `long-${'n'.repeat(240)}`,
];

const invalidPaths = ['/absolute', '../up', 'a/../b', 'a/./b', 'a//b', 'a/', '..', '.', 'nul\0', '\ud800'];

/** Runs the storage port's contract over an adapter; `open` gives a fresh, empty element for every test. */
export function describeStorageContract(name: string, open: () => Promise<StorageUnderTest>): void {
  describe(`storage contract: ${name}`, () => {
    let under: StorageUnderTest;
    let storage: StorageAdapter;
    const put = (path: string, content: string | Uint8Array, overwrite = false) =>
      storage.write(path, blocks(content), { overwrite });
    const get = async (path: string, range?: { start: number; end: number }) =>
      (await buffer(await storage.read(path, range))).toString();
    const nothingLeft = async (...expected: string[]) => {
      if (under.everythingStored !== undefined) expect(await under.everythingStored()).toEqual(expected);
    };

    beforeEach(async () => {
      under = await open();
      storage = under.storage;
    });
    afterEach(() => under.dispose());

    describe('write', () => {
      it('answers size and adler32 of what was stored', async () => {
        expect(await put('a/f', 'hello')).toEqual({ bytes: 5, adler32: '062c0215' });
        expect(await get('a/f')).toBe('hello');
      });

      it('stores large content in many blocks unchanged', async () => {
        const parts = Array.from({ length: 9 }, (_, index) => randomBytes(700_000 + index));
        const whole = Buffer.concat(parts);
        const result = await storage.write('big', blocks(...parts), { overwrite: false });
        expect(result).toEqual({ bytes: whole.length, adler32: adler32(whole) });
        expect((await buffer(await storage.read('big'))).equals(whole)).toBe(true);
      });

      it('stores files of zero bytes', async () => {
        const expected = { expectedBytes: 0, expectedAdler32: '1' };
        const result = await storage.write('empty', blocks(), { overwrite: false, ...expected });
        expect(result).toEqual({ bytes: 0, adler32: '00000001' });
        expect(await storage.stat('empty')).toMatchObject({ kind: 'file', bytes: 0 });
        expect(await get('empty')).toBe('');
        expect(await storage.checksum('empty', 'adler32')).toBe('00000001');
      });

      it.each(namesInUse)('keeps the name %j', async (path) => {
        await put(path, path);
        expect(await get(path)).toBe(path);
        const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
        expect((await collect(storage.list(parent))).map((entry) => entry.path)).toEqual([path]);
        await storage.remove(path);
        expect(await storage.stat(path)).toBeUndefined();
      });

      it('replaces only with overwrite', async () => {
        await put('f', 'one');
        expect(await failure(put('f', 'two'))).toBe('already-exists');
        expect(await get('f')).toBe('one');
        await put('f', 'three', true);
        expect(await get('f')).toBe('three');
        await nothingLeft('f');
      });

      it('lets exactly one of two writers without overwrite win', async () => {
        const outcomes = await Promise.all([failure(put('f', 'one')), failure(put('f', 'two'))]);
        expect(outcomes.sort()).toEqual(['already-exists', 'nothing failed']);
        await nothingLeft('f');
      });

      it('shows nothing before the last byte, and the old content while it is replaced', async () => {
        await put('old', 'old');
        const seen: unknown[] = [];
        const watched = async function* (path: string) {
          yield Buffer.from('first ');
          seen.push((await storage.stat(path))?.bytes);
          seen.push((await collect(storage.list(''))).map((entry) => entry.path).join());
          yield Buffer.from('second');
        };
        await storage.write('new', watched('new'), { overwrite: false });
        await storage.write('old', watched('old'), { overwrite: true });
        expect(seen).toEqual([undefined, 'old', 3, 'new,old']);
        expect(await get('old')).toBe('first second');
      });

      it('leaves nothing when the content fails half-way', async () => {
        const broken = async function* () {
          yield randomBytes(100_000);
          throw new Error('line cut');
        };
        await put('kept', 'old');
        expect(await failure(storage.write('f', broken(), { overwrite: false }))).toBe('unavailable');
        expect(await failure(storage.write('kept', broken(), { overwrite: true }))).toBe('unavailable');
        expect(await storage.stat('f')).toBeUndefined();
        expect(await get('kept')).toBe('old');
        await nothingLeft('kept');
      });

      it('leaves nothing when it is aborted, even while the content stalls', async () => {
        const abort = new AbortController();
        const stalled = async function* () {
          yield randomBytes(100_000);
          setTimeout(() => abort.abort(), 20);
          await new Promise(() => undefined);
        };
        const options = { overwrite: false, signal: abort.signal };
        expect(await failure(storage.write('f', stalled(), options))).toBe('unavailable');
        expect(await storage.stat('f')).toBeUndefined();
        expect(await failure(storage.write('f', blocks('late'), options))).toBe('unavailable');
        await nothingLeft();
      });

      it('holds what is expected against what came', async () => {
        const write = (expectation: object) =>
          failure(storage.write('f', blocks('hel', 'lo'), { overwrite: false, ...expectation }));
        expect(await write({ expectedBytes: 4 })).toBe('size-mismatch');
        expect(await write({ expectedBytes: 6 })).toBe('size-mismatch');
        expect(await write({ expectedAdler32: '062c0216' })).toBe('checksum-mismatch');
        expect(await storage.stat('f')).toBeUndefined();
        await nothingLeft();
        expect(await write({ expectedBytes: 5, expectedAdler32: '62C0215' })).toBe('nothing failed');
      });

      it('does not put a file where a directory is, or below a file', async () => {
        await put('d/f', 'x');
        expect(await failure(put('d', 'x', true))).toBe('is-directory');
        expect(await failure(put('d/f/g', 'x', true))).toBe('not-a-directory');
        await nothingLeft('d/f');
      });
    });

    describe('read', () => {
      it('gives ranges, first and last byte included', async () => {
        await put('f', '0123456789');
        expect(await get('f', { start: 0, end: 0 })).toBe('0');
        expect(await get('f', { start: 3, end: 5 })).toBe('345');
        expect(await get('f', { start: 8, end: 9 })).toBe('89');
      });

      it('fails before the stream begins', async () => {
        await put('d/f', 'x');
        expect(await failure(storage.read('nothing'))).toBe('not-found');
        expect(await failure(storage.read('d/f/g'))).toMatch(/^not-(found|a-directory)$/);
        expect(await failure(storage.read('d'))).toBe('is-directory');
      });
    });

    describe('stat and list', () => {
      it('describe files and directories in name order', async () => {
        await put('d/b', '22');
        await put('d/a', '1');
        await put('d/sub/c', '333');
        const entries = await collect(storage.list('d'));
        expect(entries.map(({ path, kind, bytes }) => `${path} ${kind} ${bytes}`)).toEqual([
          'd/a file 1',
          'd/b file 2',
          'd/sub directory 0',
        ]);
        expect(Math.abs(Date.now() - (entries[0]?.modifiedAt.getTime() ?? 0))).toBeLessThan(60_000);
        expect(await storage.stat('d/a')).toEqual(entries[0]);
        expect(await storage.stat('')).toMatchObject({ kind: 'directory' });
        expect(await storage.stat('d/a/below')).toBeUndefined();
        expect((await collect(storage.list(''))).map((entry) => entry.path)).toEqual(['d']);
      });

      it('change the etag with the content', async () => {
        await put('f', 'one');
        const before = (await storage.stat('f'))?.etag;
        expect((await storage.stat('f'))?.etag).toBe(before);
        await put('f', 'two', true);
        expect((await storage.stat('f'))?.etag).not.toBe(before);
      });

      it('refuse to list what is no directory', async () => {
        await put('f', 'x');
        expect(await failure(() => collect(storage.list('f')))).toBe('not-a-directory');
        expect(await failure(() => collect(storage.list('nothing')))).toBe('not-found');
      });
    });

    describe('move', () => {
      it('takes a file to a new place with its content', async () => {
        await put('x.rucio.upload', 'data');
        await storage.move('x.rucio.upload', 'deep/er/x', { overwrite: false });
        expect(await get('deep/er/x')).toBe('data');
        expect(await storage.stat('x.rucio.upload')).toBeUndefined();
        expect(await storage.checksum('deep/er/x', 'adler32')).toBe(adler32(Buffer.from('data')));
        await nothingLeft('deep/er/x');
      });

      it('replaces only with overwrite, and never a directory', async () => {
        await put('a', 'a');
        await put('b', 'b');
        await put('d/f', 'f');
        expect(await failure(storage.move('a', 'b', { overwrite: false }))).toBe('already-exists');
        expect(await get('a')).toBe('a');
        expect(await failure(storage.move('a', 'd', { overwrite: true }))).toBe('is-directory');
        expect(await failure(storage.move('nothing', 'c', { overwrite: true }))).toBe('not-found');
        await storage.move('a', 'b', { overwrite: true });
        expect(await get('b')).toBe('a');
        await nothingLeft('b', 'd/f');
      });
    });

    it('removes files and empty directories only', async () => {
      await put('d/f', 'x');
      expect(await failure(storage.remove('d'))).toBe('directory-not-empty');
      await storage.remove('d/f');
      await storage.remove('d');
      expect(await storage.stat('d')).toBeUndefined();
      expect(await failure(storage.remove('d'))).toBe('not-found');
      expect(await failure(storage.remove('d/f'))).toBe('not-found');
      expect(await failure(storage.remove(''))).toBe('invalid-path');
    });

    it('creates one directory at a time', async () => {
      expect(await failure(storage.createDirectory('d/sub'))).toBe('not-found');
      await storage.createDirectory('d');
      await storage.createDirectory('d/sub');
      expect(await storage.stat('d/sub')).toMatchObject({ kind: 'directory' });
      expect(await failure(storage.createDirectory('d'))).toBe('already-exists');
      await put('f', 'x');
      expect(await failure(storage.createDirectory('f'))).toBe('already-exists');
    });

    it('computes checksums of what is stored, and new ones after a change', async () => {
      await put('f', 'hello');
      expect(await storage.checksum('f', 'adler32')).toBe('062c0215');
      expect(await storage.checksum('f', 'md5')).toBe(md5('hello'));
      await put('f', 'jello', true);
      expect(await storage.checksum('f', 'md5')).toBe(md5('jello'));
      expect(await storage.checksum('f', 'adler32', { fresh: true })).toBe(adler32(Buffer.from('jello')));
      expect(await failure(storage.checksum('nothing', 'adler32'))).toBe('not-found');
    });

    it('knows its space, or says that it does not', async () => {
      const { total, free } = await storage.space();
      if (total !== undefined && free !== undefined) expect(free).toBeLessThanOrEqual(total);
      for (const figure of [total, free]) if (figure !== undefined) expect(figure).toBeGreaterThan(0);
    });

    it.each(invalidPaths)('refuses the path %j everywhere', async (path) => {
      await put('f', 'x');
      expect(await failure(() => storage.stat(path))).toBe('invalid-path');
      expect(await failure(() => collect(storage.list(path)))).toBe('invalid-path');
      expect(await failure(() => storage.read(path))).toBe('invalid-path');
      expect(await failure(() => put(path, 'x', true))).toBe('invalid-path');
      expect(await failure(() => storage.move('f', path, { overwrite: true }))).toBe('invalid-path');
      expect(await failure(() => storage.move(path, 'g', { overwrite: true }))).toBe('invalid-path');
      expect(await failure(() => storage.remove(path))).toBe('invalid-path');
      expect(await failure(() => storage.createDirectory(path))).toBe('invalid-path');
      expect(await failure(() => storage.checksum(path, 'adler32'))).toBe('invalid-path');
      await nothingLeft('f');
    });

    it('does not follow a symbolic link out of its root', async ({ skip }) => {
      if (under.linkOutside === undefined) return skip('this adapter has no symbolic links');
      const { outsideUnchanged } = await under.linkOutside('link');
      expect(await storage.stat('link')).toBeUndefined();
      expect((await collect(storage.list(''))).map((entry) => entry.path)).toEqual([]);
      expect(await failure(() => storage.read('link/secret'))).toBe('permission-denied');
      expect(await failure(() => collect(storage.list('link')))).toBe('permission-denied');
      expect(await failure(() => storage.checksum('link/secret', 'md5'))).toBe('permission-denied');
      expect(await failure(() => put('link/new', 'x', true))).toBe('permission-denied');
      expect(await failure(() => storage.remove('link/secret'))).toBe('permission-denied');
      expect(await failure(() => storage.createDirectory('link/d'))).toBe('permission-denied');
      await put('f', 'x');
      expect(await failure(() => storage.move('f', 'link/f', { overwrite: true }))).toBe('permission-denied');
      expect(await outsideUnchanged()).toBe(true);
    });
  });
}
