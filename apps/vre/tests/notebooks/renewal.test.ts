import { afterAll, beforeAll, expect } from 'vitest';
import { longTest as test } from '../harness/clients-test.ts';
import { type NotebookServer, startNotebookServer } from '../harness/notebook-server.ts';
import { startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { until } from '../harness/wait.ts';

const lifeSeconds = 60;
let platform: TestPlatform;
let alice: Researcher;
let server: NotebookServer;

beforeAll(async () => {
  platform = await startPlatformForTests({
    name: 'renewal',
    configuration: { aai: { 'access-token-lifetime': lifeSeconds } },
  });
  alice = await createResearcher(platform, { clients: [] });
  server = await startNotebookServer(platform, alice, 'minimal');
});
afterAll(async () => {
  await server?.stop();
  await platform?.dispose();
});

test('three lives of a token later, every extension and client of the same server still works', {
  timeout: 600_000,
}, async () => {
  // One kernel all the time: what it was started with must stay good.
  const { id, kernel } = await server.jupyter.session('long.ipynb', 'python3');
  const python = async (code: string) => {
    const { outputs, error } = await kernel.execute(code);
    expect(error).toBeUndefined();
    return outputs.map((output) => String(output['text'] ?? '')).join('');
  };
  await python(`import base64, json, os, subprocess
def times():
    part = open(os.environ["BEARER_TOKEN_FILE"]).read().split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return [claims["iat"], claims["exp"]]
def shell(command):
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    print(done.returncode, done.stdout, done.stderr)`);
  const times = async () => JSON.parse(await python('print(times())')) as readonly [number, number];
  const extension = async (path: string) => {
    const answer = await fetch(new URL(path, server.base), {
      headers: { authorization: `token ${server.token}` },
    });
    return { status: answer.status, body: await answer.text() };
  };
  const everythingWorks = async () => {
    expect(await python('shell("rucio whoami")')).toMatch(/^0 /);
    expect(await python('shell("reana-client ping")')).toContain('Connected');
    expect(await extension('rucio-jupyterlab/oidc-auth-check?namespace=vre-local-a')).toMatchObject({
      status: 200,
    });
    expect(await extension('rucio-jupyterlab/list-scopes?namespace=vre-local-a')).toEqual({
      status: 200,
      body: expect.stringContaining(alice.scope),
    });
    expect(await extension('reana_jupyterlab/workflows?page=1')).toEqual({
      status: 200,
      body: expect.not.stringContaining('rror'),
    });
    expect(await extension('dask/clusters/')).toEqual({ status: 200, body: '[]' });
    await alice.person.json(`${platform.addresses.portal}/x/hub/users/${alice.username}/server`);
  };
  const [issued, expires] = await times();
  expect(expires - issued).toBe(lifeSeconds);
  await everythingWorks();
  await until(times, ([now]) => now >= expires + 2 * lifeSeconds, 5 * lifeSeconds);
  await everythingWorks();
  kernel.close();
  await server.jupyter.endSession(id);
});
