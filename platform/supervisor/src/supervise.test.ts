import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DataDirectoryTaken, holdDataDirectory, startTicks, supervise } from './index.ts';

const directory = () => mkdtemp(join(tmpdir(), 'vre-supervisor-'));
const child = (where: string, name: string, program: string) => ({
  name,
  command: process.execPath,
  arguments: ['-e', program],
  environment: { PATH: process.env['PATH'] ?? '' },
  logFile: join(where, `${name}.log`),
});
const lives =
  "process.send('ready'); process.once('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000)";

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited++) {
    if (waited > 500) throw new Error('the condition did not come true in 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a killed child is started again, and stopping leaves no process', async () => {
  const said: string[] = [];
  const where = await directory();
  const supervisor = supervise(
    [child(where, 'one', lives), child(where, 'two', lives)],
    (sentence) => said.push(sentence),
    { readySeconds: 60 },
  );
  await supervisor.ready;
  const first = supervisor.children()[0]?.pid as number;
  process.kill(first, 'SIGKILL');
  await until(() => supervisor.children()[0]?.ready === true && supervisor.children()[0]?.pid !== first);
  expect(said).toEqual(['one ended by SIGKILL, starting it again']);
  const pids = supervisor.children().map(({ pid }) => pid as number);
  await supervisor.stop();
  expect(pids.map(startTicks)).toEqual([undefined, undefined]);
});

test('a child that cannot start is an error that names its log', async () => {
  const where = await directory();
  const supervisor = supervise([child(where, 'broken', 'process.exit(3)')], () => undefined, {
    readySeconds: 60,
  });
  await expect(supervisor.ready).rejects.toThrow(
    /broken ended with code 3 while starting: see .*broken\.log/,
  );
  await supervisor.stop();
});

test('a child that neither gets ready nor ends is an error that names it and its log, and is stopped', async () => {
  const where = await directory();
  const hangs = child(where, 'hanging', 'setInterval(() => {}, 1000)');
  const supervisor = supervise([child(where, 'one', lives), hangs], () => undefined, { readySeconds: 2 });
  await expect(supervisor.ready).rejects.toThrow(/^hanging is not ready after 2 s: see .*hanging\.log$/);
  const pids = supervisor.children().map(({ pid }) => pid as number);
  await supervisor.stop();
  expect(pids.map(startTicks)).toEqual([undefined, undefined]);
});

test('a data directory is held once, and a dead holder does not count', async () => {
  const where = await directory();
  const release = await holdDataDirectory(where);
  await expect(holdDataDirectory(where)).rejects.toThrow(DataDirectoryTaken);
  await expect(holdDataDirectory(where)).rejects.toThrow(`in use by process ${process.pid}`);
  await release();
  const gone = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => gone.once('exit', resolve));
  await writeFile(
    join(where, 'holder.json'),
    JSON.stringify({ pid: gone.pid, ticks: 1, host: (await import('node:os')).hostname() }),
  );
  await (await holdDataDirectory(where))();
});
