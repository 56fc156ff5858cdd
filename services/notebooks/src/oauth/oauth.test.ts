import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Account } from '../accounts/account.ts';
import { findAccountByName } from '../accounts/account-store.ts';
import type { Server } from '../servers/server.ts';
import { type Browser, type HubUnderTest, startHub } from '../testing/hub-under-test.test-support.ts';

let hub: HubUnderTest;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

/** What `jupyterhub-singleuser` knows from its environment. */
type SingleUser = {
  readonly clientId: string;
  readonly token: string;
  readonly callback: string;
  readonly server: Server;
};

async function accountOf(browser: Browser): Promise<Account> {
  const { name } = (await browser.fetch('/hub/api/user')).json();
  const account = await findAccountByName(hub.context.database.direct, name);
  if (!account) throw new Error(`no account ${name}`);
  return account;
}

async function startServer(account: Account, name = ''): Promise<SingleUser> {
  const server = await hub.fake.servers.start(account, name, {});
  const prefix = `/user/${account.name}/${name === '' ? '' : `${name}/`}`;
  return {
    server,
    clientId: `jupyterhub-user-${account.name}${name === '' ? '' : `--${name}`}`,
    token: hub.fake.tokens.get(server.id) ?? '',
    callback: `${prefix}oauth_callback`,
  };
}

const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const authorizePath = (single: SingleUser, more: Record<string, string> = {}) =>
  `/hub/api/oauth2/authorize?${new URLSearchParams({
    client_id: single.clientId,
    redirect_uri: single.callback,
    response_type: 'code',
    state: 'c3RhdGU=',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  })}`;
const codeOf = (location: string | null) => new URL(location ?? '', hub.url).searchParams.get('code') ?? '';
const exchange = (single: SingleUser, code: string, more: Record<string, string> = {}) =>
  hub.fetch('/hub/api/oauth2/token', {
    method: 'POST',
    form: {
      client_id: single.clientId,
      client_secret: single.token,
      grant_type: 'authorization_code',
      code,
      redirect_uri: single.callback,
      code_verifier: verifier,
      ...more,
    },
  });

async function signedIn(username: string): Promise<{ browser: Browser; account: Account }> {
  const browser = hub.browser();
  await browser.signIn(username);
  return { browser, account: await accountOf(browser) };
}

describe('the dance of a single-user server', () => {
  test.each([
    ['alice', ''],
    ['alice', 'second.server_2-b'],
    ['a-b_c2', ''],
    ['Émilie@example.org', 'x'],
  ])('of %s, server %j, by a browser that signs in on the way', async (username, name) => {
    const { account } = await signedIn(username);
    const single = await startServer(account, name);
    const browser = hub.browser();
    const first = await browser.fetch(authorizePath(single));
    expect(first.status).toBe(302);
    const login = new URL(first.headers.get('location') ?? '', hub.url);
    expect(login.pathname).toBe('/hub/login');
    const back = await browser.signIn(username, login.searchParams.get('next') ?? '');
    expect(back.headers.get('location')).toBe(authorizePath(single));
    const authorized = await browser.fetch(back.headers.get('location') ?? '');
    expect(authorized.status).toBe(302);
    const location = authorized.headers.get('location') ?? '';
    expect(location.startsWith(`${single.callback}?`)).toBe(true);
    expect(new URL(location, hub.url).searchParams.get('state')).toBe('c3RhdGU=');

    const answer = await exchange(single, codeOf(location));
    expect(answer.status).toBe(200);
    const { access_token: token, token_type: type } = answer.json();
    expect([token, type]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), 'Bearer']);
    const user = await hub.fetch('/hub/api/user', { headers: { authorization: `token ${token}` } });
    expect(user.headers.get('x-jupyterhub-version')).toBe('6.1.1');
    expect(user.json()).toMatchObject({
      kind: 'user',
      name: account.name,
      groups: [],
      session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      scopes: expect.arrayContaining([`access:servers!server=${account.name}/${name}`]),
    });
    expect(user.json().scopes).not.toContain(`servers!user=${account.name}`);
    await hub.fake.servers.stop(account, name);
  });

  test('of an old server without a proof', async () => {
    const { browser, account } = await signedIn('old');
    const single = await startServer(account);
    const path = `/hub/api/oauth2/authorize?client_id=${single.clientId}&redirect_uri=${encodeURIComponent(single.callback)}&response_type=code`;
    const code = codeOf((await browser.fetch(path)).headers.get('location'));
    const form = {
      client_id: single.clientId,
      client_secret: single.token,
      grant_type: 'authorization_code',
      code,
      redirect_uri: single.callback,
    };
    const answer = await hub.fetch('/hub/api/oauth2/token', { method: 'POST', form });
    expect(answer.status).toBe(200);
  });
});

describe('a code', () => {
  test('counts once, even when two come at the same moment', async () => {
    const { browser, account } = await signedIn('bob');
    const single = await startServer(account);
    const code = codeOf((await browser.fetch(authorizePath(single))).headers.get('location'));
    const answers = await Promise.all([1, 2, 3, 4].map(() => exchange(single, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
    expect(answers.find(({ status }) => status === 400)?.json()).toMatchObject({ error: 'invalid_grant' });
  });

  test.each([
    ['verifier', { code_verifier: 'w'.repeat(43) }, 400],
    ['redirect address', { redirect_uri: '/user/carol/x/oauth_callback' }, 400],
    ['code', { code: 'forged' }, 400],
    ['client secret', { client_secret: '0'.repeat(32) }, 401],
    ['client id', { client_id: 'jupyterhub-user-bob' }, 401],
    ['grant type', { grant_type: 'password' }, 400],
  ])('is refused with another %s', async (_what, more, status) => {
    const { browser, account } = await signedIn('carol');
    await hub.fake.servers.stop(account, '');
    const single = await startServer(account);
    const code = codeOf((await browser.fetch(authorizePath(single))).headers.get('location'));
    expect((await exchange(single, code, more)).status).toBe(status);
  });

  test('is good for five minutes', async () => {
    const { browser, account } = await signedIn('dora');
    const single = await startServer(account);
    const code = codeOf((await browser.fetch(authorizePath(single))).headers.get('location'));
    hub.context.clock.advance(301);
    expect((await exchange(single, code)).status).toBe(400);
  });

  test('is not exchanged by another server, nor by a token that is no server’s', async () => {
    const { browser, account } = await signedIn('erik');
    const single = await startServer(account);
    const other = await startServer(account, 'other');
    const code = codeOf((await browser.fetch(authorizePath(single))).headers.get('location'));
    expect((await exchange(other, code)).status).toBe(400);
    const { token } = (
      await hub.fetch('/hub/api/users/erik/tokens', {
        method: 'POST',
        headers: await hub.bearer('erik'),
        body: {},
      })
    ).json();
    expect((await exchange(single, code, { client_secret: token })).status).toBe(401);
    expect((await exchange(single, code)).status).toBe(200);
  });
});

describe('somebody', () => {
  test('else gets a page, not a code', async () => {
    const { account } = await signedIn('fay');
    const single = await startServer(account);
    const { browser } = await signedIn('mallory');
    const answer = await browser.fetch(authorizePath(single));
    expect([answer.status, answer.headers.get('location')]).toEqual([403, null]);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.text).toContain('belongs to somebody else');
  });

  test.each([
    ['another host', { redirect_uri: 'https://evil.example/user/gus/oauth_callback' }],
    ['another path', { redirect_uri: '/user/gus/lab/../oauth_callback' }],
    ['another server', { redirect_uri: '/user/mallory/oauth_callback' }],
    ['a query', { redirect_uri: '/user/gus/oauth_callback?x=1' }],
    ['another client', { client_id: 'jupyterhub-user-mallory' }],
    ['a plain proof', { code_challenge_method: 'plain' }],
    ['a token at once', { response_type: 'token' }],
  ])('who asks with %s is told so and sent nowhere', async (_what, more) => {
    const { browser, account } = await signedIn('gus');
    await hub.fake.servers.stop(account, '');
    const single = await startServer(account);
    const answer = await browser.fetch(authorizePath(single, more));
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });
});

describe('a token of the dance', () => {
  async function dance(username: string) {
    const { browser, account } = await signedIn(username);
    const single = await startServer(account);
    const code = codeOf((await browser.fetch(authorizePath(single))).headers.get('location'));
    const { access_token: token } = (await exchange(single, code)).json();
    const who = () => hub.fetch('/hub/api/user', { headers: { authorization: `Bearer ${token}` } });
    return { browser, account, single, token, who };
  }

  test('ends with the browser’s session', async () => {
    const { browser, who } = await dance('hana');
    expect((await who()).status).toBe(200);
    await browser.fetch('/hub/logout', { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } });
    expect((await who()).status).toBe(403);
  });

  test('ends with the server’s start', async () => {
    const { account, who } = await dance('ines');
    await hub.fake.servers.stop(account, '');
    expect((await who()).status).toBe(403);
  });

  test('starts no server, makes no token, sees nobody else', async () => {
    const { token } = await dance('jon');
    const headers = { authorization: `token ${token}` };
    const post = (path: string) => hub.fetch(path, { method: 'POST', headers, body: {} });
    expect((await post('/hub/api/users/jon/servers/more')).status).toBe(403);
    expect((await post('/hub/api/users/jon/tokens')).status).toBe(403);
    expect((await hub.fetch('/hub/api/users/alice', { headers })).status).toBe(404);
    expect((await hub.fetch('/hub/api/users', { headers })).status).toBe(403);
  });
});

describe('the token of a server', () => {
  test('reports activity and names its owner, nothing else', async () => {
    const { account } = await signedIn('kim');
    const single = await startServer(account);
    const headers = { authorization: `token ${single.token}` };
    const activity = await hub.fetch('/hub/api/users/kim/activity', {
      method: 'POST',
      headers,
      body: {
        servers: { '': { last_activity: hub.context.clock.now().toISOString() } },
        last_activity: hub.context.clock.now().toISOString().replace('Z', ''),
      },
    });
    expect(activity.status).toBe(200);
    expect(hub.fake.activity.at(-1)).toEqual({
      lastActivity: hub.context.clock.now(),
      servers: { '': hub.context.clock.now() },
    });
    const me = (await hub.fetch('/hub/api/user', { headers })).json();
    expect(Object.keys(me).sort()).toEqual([
      'kind',
      'last_activity',
      'name',
      'scopes',
      'session_id',
      'token_id',
    ]);
    for (const [method, path] of [
      ['POST', '/hub/api/users/kim/server'],
      ['DELETE', '/hub/api/users/kim/server'],
      ['GET', '/hub/api/users/kim/tokens'],
      ['POST', '/hub/api/users/kim/tokens'],
      ['GET', '/hub/api/x-events'],
    ] as const)
      expect((await hub.fetch(path, { method, headers })).status).toBe(403);
    const others = await hub.fetch('/hub/api/users/alice/activity', {
      method: 'POST',
      headers,
      body: { last_activity: '2026-01-01T00:00:00Z' },
    });
    expect(others.status).toBe(404);
  });

  test.each([
    ['nothing', {}, /last_activity/],
    ['the future', { last_activity: '2999-01-01T00:00:00Z' }, /future/],
    ['no time', { last_activity: 'now' }, /ISO 8601/],
    ['an unknown server', { servers: { nope: { last_activity: '2026-01-01T00:00:00Z' } } }, /No such server/],
  ])('reporting %s is refused', async (_what, body, sentence) => {
    const answer = await hub.fetch('/hub/api/users/kim/activity', {
      method: 'POST',
      headers: await hub.bearer('kim'),
      body,
    });
    expect([answer.status, answer.json().status]).toEqual([400, 400]);
    expect(answer.json().message).toMatch(sentence);
  });
});
