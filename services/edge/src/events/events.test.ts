import { once } from 'node:events';
import * as http from 'node:http';
import { join } from 'node:path';
import { type TestContext, testContext } from '@vre/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { edgeMigrations } from '../edge-service.ts';
import { type EdgeUnderTest, freePort, startEdge, testAddresses } from '../testing/edge-under-test.ts';
import { type FakeIssuer, startFakeIssuer } from '../testing/fake-issuer.ts';
import { type FakeService, startFakeService } from '../testing/fake-service.ts';
import { parseEventStream, type StreamedEvent } from './parse-event-stream.ts';

describe('/x/events', () => {
  let context: TestContext;
  let issuer: FakeIssuer;
  let lake: FakeService;
  let edge: EdgeUnderTest;
  let copy: EdgeUnderTest;
  /** Streams that the lake was asked for. */
  const streams: { request: http.IncomingMessage; response: http.ServerResponse }[] = [];

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
    lake.handler = (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n');
      streams.push({ request, response });
    };
    edge = await startEdge(context);
    copy = await startEdge(context, {}, undefined, await freePort());
  });
  afterAll(async () => {
    await copy.close();
    await edge.close();
    await lake.close();
    await issuer.close();
    await context.dispose();
  });
  beforeEach(async () => {
    await edge.signIn();
    copy.cookie = edge.cookie;
    streams.length = 0;
  });

  const open = async (headers: Record<string, string> = {}) => {
    const request = http
      .request({
        host: '127.0.0.1',
        port: new URL(edge.portal).port,
        path: '/x/events',
        headers: { host: new URL(edge.portal).host, ...edge.browserHeaders(), ...headers },
      })
      .end();
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    const events: StreamedEvent[] = [];
    const ended = (async () => {
      try {
        for await (const event of parseEventStream(answer)) events.push(event);
      } catch {
        // Cut by the test or the edge.
      }
    })();
    return { answer, events, ended, stop: () => request.destroy() };
  };

  test('merges the services and tells which of them is away', async () => {
    const { answer, events, stop } = await open();
    expect(answer.headers['content-type']).toContain('text/event-stream');
    await expect
      .poll(() => events.filter(({ event }) => event === 'x-source').map(({ data }) => JSON.parse(data)))
      .toEqual(
        expect.arrayContaining([
          { service: 'data-lake', state: 'open' },
          { service: 'workflows', state: 'away' },
        ]),
      );
    expect(streams[0]?.request.url).toBe('/x-events');
    expect(streams[0]?.request.headers.authorization).toMatch(/^Bearer ey/);
    streams[0]?.response.write('id: 7.1\nevent: lake.rule\ndata: {"state":"OK"}\n\n');
    await expect
      .poll(() => events.find(({ event }) => event === 'lake.rule'))
      .toEqual({ id: 'data-lake=7.1', event: 'lake.rule', data: '{"state":"OK"}' });
    stop();
  });

  test('goes on where the browser was, and where it was itself when the service comes back', async () => {
    const { stop } = await open({ 'last-event-id': 'data-lake=5.2&aai=1&nonsense' });
    await expect.poll(() => streams.length).toBe(1);
    expect(streams[0]?.request.headers['last-event-id']).toBe('5.2');
    streams[0]?.response.end('id: 6.1\ndata: {}\n\n');
    await expect.poll(() => streams.length).toBe(2);
    expect(streams[1]?.request.headers['last-event-id']).toBe('6.1');
    stop();
  });

  test('leaves the service when the browser leaves', async () => {
    const { stop } = await open();
    await expect.poll(() => streams.length).toBe(1);
    const closed = once(streams[0]?.response as http.ServerResponse, 'close');
    stop();
    await closed;
  });

  test('closes at once by logout, and within 5 s by logout in another process', async () => {
    const here = await open();
    expect((await edge.fetch('/x/logout', { method: 'POST' })).status).toBe(200);
    await here.ended;
    await edge.signIn();
    copy.cookie = edge.cookie;
    const there = await open();
    const started = Date.now();
    expect((await copy.fetch('/x/logout', { method: 'POST' })).status).toBe(200);
    await there.ended;
    expect(Date.now() - started).toBeLessThan(5000);
  });

  test('closes when the issuer refuses the person', async () => {
    issuer.refuseRefreshes = true;
    const { ended } = await open();
    await ended;
    issuer.refuseRefreshes = false;
    expect((await edge.fetch('/x/session')).json().signedIn).toBe(false);
  });

  test('is refused without session and beyond 20 streams', async () => {
    expect((await edge.raw('/x/events', { headers: { 'sec-fetch-site': 'same-origin' } })).status).toBe(401);
    const opened = await Promise.all(Array.from({ length: 20 }, () => open()));
    expect((await edge.fetch('/x/events')).status).toBe(429);
    for (const { stop } of opened) stop();
  });
});

describe('an event stream', () => {
  const read = async (chunks: Uint8Array[]) => {
    const events: StreamedEvent[] = [];
    for await (const event of parseEventStream(
      (async function* () {
        yield* chunks;
      })(),
    ))
      events.push(event);
    return events;
  };

  test('is understood however it is cut into pieces', async () => {
    const text =
      ': hello\r\n\r\nid: 1\r\nevent: a\r\ndata: é\r\ndata: ü\r\n\r\ndata\n\nid:2\ndata:x\n\nevent: lost\n\n';
    const bytes = Buffer.from(text);
    const expected = [
      { id: '1', event: 'a', data: 'é\nü' },
      { id: '1', event: undefined, data: '' },
      { id: '2', event: undefined, data: 'x' },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length)), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
        expect(await read(chunks)).toEqual(expected);
      }),
    );
  });
});
