import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildEnvironments } from '../../src/client/build-environments.ts';
import { createHubPerson, type HubPerson } from '../harness/hub-person.ts';
import { sharedBuilds, startPlatformForTests, type TestPlatform } from '../harness/platform.ts';

const run = promisify(execFile);
const wanted = process.env['TEST_CARDS'] === 'all';
if (!wanted)
  process.stderr.write('older single-user servers are skipped: set TEST_CARDS=all to fetch them\n');

/** JupyterLab's environment with another JupyterHub in it, and the other environments of a server beside it. */
async function buildsWith(version: string): Promise<string> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const {
    lab,
    minimal,
    'reana-client': reana,
  } = await buildEnvironments(['lab', 'minimal', 'reana-client'], sharedBuilds, say);
  const builds = await mkdtemp(join(sharedBuilds, '..', 'older-'));
  const environments = join(builds, 'environments');
  await mkdir(environments);
  // Links to the same files: what is replaced in the copy stays as it is in the original.
  for (const { directory } of [lab, minimal, reana]) await run('cp', ['-al', directory, `${environments}/`]);
  const copy = join(environments, basename(lab.directory));
  await run(
    join(sharedBuilds, 'tools/uv/bin/uv'),
    ['pip', 'install', '--quiet', '--python', join(copy, 'bin/python'), `jupyterhub==${version}.*`],
    { env: { ...process.env, UV_CACHE_DIR: join(sharedBuilds, 'cache/uv'), UV_LINK_MODE: 'hardlink' } },
  );
  return builds;
}

describe.skipIf(!wanted).each(['5', '4'])('a jupyterhub-singleuser %s', (version) => {
  let builds = '';
  let platform: TestPlatform;
  let ada: HubPerson;
  beforeAll(async () => {
    builds = await buildsWith(version);
    platform = await startPlatformForTests({ name: `older-${version}`, builds });
    ada = await createHubPerson(platform);
  });
  afterAll(async () => {
    await platform?.dispose();
    await rm(builds, { recursive: true, force: true });
  });

  test('starts, signs its person in, computes and stops', async () => {
    await ada.start();
    await ada.reach(['ready', 'failed'], '', 180);
    const { vre } = await ada.server();
    expect([vre.state, vre.message, vre.log]).toEqual(['ready', expect.anything(), expect.anything()]);
    const channel = await ada.channel(await ada.startKernel());
    const { outputs } = await channel.execute(
      'import os, subprocess; print(subprocess.run(["jupyterhub-singleuser", "--version"], capture_output=True, text=True).stdout)',
    );
    channel.close();
    expect(JSON.stringify(outputs)).toMatch(new RegExp(`"${version}\\.\\d`));
    const hub = platform.addresses.notebooks;
    const page = await ada.visit(`${hub}/user/${ada.name}/lab`);
    expect([page.status, new URL(page.url).pathname]).toEqual([200, `/user/${ada.name}/lab`]);
    await ada.api(`/users/${ada.name}/server`, { method: 'DELETE' });
    await ada.reach(['stopped']);
    expect(await platform.audit()).toEqual([]);
  });
});
