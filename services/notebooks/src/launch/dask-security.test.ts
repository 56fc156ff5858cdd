import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { promisify } from 'node:util';
import { environmentBuilder, loadEnvironments } from '@vre/environments';
import { requirement } from '@vre/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { daskSecurityVariables, writeDaskIdentity } from './dask-security.ts';

const run = promisify(execFile);
const builds = new URL('../../../../.vre-test/builds', import.meta.url).pathname;
const now = new Date();

let own = '';
let others = '';
beforeEach(async () => {
  own = await mkdtemp(join(tmpdir(), 'vre-dask-'));
  others = await mkdtemp(join(tmpdir(), 'vre-dask-'));
  await writeDaskIdentity(own, now, 3600);
  await writeDaskIdentity(others, now, 3600);
});
afterEach(async () => {
  await rm(own, { recursive: true, force: true });
  await rm(others, { recursive: true, force: true });
});

it('is trusted by its holder, and by nobody else', async () => {
  const [mine, foreign] = await Promise.all([own, others].map((place) => readFile(join(place, 'dask.pem'))));
  expect((await stat(join(own, 'dask.pem'))).mode & 0o777).toBe(0o600);
  const server = tls.createServer({
    key: mine,
    cert: mine,
    ca: mine,
    requestCert: true,
    rejectUnauthorized: true,
  });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined).end('welcome'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const heard = (pem: Buffer | undefined) =>
    new Promise<string>((resolve) => {
      let text = '';
      const socket = tls.connect({
        port,
        host: '127.0.0.1',
        ca: mine,
        checkServerIdentity: () => undefined,
        ...(pem === undefined ? {} : { key: pem, cert: pem }),
      });
      socket.on('data', (part) => {
        text += part;
      });
      socket.on('error', () => undefined).on('close', () => resolve(text));
    });
  try {
    expect([await heard(mine), await heard(foreign), await heard(undefined)]).toEqual(['welcome', '', '']);
  } finally {
    server.close();
  }
});

const program = `
import json, os, sys
from dask.distributed import Client, LocalCluster
from distributed.security import Security
if __name__ == "__main__":
    foreign = sys.argv[1]
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster.scheduler_address) as client:
            answer = {"scheme": cluster.scheduler_address.split(":")[0], "own": client.submit(sum, [1, 2]).result()}
        for name, security in (
            ("foreign", Security(tls_ca_file=foreign, tls_client_cert=foreign, require_encryption=True)),
            ("plain", Security(require_encryption=False, tls_ca_file=None, tls_client_cert=None)),
        ):
            address = cluster.scheduler_address if name == "foreign" else cluster.scheduler_address.replace("tls:", "tcp:")
            try:
                with Client(address, security=security, timeout=5) as client:
                    answer[name] = client.submit(os.getpid).result(timeout=5)
            except Exception:
                answer[name] = "refused"
    print(json.dumps(answer))
`;

it.skipIf(!requirement('python').present)(
  'lets a real cluster serve its owner alone',
  { timeout: 600_000 },
  async () => {
    const lab = (await loadEnvironments()).find(({ name }) => name === 'lab');
    if (lab === undefined) throw new Error('no environment of JupyterLab');
    const { binDirectory } = await environmentBuilder(builds)(lab, {
      report: () => undefined,
      signal: new AbortController().signal,
    });
    const file = join(own, 'cluster.py');
    await writeFile(file, program);
    const { stdout } = await run(join(binDirectory, 'python'), [file, join(others, 'dask.pem')], {
      env: { PATH: '/usr/bin:/bin', HOME: own, ...daskSecurityVariables(own) },
    });
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({
      scheme: 'tls',
      own: 3,
      foreign: 'refused',
      plain: 'refused',
    });
  },
);
