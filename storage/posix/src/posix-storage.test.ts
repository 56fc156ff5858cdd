import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStorageContract } from '@vre/storage-port/contract-suite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { posixSubject } from './contract-subject.test-support.ts';
import { createPosixStorage, type PosixStorage } from './index.ts';

describeStorageContract('posix', () => posixSubject((root) => createPosixStorage({ root, fsync: 'never' })));

describe('posix storage', () => {
  let root: string;
  let storage: PosixStorage;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'posix-'));
    storage = await createPosixStorage({ root });
  });
  afterEach(async () => {
    storage.close();
    await rm(root, { recursive: true });
  });
  const put = (path: string, content: string) =>
    storage.write(
      path,
      (async function* () {
        yield Buffer.from(content);
      })(),
      { overwrite: true },
    );

  it('notices that a file was changed behind its back', async () => {
    await put('f', 'hello');
    const before = await storage.stat('f');
    await writeFile(join(root, 'f'), 'jello');
    expect((await storage.stat('f'))?.etag).not.toBe(before?.etag);
    expect(await storage.checksum('f', 'adler32')).toBe('06360217');
  });

  it('believes no memory when a fresh checksum is asked for', async () => {
    await put('f', 'hello');
    expect(await storage.checksum('f', 'adler32')).toBe('062c0215');
    expect(await storage.checksum('f', 'adler32', { fresh: true })).toBe('062c0215');
  });

  it('says where a file lies on this host', () => {
    expect(storage.localPath('a/b')).toBe(join(root, 'a/b'));
    expect(() => storage.localPath('../b')).toThrow(expect.objectContaining({ code: 'invalid-path' }));
  });

  it('hides unfinished files and removes the abandoned ones', async () => {
    const part = '.f.01234567-89ab-cdef-0123-456789abcdef.part';
    await mkdir(join(root, 'd'));
    await writeFile(join(root, 'd', part), 'half');
    await put('d/f', 'whole');
    const names: string[] = [];
    for await (const entry of storage.list('d')) names.push(entry.path);
    expect(names).toEqual(['d/f']);
    expect(await storage.removeAbandoned(new Date(Date.now() - 3_600_000))).toBe(0);
    await utimes(join(root, 'd', part), new Date(0), new Date(0));
    expect(await storage.removeAbandoned(new Date(Date.now() - 3_600_000))).toBe(1);
    expect(await readdir(join(root, 'd'))).toEqual(['f']);
  });

  it('never shares an inode between a file and what it was written from', async () => {
    await put('f', 'x');
    await put('g', 'x');
    const [f, g] = await Promise.all([stat(join(root, 'f')), stat(join(root, 'g'))]);
    expect(f.ino).not.toBe(g.ino);
    expect(f.nlink).toBe(1);
  });

  it('fails to open a root that does not exist', async () => {
    await expect(createPosixStorage({ root: join(root, 'nothing') })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('a full disk', () => {
  let root: string;
  let mounted = false;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'posix-full-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', root], { stdio: 'ignore' });
      mounted = true;
    } catch {
      mounted = false;
    }
  });
  afterEach(async () => {
    if (mounted) execFileSync('umount', [root]);
    await rm(root, { recursive: true });
  });

  it('is told as no-space, and leaves nothing', async ({ skip }) => {
    if (!mounted) skip('mounting a small file system needs root');
    const storage = await createPosixStorage({ root });
    const content = (async function* () {
      for (let index = 0; index < 8; index++) yield Buffer.alloc(512 * 1024, 1);
    })();
    await expect(storage.write('f', content, { overwrite: false })).rejects.toMatchObject({
      code: 'no-space',
    });
    expect(await readdir(root)).toEqual([]);
    expect((await storage.space()).free).toBeGreaterThan(900_000);
    storage.close();
  });
});
