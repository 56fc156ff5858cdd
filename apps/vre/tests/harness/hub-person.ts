import type { Destination } from '@vre/aai/drive-pages';
import type { ServerModel } from '@vre/protocol-jupyterhub';
import { getGlobalDispatcher } from 'undici';
import { callControl } from '../../src/control/control-client.ts';
import { createPerson } from '../../src/demo/person.ts';
import { type KernelChannel, openKernelChannel } from '../../src/notebook/kernel-channel.ts';
import type { TestPlatform } from './platform.ts';
import { until } from './wait.ts';

/** What the hub answered. */
export type HubAnswer = { readonly status: number; readonly headers: Headers; readonly body: unknown };

/** An account that runs notebook servers by the hub's REST API, with a hub token that is good for all it may do. */
export interface HubPerson {
  readonly name: string;
  readonly token: string;
  /** Opens a page as the person's browser does, with its cookies. */
  visit(url: string): Promise<Destination>;
  /** Calls the REST API; `path` below `/hub/api`. */
  api(path: string, call?: { readonly method?: string; readonly json?: unknown }): Promise<HubAnswer>;
  /** Asks for a server; throws unless it is being started. */
  start(server?: string, options?: Readonly<Record<string, unknown>>): Promise<void>;
  /** The server as the hub shows it, running or not. */
  server(name?: string): Promise<Server>;
  /** Waits until the server's state is one of these, and answers it. */
  reach(states: readonly string[], server?: string, seconds?: number): Promise<Server>;
  /** Calls the person's server through the proxy. */
  call(
    path: string,
    call?: { readonly method?: string; readonly json?: unknown; readonly server?: string },
  ): Promise<HubAnswer>;
  /** Starts a kernel; answers its id. */
  startKernel(): Promise<string>;
  /** Opens a WebSocket to a kernel; channels are closed by whoever opened them. */
  channel(kernel: string): Promise<KernelChannel>;
}

/** What our hub adds to a server's model. */
export type Server = ServerModel & {
  readonly vre: {
    readonly state: string;
    readonly message: string;
    readonly percent: number;
    readonly log: readonly string[];
  };
};

let counter = 0;

/** Creates an account and signs it in to portal and hub. */
export async function createHubPerson(
  platform: Pick<TestPlatform, 'installation' | 'addresses'>,
  options: { readonly administrator?: boolean } = {},
): Promise<HubPerson> {
  const name = `nb${process.pid.toString(36)}${(counter++).toString(36)}`;
  const password = 'correct horse battery staple';
  await callControl(platform.installation, 'api', '/aai/users', {
    method: 'POST',
    json: {
      username: name,
      password,
      name: `Notebook Tester ${counter}`,
      email: `${name}@example.org`,
      ...options,
    },
  });
  const { notebooks: hub, portal } = platform.addresses;
  const person = createPerson({ username: name, password });
  await person.visit(`${portal}/x/login?next=/`);
  await person.visit(`${hub}/hub/login?next=/hub/api/user`);
  const { token } = (await person.json(`${portal}/x/hub/users/${name}/tokens`, {
    method: 'POST',
    json: { note: 'tests' },
  })) as { readonly token: string };

  async function call(
    url: string,
    { method = 'GET', json }: { readonly method?: string; readonly json?: unknown } = {},
  ): Promise<HubAnswer> {
    const answer = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        authorization: `token ${token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: answer.status,
      headers: answer.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  }
  const api: HubPerson['api'] = (path, given) => call(`${hub}/hub/api${path}`, given);
  const below = (server: string) =>
    server === '' ? `/users/${name}/server` : `/users/${name}/servers/${encodeURIComponent(server)}`;
  const prefix = (server: string) => `/user/${name}/${server === '' ? '' : `${encodeURIComponent(server)}/`}`;
  const server: HubPerson['server'] = async (which = '') => {
    const { status, body } = await api(`/users/${name}?include_stopped_servers`);
    const found = (body as { readonly servers?: Readonly<Record<string, Server>> }).servers?.[which];
    if (found === undefined) throw new Error(`no server "${which}": ${status} ${JSON.stringify(body)}`);
    return found;
  };
  return {
    name,
    token,
    visit: person.visit,
    api,
    server,
    start: async (which = '', options = { profile: 'minimal' }) => {
      const { status, body } = await api(below(which), { method: 'POST', json: options });
      if (status !== 202) throw new Error(`the start was answered ${status}: ${JSON.stringify(body)}`);
    },
    reach: (states, which = '', seconds = 120) =>
      until(
        () => server(which).catch((error: Error) => error),
        (found): found is Server => !(found instanceof Error) && states.includes(found.vre.state),
        seconds,
      ) as Promise<Server>, // the condition admits nothing else
    call: (path, { server: which = '', ...given } = {}) => call(`${hub}${prefix(which)}${path}`, given),
    startKernel: async () => {
      const { status, body } = await call(`${hub}${prefix('')}api/kernels`, {
        method: 'POST',
        json: { name: 'python3' },
      });
      if (status !== 201) throw new Error(`no kernel: ${status} ${JSON.stringify(body)}`);
      return (body as { readonly id: string }).id;
    },
    channel: (kernel) =>
      openKernelChannel(
        `${hub.replace('http', 'ws')}${prefix('')}api/kernels/${kernel}/channels`,
        `token ${token}`,
        getGlobalDispatcher(),
      ),
  };
}
