import { afterAll, beforeAll, expect } from 'vitest';
import { longTest as test } from '../harness/clients-test.ts';
import { createHubPerson, type HubPerson, type Server } from '../harness/hub-person.ts';
import { processesNaming } from '../harness/job-processes.ts';
import { startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { until } from '../harness/wait.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startPlatformForTests({
    name: 'notebook-failures',
    configuration: {
      notebooks: { server: { memory: 700_000_000, disk: 150_000_000, 'start-time': '20 s' } },
    },
  });
});
afterAll(() => platform?.dispose());

/** Runs code in a kernel of the person's server, which may not survive it. */
async function run(person: HubPerson, code: string): Promise<string> {
  const channel = await person.channel(await person.startKernel());
  try {
    const { outputs, error } = await channel.execute(code);
    return error ?? (outputs as readonly { readonly text?: string }[]).map(({ text }) => text ?? '').join('');
  } catch (error) {
    return (error as Error).message;
  } finally {
    channel.close();
  }
}
async function stop(person: HubPerson): Promise<void> {
  await person.api(`/users/${person.name}/server`, { method: 'DELETE' });
  await person.reach(['stopped', 'failed']);
}
/** A failure as the person reads it: why, what to do, and the log. */
async function failure(person: HubPerson, seconds = 90): Promise<Server> {
  const failed = await person.reach(['failed'], '', seconds);
  expect(failed).toMatchObject({ ready: false, stopped: true, pending: null });
  const { body } = await person.api(`/users/${person.name}/server/progress`);
  const line = String(body)
    .trim()
    .split('\n')
    .findLast((text) => text.startsWith('data: '));
  expect(JSON.parse(line?.slice('data: '.length) ?? '{}')).toMatchObject({
    failed: true,
    message: failed.vre.message,
  });
  return failed;
}

test('a configuration of one’s own with a mistake in it: the reason is in the log, and what to do is said', async () => {
  const person = await createHubPerson(platform);
  await person.start();
  await person.reach(['ready']);
  const home = await run(person, 'import os; print(os.environ["HOME"], end="")');
  expect(home).toContain('/homes/');
  // Jupyter itself passes over a file that it cannot read …
  await run(
    person,
    'import os\np = os.path.expanduser("~/.jupyter"); os.makedirs(p, exist_ok=True)\nopen(p + "/jupyter_server_config.py", "w").write("c.ServerApp.x = (")',
  );
  await stop(person);
  await person.start();
  await person.reach(['ready']);
  // … but not over one that says no.
  await run(
    person,
    'import os; open(os.path.expanduser("~/.jupyter/jupyter_server_config.py"), "w").write("raise SystemExit(\'my own mistake\')")',
  );
  await stop(person);
  await person.start();
  const { vre } = await failure(person);
  expect(vre.message).toContain('ended before it answered');
  expect(vre.message).toContain('start it again');
  expect(vre.log.join('\n')).toContain('my own mistake');
  expect(processesNaming(home)).toEqual([]);
  expect(await platform.audit()).toEqual([]);
});

test('a server that never opens its port is given up after its time', async () => {
  const person = await createHubPerson(platform);
  await person.start();
  await person.reach(['ready']);
  const home = await run(person, 'import os; print(os.environ["HOME"], end="")');
  await run(
    person,
    'import os\np = os.path.expanduser("~/.jupyter"); os.makedirs(p, exist_ok=True)\nopen(p + "/jupyter_server_config.py", "w").write("import time; print(\'waiting for Godot\', flush=True); time.sleep(600)")',
  );
  await stop(person);
  await person.start();
  const { vre } = await failure(person);
  expect(vre.message).toContain('did not answer within 20 seconds');
  expect(vre.log.join('\n')).toContain('waiting for Godot');
  expect(processesNaming(home)).toEqual([]);
  expect(await platform.audit()).toEqual([]);
});

test('a cell that leaks memory is ended, and the person is told what it ran out of', async () => {
  const person = await createHubPerson(platform);
  await person.start();
  await person.reach(['ready']);
  // Where the kernel of the machine counts memory, the kernel of the notebook goes and the server stays.
  void run(person, 'leak = []\nwhile True: leak.append(b"x" * 10_000_000)');
  const { vre } = await until(
    () => person.server(),
    (server) => server.vre.message.includes('out of memory'),
    60,
  );
  expect(['ready', 'failed']).toContain(vre.state);
  expect(vre.message).toContain('limit 700 MB');
  expect(vre.message).toContain('notebooks.server.memory');
  if (vre.state === 'ready') expect(await run(person, 'print("works")')).toBe('works\n');
  await stop(person);
  expect(await platform.audit()).toEqual([]);
});

test('a server that fills the disk is ended, and starts again so that the person can clean up', async () => {
  const person = await createHubPerson(platform);
  await person.start();
  await person.reach(['ready']);
  await run(
    person,
    'import os, time\nwith open(os.path.expanduser("~/big"), "wb") as file:\n    for _ in range(30): file.write(b"x" * 10_000_000); file.flush()\ntime.sleep(60)',
  );
  const { vre } = await failure(person);
  expect(vre.message).toContain('notebooks.server.disk');
  await person.start();
  await person.reach(['ready']);
  expect(await run(person, 'import os; os.remove(os.path.expanduser("~/big")); print("clean")')).toBe(
    'clean\n',
  );
  await stop(person);
  expect(await platform.audit()).toEqual([]);
});
