import { type AddressInfo, createServer } from 'node:net';
import { createHttpServer } from '@vre/http-server';
import type { Addresses, Service, ServiceContext, ServiceName } from '@vre/service';
import { Agent, type Dispatcher } from 'undici';
import { edgeConfigSchema } from '../edge-config.ts';
import { createEdgeService } from '../edge-service.ts';

/** An answer read whole. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly setCookies: readonly string[];
  readonly text: string;
  json(): Record<string, unknown>;
};
type RequestOptions = {
  readonly method?: Dispatcher.HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** A started edge with one browser. */
export interface EdgeUnderTest {
  readonly service: Service;
  readonly portal: string;
  /** `name=value; …` of the browser's cookies below `/x/`. */
  cookie: string;
  /** A request without anything a browser adds. */
  raw(path: string, options?: RequestOptions): Promise<Answer>;
  /** A request as a page of the portal makes it. */
  fetch(path: string, options?: RequestOptions): Promise<Answer>;
  /** Headers of {@link EdgeUnderTest.fetch}. */
  browserHeaders(method?: string): Record<string, string>;
  /** Goes through the issuer and keeps the session cookie; returns the last answer. */
  signIn(next?: string): Promise<Answer>;
  close(): Promise<void>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Addresses of a portal on `port`; services not named are at a socket where nobody listens. */
export const testAddresses = (
  port: number,
  issuer: string,
  internal: Partial<Record<ServiceName, string>>,
): Addresses => ({
  portal: `http://localhost:${port}`,
  issuer,
  lake: 'http://localhost:1',
  workflows: `http://localhost:${port}`,
  notebooks: 'http://127.0.0.1:8002',
  storageDoor: 'https://localhost:8003',
  internal: (service) => internal[service] ?? 'unix:/nonexistent/service.sock:',
  authorityFile: undefined,
});

/** Starts the edge over `context`; a second copy of it listens on another port under the same address. */
export async function startEdge(
  context: ServiceContext,
  config: Readonly<Record<string, unknown>> = {},
  portalDirectory = '/nonexistent',
  listenPort = Number(new URL(context.addresses.portal).port),
): Promise<EdgeUnderTest> {
  const { portal } = context.addresses;
  const { host } = new URL(portal);
  const service = await createEdgeService(context, edgeConfigSchema.parse(config), { portalDirectory });
  const server = createHttpServer({
    name: 'edge',
    log: context.log,
    metrics: context.metrics,
    hostNames: [host],
    ...service.http,
  });
  await service.routes(server.app);
  await service.start();
  await server.listen([{ host: '127.0.0.1', port: listenPort }]);
  const agent = new Agent();

  const raw = async (path: string, options: RequestOptions = {}): Promise<Answer> => {
    const answer = await agent.request({
      origin: `http://127.0.0.1:${listenPort}`,
      path,
      method: options.method ?? 'GET',
      headers: { host, ...options.headers },
      body: options.body ?? null,
    });
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      headers: answer.headers,
      setCookies: [answer.headers['set-cookie'] ?? []].flat(),
      text,
      json: () => JSON.parse(text) as Record<string, unknown>,
    };
  };
  const browserHeaders = (method = 'GET') => ({
    'sec-fetch-site': 'same-origin',
    ...(method === 'GET' || method === 'HEAD' ? {} : { 'x-vre': '1', origin: portal }),
    ...(edge.cookie === '' ? {} : { cookie: edge.cookie }),
  });
  const edge: EdgeUnderTest = {
    service,
    portal,
    cookie: '',
    raw,
    browserHeaders,
    fetch: (path, options = {}) =>
      raw(path, { ...options, headers: { ...browserHeaders(options.method), ...options.headers } }),
    signIn: async (next = '/') => {
      const start = await raw(`/x/login?next=${encodeURIComponent(next)}`);
      const transaction = start.setCookies[0]?.split(';')[0] ?? '';
      const at = await request(agent, String(start.headers.location));
      await at.body.dump();
      const back = new URL(String(at.headers.location));
      const done = await raw(back.pathname + back.search, { headers: { cookie: transaction } });
      edge.cookie = done.setCookies.find((cookie) => cookie.startsWith('vre_session_'))?.split(';')[0] ?? '';
      return done;
    },
    close: async () => {
      await agent.destroy();
      await server.close(100);
      await service.stop();
    },
  };
  return edge;
}

function request(agent: Agent, url: string) {
  const { origin, pathname, search } = new URL(url);
  return agent.request({ origin, path: pathname + search, method: 'GET' });
}
