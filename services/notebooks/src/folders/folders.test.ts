import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, testContext } from '@vre/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { notebooksMigrations } from '../notebooks-migrations.ts';
import { roomInHome } from './home-space.ts';
import { presentHostFolders } from './host-folders.ts';
import { folderNameOf, makeProjectFolders } from './project-folders.ts';
import { projectsOf } from './project-store.ts';
import { createSharedCleaner } from './shared-cleaner.ts';
import { makeSharedFolder } from './shared-folder.ts';

let root = '';
let context: TestContext;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vre-folders-'));
  context = await testContext('hub', notebooksMigrations);
});
afterAll(async () => {
  await context.dispose();
  await rm(root, { recursive: true, force: true });
});

test.each([
  ['/km3net', 'km3net'],
  ['/km3net/orca', 'km3net-orca'],
  ['administrators', 'administrators'],
  ['/../etc', '-etc'],
  ['/..', 'group'],
  ['/ünder müns', '-nder-m-ns'],
])('the group %s is the folder %s', (group, name) => {
  expect(folderNameOf(group)).toBe(name);
});

describe('projects', () => {
  it('are one a group and issuer, the same for every member, and numbers are not used up by starts', async () => {
    const { direct } = context.database;
    const first = await projectsOf(direct, 'https://one.example', ['/km3net', '/cta', '/km3net']);
    expect(first.map(({ group }) => group).sort()).toEqual(['/cta', '/km3net']);
    for (let start = 0; start < 5; start++)
      expect(await projectsOf(direct, 'https://one.example', ['/cta', '/km3net'])).toEqual(first);
    const [elsewhere] = await projectsOf(direct, 'https://two.example', ['/km3net']);
    expect(elsewhere?.number).toBe(Math.max(...first.map(({ number }) => number)) + 1);
    expect(await projectsOf(direct, 'https://one.example', [])).toEqual([]);
  });

  it('have folders that only their group enters; groups that read alike keep apart', async () => {
    const parent = join(root, 'projects');
    const asRoot = process.getuid?.() === 0;
    const folders = await makeProjectFolders(
      parent,
      [
        { number: 7, group: '/a/b' },
        { number: 8, group: '/a-b' },
      ],
      asRoot ? ({ number }) => 50_000 + number : undefined,
    );
    expect(folders).toEqual([
      { name: 'a-b', directory: join(parent, '7') },
      { name: 'a-b-8', directory: join(parent, '8') },
    ]);
    const { mode, gid } = await stat(join(parent, '7'));
    expect([(mode & 0o7777).toString(8), asRoot ? gid : 50_007]).toEqual([asRoot ? '2770' : '700', 50_007]);
  });
});

describe('the shared folder', () => {
  let shared = '';
  const day = 86_400_000;
  beforeEach(async () => {
    shared = await mkdtemp(join(root, 'shared-'));
    await makeSharedFolder(shared, 30 * 86_400);
  });
  /** The kernel stamps every change itself, so that the clock moves instead. */
  const cleanAfter = async (days: number) => {
    const clock = { now: () => new Date(Date.now() + days * day) };
    const cleaner = createSharedCleaner({ clock, directory: shared, keepSeconds: 30 * 86_400 });
    await cleaner.step(AbortSignal.timeout(10_000));
  };

  it('is sticky, and tells its rule', async () => {
    expect(((await stat(shared)).mode & 0o7777).toString(8)).toBe('1777');
    expect(await readFile(join(shared, 'README.txt'), 'utf8')).toMatch(/nobody read or wrote for 30 days/);
  });

  it('keeps what was touched, also when an archive gave it an old date', async () => {
    await writeFile(join(shared, 'unpacked'), '');
    await utimes(join(shared, 'unpacked'), new Date(0), new Date(0));
    await cleanAfter(29);
    expect((await readdir(shared)).sort()).toEqual(['README.txt', 'unpacked']);
  });

  it('removes the rest, with folders that are empty then, follows no link and leaves the page', async () => {
    const outside = join(root, 'outside');
    await writeFile(outside, 'mine');
    await mkdir(join(shared, 'ada', 'deep'), { recursive: true });
    await writeFile(join(shared, 'ada', 'deep', 'file'), '');
    await symlink(outside, join(shared, 'link'));
    await symlink(root, join(shared, 'ada', 'all'));
    await cleanAfter(31);
    expect(await readdir(shared)).toEqual(['README.txt']);
    expect((await lstat(outside)).isFile()).toBe(true);
  });
});

it('folders of the machine are shown where they are there', async () => {
  expect(await presentHostFolders([root, join(root, 'no-cvmfs')])).toEqual({
    present: [root],
    sentences: [],
  });
});

test('a full home is refused with the way out; else there is room for what is left', () => {
  const limits = { home: 10e9, server: 4e9 };
  expect(roomInHome(2e9, limits)).toBe(4e9);
  expect(roomInHome(9e9, limits)).toBe(1e9);
  expect(() => roomInHome(9.99e9, limits)).toThrow(/holds 10\.0 GB of 10\.0 GB[\s\S]*--rescue/);
});
