import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { longTest as test } from '../harness/clients-test.ts';
import { createHubPerson, type HubPerson } from '../harness/hub-person.ts';
import { processesNaming } from '../harness/job-processes.ts';
import { startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { until } from '../harness/wait.ts';

let platform: TestPlatform;
let ada: HubPerson;
let kernel: string;
beforeAll(async () => {
  platform = await startPlatformForTests({ name: 'notebook-crash' });
  ada = await createHubPerson(platform);
});
afterAll(() => platform?.dispose());

const homes = () => join(platform.dataDirectory, 'notebooks', 'homes');
const backAgain = (killed: Readonly<Record<string, number>>, names: readonly string[]) =>
  until(
    () => platform.pids().catch(() => undefined),
    (pids) => pids !== undefined && names.every((name) => pids[name] !== killed[name]),
    60,
  );
/** Processes of people's servers: their environment or command line names a home. */
const serverProcesses = () => processesNaming(homes());
const text = async (
  channel: { execute(code: string): Promise<{ outputs: readonly unknown[] }> },
  code: string,
) => {
  const { outputs } = await channel.execute(code);
  return (outputs as readonly { readonly text?: string }[]).map((output) => output.text ?? '').join('');
};
const kernels = async () =>
  ((await ada.call('api/kernels')).body as readonly { readonly id: string }[]).map(({ id }) => id);

test('worker killed during a spawn: the next one finishes it, and the server runs once', async () => {
  await ada.start();
  await until(
    () => ada.server(),
    ({ vre }) => vre.percent >= 70,
    60,
  );
  const before = await platform.pids();
  process.kill(before['worker'] as number, 'SIGKILL');
  await backAgain(before, ['worker']);
  const ready = await ada.reach(['ready']);
  expect(ready.ready).toBe(true);
  expect((await ada.call('api')).status).toBe(200);
  const folders = await readdir(join(platform.dataDirectory, 'notebooks', 'servers'));
  const running = folders.filter((folder) => processesNaming(folder).length > 0);
  expect(running).toHaveLength(1);
  expect(await platform.audit()).toEqual([]);
});

test('worker and api killed while a cell runs: kernel and result are there', async () => {
  kernel = await ada.startKernel();
  const channel = await ada.channel(kernel);
  await channel.execute('started = 20');
  const cut = channel.execute('import time; time.sleep(6); result = started + 22').then(
    () => 'finished',
    (error: Error) => error.message,
  );
  const before = await platform.pids();
  for (const name of ['worker', 'api']) process.kill(before[name] as number, 'SIGKILL');
  expect(await cut).toContain('the connection to the kernel ended');
  await backAgain(before, ['worker', 'api']);
  const again = await ada.channel(kernel);
  expect(await text(again, 'print(result)')).toBe('42\n');
  again.close();
  expect((await ada.server()).vre.state).toBe('ready');
  expect(await platform.audit()).toEqual([]);
});

test('everything killed at once: servers live on, and the platform finds them', async () => {
  const before = await platform.pids();
  for (const pid of Object.values(before)) process.kill(pid, 'SIGKILL');
  await until(
    () =>
      platform.start().then(
        () => 'started',
        (error: Error) => error.message,
      ),
    (answer) => answer === 'started',
    60,
  );
  expect(await kernels()).toContain(kernel);
  const channel = await ada.channel(kernel);
  expect(await text(channel, 'print(result + 1)')).toBe('43\n');
  channel.close();
  expect(await platform.audit()).toEqual([]);
});

test('vre down ends servers, vre up shows them stopped, and nothing of them is left', async () => {
  expect(serverProcesses().length).toBeGreaterThan(0);
  const before = Object.values(await platform.pids());
  await platform.stop();
  expect(serverProcesses()).toEqual([]);
  expect(before.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  expect(mounts).not.toContain(platform.dataDirectory);
  await platform.start();
  const stopped = await ada.reach(['stopped', 'failed']);
  expect(stopped).toMatchObject({ ready: false, stopped: true, pending: null, vre: { state: 'stopped' } });
  expect(stopped.vre.message).toContain('stopped together with the platform');
  expect((await ada.call('api')).status).toBe(424);
  const left = async () => {
    const folders = join(platform.dataDirectory, 'notebooks', 'servers');
    const names = await readdir(folders);
    return (await Promise.all(names.map((name) => readdir(join(folders, name))))).flat();
  };
  // Tokens and configuration go with the server; its log stays until the next start.
  await until(left, (entries) => entries.every((entry) => entry === 'control'), 90);
  const { body } = await ada.api(`/users/${ada.name}/tokens`);
  const tokens = (body as { readonly api_tokens: readonly { readonly note: string }[] }).api_tokens;
  expect(tokens.map(({ note }) => note)).toEqual(['tests']);
  expect(await platform.audit()).toEqual([]);
});

test('who stopped with the platform starts again, with the files of before', async () => {
  await ada.start();
  await ada.reach(['ready']);
  expect((await ada.call('api/contents')).status).toBe(200);
  const { status } = await ada.api(`/users/${ada.name}/server`, { method: 'DELETE' });
  expect(status).toBe(202);
  await ada.reach(['stopped']);
  expect(serverProcesses()).toEqual([]);
  expect(await platform.audit()).toEqual([]);
});
