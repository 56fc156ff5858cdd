import { once } from 'node:events';
import * as http from 'node:http';
import { type TestContext, testContext } from '@vre/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { edgeMigrations } from '../edge-service.ts';
import { type EdgeUnderTest, freePort, startEdge, testAddresses } from '../testing/edge-under-test.ts';
import { type FakeIssuer, startFakeIssuer } from '../testing/fake-issuer.ts';

let context: TestContext;
let issuer: FakeIssuer;
let edge: EdgeUnderTest;

beforeAll(async () => {
  const port = await freePort();
  const address = `http://localhost:${port}/aai/`;
  issuer = await startFakeIssuer({ id: 'edge', secret: 'test-client-secret' }, address);
  context = await testContext('edge', edgeMigrations, testAddresses(port, address, { aai: issuer.address }));
  edge = await startEdge(context);
});
afterAll(async () => {
  await edge.close();
  await issuer.close();
  await context.dispose();
});

test('the embedded issuer is reached through the edge itself and tells who is an administrator', async () => {
  issuer.isAdministrator = true;
  await edge.signIn();
  expect((await edge.fetch('/x/session')).json()).toMatchObject({ username: 'alice', isAdministrator: true });
  issuer.isAdministrator = false;
  await edge.signIn();
  expect((await edge.fetch('/x/session')).json()).toMatchObject({ isAdministrator: false });
});

test('a suspended person loses session and stream within 5 s', async () => {
  await edge.signIn();
  const { port, host } = new URL(edge.portal);
  const headers = { host, ...edge.browserHeaders() };
  const request = http.request({ host: '127.0.0.1', port, path: '/x/events', headers }).end();
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  await expect.poll(() => issuer.events.length).toBeGreaterThan(0);
  const ended = once(answer.resume(), 'end', { signal: AbortSignal.timeout(5000) });
  issuer.refuseRefreshes = true;
  issuer.events.at(-1)?.write('id: 1.1\nevent: account.changed\ndata: {"change":"disabled"}\n\n');
  await ended;
  issuer.refuseRefreshes = false;
  expect((await edge.fetch('/x/session')).json().signedIn).toBe(false);
});
