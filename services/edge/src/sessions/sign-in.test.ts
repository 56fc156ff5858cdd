import { sql } from '@vre/database';
import { type TestContext, testContext } from '@vre/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { edgeMigrations } from '../edge-service.ts';
import { type EdgeUnderTest, freePort, startEdge, testAddresses } from '../testing/edge-under-test.ts';
import { type FakeIssuer, startFakeIssuer } from '../testing/fake-issuer.ts';

let context: TestContext;
let issuer: FakeIssuer;
let edge: EdgeUnderTest;

beforeAll(async () => {
  issuer = await startFakeIssuer({ id: 'edge', secret: 'test-client-secret' });
  context = await testContext('edge', edgeMigrations, testAddresses(await freePort(), issuer.issuer, {}));
  edge = await startEdge(context);
});
afterAll(async () => {
  await edge.close();
  await issuer.close();
  await context.dispose();
});
beforeEach(async () => {
  edge.cookie = '';
  issuer.revoked.length = 0;
  await sql`delete from edge.session`.execute(context.database.direct);
});

describe('signing in', () => {
  test('leads over the issuer to a session that tells who is signed in', async () => {
    expect((await edge.fetch('/x/session')).json()).toMatchObject({ signedIn: false });
    const done = await edge.signIn('/data?q=1');
    expect([done.status, done.headers.location]).toEqual([303, '/data?q=1']);
    const answer = await edge.fetch('/x/session');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toEqual({
      signedIn: true,
      username: 'alice',
      name: 'Alice',
      email: 'alice@example.org',
      groups: ['/escape'],
      isAdministrator: false,
      services: ['data-lake', 'workflows', 'notebooks'],
      addresses: {
        portal: edge.portal,
        issuer: issuer.issuer,
        lake: context.addresses.lake,
        workflows: edge.portal,
        notebooks: context.addresses.notebooks,
        storageDoor: context.addresses.storageDoor,
      },
    });
  });

  test('asks for a code with PKCE, state and nonce', async () => {
    const url = new URL(String((await edge.raw('/x/login')).headers.location));
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'edge',
      redirect_uri: `${edge.portal}/x/callback`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{32}$/),
      nonce: expect.stringMatching(/^[\w-]{32}$/),
    });
  });

  test('sets a transaction cookie that is Lax and of the callback alone, and a session cookie that is Strict', async () => {
    const start = await edge.raw('/x/login');
    expect(start.setCookies).toHaveLength(1);
    expect(start.setCookies[0]).toMatch(
      /^vre_signin_[0-9a-f]{8}_[\w-]{8}=v1\.[\w.-]+; Path=\/x\/callback; Max-Age=600; HttpOnly; SameSite=Lax$/,
    );
    const done = await edge.signIn();
    expect(done.setCookies).toHaveLength(2);
    expect(done.setCookies[0]).toMatch(/^vre_signin_.*=; Path=\/x\/callback; Max-Age=0/);
    expect(done.setCookies[1]).toMatch(
      /^vre_session_[0-9a-f]{8}=[\w-]{43}; Path=\/x\/; Max-Age=604800; HttpOnly; SameSite=Strict$/,
    );
  });

  test('keeps neither the cookie nor a token readable in the database', async () => {
    await edge.signIn();
    const value = edge.cookie.split('=')[1] ?? '';
    const { rows } = await sql<{ row: string }>`select session::text as row from edge.session`.execute(
      context.database.direct,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).not.toContain(value);
    expect(rows[0]?.row).toMatch(/"?,v1\..*,v1\./);
  });

  test('refuses a callback of another browser, another state and a code used twice', async () => {
    const start = await edge.raw('/x/login');
    const state = new URL(String(start.headers.location)).searchParams.get('state');
    const other = await edge.raw('/x/login');
    const cookie = other.setCookies[0]?.split(';')[0] ?? '';
    const renamed = cookie.replace(/_[\w-]{8}=/, `_${state?.slice(0, 8)}=`);
    for (const headers of [{}, { cookie }, { cookie: renamed }] as Record<string, string>[]) {
      const answer = await edge.raw(`/x/callback?code=c&state=${state}`, { headers });
      expect([answer.status, answer.json().code]).toEqual([400, 'sign-in-failed']);
      expect(answer.setCookies.some((set) => set.startsWith('vre_session_'))).toBe(false);
    }
    const own = start.setCookies[0]?.split(';')[0] ?? '';
    const unknown = await edge.raw(`/x/callback?code=used&state=${state}`, { headers: { cookie: own } });
    expect(unknown.json().message).toContain('did not accept');
  });

  test.each([
    ['nonce', { nonce: 'another' }],
    ['audience', { aud: 'another-client' }],
    ['authorized party', { azp: 'another-client' }],
    ['audiences without authorized party', { aud: ['edge', 'another'] }],
    ['issuer', { iss: 'https://evil.example/' }],
  ])('refuses an ID token with a wrong %s', async (_what, claims) => {
    const usual = issuer.user;
    issuer.user = { ...usual, ...claims };
    const done = await edge.signIn();
    issuer.user = usual;
    expect([done.status, edge.cookie]).toEqual([400, '']);
  });

  test('tells a person on a page when the issuer refused', async () => {
    const start = await edge.raw('/x/login');
    const state = new URL(String(start.headers.location)).searchParams.get('state');
    const answer = await edge.raw(`/x/callback?error=access_denied&state=${state}`, {
      headers: { cookie: start.setCookies[0]?.split(';')[0] ?? '', accept: 'text/html' },
    });
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.text).toContain('Signing in was cancelled.');
  });

  test('makes members of the configured groups administrators', async () => {
    const usual = issuer.user;
    issuer.user = { ...usual, groups: ['/administrators'] };
    await edge.signIn();
    issuer.user = usual;
    expect((await edge.fetch('/x/session')).json().isAdministrator).toBe(true);
  });
});

describe('a session', () => {
  test('is not recognised outside the portal or by a planted second cookie', async () => {
    await edge.signIn();
    const cookie = edge.cookie;
    const session = async (headers: Record<string, string>) =>
      (await edge.raw('/x/session', { headers })).json().signedIn;
    expect(await session({ cookie, 'sec-fetch-site': 'same-origin' })).toBe(true);
    expect(await session({ cookie, 'sec-fetch-site': 'cross-site' })).toBe(false);
    expect(await session({ cookie })).toBe(false);
    expect(await session({ cookie: `${cookie}; ${cookie}x`, 'sec-fetch-site': 'same-origin' })).toBe(false);
  });

  test('ends by logout: gone here, refresh token revoked, browser sent to the issuer', async () => {
    await edge.signIn();
    expect((await edge.fetch('/x/logout', { method: 'POST', headers: { 'x-vre': '0' } })).status).toBe(403);
    const answer = await edge.fetch('/x/logout', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(200);
    expect(answer.setCookies[0]).toMatch(/^vre_session_[0-9a-f]{8}=; Path=\/x\/; Max-Age=0/);
    const location = new URL(String(answer.json().location));
    expect(location.href.startsWith(`${issuer.issuer}logout?`)).toBe(true);
    expect(location.searchParams.get('post_logout_redirect_uri')).toBe(`${edge.portal}/`);
    expect(location.searchParams.get('id_token_hint')?.split('.')).toHaveLength(3);
    expect(issuer.revoked).toHaveLength(1);
    expect((await edge.fetch('/x/session')).json().signedIn).toBe(false);
  });

  test('is listed with the others of the person, who may end any of them', async () => {
    await edge.signIn();
    const first = edge.cookie;
    edge.cookie = '';
    await edge.signIn();
    const list = (await edge.fetch('/x/sessions')).json() as unknown as { id: string; current: boolean }[];
    expect(list.map(({ current }) => current).sort()).toEqual([false, true]);
    const other = list.find(({ current }) => !current)?.id;
    expect((await edge.fetch(`/x/sessions/${other}`, { method: 'DELETE' })).status).toBe(204);
    expect((await edge.fetch(`/x/sessions/${other}`, { method: 'DELETE' })).status).toBe(404);
    edge.cookie = first;
    expect((await edge.fetch('/x/session')).json().signedIn).toBe(false);
  });

  test('is replaced when the same browser signs in again', async () => {
    await edge.signIn();
    const start = await edge.raw('/x/login');
    const at = await fetch(String(start.headers.location), { redirect: 'manual' });
    const back = new URL(at.headers.get('location') ?? '');
    const cookie = `${edge.cookie}; ${start.setCookies[0]?.split(';')[0]}`;
    expect((await edge.raw(back.pathname + back.search, { headers: { cookie } })).status).toBe(303);
    const { rows } = await sql`select 1 from edge.session`.execute(context.database.direct);
    expect(rows).toHaveLength(1);
  });

  test('ends after 12 idle hours, and after 7 days however busy; the daemon removes and revokes it', async () => {
    await edge.signIn();
    const signedIn = async () => (await edge.fetch('/x/session')).json().signedIn;
    context.clock.advance(11 * 3600);
    expect(await signedIn()).toBe(true);
    context.clock.advance(11 * 3600);
    expect(await signedIn()).toBe(true);
    context.clock.advance(13 * 3600);
    expect(await signedIn()).toBe(false);
    const [daemon] = edge.service.daemons;
    expect(await daemon?.step(AbortSignal.timeout(1000))).toBe('worked');
    expect(await daemon?.step(AbortSignal.timeout(1000))).toBe('idle');
    expect(issuer.revoked).toHaveLength(1);
  });
});
