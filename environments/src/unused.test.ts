import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { locateEnvironment } from './build.ts';
import type { Environment } from './declaration.ts';
import { removeUnused } from './unused.ts';

const declared: Environment = {
  name: 'declared',
  title: 'Declared',
  description: 'Still declared',
  owner: 'tests',
  python: '3.11',
  smokeTest: ['true'],
  images: [],
  lock: 'six==1.17.0\n',
};
const old = 'declared-0123456789abcdef';
let dataDirectory = '';
let parent = '';
let current = '';

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'vre-unused-'));
  parent = join(dataDirectory, 'environments');
  current = basename((await locateEnvironment(declared, { dataDirectory })).built.directory);
  for (const name of [current, old]) {
    await mkdir(join(parent, name, 'bin'), { recursive: true });
    await writeFile(join(parent, name, 'bin', 'program'), '12345');
    await writeFile(join(parent, `${name}.json`), '{}');
  }
});
afterEach(() => rm(dataDirectory, { recursive: true, force: true }));

it('removes what an older lock left, with its record, and keeps what is declared', async () => {
  await mkdir(join(parent, 'gone-0123456789abcdef.removing'));
  await mkdir(join(parent, `${old}.building-x`));
  const removed = await removeUnused([declared], { dataDirectory });
  expect(removed).toEqual([{ directory: join(parent, old), bytes: 5, usedBy: [] }]);
  // What is being built has a lock that only the builder takes over.
  expect((await readdir(parent)).sort()).toEqual([`${old}.building-x`, current, `${current}.json`].sort());
});

it('keeps what a process uses until it has ended', async () => {
  const words = ['-e', 'console.log("there"); setInterval(() => {}, 1e6)', join(parent, old)];
  const user = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(user.stdout, 'data');
    const link = join(dataDirectory, 'elsewhere');
    await mkdir(link);
    await symlink(parent, join(link, 'environments'));
    const kept = await removeUnused([declared], { dataDirectory: link });
    expect(kept).toEqual([{ directory: join(parent, old), bytes: 5, usedBy: [user.pid] }]);
    expect(await readdir(parent)).toContain(old);
  } finally {
    user.kill();
    await once(user, 'close');
  }
  await removeUnused([declared], { dataDirectory });
  expect(await readdir(parent)).not.toContain(old);
});

it('finds nothing where nothing was ever built', async () => {
  expect(await removeUnused([declared], { dataDirectory: join(dataDirectory, 'empty') })).toEqual([]);
});
