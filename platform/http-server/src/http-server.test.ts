import { mkdtemp, stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpClient } from '@vre/http-client';
import { createLogger, createMetrics } from '@vre/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpServer, type HttpServer, sendLines, sentenceOf, statusOf } from './index.ts';

let server: HttpServer;
let socket: string;
const port = await freePort();
let release: () => void = () => undefined;
const released = new Promise<void>((resolve) => {
  release = resolve;
});
let produced = 0;
let cancelled = false;
const http = createHttpClient();

beforeAll(async () => {
  socket = join(await mkdtemp(join(tmpdir(), 'vre-http-')), 'test.sock');
  server = createHttpServer({
    name: 'test',
    log: createLogger({ name: 'test', level: 'silent' }),
    metrics: createMetrics(),
    hostNames: [`localhost:${port}`],
    bodyProgress: { seconds: 0.2, bytes: 64 },
    alias: { hostName: `ip6-localhost:${port}`, address: `http://localhost:${port}` },
    renderError: (error, request, reply) =>
      reply.code(statusOf(error)).send({ message: sentenceOf(error, request.id) }),
  });
  server.app.addContentTypeParser('application/octet-stream', (_request, payload, done) =>
    done(null, payload),
  );
  server.app.post('/stream', async (request) => {
    let bytes = 0;
    for await (const chunk of request.body as AsyncIterable<Buffer>) bytes += chunk.length;
    return { bytes };
  });
  // Reads only when it is told to, as behind a slow disk.
  server.app.post('/waits', async (request) => {
    await released;
    let bytes = 0;
    for await (const chunk of request.body as AsyncIterable<Buffer>) bytes += chunk.length;
    return { bytes };
  });
  server.app.post('/json', async (request) => request.body);
  server.app.get('/numbers', async (_request, reply) => {
    async function* numbers() {
      try {
        for (produced = 0; produced < 1_000_000; produced++) yield produced;
      } finally {
        cancelled = true;
      }
    }
    return sendLines(reply, numbers(), { contentType: 'application/x-json-stream', line: (n) => `${n}\n` });
  });
  server.app.get('/fails-at-once', async (_request, reply) => {
    // biome-ignore lint/correctness/useYield: the failure before the first row is the point
    async function* rows(): AsyncGenerator<number> {
      throw Object.assign(new Error('nothing called x'), { statusCode: 404 });
    }
    return sendLines(reply, rows(), { contentType: 'application/x-json-stream', line: String });
  });
  server.app.get('/breaks', async () => {
    throw new Error('select secret from table');
  });
  await server.listen([{ host: '127.0.0.1', port }, { socket }]);
});
afterAll(async () => {
  await http.close();
  await server.close(100);
});

test('answers its host names only, on the socket always', async () => {
  expect((await http.request(`http://localhost:${port}/breaks`)).status).toBe(500);
  const wrong = await http.request(`http://127.0.0.1:${port}/breaks`);
  expect(wrong.status).toBe(421);
  expect((await http.request(`unix:${socket}:/breaks`)).status).toBe(500);
  expect((await stat(socket)).mode & 0o777).toBe(0o600);
});

test('another name leads here, for GET alone, and gets nothing else', async () => {
  const ask = (method: 'GET' | 'POST', upgrade: Record<string, string> = {}) =>
    new Promise<[number, string | undefined]>((resolve, reject) => {
      const sent = httpRequest(
        {
          host: '127.0.0.1',
          port,
          method,
          path: '//numbers?a=b%2F',
          headers: { host: `IP6-localhost:${port}`, ...upgrade },
        },
        (response) => {
          response.resume();
          resolve([response.statusCode ?? 0, response.headers.location]);
        },
      );
      sent.on('error', reject).end();
    });
  expect(await ask('GET')).toEqual([307, `http://localhost:${port}//numbers?a=b%2F`]);
  expect(await ask('POST')).toEqual([421, undefined]);
  expect(await ask('GET', { connection: 'Upgrade', upgrade: 'websocket' })).toEqual([421, undefined]);
});

test('the inside of a failure is not shown, the request id is', async () => {
  const answer = await http.request(`unix:${socket}:/breaks`);
  const { message } = (await answer.body.json()) as { message: string };
  expect(message).not.toContain('secret');
  expect(message).toContain(String(answer.headers['x-request-id']));
});

test('an error before the first row is a real answer', async () => {
  const answer = await http.request(`unix:${socket}:/fails-at-once`);
  expect([answer.status, await answer.body.text()]).toEqual([404, '{"message":"nothing called x"}']);
});

test('a malformed address reaches the renderer', async () => {
  const status = await new Promise<[number, string]>((resolve) => {
    httpRequest({ socketPath: socket, path: '/numbers/%E0%A4%A' }, (response) => {
      response.on('data', (chunk: Buffer) => resolve([response.statusCode ?? 0, chunk.toString()]));
    }).end();
  });
  expect(status[0]).toBe(400);
  expect(JSON.parse(status[1])).toHaveProperty('message');
});

test('a stream waits for its reader and ends with it', async () => {
  const answer = await http.request(`unix:${socket}:/numbers`);
  expect(answer.headers['content-type']).toBe('application/x-json-stream');
  for await (const chunk of answer.body) {
    expect(chunk.length).toBeGreaterThan(1000);
    break;
  }
  for (let waited = 0; !cancelled && waited < 200; waited++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(cancelled).toBe(true);
  expect(produced).toBeLessThan(1_000_000);
});

test('a taken port is named', async () => {
  const second = createHttpServer({
    name: 'second',
    log: createLogger({ name: 'test', level: 'silent' }),
    metrics: createMetrics(),
    hostNames: [],
    renderError: (_error, _request, reply) => reply.send(),
  });
  await expect(second.listen([{ host: '127.0.0.1', port }])).rejects.toThrow(
    `port ${port} on 127.0.0.1 is taken`,
  );
});

describe('a body that comes slowly', () => {
  /** Sends a body bit by bit until the answer comes, or to its end. */
  const send = (path: string, type: string, total: number, step: number, pause: number) =>
    new Promise<[number, string]>((resolve, reject) => {
      const request = httpRequest({
        socketPath: socket,
        path,
        method: 'POST',
        headers: { 'content-type': type, 'content-length': total },
      });
      let sent = 0;
      const timer = setInterval(() => {
        if (sent < total) sent += Math.min(step, total - sent);
        else return clearInterval(timer);
        request.write(Buffer.alloc(Math.min(step, total), ' '));
      }, pause);
      request.on('response', (response) => {
        clearInterval(timer);
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => resolve([response.statusCode ?? 0, text]));
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        clearInterval(timer);
        // The server answered and does not read on: the answer is on its way.
        if (error.code !== 'EPIPE') reject(error);
      });
    });

  test.each([
    ['JSON', '/json', 'application/json'],
    ['a stream', '/stream', 'application/octet-stream'],
  ])('is answered 408 when it drips: %s', async (_what, path, type) => {
    const [status, text] = await send(path, type, 1000, 1, 50);
    expect([status, text]).toEqual([408, expect.stringContaining('less than 64 bytes arrived')]);
    expect((await http.request(`unix:${socket}:/breaks`)).status).toBe(500);
  });

  test('may take long when it goes on', async () => {
    expect(await send('/stream', 'application/octet-stream', 4000, 100, 20)).toEqual([200, '{"bytes":4000}']);
  });

  test('is not cut while the server does not read', async () => {
    const answer = send('/waits', 'application/octet-stream', 4_000_000, 400_000, 1);
    await new Promise((resolve) => setTimeout(resolve, 700));
    release();
    expect(await answer).toEqual([200, '{"bytes":4000000}']);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port: found } = probe.address() as AddressInfo;
      probe.close(() => resolve(found));
    });
  });
}
