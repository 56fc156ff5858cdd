import { join } from 'node:path';
import { type TestContext, testContext } from '@vre/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { edgeMigrations } from '../edge-service.ts';
import { type EdgeUnderTest, freePort, startEdge, testAddresses } from '../testing/edge-under-test.ts';
import { type FakeIssuer, startFakeIssuer } from '../testing/fake-issuer.ts';
import { type FakeService, startFakeService } from '../testing/fake-service.ts';

let context: TestContext;
let issuer: FakeIssuer;
let lake: FakeService;
let edge: EdgeUnderTest;
/** Another copy of the edge over the same database. */
let copy: EdgeUnderTest;

beforeAll(async () => {
  issuer = await startFakeIssuer({ id: 'edge', secret: 'test-client-secret' });
  const internal: Record<string, string> = {};
  const port = await freePort();
  context = await testContext('edge', edgeMigrations, testAddresses(port, issuer.issuer, internal));
  lake = await startFakeService(join(context.dataDirectory, 'lake.sock'));
  internal['data-lake'] = lake.address;
  internal.workflows = lake.address;
  edge = await startEdge(context);
  // Cookies do not know ports, but their name follows the portal's address: the copy keeps it and listens elsewhere.
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
  issuer.refuseRefreshes = false;
  issuer.refreshMilliseconds = 0;
  await edge.signIn();
  copy.cookie = edge.cookie;
  issuer.refreshes.length = 0;
});

const statuses = async (answers: Promise<{ status: number }>[]) =>
  (await Promise.all(answers)).map(({ status }) => status);

test('20 requests at once over two copies of the edge cost one refresh', async () => {
  issuer.refreshMilliseconds = 100;
  const answers = Array.from({ length: 20 }, (_, at) => (at % 2 ? edge : copy).fetch('/x/lake/ping'));
  expect(new Set(await statuses(answers))).toEqual(new Set([200]));
  expect(issuer.refreshes).toHaveLength(1);
});

test('each audience has a token of its own, though refresh tokens rotate', async () => {
  const answers = ['/x/lake/a', '/x/reana/a', '/x/lake/b', '/x/reana/b'].map((path) => edge.fetch(path));
  expect(await statuses(answers)).toEqual([200, 200, 200, 200]);
  expect(issuer.refreshes.map((form) => form.get('audience')).sort()).toEqual([
    'reana',
    'rucio https://localhost:8003',
  ]);
});

test('a token is renewed one minute before it expires', async () => {
  await edge.fetch('/x/lake/ping');
  context.clock.advance(539);
  await edge.fetch('/x/lake/ping');
  expect(issuer.refreshes).toHaveLength(1);
  context.clock.advance(2);
  await edge.fetch('/x/lake/ping');
  expect(issuer.refreshes).toHaveLength(2);
});

test('a refused refresh ends the session everywhere and says where to sign in', async () => {
  issuer.refuseRefreshes = true;
  const answer = await edge.fetch('/x/lake/ping');
  expect([answer.status, answer.json()]).toEqual([
    401,
    { message: 'Your session has ended: sign in again.', code: 'session-ended', login: '/x/login' },
  ]);
  expect((await copy.fetch('/x/session')).json().signedIn).toBe(false);
});
