import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requirement } from '@vre/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vre } from '../../src/demo/platform.ts';
import { startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { createResearcher } from '../harness/researcher.ts';
import { until } from '../harness/wait.ts';

const namespaces = requirement('user namespaces');
const python = requirement('python');

/** Root in a namespace of its own, in which no further one can be made. */
const withoutNamespaces = [
  ...['unshare', '--user', '--map-root-user', 'sh', '-c'],
  'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
  'sh',
];

const said = (words: readonly string[], before: readonly string[] = []): Promise<string> =>
  vre(words, before).catch((error: Error) => error.message);

/** A platform that was never started, and how to name it to a command. */
async function prepared(name: string) {
  const platform = await startPlatformForTests({ name, started: false });
  const config = join(platform.dataDirectory, 'vre.yaml');
  return { platform, config, target: ['--data', platform.dataDirectory, '--config', config] };
}

describe('a data directory that this release must not touch', () => {
  test.each([
    [
      'a newer release',
      { version: '9.1.0' },
      /belongs to release 9\.1\.0, newer than this 0\.\d+\.\d+: start/,
    ],
    [
      'another PostgreSQL',
      { postgresMajor: 16 },
      /is of PostgreSQL 16, this release brings 18: start release/,
    ],
  ])('of %s: up and doctor say so', async (_what, changed, sentence) => {
    const { platform, target } = await prepared('foreign');
    const record = join(platform.dataDirectory, 'installation.json');
    const content = JSON.parse(await readFile(record, 'utf8')) as object;
    await writeFile(record, JSON.stringify({ ...content, ...changed }));
    const refusal = await said(['up', '--detach', ...target]);
    expect(refusal).toMatch(sentence);
    expect(refusal.split('\n')).toHaveLength(1);
    expect(await said(['doctor', ...target])).toMatch(sentence);
    await rm(platform.dataDirectory, { recursive: true });
  });

  test('whose cluster is of another PostgreSQL than its record says', async () => {
    const { platform, target } = await prepared('cluster');
    const cluster = join(platform.dataDirectory, 'postgres', 'cluster');
    await mkdir(cluster, { recursive: true, mode: 0o700 });
    await writeFile(join(cluster, 'PG_VERSION'), '17\n');
    expect(await said(['up', '--detach', ...target])).toMatch(
      /cluster is of PostgreSQL 17, this release brings 18: start the release that made it, or restore a backup/,
    );
    await rm(platform.dataDirectory, { recursive: true });
  });
});

test('a start that takes too long ends, names the process and its log, and leaves nothing running', async () => {
  const { platform, config, target } = await prepared('slow');
  await writeFile(config, `${await readFile(config, 'utf8')}start-limit: 0.05\n`);
  expect(await said(['up', '--detach', ...target])).toMatch(
    /(PostgreSQL|api) is not ready after 0\.05 s: see \S+(postgres|api)\.log/,
  );
  expect(await said(['down', ...target])).toMatch(/is not running/);
  await rm(platform.dataDirectory, { recursive: true });
});

test('a broken vre.yaml is one sentence with file and line', async () => {
  const { platform, config, target } = await prepared('broken');
  await writeFile(config, 'port-base: 9000\ndatabase:\n\turl: x\n');
  const refusal = await said(['up', '--detach', ...target]);
  expect(refusal).toMatch(/vre\.yaml, line 3, column \d: this is no YAML .*: expected "key: value"/);
  expect(refusal.split('\n')).toHaveLength(1);
  await rm(platform.dataDirectory, { recursive: true });
});

describe.skipIf(!namespaces.present)(`without further user namespaces ${namespaces.reason}`, () => {
  test('the embedded database cannot run as root: up and doctor say what to do', async () => {
    const { platform, target } = await prepared('no-namespaces');
    const sentence =
      /the embedded PostgreSQL cannot run as root without user namespaces, which this machine refuses \(unshare: .*\): start the VRE as an ordinary user, allow them/;
    expect(await said(['up', '--detach', ...target], withoutNamespaces)).toMatch(sentence);
    const findings = await said(['doctor', ...target], withoutNamespaces);
    expect(findings).toMatch(new RegExp(`missing.* PostgreSQL +${sentence.source}`));
    await rm(platform.dataDirectory, { recursive: true });
  });
});

describe.skipIf(!python.present)(`bubblewrap that cannot run ${python.reason}`, () => {
  const refusal =
    'bwrap: No permissions to create a new namespace, likely because the kernel does not allow non-privileged user namespaces.';
  let platform: TestPlatform;
  let programs: string;
  let before: readonly string[];
  beforeAll(async () => {
    // Any uid must reach it, jobs of root's platform run as other users; a checkout below a closed home is out of reach.
    programs = await mkdtemp(join(tmpdir(), 'vre-programs-'));
    await chmod(programs, 0o755);
    await writeFile(join(programs, 'bwrap'), `#!/bin/sh\necho '${refusal}' >&2\nexit 1\n`);
    await chmod(join(programs, 'bwrap'), 0o755);
    before = ['env', `PATH=${programs}:${process.env['PATH']}`];
    platform = await startPlatformForTests({
      name: 'no-sandbox',
      configuration: { workflows: { 'trust-users': true } },
      runBefore: before,
    });
  });
  afterAll(async () => {
    await platform?.dispose();
    if (programs !== undefined) await rm(programs, { recursive: true });
  });

  test('doctor and the log of a run say it, and what to do', async () => {
    expect(await said(['doctor', '--data', platform.dataDirectory], before)).toMatch(
      /limited.* job isolation +bubblewrap is installed but cannot run here: bwrap: No permissions.*user\.max_user_namespaces/,
    );
    const alice = await createResearcher(platform, { clients: ['reana'] });
    await writeFile(
      join(alice.home, 'reana.yaml'),
      'workflow:\n  type: serial\n  specification:\n    steps:\n      - { name: s, environment: docker.io/library/python:3.11-slim, commands: [ "echo done" ] }\n',
    );
    const run = await alice.reana('run', '-w', 'plain', '-f', 'reana.yaml');
    expect(run.code, run.output).toBe(0);
    await until(
      () => alice.reana('status', '-w', 'plain'),
      ({ output }) => /finished|failed/.test(output),
      60,
    );
    expect((await alice.reana('logs', '-w', 'plain')).output).toMatch(
      /no sandbox here \(bubblewrap is installed but cannot run here: bwrap: No permissions.*user\.max_user_namespaces.*plain processes are allowed because/s,
    );
  });
});
