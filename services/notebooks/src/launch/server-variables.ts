import { join } from 'node:path';
import { rucioFiles } from '@vre/client-files';
import type { Addresses } from '@vre/service';
import { oauthClientId, serverPrefix } from '../servers/server.ts';
import type { ServerOwner } from '../servers/server-store.ts';
import { daskSecurityVariables } from './dask-security.ts';

/** What the variables of one start are made of. */
export type VariablesWanted = {
  readonly owner: Pick<ServerOwner, 'name' | 'username'>;
  readonly server: { readonly id: string; readonly name: string };
  readonly port: number;
  readonly addresses: Addresses;
  readonly home: string;
  readonly settings: string;
  readonly credentials: string;
  /** First of `JUPYTER_PATH`: where the kernels of the card are. */
  readonly jupyterPath: string;
  /** Folders of programs, first come first served. */
  readonly binDirectories: readonly string[];
  readonly activitySeconds: number;
  readonly limits: { readonly memoryBytes: number; readonly cpus: number | undefined };
  /** Variables of the kernels' environment. */
  readonly kernels: Readonly<Record<string, string>>;
};

const systemPath = '/usr/local/bin:/usr/bin:/bin';

/**
 * The environment of an unmodified `jupyterhub-singleuser` and of every kernel and terminal in it; secrets come by file.
 * @see https://jupyterhub.readthedocs.io/en/stable/reference/spawners.html#environment-variables-and-command-line-arguments
 */
export function serverVariables(wanted: VariablesWanted): Readonly<Record<string, string>> {
  const { owner, server, port, addresses, home, limits } = wanted;
  const prefix = serverPrefix(owner.name, server.name);
  const api = `${addresses.notebooks}/hub/api`;
  const rucio = rucioFiles(wanted.credentials);
  const accessScopes = [
    `access:servers!server=${owner.name}/${server.name}`,
    `access:servers!user=${owner.name}`,
  ];
  const data = join(home, '.local', 'share', 'jupyter');
  return {
    ...wanted.kernels,
    PATH: [...wanted.binDirectories, systemPath].join(':'),
    HOME: home,
    USER: owner.username,
    LOGNAME: owner.username,
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TMPDIR: '/tmp',
    PYTHONUNBUFFERED: '1',

    JUPYTERHUB_CLIENT_ID: oauthClientId(owner.name, server.name),
    JUPYTERHUB_OAUTH_CALLBACK_URL: `${prefix}oauth_callback`,
    JUPYTERHUB_OAUTH_SCOPES: JSON.stringify(accessScopes),
    JUPYTERHUB_OAUTH_ACCESS_SCOPES: JSON.stringify(accessScopes),
    JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES: '[]',
    JUPYTERHUB_USER: owner.name,
    JUPYTERHUB_SERVER_NAME: server.name,
    JUPYTERHUB_API_URL: api,
    JUPYTERHUB_ACTIVITY_URL: `${api}/users/${encodeURIComponent(owner.name)}/activity`,
    JUPYTERHUB_ACTIVITY_INTERVAL: String(wanted.activitySeconds),
    JUPYTERHUB_BASE_URL: '/',
    JUPYTERHUB_HOST: '',
    JUPYTERHUB_SERVICE_PREFIX: prefix,
    JUPYTERHUB_SERVICE_URL: `http://127.0.0.1:${port}${prefix}`,
    JUPYTERHUB_PUBLIC_URL: `${addresses.notebooks}${prefix}`,
    JUPYTERHUB_PUBLIC_HUB_URL: `${addresses.notebooks}/hub/`,
    JUPYTERHUB_DEFAULT_URL: '/lab',
    JUPYTERHUB_ROOT_DIR: home,
    // Extensions that forget to ask who calls answer nobody else.
    JUPYTER_SERVER_ALLOW_UNAUTHENTICATED_ACCESS: '0',
    MEM_LIMIT: String(limits.memoryBytes),
    ...(limits.cpus === undefined ? {} : { CPU_LIMIT: String(limits.cpus) }),

    JUPYTER_CONFIG_PATH: wanted.settings,
    JUPYTER_CONFIG_DIR: join(home, '.jupyter'),
    JUPYTER_PATH: wanted.jupyterPath,
    JUPYTER_DATA_DIR: data,
    JUPYTER_RUNTIME_DIR: join(data, 'runtime'),

    RUCIO_CONFIG: rucio.config,
    // Two servers of one person at once must not share a database file.
    RUCIO_CACHE_DIR: join(home, '.cache', 'rucio-jupyterlab', server.id),
    BEARER_TOKEN_FILE: rucio.token,
    ...(addresses.authorityFile === undefined
      ? {}
      : {
          REQUESTS_CA_BUNDLE: rucio.authority,
          SSL_CERT_FILE: rucio.authority,
          CURL_CA_BUNDLE: rucio.authority,
        }),
    REANA_SERVER_URL: addresses.workflows,
    REANA_ALLOWED_SERVER_HOSTS: new URL(addresses.workflows).hostname,

    // A cluster inside the server's own limits, with its dashboard behind the server's own path.
    DASK_LABEXTENSION__FACTORY__MODULE: 'dask.distributed',
    DASK_LABEXTENSION__FACTORY__CLASS: 'LocalCluster',
    DASK_LABEXTENSION__FACTORY__KWARGS: daskCluster(limits),
    ...daskSecurityVariables(wanted.credentials),
    DASK_DISTRIBUTED__DASHBOARD__LINK: `${prefix}proxy/{port}/status`,
  };
}

/** Half of the memory for workers, so that the notebook itself lives on when they are full. A Python literal. */
function daskCluster({ memoryBytes, cpus }: VariablesWanted['limits']): string {
  const workers = Math.max(1, Math.min(4, Math.floor(cpus ?? 2)));
  const memory = Math.floor(memoryBytes / 2 / workers);
  return `{'n_workers': ${workers}, 'threads_per_worker': 1, 'memory_limit': ${memory}, 'dashboard_address': '127.0.0.1:0'}`;
}
