import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectionOptions } from '@vre/database';
import { requirement } from '@vre/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { loadConfiguration } from '../../src/configuration/configuration.ts';
import { vre } from '../../src/demo/platform.ts';
import { databaseUrl } from '../../src/installation/database-address.ts';
import { test } from '../harness/clients-test.ts';
import { sharedBuilds, startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { mountSmallDisk, type SmallDisk } from '../harness/small-disk.ts';
import { until } from '../harness/wait.ts';

const smallDisks = requirement('small disks');
mkdirSync(sharedBuilds, { recursive: true });

const filesBelow = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'ballast')
    .map((entry) => entry.name);

/** What a `vre` command says, whether it fails or not. */
const said = (words: readonly string[]): Promise<string> => vre(words).catch((error: Error) => error.message);

async function file(alice: Researcher, name: string, bytes: number): Promise<Buffer> {
  const content = randomBytes(bytes);
  await writeFile(join(alice.home, name), content);
  return content;
}

describe.skipIf(!smallDisks.present)(`a full storage element ${smallDisks.reason}`, () => {
  let disk: SmallDisk;
  let platform: TestPlatform;
  let alice: Researcher;
  let target: readonly string[];
  beforeAll(async () => {
    disk = mountSmallDisk(48);
    platform = await startPlatformForTests({
      name: 'small-element',
      configuration: {
        'data-lake': { 'stuck-retry': 10 },
        'storage-elements': [{ name: 'ROOMY' }, { name: 'SMALL', directory: disk.directory }],
      },
    });
    alice = await createResearcher(platform, { clients: ['rucio'] });
    target = ['--data', platform.dataDirectory, '--config', join(platform.dataDirectory, 'vre.yaml')];
  });
  afterAll(async () => {
    await platform?.dispose();
    disk?.remove();
  });
  const upload = (rse: string, name: string) =>
    alice.rucio('upload', '--rse', rse, '--scope', alice.scope, name);
  const uploaded = async (rse: string, name: string) => {
    const { output } = await upload(rse, name);
    expect(output).toMatch(/Successfully uploaded file/);
  };

  test('an upload that does not fit is refused in words and leaves nothing behind', async () => {
    await file(alice, 'big.bin', 80_000_000);
    // The client ends with code 0 all the same: its last words are the result.
    const { output } = await upload('SMALL', 'big.bin');
    expect(output).toContain('None of the given files have been uploaded');
    expect(output).toMatch(/no space is left on this storage element: choose another one/);
    expect(filesBelow(disk.directory)).toEqual([]);
    expect(await platform.audit()).toEqual([]);
    const content = await file(alice, 'fits.bin', 1_000_000);
    await uploaded('SMALL', 'fits.bin');
    expect(filesBelow(disk.directory)).toEqual(['fits.bin']);
    const download = await alice.rucio('download', `${alice.scope}:fits.bin`, '--dir', 'back');
    expect(download.code, download.output).toBe(0);
    expect((await readFile(join(alice.home, 'back', alice.scope, 'fits.bin'))).equals(content)).toBe(true);
    await uploaded('ROOMY', 'big.bin');
  });

  test('status names the disk that is full', async () => {
    await disk.fill(1_000_000);
    expect(await said(['status', ...target])).toMatch(
      new RegExp(`^FULL +disk +\\d MB of 50 MB free in ${disk.directory}: the disk is full`, 'm'),
    );
  });

  test('a rule towards it says why it is stuck, and is fulfilled when space was freed', async () => {
    await file(alice, 'later.bin', 20_000_000);
    await uploaded('ROOMY', 'later.bin');
    const did = `${alice.scope}:later.bin`;
    const added = await alice.rucio('rule', 'add', did, '--copies', '1', '--rses', 'SMALL');
    const id = /[0-9a-f]{32}/.exec(added.output)?.[0] ?? added.output;
    const show = () => alice.rucio('rule', 'show', id);
    const stuck = await until(show, ({ output }) => /no space is left/.test(output), 120);
    expect(stuck.output).toMatch(/State:\s+(STUCK|REPLICATING)/);
    // An attempt may be under way; what it has written goes with it.
    await until(
      async () => filesBelow(disk.directory),
      (names) => names.join() === 'fits.bin',
    );
    await disk.free();
    await until(show, ({ output }) => /State:\s+OK/.test(output), 150);
    expect(await platform.audit()).toEqual([]);
  });
});

describe.skipIf(!smallDisks.present)(`a full disk of the platform ${smallDisks.reason}`, () => {
  let disk: SmallDisk;
  let platform: TestPlatform;
  let alice: Researcher;
  let target: readonly string[];
  beforeAll(async () => {
    disk = mountSmallDisk(400);
    platform = await startPlatformForTests({ name: 'full', dataDirectory: disk.directory });
    alice = await createResearcher(platform, { clients: ['rucio'] });
    target = ['--data', platform.dataDirectory, '--config', join(platform.dataDirectory, 'vre.yaml')];
  });
  afterAll(async () => {
    await platform?.stop();
    disk?.remove();
  });
  const upload = (name: string) => alice.rucio('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, name);

  /** Makes the database write until it cannot; resolves with what it says. */
  async function writeUntilRefused(): Promise<string> {
    const configuration = await loadConfiguration({ file: join(platform.dataDirectory, 'vre.yaml') });
    const client = new pg.Client(connectionOptions(await databaseUrl(platform.installation, configuration)));
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query('create table if not exists public.ballast (line text)');
      for (;;)
        await client.query(
          'insert into public.ballast select md5(random()::text) from generate_series(1, 100000)',
        );
    } catch (error) {
      return (error as Error).message;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  test('it is said what is wrong; with space freed everything works again and nothing was lost', async () => {
    const kept = await file(alice, 'kept.bin', 500_000);
    expect((await upload('kept.bin')).output).toMatch(/Successfully uploaded file/);

    await disk.fill();
    await file(alice, 'refused.bin', 500_000);
    const refused = await upload('refused.bin');
    expect(refused.output).not.toMatch(/Successfully uploaded file/);
    expect(refused.output).toMatch(/no space is left on this storage element: choose another one/);
    expect(await said(['status', ...target])).toMatch(
      /FULL +disk .*the disk is full and nothing can be written/,
    );
    expect(await said(['doctor', ...target])).toMatch(/missing.* disk space .*the disk is full/);

    expect(await writeUntilRefused()).toMatch(/No space left on device/);
    // One row may still fit into a page that exists: what must not come is a lost connection.
    const add = await alice.rucio('did', 'add', '--type', 'dataset', `${alice.scope}:refused`);
    expect(add.output).toMatch(/No space left on the disk of the platform, so nothing was changed|Added/);
    const status = await said(['status', ...target]);
    expect(status).toMatch(/FULL +disk/);
    expect(status).not.toContain('DOWN');
    // No process ended, so none was started again.
    expect(await readFile(join(disk.directory, 'logs', 'up.log'), 'utf8')).not.toContain('ended');

    await disk.free();
    await until(
      () => upload('refused.bin'),
      ({ output }) => /Successfully uploaded file/.test(output),
      60,
    );
    const download = await alice.rucio('download', `${alice.scope}:*`, '--dir', 'back');
    expect(download.code, download.output).toBe(0);
    expect((await readFile(join(alice.home, 'back', alice.scope, 'kept.bin'))).equals(kept)).toBe(true);
    expect(await vre(['audit', ...target])).toBe('audit clean\n');
  });
});
