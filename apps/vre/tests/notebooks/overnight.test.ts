import { afterAll, beforeAll, expect } from 'vitest';
import { longTest as test } from '../harness/clients-test.ts';
import { createHubPerson, type HubPerson } from '../harness/hub-person.ts';
import { startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { until } from '../harness/wait.ts';

/** A night in seconds: a server idles for at most 20, a token lives for 40, and a cell runs for 100. */
const night = 100;
let platform: TestPlatform;
let ada: HubPerson;
beforeAll(async () => {
  platform = await startPlatformForTests({
    name: 'overnight',
    configuration: {
      aai: { 'access-token-lifetime': '40 s' },
      notebooks: { 'idle-time': '20 s', 'idle-warning': '5 s' },
    },
  });
  ada = await createHubPerson(platform);
});
afterAll(() => platform?.dispose());

const textOf = (outputs: readonly unknown[]) =>
  (outputs as readonly { readonly text?: string }[]).map(({ text }) => text ?? '').join('');

test('a kernel that computes is alive in the morning, as is a server in an open browser; an idle one is stopped and says so', {
  timeout: 600_000,
}, async () => {
  await ada.start();
  await ada.reach(['ready'], '', 240);
  const kernel = await ada.startKernel();
  const evening = await ada.channel(kernel);
  await evening.execute('import json, os, subprocess, time, base64');
  const cell = evening.execute(`time.sleep(${night}); result = 42`).catch(() => undefined);
  const morning = Date.now() + night * 1000;
  // The laptop is closed: nobody listens to the kernel.
  evening.close();
  await cell;

  await ada.start('browser');
  await ada.reach(['ready'], 'browser', 240);
  await ada.start('idle');
  await until(
    async () => {
      // What the pages of JupyterLab ask for while they are open.
      const open = await ada.call('api/kernels', { server: 'browser' });
      return open.status === 200 ? Date.now() : 0;
    },
    (at) => at > morning,
    night + 60,
  );
  const again = await ada.channel(kernel);
  expect(textOf((await again.execute('print(result)')).outputs)).toBe('42\n');
  // Twice as long as a token lives: the files were renewed under the running server.
  const claims = await again.execute(
    'part = open(os.environ["BEARER_TOKEN_FILE"]).read().split(".")[1]; print(json.loads(base64.urlsafe_b64decode(part + "==="))["exp"] - time.time() > 0)',
  );
  expect(textOf(claims.outputs)).toBe('True\n');
  const whoami = await again.execute(
    'print(subprocess.run(["rucio", "whoami"], capture_output=True, text=True).stdout)',
  );
  expect(textOf(whoami.outputs)).toContain(ada.name);
  again.close();
  expect((await ada.server('browser')).vre.state).toBe('ready');
  const { vre } = await ada.reach(['stopped'], 'idle', 240);
  expect(vre.message).toContain('Stopped because nothing happened in it');
  // Nobody works in the others any more.
  await ada.reach(['stopped'], '', 120);
  await ada.reach(['stopped'], 'browser', 120);
  expect(await platform.audit()).toEqual([]);
});
