import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfinedEntry, type ConfinedFiles, openConfined } from './index.ts';

async function all(entries: AsyncIterable<ConfinedEntry>): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of entries) paths.push(`${entry.kind} ${entry.path}`);
  return paths;
}

describe.each(['descriptor', 'path'] as const)('confined files by %s', (confinement) => {
  let place: string;
  let root: string;
  let files: ConfinedFiles;
  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'confined-'));
    root = join(place, 'root');
    await mkdir(root);
    await mkdir(join(place, 'outside'));
    await writeFile(join(place, 'outside/secret'), 'secret');
    files = await openConfined(root, { confinement });
  });
  afterEach(async () => {
    files.close();
    await rm(place, { recursive: true });
  });

  it('writes with parents, reads back, lists in order and removes', async () => {
    await files.writeFile('a/b/ü %41.txt', 'hello', { overwrite: false });
    await files.writeFile('a/a.txt', 'x', { overwrite: false });
    expect(await text(await files.createReadStream('a/b/ü %41.txt'))).toBe('hello');
    expect(await text(await files.createReadStream('a/b/ü %41.txt', { start: 1, end: 3 }))).toBe('ell');
    expect(await all(files.list('a'))).toEqual(['file a/a.txt', 'directory a/b']);
    expect(await all(files.walk(''))).toEqual([
      'directory a',
      'file a/a.txt',
      'directory a/b',
      'file a/b/ü %41.txt',
    ]);
    expect(await files.stat('a/a.txt')).toMatchObject({ kind: 'file', bytes: 1 });
    expect(await files.stat('a/nothing')).toBeUndefined();
    expect(await files.stat('')).toMatchObject({ kind: 'directory', path: '' });
    await expect(files.remove('a')).rejects.toMatchObject({ code: 'directory-not-empty' });
    await files.removeTree('a');
    expect(await readdir(root)).toEqual([]);
  });

  it('walks past directories too deep to be named, and removes them and names that are no text', async () => {
    const script = `mkdir -p t; cd t; echo x > f; mkdir $'\\xff'; echo x > $'\\xff/\\xfe'; echo x > $'\\xfd'
      for i in $(seq 300); do mkdir dddddddddddddddd && cd dddddddddddddddd; done; echo x > deep`;
    execFileSync('bash', ['-c', script], { cwd: root });
    const found = await all(files.walk(''));
    expect(found).toContain('file t/f');
    expect(found.length).toBeGreaterThan(100);
    // Without descriptors only what has a path can be removed.
    if (confinement === 'path') return void execFileSync('rm', ['-r', 't'], { cwd: root });
    await files.removeTree('t');
    expect(await readdir(root)).toEqual([]);
  });

  it('replaces only when told to, and leaves nothing of a file that failed', async () => {
    await files.writeFile('f', 'one', { overwrite: false });
    await expect(files.writeFile('f', 'two', { overwrite: false })).rejects.toMatchObject({
      code: 'already-exists',
    });
    expect(await readFile(join(root, 'f'), 'utf8')).toBe('one');
    await files.writeFile('f', 'two', { overwrite: true });
    expect(await readFile(join(root, 'f'), 'utf8')).toBe('two');
    const broken = (async function* () {
      yield Buffer.from('half');
      throw new Error('line cut');
    })();
    await expect(files.writeFile('g', broken, { overwrite: false })).rejects.toMatchObject({
      code: 'failed',
    });
    expect(await readdir(root)).toEqual(['f']);
  });

  it('renames within the root', async () => {
    await files.writeFile('f', 'one', { overwrite: false });
    await files.rename('f', 'deep/er/g', { overwrite: false });
    await files.rename('deep', 'moved', { overwrite: false });
    expect(await all(files.walk(''))).toEqual(['directory moved', 'directory moved/er', 'file moved/er/g']);
    await files.writeFile('h', 'two', { overwrite: false });
    await expect(files.rename('h', 'moved/er/g', { overwrite: false })).rejects.toMatchObject({
      code: 'already-exists',
    });
    await files.rename('h', 'moved/er/g', { overwrite: true });
    expect(await readFile(join(root, 'moved/er/g'), 'utf8')).toBe('two');
  });

  it.each([
    '../x',
    'a/../x',
    '/etc/passwd',
    'a//b',
    'a/',
    './a',
    '.',
    '..',
    'a\0b',
    '\ud800',
    'n'.repeat(256),
  ])('refuses the path %j', async (path) => {
    await expect(files.stat(path)).rejects.toMatchObject({ code: 'invalid-path' });
    await expect(files.openRead(path)).rejects.toMatchObject({ code: 'invalid-path' });
    await expect(files.writeFile(path, '', { overwrite: true })).rejects.toMatchObject({
      code: 'invalid-path',
    });
    await expect(files.removeTree(path)).rejects.toMatchObject({ code: 'invalid-path' });
  });

  it('follows no link, at the end of a path or on the way', async () => {
    await symlink(join(place, 'outside'), join(root, 'away'));
    await symlink(join(place, 'outside/secret'), join(root, 'file'));
    await symlink('../../outside/secret', join(root, 'relative'));
    for (const path of ['file', 'relative', 'away/secret'])
      await expect(files.openRead(path)).rejects.toMatchObject({ code: 'symbolic-link' });
    await expect(all(files.list('away'))).rejects.toMatchObject({ code: 'symbolic-link' });
    await expect(files.stat('away/secret')).rejects.toMatchObject({ code: 'symbolic-link' });
    for (const path of ['away/new', 'away/deep/new'])
      await expect(files.writeFile(path, 'x', { overwrite: true })).rejects.toMatchObject({
        code: 'symbolic-link',
      });
    await expect(files.remove('away/secret')).rejects.toMatchObject({ code: 'symbolic-link' });
    await expect(files.removeTree('away/secret')).rejects.toMatchObject({ code: 'symbolic-link' });
    await expect(files.makeDirectory('away/d')).rejects.toMatchObject({ code: 'symbolic-link' });
    await files.writeFile('f', 'x', { overwrite: false });
    await expect(files.rename('f', 'away/f', { overwrite: true })).rejects.toMatchObject({
      code: 'symbolic-link',
    });
    expect(await all(files.walk(''))).toEqual(['link away', 'file f', 'link file', 'link relative']);
    // Writing over a link replaces the link, removing removes it: what it points at stays.
    await files.writeFile('file', 'mine', { overwrite: true });
    expect((await lstat(join(root, 'file'))).isFile()).toBe(true);
    await files.removeTree('away');
    expect(await readdir(join(place, 'outside'))).toEqual(['secret']);
    expect(await readFile(join(place, 'outside/secret'), 'utf8')).toBe('secret');
  });

  it('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await expect(files.openRead('pipe')).rejects.toMatchObject({ code: 'not-a-file' });
  });

  it('removes a tree that is deeper than the process has descriptors to spare', async () => {
    await files.makeDirectory(Array.from({ length: 300 }, () => 'd').join('/'), { parents: true });
    await files.removeTree('d');
    expect(await readdir(root)).toEqual([]);
  });

  it('gives up a directory that was moved out of the root while it was written to', async () => {
    const part = await files.createPart('d/f');
    await part.handle.writeFile('late');
    const { rename } = await import('node:fs/promises');
    await rename(join(root, 'd'), join(place, 'outside/d'));
    if (confinement === 'descriptor')
      await expect(part.commit({ overwrite: true })).rejects.toMatchObject({ code: 'outside-root' });
    else await expect(part.commit({ overwrite: true })).rejects.toMatchObject({ code: 'not-found' });
    expect(await readdir(join(place, 'outside'))).toEqual(['d', 'secret']);
  });

  it('refuses work after close, and finishes what had begun', async () => {
    const part = await files.createPart('f');
    files.close();
    await expect(files.stat('')).rejects.toMatchObject({ code: 'failed' });
    await part.handle.writeFile('x');
    await part.commit({ overwrite: false });
    expect(await readdir(root)).toEqual(['f']);
  });
});
