import type { Addresses } from '@vre/service';
import { expect, it } from 'vitest';
import { serverVariables, type VariablesWanted } from './server-variables.ts';

const addresses: Addresses = {
  portal: 'http://localhost:8000',
  issuer: 'http://localhost:8000/aai/',
  lake: 'http://localhost:8001',
  workflows: 'http://localhost:8000',
  notebooks: 'http://127.0.0.1:8002',
  storageDoor: 'https://localhost:8003',
  internal: () => '',
  authorityFile: undefined,
};
const wanted: VariablesWanted = {
  owner: { name: 'ada@example.org', username: 'ada' },
  server: { id: 'server-1', name: 'big one' },
  port: 4321,
  addresses,
  home: '/homes/ada',
  settings: '/settings',
  credentials: '/credentials',
  jupyterPath: '/kernels',
  binDirectories: ['/overlay/bin', '/lab/bin'],
  activitySeconds: 300,
  limits: { memoryBytes: 4e9, cpus: 2.5 },
  kernels: {},
};

it('names the person and the server as paths do', () => {
  expect(serverVariables(wanted)).toMatchObject({
    JUPYTERHUB_SERVICE_PREFIX: '/user/ada%40example.org/big%20one/',
    JUPYTERHUB_SERVICE_URL: 'http://127.0.0.1:4321/user/ada%40example.org/big%20one/',
    JUPYTERHUB_CLIENT_ID: 'jupyterhub-user-ada%40example.org--big%20one',
    JUPYTERHUB_ACTIVITY_URL: 'http://127.0.0.1:8002/hub/api/users/ada%40example.org/activity',
    JUPYTERHUB_OAUTH_ACCESS_SCOPES:
      '["access:servers!server=ada@example.org/big one","access:servers!user=ada@example.org"]',
  });
});

it('carries no secret, and nothing that stops Python from keeping its byte code', () => {
  const names = Object.keys(serverVariables(wanted));
  expect(names.filter((name) => /API_TOKEN|ACCESS_TOKEN$|PYTHONDONTWRITE/.test(name))).toEqual([]);
});

it('names the certificate authority only where there is one of our own', () => {
  expect(serverVariables(wanted).REQUESTS_CA_BUNDLE).toBeUndefined();
  const own = { ...addresses, authorityFile: '/ca.pem' };
  expect(serverVariables({ ...wanted, addresses: own }).SSL_CERT_FILE).toBe('/credentials/ca.pem');
});

it('keeps a Dask cluster inside the limits of the server', () => {
  expect(serverVariables(wanted).DASK_LABEXTENSION__FACTORY__KWARGS).toBe(
    "{'n_workers': 2, 'threads_per_worker': 1, 'memory_limit': 1000000000, 'dashboard_address': '127.0.0.1:0'}",
  );
});
