import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rucioFiles, writeCredential, writeRucioFiles } from './index.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vre-client-files-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('writes what the clients read, for the owner alone', async () => {
  const authorityFile = join(root, 'own.pem');
  await writeFile(authorityFile, 'OWN AUTHORITY\n');
  await writeRucioFiles(root, {
    addresses: { lake: 'http://localhost:8001', storageDoor: 'https://localhost:8003', authorityFile },
    account: 'ada',
    token: 'a.b.c',
  });
  const files = rucioFiles(root);
  expect(await readFile(files.token, 'utf8')).toBe('a.b.c');
  expect(await readFile(files.config, 'utf8')).toContain(`auth_token_file_path = ${files.token}\n`);
  expect(await readFile(files.authority, 'utf8')).toMatch(/^OWN AUTHORITY\n/);
  for (const path of Object.values(files)) expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('replaces a link that a job put there, never what it points at', async () => {
  const elsewhere = join(root, 'elsewhere');
  await writeFile(elsewhere, 'untouched');
  await symlink(elsewhere, join(root, 'rucio.token'));
  await writeCredential(root, 'rucio.token', 'renewed');
  expect(await readFile(elsewhere, 'utf8')).toBe('untouched');
  expect(await readFile(join(root, 'rucio.token'), 'utf8')).toBe('renewed');
});
