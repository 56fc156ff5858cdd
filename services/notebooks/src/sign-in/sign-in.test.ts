import { sql } from '@vre/database';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type HubUnderTest, startHub } from '../testing/hub-under-test.test-support.ts';

let hub: HubUnderTest;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());
beforeEach(() => {
  hub.signIns.idClaims = {};
  hub.signIns.withoutRefreshToken = false;
  hub.signIns.away = false;
});

const whoAmI = (headers: Record<string, string>) => hub.fetch('/hub/api/user', { headers });

describe('signing in', () => {
  test('asks for a code with PKCE, state, nonce, and the audiences that servers need', async () => {
    const answer = await hub.fetch('/hub/login');
    expect(answer.status).toBe(303);
    const query = new URL(answer.headers.get('location') ?? '').searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: 'code',
      client_id: 'hub',
      redirect_uri: `${hub.url}/hub/oauth_callback`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      scope: expect.stringContaining('offline_access'),
      audience: `jupyterhub rucio ${hub.context.addresses.storageDoor} reana`,
    });
    expect(answer.setCookies[0]).toMatch(
      /^vre-hub-[0-9a-f]{8}-signin-[\w-]{8}=[\w-]{32}; Path=\/hub\/oauth_callback; Max-Age=600; HttpOnly; SameSite=Lax$/,
    );
  });

  test('makes the account, keeps the refresh token sealed, and sets a session that only the browser knows', async () => {
    const browser = hub.browser();
    const done = await browser.signIn('alice', '/user/alice/lab');
    expect([done.status, done.headers.get('location')]).toEqual([303, '/user/alice/lab']);
    const session = done.setCookies.find((cookie) => /^vre-hub-[0-9a-f]{8}=/.test(cookie));
    expect(session).toMatch(/=[\w-]{43}; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Lax$/);
    expect((await browser.fetch('/hub/api/user')).json()).toMatchObject({
      kind: 'user',
      name: 'alice',
      admin: false,
      session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const person = { issuer: hub.issuer.issuer, subject: hub.person('alice') };
    expect(await hub.hub.keeper.has(person)).toBe(true);
    const { rows } = await sql<{ row: string }>`
      select session::text || kept_token::text as row from hub.session, hub.kept_token`.execute(
      hub.context.database.direct,
    );
    for (const [, value] of browser.cookies) expect(rows[0]?.row).not.toContain(value);
    expect(rows[0]?.row).toContain('v1.');
  });

  test('a person whose username cannot stand in addresses gets a readable name', async () => {
    const browser = hub.browser();
    await browser.signIn('Marie.Curie');
    expect((await browser.fetch('/hub/api/user')).json().name).toBe('marie-curie');
  });

  test('a callback counts once, in time, and in the browser that began', async () => {
    const browser = hub.browser();
    const start = await browser.fetch('/hub/login?next=/hub/home');
    const back = hub.signIns.approve(start.headers.get('location') ?? '', hub.person('alice'));
    const path = back.pathname + back.search;
    const binding = new Map(browser.cookies);

    const stranger = await hub.browser().fetch(path);
    expect(stranger.status).toBe(400);
    expect(stranger.headers.get('content-type')).toContain('text/html');
    expect(stranger.text).toContain('/hub/login');
    expect(stranger.setCookies.some((cookie) => /^vre-hub-\w{8}=./.test(cookie))).toBe(false);

    const forged = await browser.fetch(path.replace(/state=[^&]+/, 'state=forged'));
    expect(forged.status).toBe(400);

    browser.cookies.clear();
    for (const [name, value] of binding) browser.cookies.set(name, value);
    expect((await browser.fetch(path)).status).toBe(303);
    for (const [name, value] of binding) browser.cookies.set(name, value);
    const replayed = await browser.fetch(path);
    expect([replayed.status, replayed.text.includes('This sign-in is over')]).toEqual([400, true]);

    const late = hub.browser();
    const slow = await late.fetch('/hub/login');
    const lateBack = hub.signIns.approve(slow.headers.get('location') ?? '', hub.person('alice'));
    hub.context.clock.advance(601);
    const expired = await late.fetch(lateBack.pathname + lateBack.search);
    expect([expired.status, expired.text.includes('Sign in again')]).toEqual([400, true]);
  });

  test.each([
    ['nonce', { nonce: 'another' }],
    ['audience', { aud: 'another-client' }],
    ['authorized party', { azp: 'another-client' }],
    ['audiences without authorized party', { aud: ['hub', 'another'] }],
  ])('refuses an ID token with a wrong %s', async (_what, claims) => {
    hub.signIns.idClaims = claims;
    const browser = hub.browser();
    expect((await browser.signIn('alice')).status).toBe(400);
    expect(browser.cookies.size).toBe(0);
  });

  test('says what is wrong when the issuer refuses, gives no refresh token, or is away', async () => {
    const browser = hub.browser();
    const start = await browser.fetch('/hub/login?next=/user/alice/');
    const state = new URL(start.headers.get('location') ?? '').searchParams.get('state');
    const denied = await browser.fetch(`/hub/oauth_callback?error=access_denied&state=${state}`);
    expect(denied.text).toContain('Signing in was cancelled.');
    expect(denied.text).toContain('/hub/login?next=%2Fuser%2Falice%2F');
    hub.signIns.withoutRefreshToken = true;
    expect((await hub.browser().signIn('alice')).text).toContain('offline_access');
    hub.signIns.withoutRefreshToken = false;
    hub.signIns.away = true;
    expect((await hub.browser().signIn('alice')).status).toBe(503);
  });

  test('again in the same browser keeps the session under a new cookie; another person gets another', async () => {
    const browser = hub.browser();
    await browser.signIn('alice');
    const before = new Map(browser.cookies);
    const { session_id: first } = (await browser.fetch('/hub/api/user')).json();
    await browser.signIn('alice');
    expect((await browser.fetch('/hub/api/user')).json().session_id).toBe(first);
    const old = [...before].map(([name, value]) => `${name}=${value}`).join('; ');
    expect((await whoAmI({ cookie: old })).status).toBe(403);
    await browser.signIn('bob');
    const now = (await browser.fetch('/hub/api/user')).json();
    expect([now.name, now.session_id === first]).toEqual(['bob', false]);
  });
});

describe('a session', () => {
  test('acts only from pages of the hub', async () => {
    const browser = hub.browser();
    await browser.signIn('alice');
    const body = { last_activity: hub.context.clock.now().toISOString() };
    const act = (headers: Record<string, string>) =>
      browser.fetch('/hub/api/users/alice/activity', { method: 'POST', body, headers });
    expect((await act({})).status).toBe(403);
    expect((await act({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await act({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await act({ 'x-xsrftoken': 'guess' })).status).toBe(403);
    expect((await act({ origin: 'http://localhost:1' })).status).toBe(403);
    expect((await act({ 'sec-fetch-site': 'same-site', origin: hub.url })).status).toBe(403);
    expect((await act({ origin: hub.url })).status).toBe(200);
    expect((await act({ 'x-xsrftoken': browser.cookies.get('_xsrf') ?? '' })).status).toBe(200);
    expect((await act({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test('makes no token and administers nothing: scripts of notebooks act with it too', async () => {
    hub.person('rita', ['/administrators']);
    const browser = hub.browser();
    await browser.signIn('rita');
    const rita = (await browser.fetch('/hub/api/user')).json();
    expect(rita.admin).toBe(true);
    expect(rita.scopes).toContain('read:tokens!user=rita');
    expect(
      rita.scopes.filter((scope: string) => !scope.includes('!') && /users|servers|tokens|proxy/.test(scope)),
    ).toEqual([]);
    const headers = { 'sec-fetch-site': 'same-origin' };
    const made = await browser.fetch('/hub/api/users/rita/tokens', { method: 'POST', body: {}, headers });
    expect([made.status, made.json().message]).toEqual([403, expect.stringContaining('tokens')]);
    const bearer = await hub.bearer('rita');
    expect((await hub.fetch('/hub/api/users', { headers: bearer })).status).toBe(200);
    expect((await browser.fetch('/hub/api/users')).status).toBe(403);
  });

  test('ends by logout: its cookie is nothing, its connections are cut, others go on', async () => {
    const [browser, other] = [hub.browser(), hub.browser()];
    await browser.signIn('alice');
    await other.signIn('alice');
    const { session_id: id } = (await browser.fetch('/hub/api/user')).json();
    let cut = 0;
    hub.hub.access.hold(id, () => cut++);
    const page = await browser.fetch('/hub/logout');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.text).toContain('action="/hub/logout"');
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    expect((await browser.fetch('/hub/logout', { method: 'POST' })).status).toBe(403);
    const done = await browser.fetch('/hub/logout', {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    expect([done.status, done.headers.get('location'), cut]).toEqual([303, '/hub/logged-out', 1]);
    expect(browser.cookies.size).toBe(0);
    expect((await whoAmI({ cookie })).status).toBe(403);
    expect((await other.fetch('/hub/api/user')).status).toBe(200);
    expect((await browser.fetch('/hub/logged-out')).text).toContain('Sign in again');
  });

  test('ends after two weeks; the cleaner removes it', async () => {
    const browser = hub.browser();
    await browser.signIn('carol');
    hub.context.clock.advance(14 * 24 * 3600 + 1);
    expect((await browser.fetch('/hub/api/user')).status).toBe(403);
    const [cleaner] = hub.hub.daemons;
    expect(await cleaner?.step(AbortSignal.timeout(5000))).toBe('worked');
    expect(await cleaner?.step(AbortSignal.timeout(5000))).toBe('idle');
    const { rows } = await sql`select 1 from hub.session`.execute(hub.context.database.direct);
    expect(rows).toEqual([]);
  });

  test('ends with the account at the issuer, within a quarter of an hour, not with the issuer', async () => {
    const browser = hub.browser();
    await browser.signIn('dave');
    const headers = await hub.bearer('dave');
    const made = await hub.fetch('/hub/api/users/dave/tokens', { method: 'POST', headers, body: {} });
    const token = { authorization: `token ${made.json().token}` };
    hub.signIns.away = true;
    hub.context.clock.advance(901);
    expect((await browser.fetch('/hub/api/user')).status).toBe(200);
    hub.signIns.away = false;
    hub.signIns.disabled.add(hub.person('dave'));
    expect((await whoAmI(token)).status).toBe(403);
    const refused = await browser.fetch('/hub/api/user');
    expect([refused.status, refused.json().message.includes('no longer')]).toEqual([403, true]);
    hub.signIns.disabled.clear();
    expect((await browser.fetch('/hub/api/user')).status).toBe(403);
    expect((await whoAmI(token)).status).toBe(200);
  });
});

test('addresses that people know from other hubs lead to the portal', async () => {
  const { portal } = hub.context.addresses;
  const leads = async (path: string) => (await hub.fetch(path)).headers.get('location');
  expect(await leads('/hub/')).toBe(`${portal}/notebooks`);
  expect(await leads('/hub/home?start=lab')).toBe(`${portal}/notebooks?start=lab`);
  expect(await leads('/hub/spawn/alice/x')).toBe(`${portal}/notebooks`);
  expect(await leads('/hub/spawn-pending/alice')).toBe(`${portal}/notebooks`);
  expect(await leads('/hub/token')).toBe(`${portal}/computer`);
  expect(await leads('/')).toBe('/hub/');
  expect((await hub.fetch('/hub/health')).text).toBe('up\n');
  expect(await leads('/hub/user-redirect/git-pull?repo=a%2Fb')).toBe(
    '/hub/login?next=%2Fhub%2Fuser-redirect%2Fgit-pull%3Frepo%3Da%252Fb',
  );
  const browser = hub.browser();
  await browser.signIn('alice');
  const redirect = await browser.fetch('/hub/user-redirect/lab/tree/a%20b.ipynb?x=1');
  expect(redirect.headers.get('location')).toBe('/user/alice/lab/tree/a%20b.ipynb?x=1');
});
