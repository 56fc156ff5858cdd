import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAccountByName } from '../accounts/account-store.ts';
import type { Server } from '../servers/server.ts';
import { type Browser, type HubUnderTest, startHub } from '../testing/hub-under-test.test-support.ts';

let hub: HubUnderTest;
let alice: Browser;
let server: Server;
beforeAll(async () => {
  hub = await startHub();
  alice = hub.browser();
  await alice.signIn('alice');
  server = await start('alice', '');
});
afterAll(() => hub.close());

async function start(name: string, serverName: string): Promise<Server> {
  const account = await findAccountByName(hub.context.database.direct, name);
  if (!account) throw new Error(`no account ${name}`);
  return hub.fake.servers.start(account, serverName, {});
}
const cookieOf = (browser: Browser) =>
  [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
const decide = (headers: Record<string, string>, url = '/user/alice/lab') =>
  hub.hub.access.decide({ headers, url } as unknown as IncomingMessage, {
    id: server.id,
    startNumber: server.startNumber,
    accountId: server.accountId,
    accountName: 'alice',
    name: '',
  });
const allowed = { allowed: true, sessionId: undefined, token: expect.stringMatching(/^[0-9a-f]{32}$/) };
const nobody = { allowed: false, why: 'nobody' };
const somebodyElse = { allowed: false, why: 'somebody-else' };

test('the owner enters by cookie, by hub token in any spelling, and by a token of the issuer', async () => {
  const { session_id: sessionId } = (await alice.fetch('/hub/api/user')).json();
  expect(await decide({ cookie: cookieOf(alice) })).toEqual({ allowed: true, sessionId, token: undefined });
  const headers = await hub.bearer('alice');
  expect(await decide(headers)).toEqual(allowed);
  const made = await hub.fetch('/hub/api/users/alice/tokens', { method: 'POST', headers, body: {} });
  const { token } = made.json();
  expect(await decide({ authorization: `token ${token}` })).toEqual(allowed);
  expect(await decide({ authorization: `BEARER ${token}` })).toEqual(allowed);
  expect(await decide({ upgrade: 'websocket' }, `/user/alice/api/kernels/1/channels?token=${token}`)).toEqual(
    allowed,
  );
  expect(await decide({}, `/user/alice/lab?token=${token}`)).toEqual(nobody);
});

test('a program behind the server may be sent credentials of its own', async () => {
  const cookie = cookieOf(alice);
  expect(await decide({ cookie, authorization: 'Basic YTpi' })).toMatchObject({ allowed: true });
  expect(await decide({ cookie, authorization: 'Bearer of-the-program' })).toMatchObject({ allowed: true });
});

test('the server enters itself, another server of the same person does not', async () => {
  const other = await start('alice', 'other');
  expect(await decide({ authorization: `token ${hub.fake.tokens.get(server.id)}` })).toEqual(allowed);
  expect(await decide({ authorization: `token ${hub.fake.tokens.get(other.id)}` })).toEqual(somebodyElse);
});

test('nobody, strangers, forgers and administrators stay outside', async () => {
  expect(await decide({})).toEqual(nobody);
  expect(await decide({ authorization: `token ${'0'.repeat(32)}` })).toEqual(nobody);
  expect(await decide({ authorization: 'Bearer a.b.c' })).toEqual(nobody);
  expect(await decide({ cookie: `${hub.hub.access.hubCookies[0]}=forged` })).toEqual(nobody);
  const cookie = cookieOf(alice);
  expect(await decide({ cookie: `${cookie}; ${cookie}` })).toEqual(nobody);
  hub.person('root', ['/administrators']);
  const [bob, root] = [hub.browser(), hub.browser()];
  await bob.signIn('bob');
  await root.signIn('root');
  expect((await root.fetch('/hub/api/user')).json().admin).toBe(true);
  expect(await decide({ cookie: cookieOf(bob) })).toEqual(somebodyElse);
  expect(await decide({ cookie: cookieOf(root) })).toEqual(somebodyElse);
});

test('the server sees a token for itself, never the one that the program sent', async () => {
  const headers = await hub.bearer('alice');
  const made = (await hub.fetch('/hub/api/users/alice/tokens', { method: 'POST', headers, body: {} })).json();
  const tokenOf = async (given: Record<string, string>) => {
    const verdict = await decide(given);
    return verdict.allowed ? verdict.token : undefined;
  };
  const authorization = `token ${made.token}`;
  const [pass, again] = await Promise.all([tokenOf({ authorization }), tokenOf({ authorization })]);
  expect(pass).not.toBe(made.token);
  expect(again).toBe(pass);
  expect(await tokenOf(headers)).not.toBe(pass);
  const who = (token: string | undefined) =>
    hub.fetch('/hub/api/user', { headers: { authorization: `token ${token}` } });
  const user = (await who(pass)).json();
  expect(user).toMatchObject({
    name: 'alice',
    scopes: expect.arrayContaining(['access:servers!server=alice/']),
  });
  expect(user.scopes.some((scope: string) => /^(servers|tokens|users)/.test(scope))).toBe(false);
  const list = (await hub.fetch('/hub/api/users/alice/tokens', { headers })).json();
  expect(JSON.stringify(list)).not.toContain('Program in the server');

  const own = hub.fake.tokens.get(server.id);
  expect(await tokenOf({ authorization: `token ${own}` })).toBe(own);

  const account = await findAccountByName(hub.context.database.direct, 'alice');
  if (!account) throw new Error('no alice');
  await hub.fake.servers.stop(account, '');
  expect((await who(pass)).status).toBe(403);
  server = await start('alice', '');
  const next = await tokenOf({ authorization });
  expect(next).not.toBe(pass);
  expect((await who(next)).status).toBe(200);
  hub.context.clock.advance(301);
  expect(await tokenOf({ authorization })).not.toBe(next);
});

test('where there is no server, only the person whose path it is may know', async () => {
  const nothing = { id: '', startNumber: 0, accountId: '', name: '' };
  const ask = async (username: string, accountName: string) => {
    const headers = await hub.bearer(username);
    return hub.hub.access.decide({ headers, url: '/' } as unknown as IncomingMessage, {
      ...nothing,
      accountName,
    });
  };
  expect(await ask('alice', 'alice')).toEqual({ allowed: true, sessionId: undefined, token: undefined });
  expect(await ask('alice', 'nobody')).toEqual(somebodyElse);
  expect(await ask('bob', 'alice')).toEqual(somebodyElse);
});

test('a logout counts at once, a token revoked elsewhere within ten seconds', async () => {
  const browser = hub.browser();
  await browser.signIn('alice');
  const cookie = cookieOf(browser);
  expect(await decide({ cookie })).toMatchObject({ allowed: true });
  await browser.fetch('/hub/logout', { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } });
  expect(await decide({ cookie })).toEqual(nobody);

  const headers = await hub.bearer('alice');
  const made = (await hub.fetch('/hub/api/users/alice/tokens', { method: 'POST', headers, body: {} })).json();
  const authorization = `token ${made.token}`;
  expect(await decide({ authorization })).toEqual(allowed);
  const gone = await hub.fetch(`/hub/api/users/alice/tokens/${made.id}`, { method: 'DELETE', headers });
  expect(gone.status).toBe(204);
  hub.context.clock.advance(10);
  expect(await decide({ authorization })).toEqual(nobody);
});

test('open connections are cut when another process ends the session, and when the person is disabled', async () => {
  const browser = hub.browser();
  await browser.signIn('carol');
  const { session_id: id } = (await browser.fetch('/hub/api/user')).json();
  const cut = new Promise<void>((resolve) => hub.hub.access.hold(id, resolve));
  hub.signIns.disabled.add(hub.person('carol'));
  hub.context.clock.advance(901);
  await cut;
  expect((await browser.fetch('/hub/api/user')).status).toBe(403);
});

test('the cookie that servers must not see is the session’s', () => {
  const [name] = hub.hub.access.hubCookies;
  expect([...alice.cookies.keys()]).toContain(name);
});
