import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { clientEnvironment } from '../../src/client/client-environment.ts';
import { runClient } from '../../src/client/run-client.ts';
import { test } from '../harness/clients-test.ts';
import { startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { clientEnvironments, createResearcher, type Researcher } from '../harness/researcher.ts';
import { storedFiles } from '../harness/stored-files.ts';
import { until } from '../harness/wait.ts';

let platform: TestPlatform;
let alice: Researcher;
beforeAll(async () => {
  platform = await startPlatformForTests({ name: 'lake' });
  alice = await createResearcher(platform, { clients: ['rucio'] });
});
afterAll(() => platform?.dispose());

const did = (name: string) => `${alice.scope}:${name}`;
const ok = async (...words: string[]) => {
  const run = await alice.rucio(...words);
  expect(run.code, `rucio ${words.join(' ')}:\n${run.output}`).toBe(0);
  return run.output;
};
const ruleState = async (id: string) => (await ok('rule', 'show', id)).match(/State:\s+(\w+)/)?.[1];

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** A file of `bytes`, sparse but for its random beginning and end. */
async function sparse(name: string, bytes: number): Promise<string> {
  const path = join(alice.home, name);
  const file = await open(path, 'w');
  await file.write(randomBytes(1_000_000), 0, 1_000_000, 0);
  await file.write(randomBytes(1_000_000), 0, 1_000_000, bytes - 1_000_000);
  await file.close();
  return path;
}

/** Starts an upload and kills the client once some of it has arrived at the element. */
async function cutUpload(path: string, element: string): Promise<void> {
  const environments = await clientEnvironments();
  const variables = await clientEnvironment(alice.client, platform.addresses, [
    environments['rucio-clients'].binDirectory,
  ]);
  const child = spawn('rucio', ['upload', '--rse', element, '--scope', alice.scope, path], {
    env: variables,
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until(
    () => storedFiles(join(platform.dataDirectory, 'elements', element)),
    (files) => files.some(({ bytes }) => bytes > 5_000_000),
  );
  child.kill('SIGKILL');
  await ended;
}

test('an upload of 200 MB that was cut twice: the same command succeeds, one replica, right checksum', async () => {
  const path = await sparse('cut.bin', 200_000_000);
  await cutUpload(path, 'LOCAL-C');
  await cutUpload(path, 'LOCAL-C');
  await ok('upload', '--rse', 'LOCAL-C', '--scope', alice.scope, path);
  expect((await ok('replica', 'list', 'file', did('cut.bin'), '--pfns')).match(/https:/g)).toHaveLength(1);
  await ok('download', did('cut.bin'), '--dir', join(alice.home, 'cut'));
  expect(await sha256(join(alice.home, 'cut', alice.scope, 'cut.bin'))).toBe(await sha256(path));
  expect(await platform.audit()).toEqual([]);
});

/** The client's own code with the machine switched off just before one of its steps. */
async function endedClient(code: string, path: string) {
  const environments = await clientEnvironments();
  return runClient(
    [
      'python',
      '-c',
      `import os, sys
from rucio.client.uploadclient import UploadClient
from rucio.client import Client
client = Client()
${code}
`,
      path,
      alice.scope,
    ],
    {
      environment: await clientEnvironment(alice.client, platform.addresses, [
        environments['rucio-clients'].binDirectory,
      ]),
      directory: alice.home,
    },
  );
}

test('a client that ended before it attached its file: the same command ends with the file attached', async () => {
  const path = join(alice.home, 'lone');
  await writeFile(path, randomBytes(100_000));
  const killed = await endedClient(
    `client.attach_dids = lambda *a, **k: os._exit(9)
UploadClient(client).upload([{'path': sys.argv[1], 'rse': 'LOCAL-A', 'did_scope': sys.argv[2],
  'dataset_scope': sys.argv[2], 'dataset_name': 'late-dataset'}])`,
    path,
  );
  expect(killed.code, killed.output).toBe(9);
  expect(await ok('did', 'content', 'list', did('late-dataset'))).not.toContain(did('lone'));
  expect(await ok('replica', 'list', 'file', did('lone'), '--pfns')).toContain('/local-a/');
  await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, did('late-dataset'), path);
  expect(await ok('did', 'content', 'list', did('late-dataset'))).toContain(did('lone'));
  expect((await ok('replica', 'list', 'file', did('lone'), '--pfns')).match(/https:/g)).toHaveLength(1);
  expect(await platform.audit()).toEqual([]);
});

test.each([
  ['before it asked for a rule', 'add_replication_rule', ''],
  ['before it sent the bytes', '_upload_item', 'upload.'],
])(
  'a client without a dataset that ended %s: the same command ends with one replica and its rule',
  async (when, step, on) => {
    const name = `ruleless${on.length}`;
    const path = join(alice.home, name);
    const content = randomBytes(100_000);
    await writeFile(path, content);
    const killed = await endedClient(
      `upload = UploadClient(client)
${on === '' ? 'client' : 'upload'}.${step} = lambda *a, **k: os._exit(9)
upload.upload([{'path': sys.argv[1], 'rse': 'LOCAL-A', 'did_scope': sys.argv[2]}])`,
      path,
    );
    expect(killed.code, `${when}: ${killed.output}`).toBe(9);
    await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, path);
    expect((await ok('replica', 'list', 'file', did(name), '--pfns')).match(/https:/g)).toHaveLength(1);
    const rules = (await ok('rule', 'list', '--did', did(name), '--csv')).trim().split('\n');
    expect(rules.filter((line) => /[0-9a-f]{32}/.test(line))).toHaveLength(1);
    expect(rules.join()).toMatch(/OK/);
    await ok('download', did(name), '--dir', join(alice.home, 'ruleless'));
    expect((await readFile(join(alice.home, 'ruleless', alice.scope, name))).equals(content)).toBe(true);
    expect(await platform.audit()).toEqual([]);
  },
);

test('an element that is away makes the rule STUCK with a sentence; when it is back the rule becomes OK by itself', async () => {
  const path = join(alice.home, 'patient');
  await writeFile(path, randomBytes(10_000));
  await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, path);
  const element = join(platform.dataDirectory, 'elements', 'LOCAL-B');
  await rename(element, `${element}.away`);
  await writeFile(element, 'not a directory');
  const id = (await ok('rule', 'add', did('patient'), '--copies', '1', '--rses', 'LOCAL-B')).match(
    /[0-9a-f]{32}/,
  )?.[0] as string;
  await until(
    () => ruleState(id),
    (state) => state === 'STUCK',
    90,
  );
  expect(await ok('rule', 'show', id, '--examine')).toMatch(/LOCAL-B.*unreachable since|unreachable since/);
  await rename(element, `${element}.file`);
  await rename(`${element}.away`, element);
  await until(
    () => ruleState(id),
    (state) => state === 'OK',
    120,
  );
});

test('a rule with a lifetime expires, its replica is removed, the remaining time is shown', async () => {
  const path = join(alice.home, 'short');
  await writeFile(path, randomBytes(10_000));
  await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, path);
  const id = (
    await ok('rule', 'add', did('short'), '--copies', '1', '--rses', 'LOCAL-B', '--lifetime', '20')
  ).match(/[0-9a-f]{32}/)?.[0] as string;
  expect(await ok('rule', 'show', id)).toMatch(/Expires at:\s+\d{4}-/);
  await until(
    () => alice.rucio('replica', 'list', 'file', did('short'), '--pfns'),
    ({ output }) => !output.includes('/local-b/'),
    90,
  );
  const files = await readdir(join(platform.dataDirectory, 'elements', 'LOCAL-B'), { recursive: true });
  expect(files.filter((file) => file.endsWith('/short'))).toEqual([]);
  expect((await alice.rucio('rule', 'show', id)).code).not.toBe(0);
});

test('a thousand files and one of 3 GB go through upload, replication and download, every checksum compared', async () => {
  const folder = join(alice.home, 'thousand');
  await mkdir(folder);
  const names = Array.from({ length: 1000 }, (_, index) => `t${index}`);
  for (const name of names) await writeFile(join(folder, name), randomBytes(1000));
  await ok(
    'upload',
    '--rse',
    'LOCAL-A',
    '--scope',
    alice.scope,
    did('thousand'),
    ...names.map((name) => join(folder, name)),
  );
  const large = await sparse('large.bin', 3_000_000_000);
  await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, '--transfer-timeout', '600', large);
  for (const name of ['thousand', 'large.bin']) {
    const id = (await ok('rule', 'add', did(name), '--copies', '1', '--rses', 'LOCAL-B')).match(
      /[0-9a-f]{32}/,
    )?.[0] as string;
    await until(
      () => ruleState(id),
      (state) => state === 'OK',
      240,
    );
  }
  await ok(
    'download',
    did('thousand'),
    did('large.bin'),
    '--rses',
    'LOCAL-B',
    '--dir',
    join(alice.home, 'copies'),
  );
  expect(await sha256(join(alice.home, 'copies', alice.scope, 'large.bin'))).toBe(await sha256(large));
  for (const name of names) {
    expect(await sha256(join(alice.home, 'copies', 'thousand', name)), name).toBe(
      await sha256(join(folder, name)),
    );
  }
  expect(await platform.audit()).toEqual([]);
}, 900_000);
