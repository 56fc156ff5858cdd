import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configurationSchema } from '../configuration/configuration.ts';
import { examineMachine } from '../doctor/examine-machine.ts';
import { openInstallation } from './installation.ts';

const directory = () => mkdtemp(join(tmpdir(), 'vre-installation-'));
const configured = (tree: object = {}) => configurationSchema.parse({ 'port-base': 23_450, ...tree });
const onNfs = async () => ({ type: 0x6969, bsize: 4096, blocks: 1e9, bavail: 1e9 });

test('the embedded database is refused on NFS, at the first start and later; its own server or a key allow it', async () => {
  const where = await directory();
  const open = (tree: object, statfs?: typeof onNfs) =>
    openInstallation(where, configured(tree), { create: true, ...(statfs ? { statfs } : {}) });
  const refused = /lies on NFS, where the embedded database is not safe: choose a --data directory/;
  await expect(open({}, onNfs)).rejects.toThrow(refused);
  expect(await readdir(where)).toEqual([]);
  await open({});
  await expect(open({}, onNfs)).rejects.toThrow(refused);
  await open({ database: { url: 'postgresql://vre@db/vre' } }, onNfs);
  await open({ database: { 'allow-network-file-system': true } }, onNfs);
});

test('doctor says where the data directory lies and that little is free', async () => {
  const findings = await examineMachine('/nowhere/yet', configured(), async () => ({
    ...(await onNfs()),
    bavail: 1000,
  }));
  const sentences = Object.fromEntries(findings.map(({ what, sentence }) => [what, sentence]));
  expect(sentences['file system']).toMatch(/lies on NFS, where the embedded database is not safe/);
  expect(sentences['disk space']).toMatch(/the disk is full and nothing can be written/);
});

test.each([
  ['of a newer release', { version: '9.0.0' }, /belongs to release 9\.0\.0, newer than this .*: start that/],
  ['in another format', { format: 2 }, /in format 2, this release reads 1: start that release, or restore/],
  [
    'with another PostgreSQL',
    { postgresMajor: 17 },
    /is of PostgreSQL 17, this release brings 18: start rel/,
  ],
  ['without its issuer', { issuer: undefined }, /installation\.json is damaged, so nothing is touched: put/],
])('a data directory %s is refused', async (_what, changed, sentence) => {
  const where = await directory();
  await openInstallation(where, configured(), { create: true });
  const file = join(where, 'installation.json');
  const record = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...record, ...changed }));
  await expect(openInstallation(where, configured(), { create: false })).rejects.toThrow(sentence);
});
