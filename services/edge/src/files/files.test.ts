import type * as http from 'node:http';
import { join } from 'node:path';
import { type TestContext, testContext } from '@vre/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { edgeMigrations } from '../edge-service.ts';
import { type EdgeUnderTest, freePort, startEdge, testAddresses } from '../testing/edge-under-test.ts';
import { type FakeIssuer, startFakeIssuer } from '../testing/fake-issuer.ts';
import { type FakeService, startFakeService } from '../testing/fake-service.ts';

let context: TestContext;
let issuer: FakeIssuer;
let lake: FakeService;
let door: FakeService;
let edge: EdgeUnderTest;
/** What the lake says about a file: PFN → priority. */
let pfns: Record<string, { rse: string; priority: number }>;
const doorRequests: http.IncomingMessage[] = [];

beforeAll(async () => {
  issuer = await startFakeIssuer({ id: 'edge', secret: 'test-client-secret' });
  const internal: Record<string, string> = {};
  context = await testContext(
    'edge',
    edgeMigrations,
    testAddresses(await freePort(), issuer.issuer, internal),
  );
  lake = await startFakeService(join(context.dataDirectory, 'lake.sock'));
  door = await startFakeService(join(context.dataDirectory, 'door.sock'));
  internal['data-lake'] = lake.address;
  internal['storage-door'] = door.address;
  lake.handler = async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { dids } = JSON.parse(body) as { dids: { scope: string; name: string }[] };
    const rows = dids.filter(({ name }) => name !== 'unknown').map((did) => ({ ...did, bytes: 5, pfns }));
    response.writeHead(200, { 'content-type': 'application/x-json-stream' });
    response.end(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  };
  door.handler = (request, response) => {
    doorRequests.push(request);
    if (request.url?.startsWith('/broken/')) return void response.writeHead(500).end('broken');
    if (request.headers.range === 'bytes=1-2')
      return void response
        .writeHead(206, { 'content-range': 'bytes 1-2/5', 'content-length': '2', 'set-cookie': 'a=1' })
        .end('el');
    response.writeHead(200, { 'content-length': '5', 'content-type': 'text/html', etag: '"e"' }).end('hello');
  };
  edge = await startEdge(context);
  await edge.signIn();
});
afterAll(async () => {
  await edge.close();
  await lake.close();
  await door.close();
  await issuer.close();
  await context.dispose();
});

const at = (path: string, rse = 'SITE-A', priority = 1) => ({
  [`https://localhost:8003${path}`]: { rse, priority },
});

test('a file comes from the door with the token that the lake saw too', async () => {
  pfns = at('/a/user/alice/data%20set/f.root');
  const answer = await edge.fetch('/x/files/user.alice/data%20set/f.root');
  expect([answer.status, answer.text]).toEqual([200, 'hello']);
  const seen = doorRequests.at(-1);
  expect(seen?.url).toBe('/a/user/alice/data%20set/f.root');
  const claims = Buffer.from(String(seen?.headers.authorization).split('.')[1] ?? '', 'base64url').toString();
  expect(JSON.parse(claims)).toMatchObject({ aud: ['rucio', 'https://localhost:8003'] });
  expect(answer.headers).toMatchObject({
    'content-length': '5',
    etag: '"e"',
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="f.root"; filename*=UTF-8''f.root`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
  });
});

test('a range passes both ways, cookies of the door do not', async () => {
  pfns = at('/a/f');
  const answer = await edge.fetch('/x/files/s/f', { headers: { range: 'bytes=1-2' } });
  expect([answer.status, answer.text, answer.headers['content-range'], answer.setCookies]).toEqual([
    206,
    'el',
    'bytes 1-2/5',
    [],
  ]);
});

test.each([
  ['plot.png', '', 'attachment', 'application/octet-stream'],
  ['plot.png', '?preview=1', 'inline', 'image/png'],
  ['notes.TXT', '?preview=1', 'inline', 'text/plain; charset=utf-8'],
  ['a.json', '?preview=1', 'inline', 'application/json; charset=utf-8'],
  ['page.html', '?preview=1', 'attachment', 'application/octet-stream'],
  ['drawing.svg', '?preview=1', 'attachment', 'application/octet-stream'],
  ['data.constructor', '?preview=1', 'attachment', 'application/octet-stream'],
])('%s%s is sent as %s', async (name, query, disposition, type) => {
  pfns = at('/a/f');
  const { headers } = await edge.fetch(`/x/files/s/${name}${query}`);
  expect(headers['content-type']).toBe(type);
  expect(String(headers['content-disposition']).split(';')[0]).toBe(disposition);
});

test('a name with quotes and letters of all kinds stays one header', async () => {
  pfns = at('/a/f');
  const { headers } = await edge.fetch(`/x/files/s/${encodeURIComponent('a"b\r\nSet-Cookie: é.txt')}`);
  expect(headers['content-disposition']).toBe(
    `attachment; filename="a_b__Set-Cookie: _.txt"; filename*=UTF-8''a%22b%0D%0ASet-Cookie%3A%20%C3%A9.txt`,
  );
});

test('the next copy is tried when the best one fails; foreign elements never see the token', async () => {
  pfns = {
    ...at('/a/good', 'SITE-B', 3),
    ...at('/broken/f', 'SITE-A', 2),
    'https://elsewhere.example/f': { rse: 'ELSEWHERE', priority: 1 },
  };
  expect((await edge.fetch('/x/files/s/f')).text).toBe('hello');
  pfns = { ...at('/broken/f'), 'https://elsewhere.example/f': { rse: 'ELSEWHERE', priority: 2 } };
  const failed = await edge.fetch('/x/files/s/f');
  expect([failed.status, failed.json().message]).toEqual([
    502,
    'No copy of the file can be read now: SITE-A answered 500; ELSEWHERE is not among the trusted storage elements of this portal.',
  ]);
});

test('unknown files, files without a copy, and people without session are told apart', async () => {
  pfns = {};
  expect((await edge.fetch('/x/files/s/unknown')).status).toBe(404);
  expect((await edge.fetch('/x/files/s/f')).json().code).toBe('no-replica-readable');
  expect((await edge.fetch('/x/files/s')).json().code).toBe('bad-path');
  const anonymous = await edge.raw('/x/files/s/f', { headers: { 'sec-fetch-site': 'same-origin' } });
  expect(anonymous.status).toBe(401);
});
