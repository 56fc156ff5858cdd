import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as net from 'node:net';
import { sql } from '@vre/database';
import { createHttpServer, type HttpServer } from '@vre/http-server';
import { type TestContext, testContext } from '@vre/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ServerAccess } from '../access/server-access.ts';
import { notebooksMigrations } from '../notebooks-migrations.ts';
import { renderError } from '../render-error.ts';
import { createServerProxy, type ServerProxy } from './proxy.ts';

let context: TestContext;
let proxy: ServerProxy;
let server: HttpServer;
let jupyter: http.Server;
let port: number;
let verdict: Awaited<ReturnType<ServerAccess['decide']>>;
let endSession: () => void = () => undefined;
let seen: http.IncomingMessage | undefined;
let answer: http.RequestListener;
/** What stands in for the proof of whose the port is. */
let listensAs: string;
let asked = 0;

beforeAll(async () => {
  context = await testContext('hub', notebooksMigrations);
  jupyter = http.createServer((request, response) => {
    seen = request;
    answer(request, response);
  });
  jupyter.on('upgrade', (request, socket) => {
    seen = request;
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.pipe(socket);
    socket.on('error', () => socket.destroy());
  });
  jupyter.listen(0, '127.0.0.1');
  await once(jupyter, 'listening');
  proxy = createServerProxy(
    context,
    {
      decide: async () => verdict,
      hold: (_id, cut) => {
        endSession = cut;
        return () => undefined;
      },
      hubCookies: ['vre-hub'],
    },
    (next) => `/hub/login?next=${encodeURIComponent(next)}`,
    {
      test: {
        endpoint: async () => {
          asked++;
          if (listensAs === 'a stranger') throw new Error('the port was taken');
          return { host: '127.0.0.1', port: (jupyter.address() as AddressInfo).port, proof: listensAs };
        },
        stillListens: async ({ proof }) => proof === listensAs,
      },
    },
  );
  port = await freePort();
  server = createHttpServer({
    name: 'notebooks',
    log: context.log,
    metrics: context.metrics,
    hostNames: [`127.0.0.1:${port}`, new URL(context.addresses.notebooks).host],
    renderError,
    onRequest: proxy.onRequest,
    onUpgrade: proxy.onUpgrade,
  });
  await server.listen([{ host: '127.0.0.1', port }]);
  await sql`
    insert into hub.account (id, issuer, subject, name, username, created_at)
    values (${context.identifiers.uuid()}, 'i', 's', 'marie', 'marie', now())`.execute(
    context.database.direct,
  );
});
afterAll(async () => {
  await proxy.close();
  await server.close(100);
  jupyter.closeAllConnections();
  jupyter.close();
  await context.dispose();
});
beforeEach(async () => {
  verdict = { allowed: true, sessionId: 'session' };
  listensAs = 'the server';
  answer = (_request, response) => response.end('hello');
  await put('ready');
});

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: found } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return found;
}

/** The default server in a state, as the daemons would leave it, told by an event. */
async function put(state: string): Promise<void> {
  const { database, outbox, identifiers } = context;
  await database.transaction(async (transaction) => {
    await sql`
      insert into hub.server as known (id, account_id, name, state, start_number, profile, port, job)
      select ${identifiers.uuid()}, id, '', ${state}, 1, 'minimal', ${(jupyter.address() as AddressInfo).port},
        '{"backend": "test", "jobId": "", "jobDirectory": ""}'
      from hub.account
      on conflict (account_id, name) do update set state = ${state}`.execute(transaction);
    await outbox.publish(transaction, [{ topic: 'server.changed', accountId: 's', data: { state } }]);
  });
}

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers, redirect: 'manual' });

/** Asks until the answer is the wanted one: notifications travel through the database. */
async function until(status: number, path = '/user/marie/lab'): Promise<Response> {
  for (;;) {
    const response = await get(path);
    if (response.status === status) return response;
    await response.arrayBuffer();
  }
}

/** A WebSocket handshake by hand, and the raw connection after it. */
async function handshake(
  headers: Record<string, string> = {},
): Promise<{ socket: net.Socket; head: string }> {
  const socket = net.connect(port, '127.0.0.1');
  const lines = { Host: `127.0.0.1:${port}`, Connection: 'Upgrade', Upgrade: 'websocket', ...headers };
  socket.write(
    `GET /user/marie/api/kernels/1/channels?token=secret HTTP/1.1\r\n${Object.entries(lines)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );
  const [data] = (await once(socket, 'data')) as [Buffer];
  return { socket, head: data.toString() };
}

test('a request reaches the server byte for byte, without the cookie and the token of the hub', async () => {
  await until(200);
  const response = await get('/user/marie/api/contents/a%20b%2Fc?x=1&token=secret', {
    cookie: 'vre-hub=secret; _xsrf=y',
    authorization: 'token secret',
  });
  expect([response.status, await response.text()]).toEqual([200, 'hello']);
  expect(seen?.url).toBe('/user/marie/api/contents/a%20b%2Fc?x=1');
  expect(seen?.headers.cookie).toBe('_xsrf=y');
  expect(JSON.stringify(seen?.rawHeaders)).not.toContain('secret');
});

test('the server cannot set the cookies of the hub', async () => {
  answer = (_request, response) =>
    response.setHeader('set-cookie', ['vre-hub=forged; Path=/', 'own=1']).end('x');
  const response = await until(200);
  expect(response.headers.getSetCookie()).toEqual(['own=1']);
});

test.each([
  'vre-hub-signin-1234=forged; Path=/hub/oauth_callback',
  '__Host-vre-hub=forged; Path=/; Secure',
  ' VRE-HUB =forged; Path=/',
  '=vre-hub=forged; Path=/',
  'vre-hub; Path=/',
])('nor by another spelling: %s', async (cookie) => {
  answer = (_request, response) => response.setHeader('set-cookie', [cookie, 'own=1']).end('x');
  expect((await until(200)).headers.getSetCookie()).toEqual(['own=1']);
});

test('nothing that holds for the whole host comes from a server', async () => {
  const headers = {
    'Service-Worker-Allowed': '/',
    'Clear-Site-Data': '"*"',
    'Alt-Svc': 'h2="elsewhere.example.org:443"',
    'Strict-Transport-Security': 'max-age=1',
    NEL: '{}',
    'Report-To': '{}',
  };
  answer = (_request, response) => response.writeHead(200, { ...headers, etag: 'kept' }).end('x');
  const response = await until(200);
  expect(response.headers.get('etag')).toBe('kept');
  expect(Object.keys(headers).filter((name) => response.headers.has(name))).toEqual([]);
});

test('who took over the port of a server gets no request', async () => {
  await until(200);
  await put('stopped');
  await until(424);
  listensAs = 'a stranger';
  seen = undefined;
  await put('ready');
  await until(503);
  const { socket, head } = await handshake();
  socket.destroy();
  expect([head.split('\r\n', 1)[0], seen]).toEqual(['HTTP/1.1 503 Service Unavailable', undefined]);
});

test('events arrive one by one, not when the answer is over', async () => {
  let next: () => void = () => undefined;
  answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    next = () => response.end('data: 2\n\n');
  };
  const response = await until(200);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).toBe('data: 1\n\n');
  next();
  expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).toBe('data: 2\n\n');
});

test('an upload streams up while it is written', async () => {
  await until(200);
  let received = 0;
  answer = (request, response) => {
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    request.on('end', () => response.end(String(received)));
  };
  const upload = http.request({ host: '127.0.0.1', port, method: 'PUT', path: '/user/marie/api/contents/x' });
  const size = 64 * 1024 * 1024;
  const chunk = Buffer.alloc(1024 * 1024);
  for (let sent = 0; sent < size; sent += chunk.length) {
    if (!upload.write(chunk)) await once(upload, 'drain');
  }
  expect(received).toBeGreaterThan(0);
  upload.end();
  const [response] = (await once(upload, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const part of response) text += part;
  expect(text).toBe(String(size));
});

test('nobody is sent to sign in and back, a script gets 403', async () => {
  verdict = { allowed: false, why: 'nobody' };
  const asked = http.get({
    host: '127.0.0.1',
    port,
    path: '/user/marie/lab?x=1',
    headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate' },
  });
  const [page] = (await once(asked, 'response')) as [http.IncomingMessage];
  page.resume();
  expect([page.statusCode, page.headers.location]).toEqual([
    302,
    `/hub/login?next=${encodeURIComponent('/user/marie/lab?x=1')}`,
  ]);
  const script = await get('/user/marie/api');
  expect([script.status, await script.json()]).toEqual([
    403,
    { status: 403, message: expect.stringContaining('sign in') },
  ]);
});

test('somebody else learns nothing, whether the server exists or not', async () => {
  verdict = { allowed: false, why: 'somebody-else' };
  const answers = await Promise.all(['/user/marie/lab', '/user/nobody/lab'].map((path) => get(path)));
  expect(answers.map(({ status }) => status)).toEqual([403, 403]);
  expect(await answers[0]?.json()).toEqual(await answers[1]?.json());
});

test('a WebSocket is joined, and cut when the session ends', async () => {
  await until(200);
  const { socket, head } = await handshake({ Origin: new URL(context.addresses.notebooks).origin });
  expect(head).toContain('101');
  expect(seen?.url).toBe('/user/marie/api/kernels/1/channels');
  socket.write('frames');
  expect(String((await once(socket, 'data'))[0])).toBe('frames');
  endSession();
  await once(socket, 'close');
});

test('a page of another origin opens no WebSocket', async () => {
  const { socket, head } = await handshake({ Origin: 'http://evil.example' });
  expect(head).toContain('403');
  socket.destroy();
});

test('when the server stops, its sockets are cut and its route is gone', async () => {
  await until(200);
  const { socket } = await handshake();
  const closed = once(socket, 'close');
  await put('stopping');
  await closed;
  const response = await until(424);
  expect(await response.json()).toMatchObject({ message: expect.stringContaining('/notebooks') });
});

test('a server that vanished is an error that says where to look', async () => {
  await until(200);
  answer = (request) => request.socket.destroy();
  const response = await get('/user/marie/api');
  expect([response.status, await response.json()]).toEqual([
    503,
    { status: 503, message: expect.stringContaining('does not answer') },
  ]);
});

test('whoever takes the port of a server that died hears nothing, the server itself is proven once', async () => {
  await until(200);
  const before = asked;
  const heard: string[] = [];
  answer = (request, response) => {
    heard.push(request.url ?? '');
    response.end('hello');
  };
  const connectAnew = async () => {
    jupyter.closeAllConnections();
    await put('stopping');
    await until(424);
    await put('ready');
  };
  (await handshake()).socket.destroy();
  (await handshake()).socket.destroy();
  expect(asked).toBe(before);
  listensAs = 'a stranger';
  const refused = await handshake();
  expect(refused.head).toContain('503');
  jupyter.closeAllConnections();
  await connectAnew();
  heard.length = 0;
  const response = await get('/user/marie/api/contents', { cookie: '_xsrf=secret' });
  expect([response.status, heard]).toEqual([503, []]);
  listensAs = 'the server, listening again';
  expect((await get('/user/marie/api/contents')).status).toBe(200);
});
