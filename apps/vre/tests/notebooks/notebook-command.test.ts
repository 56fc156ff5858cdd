import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { test } from '../harness/clients-test.ts';
import { createNotebookUser, type NotebookUser } from '../harness/notebook-user.ts';
import { sharedPlatform } from '../harness/running-platform.ts';

let hub: string;
let ada: NotebookUser;

beforeAll(async () => {
  const platform = await sharedPlatform();
  hub = platform.addresses.notebooks;
  ada = await createNotebookUser(platform);
});

test('who never signed in to the hub is told the address that does it', async () => {
  const { code, output } = await ada.notebook('start', '--profile', 'minimal');
  expect([code, output]).toEqual([1, expect.stringContaining(`open ${hub}/hub/login once`)]);
  const token = await stat(join(ada.client, 'hub-token'));
  expect((token.mode & 0o777).toString(8)).toBe('600');
  await ada.person.visit(`${hub}/hub/login?next=/hub/api/user`);
});

test('a server is started, seen, read and stopped', async () => {
  const started = await ada.notebook('start', '--profile', 'minimal');
  const address = `${hub}/user/${ada.username}/`;
  expect(started.output).not.toMatch(/Open \S+ and confirm/);
  expect([started.code, started.output]).toEqual([0, expect.stringContaining(address)]);
  expect(started.output).toMatch(/\d+ % {2}Preparing the environment minimal/);
  expect((await ada.notebook('open')).output).toBe(`${address}\n`);
  expect((await ada.notebook('list')).output).toMatch(/\(default\) +ready +minimal +http/);
  expect((await ada.notebook('log')).output).toMatch(/is running at|Jupyter/i);
  const other = await ada.notebook('start', '--profile', 'root');
  expect([other.code, other.output]).toEqual([1, expect.stringContaining('runs with minimal, not root')]);

  const file = await ada.write('adds', 'a = 40', 'print(a + 2)');
  const done = await ada.notebook('exec', file);
  expect([done.code, done.output]).toEqual([0, expect.stringContaining('\n42\n')]);
  const saved = await readFile(join(ada.home, 'adds.executed.ipynb'), 'utf8');
  expect(JSON.parse(saved).cells[1].outputs[0].text).toBe('42\n');
  // What ran before goes on.
  expect((await ada.notebook('open')).code).toBe(0);

  expect((await ada.notebook('stop')).output).toContain('your server has ended');
  expect((await ada.notebook('open')).code).toBe(1);
  expect((await ada.notebook('stop')).output).toContain('did not run');
});

test('a cell that fails ends the command with its number and traceback; outputs before it are kept', async () => {
  const file = await ada.write('fails', 'print("before")', 'raise ValueError("too hot")', 'print("after")');
  const output = join(ada.home, 'failed.ipynb');
  const words = ['--profile', 'minimal', '--server', 'batch', '--output', output];
  const failed = await ada.notebook('exec', file, ...words);
  expect(failed.code).toBe(1);
  expect(failed.output).toMatch(/cell 2 of executed\/fails\.ipynb failed:[\s\S]*ValueError: too hot/);
  expect(failed.output).not.toContain('after\n');
  const cells = JSON.parse(await readFile(output, 'utf8')).cells;
  expect(cells[0].outputs[0].text).toBe('before\n');
  expect(cells[2].outputs).toEqual([]);
  expect((await ada.notebook('list', '--json')).output).toContain('"state": "stopped"');
});
