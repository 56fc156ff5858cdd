import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuiltEnvironment } from '@vre/environments';
import { freePortBlock } from './platform.ts';
import { until } from './wait.ts';

/** A real JupyterHub on loopback. */
export interface HubPeer {
  readonly url: string;
  readonly version: string;
  /** Makes an account and a token of it that is good for all it may do; `admin` is an administrator. */
  person(name: string): Promise<string>;
  stop(): Promise<void>;
}

const programs = join(import.meta.dirname, '../notebooks');

/** Starts the JupyterHub of an environment that has it, with its tables in a folder of its own. */
export async function startHubPeer(environment: BuiltEnvironment): Promise<HubPeer> {
  const directory = await mkdtemp(join(tmpdir(), 'vre-hub-peer-'));
  const token = randomBytes(16).toString('hex');
  await writeFile(join(directory, 'token'), token, { mode: 0o600 });
  const port = await freePortBlock();
  const log = await open(join(directory, 'log'), 'a');
  const hub = spawn(join(environment.binDirectory, 'jupyterhub'), ['-f', join(programs, 'hub_peer.py')], {
    cwd: directory,
    stdio: ['ignore', log.fd, log.fd],
    env: {
      PATH: `${environment.binDirectory}:/usr/bin:/bin`,
      HOME: directory,
      LANG: 'C.UTF-8',
      PEER_PORT: String(port),
      PEER_SERVER: join(programs, 'hub_peer_server.py'),
    },
  });
  await log.close();
  const ended = new Promise<void>((resolve) => hub.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const asService = (path: string, json: unknown) =>
    fetch(`${url}/hub/api${path}`, {
      method: 'POST',
      headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(json),
    });
  const answer = await until(
    async () =>
      hub.exitCode === null
        ? fetch(`${url}/hub/api/`).then(
            (response) => response.json(),
            () => undefined,
          )
        : Promise.reject(new Error(await readFile(join(directory, 'log'), 'utf8'))),
    (version) => version !== undefined,
    60,
  );
  return {
    url,
    version: (answer as { readonly version: string }).version,
    person: async (name) => {
      await asService(`/users/${name}`, {});
      const made = await asService(`/users/${name}/tokens`, { note: 'tests' });
      return ((await made.json()) as { readonly token: string }).token;
    },
    stop: async () => {
      hub.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
