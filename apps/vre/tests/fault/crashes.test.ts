import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { test } from '../harness/clients-test.ts';
import { startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { until } from '../harness/wait.ts';

let platform: TestPlatform;
let alice: Researcher;
beforeAll(async () => {
  platform = await startPlatformForTests({ name: 'crash' });
  alice = await createResearcher(platform);
});
afterAll(() => platform?.dispose());

const did = (name: string) => `${alice.scope}:${name}`;
const ok = async (run: Promise<{ code: number; output: string }>) => {
  const { code, output } = await run;
  expect(code, output).toBe(0);
  return output;
};
const backAgain = (previous: number, name: 'api' | 'worker') =>
  until(
    () => platform.pids().catch(() => undefined),
    (pids) => pids !== undefined && pids[name] !== previous,
    60,
  );

async function upload(name: string, bytes: Buffer, rse = 'LOCAL-A'): Promise<void> {
  const path = join(alice.home, name);
  await writeFile(path, bytes);
  await ok(alice.rucio('upload', '--rse', rse, '--scope', alice.scope, path));
}

test('worker killed during transfers: every copy arrives, verified', async () => {
  const folder = join(alice.home, 'batch');
  await mkdir(folder);
  const names = Array.from({ length: 20 }, (_, index) => `batch${index}`);
  for (const name of names) await writeFile(join(folder, name), randomBytes(3_000_000));
  await ok(
    alice.rucio(
      'upload',
      '--rse',
      'LOCAL-A',
      '--scope',
      alice.scope,
      did('batch'),
      ...names.map((name) => join(folder, name)),
    ),
  );
  const id = (await ok(alice.rucio('rule', 'add', did('batch'), '--copies', '1', '--rses', 'LOCAL-B'))).match(
    /[0-9a-f]{32}/,
  )?.[0] as string;
  const { worker } = await platform.pids();
  process.kill(worker as number, 'SIGKILL');
  await backAgain(worker as number, 'worker');
  await until(
    () => alice.rucio('rule', 'show', id),
    ({ output }) => /State:\s+OK/.test(output),
    60,
  );
  await ok(alice.rucio('download', did('batch'), '--rses', 'LOCAL-B', '--dir', join(alice.home, 'b')));
  for (const name of names) {
    expect(
      (await readFile(join(alice.home, 'b', 'batch', name))).equals(await readFile(join(folder, name))),
    ).toBe(true);
  }
  expect(await platform.audit()).toEqual([]);
});

test('worker and api killed during a run: it goes on, and the finished job is not repeated', async () => {
  await writeFile(
    join(alice.home, 'reana.yaml'),
    `version: 0.9.4
workflow:
  type: serial
  specification:
    steps:
      - name: first
        environment: docker.io/library/python:3.11-slim
        commands: [ "echo first >> journal.txt" ]
      - name: second
        environment: docker.io/library/python:3.11-slim
        commands: [ "echo started >> journal.txt; sleep 6; echo ended >> journal.txt" ]
      - name: third
        environment: docker.io/library/python:3.11-slim
        commands: [ "echo third >> journal.txt" ]
outputs: { files: [ journal.txt ] }
`,
  );
  await ok(alice.reana('run', '-w', 'survivor', '-f', 'reana.yaml'));
  await until(
    () => alice.reana('logs', '-w', 'survivor'),
    ({ output }) => output.includes('second'),
  );
  const { worker, api } = await platform.pids();
  process.kill(worker as number, 'SIGKILL');
  process.kill(api as number, 'SIGKILL');
  await backAgain(worker as number, 'worker');
  await until(
    () => alice.reana('status', '-w', 'survivor'),
    ({ output }) => /finished|failed/.test(output),
    90,
  );
  await ok(alice.reana('download', '-w', 'survivor', '-o', join(alice.home, 'survived'), 'journal.txt'));
  expect(await readFile(join(alice.home, 'survived', 'journal.txt'), 'utf8')).toBe(
    'first\nstarted\nended\nthird\n',
  );
  expect(await platform.audit()).toEqual([]);
});

test('everything killed at once: it starts again with nothing lost', async () => {
  await upload('precious', randomBytes(100_000));
  const pids = Object.values(await platform.pids());
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until(
    () =>
      platform.start().then(
        () => 'started',
        (error: Error) => error.message,
      ),
    (answer) => answer === 'started',
    60,
  );
  await ok(alice.rucio('download', did('precious'), '--dir', join(alice.home, 'after')));
  expect(await platform.audit()).toEqual([]);
});

test('one flipped byte: the download is the good copy, and the bad one is repaired from it', async () => {
  const content = randomBytes(50_000);
  await upload('rotten', content);
  await ok(alice.rucio('rule', 'add', did('rotten'), '--copies', '2', '--rses', 'LOCAL-A|LOCAL-B'));
  await until(
    () => alice.rucio('replica', 'list', 'file', did('rotten'), '--pfns'),
    ({ output }) => (output.match(/https:/g) ?? []).length === 2,
  );
  const path = await find(join(platform.dataDirectory, 'elements', 'LOCAL-A'), 'rotten');
  const file = await open(path, 'r+');
  await file.write(Buffer.from([(content[1000] ?? 0) ^ 0xff]), 0, 1, 1000);
  await file.close();
  await ok(alice.rucio('download', did('rotten'), '--dir', join(alice.home, 'good')));
  expect((await readFile(join(alice.home, 'good', alice.scope, 'rotten'))).equals(content)).toBe(true);
  // Which copy a download takes first is up to the client: this one meets the bad one, and says so to the lake.
  await alice.rucio('download', did('rotten'), '--rses', 'LOCAL-A', '--dir', join(alice.home, 'bad'));
  const digest = createHash('sha256').update(content).digest('hex');
  await until(
    async () =>
      createHash('sha256')
        .update(await readFile(path).catch(() => Buffer.alloc(0)))
        .digest('hex'),
    (seen) => seen === digest,
    60,
  );
});

test('vre down ends jobs that still run, and nothing of the platform is left', async () => {
  await writeFile(
    join(alice.home, 'sleeper.yaml'),
    'workflow:\n  type: serial\n  specification:\n    steps:\n      - { name: s, environment: docker.io/library/python:3.11-slim, commands: [ "sleep 43217" ] }\n',
  );
  await ok(alice.reana('run', '-w', 'sleeper', '-f', 'sleeper.yaml'));
  await until(
    async () => processesWith('43217'),
    (pids) => pids.length > 0,
  );
  const before = Object.values(await platform.pids());
  await platform.stop();
  expect(processesWith('43217')).toEqual([]);
  expect(before.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  await platform.start();
  expect(await platform.audit()).toEqual([]);
});

/** Processes one of whose words is `word`. */
function processesWith(word: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word);
    } catch {
      return false;
    }
  });
}

async function find(directory: string, name: string): Promise<string> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.name === name && entry.isFile()) return join(entry.parentPath, entry.name);
  }
  throw new Error(`${name} is not below ${directory}`);
}
