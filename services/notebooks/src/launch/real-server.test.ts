import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type BuiltEnvironment,
  environmentBuilder,
  loadEnvironments,
  prepareKernels,
} from '@vre/environments';
import { requirement } from '@vre/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSealedSecrets } from '../servers/server-left-store.ts';
import type { ServerRoom } from '../servers/server-room.ts';
import {
  type ServersUnderTest,
  startServersUnderTest,
  step,
} from '../servers/servers-under-test.test-support.ts';
import { openStartSecrets } from '../servers/start-secrets.ts';
import { type HubStub, startHubStub } from './hub-stub.test-support.ts';

const run = promisify(execFile);
const python = requirement('python');
const bubblewrap = requirement('bubblewrap');
/** Shared with the system tests, because building takes minutes. */
const builds = new URL('../../../../.vre-test/builds', import.meta.url).pathname;

/** Runs code in a new kernel of a server, through its WebSocket, and prints what the code printed. */
const kernelClient = `
import json, sys, uuid, urllib.request, websocket
base, token, code = sys.argv[1:]
head = {"Authorization": "token " + token, "Content-Type": "application/json"}
made = urllib.request.Request(base + "api/kernels", b'{"name": "python3"}', head)
kernel = json.load(urllib.request.urlopen(made))["id"]
ws = websocket.create_connection(base.replace("http", "ws") + f"api/kernels/{kernel}/channels", header=[f"Authorization: token {token}"], timeout=120)
content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
header = {"msg_id": uuid.uuid4().hex, "username": "", "session": uuid.uuid4().hex, "msg_type": "execute_request", "version": "5.3"}
ws.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}))
while True:
    message = json.loads(ws.recv())
    if message["parent_header"].get("msg_id") != header["msg_id"]: continue
    if message["msg_type"] == "stream": print(message["content"]["text"], end="")
    if message["msg_type"] == "error": print("\\n".join(message["content"]["traceback"]))
    if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle": break
`;

describe.skipIf(!python.present).each([
  ['plain processes', false],
  ['bubblewrap', true],
] as const)('a real jupyterhub-singleuser as %s', (_, sandboxed) => {
  let subject: ServersUnderTest;
  let hub: HubStub;
  let lab: BuiltEnvironment | undefined;
  let elements = '';
  const worker = async (): Promise<ServerRoom> => {
    const build = environmentBuilder(builds);
    return subject.worker({
      environments: await loadEnvironments(),
      build: async (environment, options) => {
        const built = await build(environment, options);
        if (environment.name === 'lab') lab = built;
        return built;
      },
      prepareKernels,
      elements: [{ name: 'LOCAL-A', directory: join(elements, 'LOCAL-A') }],
    });
  };

  beforeAll(async () => {
    // As the lake makes it: closed to everybody, with files that a reader who gets there may read.
    elements = await mkdtemp(join(tmpdir(), 'vre-elements-'));
    await mkdir(join(elements, 'LOCAL-A', 'user.ada'), { recursive: true });
    await chmod(join(elements, 'LOCAL-A'), 0o700);
    await writeFile(join(elements, 'LOCAL-A', 'user.ada', 'events'), 'measured', { mode: 0o644 });
    hub = await startHubStub([
      'access:servers!server=ada/',
      'access:servers!user=ada',
      'users:activity!user=ada',
    ]);
    subject = await startServersUnderTest({
      sandboxed,
      policy: { memoryBytes: 3e9, startSeconds: 120, idleSeconds: 40 },
      addresses: { notebooks: hub.url, lake: hub.url, workflows: hub.url, portal: hub.url },
    });
  });
  afterAll(async () => {
    await subject?.close();
    await hub?.close();
    await rm(elements, { recursive: true, force: true });
  });

  it.skipIf(sandboxed && !bubblewrap.present)(
    'starts, answers its person alone, computes, reaches lake and workflows, outlives its worker',
    { timeout: 600_000 },
    async () => {
      const first = await worker();
      await first.servers.start(subject.account, '', { profile: 'minimal' });
      await subject.reach('starting', [first]);
      await first.abandon();
      subject.context.clock.advance(31);
      const second = await worker();
      const { id, port, isolation } = await subject.reach('ready', [second]);
      expect(isolation).toContain(sandboxed ? 'read-only system' : 'plain process');

      const base = `http://127.0.0.1:${port}/user/ada/`;
      const sealed = (await readSealedSecrets(subject.context.database.direct, id)) ?? '';
      const { hubToken } = openStartSecrets(subject.context.secrets, id, sealed);
      const headers = { authorization: `token ${hubToken}` };
      const status = async (path: string, given: Record<string, string> = {}) => {
        const answer = await fetch(`${base}${path}`, { headers: given, redirect: 'manual' });
        await answer.arrayBuffer();
        return answer.status;
      };
      expect(await status('api/kernels', headers)).toBe(200);
      for (const path of [
        'api/kernels',
        'api/contents',
        'reana_jupyterlab/env',
        'rucio-jupyterlab/instances',
      ]) {
        expect([path, await status(path)]).toEqual([
          path,
          expect.toSatisfy((code) => [302, 403].includes(code)),
        ]);
      }
      const lab_page = await fetch(`${base}lab`, { headers });
      expect(lab_page.headers.get('content-security-policy')).toContain(`frame-ancestors 'self' ${hub.url}`);
      const instances = await (await fetch(`${base}rucio-jupyterlab/instances`, { headers })).json();
      expect(instances).toMatchObject({
        active_instance: 'vre-local-a',
        auth_type: 'oidc',
        instances: [
          { name: 'vre-local-a', mode: 'replica', oidc_enabled: true },
          { name: 'vre-download', mode: 'download', oidc_enabled: true },
        ],
      });

      const inKernel = async (code: string) => {
        const program = join((lab as BuiltEnvironment).binDirectory, 'python');
        return (await run(program, ['-c', kernelClient, base, hubToken, code], { timeout: 150_000 })).stdout;
      };
      expect(await inKernel('print(6 * 7)')).toBe('42\n');
      const shell = (command: string) =>
        inKernel(
          `import subprocess; print(subprocess.run(${JSON.stringify(command)}, shell=True, capture_output=True, text=True))`,
        );
      expect(await shell('rucio whoami')).toContain('account    : ada');
      expect([...hub.lakeTokens].every((token) => token.startsWith('rucio '))).toBe(true);
      expect(await shell('reana-client ping')).toContain('Connected');
      const element = '~/lake/LOCAL-A/user.ada';
      expect(await shell(`cat ${element}/events`)).toContain('measured');
      for (const attempt of [
        `echo x >> ${element}/events`,
        `touch ${element}/x`,
        'touch ~/lake/x',
        `rm ${element}/events`,
      ]) {
        expect(await shell(`${attempt} || echo refused`)).toContain('refused');
      }

      const kernels = async () => {
        const answer = await fetch(`${base}api/kernels`, { headers });
        // The server's own list; only the ids are compared.
        return ((await answer.json()) as readonly { readonly id: string }[]).map((kernel) => kernel.id);
      };
      const before = await kernels();
      await second.abandon();
      subject.context.clock.advance(31);
      const third = await worker();
      await step([third]);
      await step([third]);
      expect(await kernels()).toEqual(before);
      expect(before.length).toBeGreaterThan(0);
      await expect.poll(() => hub.activity.length, { timeout: 30_000 }).toBeGreaterThan(0);
      await third.servers.stop(subject.account, '');
      const { directory } = await subject.reach('stopped', [third]);
      await step([third]);
      await step([third]);
      expect(await readdir(directory as string)).toEqual(['control']);
      expect(await third.audit()).toEqual([]);
      expect([...subject.reanaTokens]).toEqual([]);
    },
  );
});
