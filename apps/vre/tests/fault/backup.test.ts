import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { vre } from '../../src/demo/platform.ts';
import { test } from '../harness/clients-test.ts';
import { startPlatformForTests } from '../harness/platform.ts';
import { createResearcher } from '../harness/researcher.ts';

test('a backup under load, restored elsewhere: same issuer, same bytes, audit clean', async () => {
  const platform = await startPlatformForTests({ name: 'backup' });
  const alice = await createResearcher(platform, { clients: ['rucio'] });
  const names = Array.from({ length: 10 }, (_, index) => `kept${index}`);
  for (const name of names) await writeFile(join(alice.home, name), randomBytes(200_000));
  const before = await alice.rucio(
    'upload',
    '--rse',
    'LOCAL-A',
    '--scope',
    alice.scope,
    ...names.map((name) => join(alice.home, name)),
  );
  expect(before.code, before.output).toBe(0);

  const load = names.map((name) => join(alice.home, `load-${name}`));
  for (const path of load) await writeFile(path, randomBytes(200_000));
  const target = `${platform.dataDirectory}-backup`;
  const [, during] = await Promise.all([
    vre([
      'backup',
      target,
      '--data',
      platform.dataDirectory,
      '--config',
      join(platform.dataDirectory, 'vre.yaml'),
    ]),
    alice.rucio('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, ...load),
  ]);
  expect(during.code, during.output).toBe(0);

  await platform.stop();
  await rm(platform.dataDirectory, { recursive: true });
  await vre(['restore', target, '--data', platform.dataDirectory]);
  await platform.start();
  expect(await platform.audit()).toEqual([]);
  const download = await alice.rucio(
    'download',
    `${alice.scope}:kept*`,
    '--dir',
    join(alice.home, 'restored'),
  );
  expect(download.code, download.output).toBe(0);
  for (const name of names) {
    const restored = await readFile(join(alice.home, 'restored', alice.scope, name));
    expect(restored.equals(await readFile(join(alice.home, name)))).toBe(true);
  }
  await platform.dispose();
  await rm(target, { recursive: true });
});
