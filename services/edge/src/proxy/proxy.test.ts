import { once } from 'node:events';
import * as http from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type TestContext, testContext } from '@vre/testing';
import { WebSocket } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { edgeMigrations } from '../edge-service.ts';
import { type EdgeUnderTest, freePort, startEdge, testAddresses } from '../testing/edge-under-test.ts';
import { type FakeIssuer, startFakeIssuer } from '../testing/fake-issuer.ts';
import { type FakeService, startFakeService } from '../testing/fake-service.ts';

let context: TestContext;
let issuer: FakeIssuer;
let lake: FakeService;
let edge: EdgeUnderTest;

beforeAll(async () => {
  issuer = await startFakeIssuer({ id: 'edge', secret: 'test-client-secret' });
  const internal: Record<string, string> = {};
  context = await testContext(
    'edge',
    edgeMigrations,
    testAddresses(await freePort(), issuer.issuer, internal),
  );
  lake = await startFakeService(join(context.dataDirectory, 'lake.sock'));
  internal['data-lake'] = lake.address;
  edge = await startEdge(context);
  await edge.signIn();
});
afterAll(async () => {
  await edge.close();
  await lake.close();
  await issuer.close();
  await context.dispose();
});

const claimsOf = (token: unknown) =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;

/** A request of the portal with node's own client, which shows connections and back-pressure. */
const open = (path: string, method = 'GET') =>
  http.request({
    host: '127.0.0.1',
    port: new URL(edge.portal).port,
    path,
    method,
    headers: { host: new URL(edge.portal).host, ...edge.browserHeaders(method) },
  });

describe('a request of the portal', () => {
  test('reaches the lake with a token for its audience instead of what the browser sent', async () => {
    let seen: http.IncomingMessage | undefined;
    lake.handler = (request, response) => {
      seen = request;
      response.writeHead(200, { 'set-cookie': 'a=1', 'content-type': 'application/json' }).end('{"a":1}');
    };
    const answer = await edge.fetch('/x/lake/dids/s/a%2Fb?access_token=stolen&x=%20', {
      headers: { authorization: 'Bearer stolen', 'x-rucio-account': 'root', 'x-forwarded-for': '10.0.0.1' },
    });
    expect([answer.status, answer.text, answer.setCookies]).toEqual([200, '{"a":1}', []]);
    expect(answer.headers['content-security-policy']).toBe("sandbox; default-src 'none'");
    expect(seen?.url).toBe('/dids/s/a%2Fb?x=%20');
    expect(seen?.headers).not.toHaveProperty('cookie');
    expect(seen?.headers).not.toHaveProperty('authorization');
    expect(seen?.headers).not.toHaveProperty('x-rucio-account');
    expect(seen?.headers['x-forwarded-for']).toMatch(/127\.0\.0\.1$/);
    expect(seen?.headers['x-request-id']).toBe(answer.headers['x-request-id']);
    expect(claimsOf(seen?.headers['x-rucio-auth-token'])).toMatchObject({
      aud: ['rucio', 'https://localhost:8003'],
    });
  });

  test('is refused without session, without X-VRE and across sites, and never reaches the lake', async () => {
    let reached = 0;
    lake.handler = (_request, response) => void response.end(String(++reached));
    const cookie = edge.cookie;
    const missing = await edge.raw('/x/lake/ping', { headers: { 'sec-fetch-site': 'same-origin' } });
    expect([missing.status, missing.json()]).toEqual([
      401,
      { message: 'Sign in first.', code: 'not-signed-in', login: '/x/login' },
    ]);
    const simple = await edge.raw('/x/lake/rules/', {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
    });
    const foreign = await edge.raw('/x/lake/ping', { headers: { cookie, 'sec-fetch-site': 'cross-site' } });
    expect([simple.status, foreign.status, reached]).toEqual([403, 403, 0]);
  });

  test('with a crooked path is refused', async () => {
    for (const path of ['/x/lake/../aai/token', '/x/lake/%2e%2e/a', '/x//lake/ping'])
      expect([path, (await edge.fetch(path)).json().code]).toEqual([path, 'bad-path']);
  });

  test('follows no redirect away from the service', async () => {
    lake.handler = (_request, response) =>
      void response.writeHead(302, { location: 'https://evil.example/' }).end();
    const answer = await edge.fetch('/x/lake/ping');
    expect([answer.status, answer.json().code, answer.headers.location]).toEqual([
      502,
      'foreign-redirect',
      undefined,
    ]);
  });

  test('says which service is away, and counts it', async () => {
    const answer = await edge.fetch('/x/reana/ping');
    expect([answer.status, answer.json().message]).toEqual([
      502,
      'The workflow service is away: it may be starting, try again shortly.',
    ]);
    expect(await context.metrics.render()).toContain(
      'vre_edge_proxied_requests_total{service="workflows",status="502"} 1',
    );
  });

  test('passes an error of the service, a body of DELETE and HEAD through', async () => {
    lake.handler = (request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () =>
        response
          .writeHead(409, { 'x-body': body, 'content-length': '2' })
          .end(request.method === 'HEAD' ? '' : 'no'),
      );
    };
    const deleted = await edge.fetch('/x/lake/rules/1', { method: 'DELETE', body: '{"a":1}' });
    expect([deleted.status, deleted.headers['x-body'], deleted.text]).toEqual([409, '{"a":1}', 'no']);
    const head = await edge.fetch('/x/lake/rules/1', { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.text]).toEqual([409, '2', '']);
  });

  test('gets a fresh token after the service refused the one in use', async () => {
    const tokens: unknown[] = [];
    lake.handler = (request, response) => {
      tokens.push(request.headers['x-rucio-auth-token']);
      response.writeHead(tokens.length === 1 ? 401 : 200).end();
    };
    expect((await edge.fetch('/x/lake/ping')).status).toBe(401);
    await expect.poll(async () => (await edge.fetch('/x/lake/ping')).status).toBe(200);
    await expect.poll(() => new Set(tokens).size).toBe(2);
  });
});

describe('a stream', () => {
  const megabyte = Buffer.alloc(1_000_000, 7);

  test('up waits for the service to read, and arrives whole', async () => {
    let proceed: () => void = () => undefined;
    const mayRead = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    let received = 0;
    lake.handler = async (request, response) => {
      await mayRead;
      for await (const chunk of request) received += (chunk as Buffer).length;
      response.end(String(received));
    };
    const request = open('/x/lake/upload', 'PUT');
    let written = 0;
    const writing = (async () => {
      for (; written < 50; written++) if (!request.write(megabyte)) await once(request, 'drain');
      request.end();
    })();
    const answered = once(request, 'response') as Promise<[http.IncomingMessage]>;
    await pause(500);
    // Socket buffers on the way hold a few megabytes, the edge nothing of note.
    expect(written).toBeLessThan(25);
    proceed();
    await writing;
    const [answer] = await answered;
    expect((await answer.toArray()).join('')).toBe('50000000');
  });

  test('down waits for the browser to read, and arrives whole', async () => {
    let sent = 0;
    lake.handler = async (_request, response) => {
      for (; sent < 50; sent++) if (!response.write(megabyte)) await once(response, 'drain');
      response.end();
    };
    const request = open('/x/lake/download').end();
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    await pause(500);
    expect(sent).toBeLessThan(25);
    let received = 0;
    for await (const chunk of answer) received += (chunk as Buffer).length;
    expect([sent, received]).toEqual([50, 50_000_000]);
  });

  test('ends at the service when the browser goes away', async () => {
    const closed = new Promise<void>((resolve) => {
      lake.handler = (_request, response) => {
        response.write('first');
        response.on('close', () => resolve());
      };
    });
    const request = open('/x/lake/follow').end();
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(String((await once(answer, 'data'))[0])).toBe('first');
    answer.on('error', () => undefined);
    request.on('error', () => undefined).destroy();
    await closed;
  });

  test('is cut in the browser when the service breaks off', async () => {
    lake.handler = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => response.destroy(), 50);
    };
    await expect(edge.fetch('/x/lake/download')).rejects.toThrow();
  });
});

describe('a WebSocket', () => {
  const connect = (path: string, headers: Record<string, string> = {}) => {
    const url = `${edge.portal.replace('http', 'ws')}${path}`;
    return new WebSocket(url, { headers: { ...edge.browserHeaders(), origin: edge.portal, ...headers } });
  };

  test('is joined with the service: messages and close codes pass', async () => {
    const socket = connect('/x/lake/socket?access_token=stolen');
    await once(socket as never, 'open');
    const messages: unknown[] = [];
    socket.addEventListener('message', ({ data }) => messages.push(data));
    socket.send('one');
    socket.send('two');
    await expect.poll(() => messages).toEqual(['one', 'two']);
    const closed = new Promise<{ code: number; reason: string }>((resolve) =>
      socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason })),
    );
    socket.close(4001, 'enough');
    expect(await closed).toMatchObject({ code: 4001, reason: 'enough' });
    const handshake = lake.upgrades.at(-1);
    expect(handshake?.url).toBe('/socket');
    expect(handshake?.headers).not.toHaveProperty('cookie');
    expect(claimsOf(handshake?.headers['x-rucio-auth-token'])).toMatchObject({ sub: 'sub-alice' });
  });

  const handshake = async (path: string, change: Record<string, string | undefined>) => {
    const headers = {
      host: new URL(edge.portal).host,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
      origin: edge.portal,
      cookie: edge.cookie,
      ...change,
    };
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    const request = http
      .request({ host: '127.0.0.1', port: new URL(edge.portal).port, path, headers: sent })
      .end();
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    return {
      status: answer.statusCode,
      cookies: answer.headers['set-cookie'],
      text: (await answer.toArray()).join(''),
    };
  };

  test.each([
    ['of another origin', '/x/lake/s', { origin: 'http://localhost:8002' }, 403],
    ['without Origin', '/x/lake/s', { origin: undefined }, 403],
    ['without session', '/x/lake/s', { cookie: undefined }, 401],
    ['to nowhere', '/nowhere', {}, 404],
    ['with a crooked path', '/x/lake/../s', {}, 400],
    ['to a service that is away', '/x/reana/s', {}, 502],
  ])('%s is refused', async (_what, path, change, status) => {
    const before = lake.upgrades.length;
    expect((await handshake(path, change)).status).toBe(status);
    expect(lake.upgrades).toHaveLength(before);
  });

  test('that the service refuses gets the answer of the service, without its cookies', async () => {
    expect(await handshake('/x/lake/refused', {})).toEqual({
      status: 403,
      cookies: undefined,
      text: 'no\r\n',
    });
  });

  test('is cut on both sides when the session ends', async () => {
    const serviceSide = new Promise<void>((resolve) => {
      lake.onUpgradedClosed = resolve;
    });
    const socket = connect('/x/lake/socket');
    await once(socket as never, 'open');
    const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
    expect((await edge.fetch('/x/logout', { method: 'POST' })).status).toBe(200);
    await Promise.all([closed, serviceSide]);
    await edge.signIn();
  });
});
