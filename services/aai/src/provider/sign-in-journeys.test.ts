import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from '@vre/database';
import { createTokenVerifier } from '@vre/identity';
import { type TestContext, testContext } from '@vre/testing';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aaiConfigSchema } from '../aai-config.ts';
import { createCookieJar, drivePages } from '../testing/drive-pages.ts';
import {
  aaiForTests,
  freePort,
  portal,
  type StartedAai,
  startAai,
  type TokenAnswer,
} from '../testing/started-aai.ts';

const password = 'correct horse battery';
const callback = 'http://localhost:9/x/callback';
let context: TestContext;
let aai: StartedAai;

beforeAll(async () => {
  const port = await freePort();
  context = await testContext(aaiForTests.schema, aaiForTests.migrations, {
    issuer: `http://localhost:${port}/aai/`,
  });
  await mkdir(context.dataDirectory, { recursive: true });
  const passwordFile = join(context.dataDirectory, 'administrator-password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  const config = aaiConfigSchema.parse({ administrator: { username: 'ada', 'password-file': passwordFile } });
  aai = await startAai(context, config);
});
afterAll(async () => {
  await aai.close();
  await context.dispose();
});

const api = async (token: string, method: string, path: string, body?: unknown) => {
  const response = await fetch(`${aai.issuer}x${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
};

describe('discovery', () => {
  test('names the issuer with its slash and endpoints below it, on both well-known paths', async () => {
    const openid = await (await fetch(`${aai.issuer}.well-known/openid-configuration`)).json();
    expect(openid).toMatchObject({
      issuer: aai.issuer,
      authorization_endpoint: `${aai.issuer}authorize`,
      token_endpoint: `${aai.issuer}token`,
      userinfo_endpoint: `${aai.issuer}userinfo`,
      jwks_uri: `${aai.issuer}jwk`,
      device_authorization_endpoint: `${aai.issuer}devicecode`,
      revocation_endpoint: `${aai.issuer}revoke`,
      end_session_endpoint: `${aai.issuer}logout`,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
    });
    const oauth = new URL('/.well-known/oauth-authorization-server/aai', aai.issuer);
    expect(await (await fetch(oauth)).json()).toMatchObject({
      issuer: aai.issuer,
      token_endpoint: `${aai.issuer}token`,
    });
    const doubled = await fetch(`${aai.issuer}/.well-known/openid-configuration`);
    expect(doubled.status).toBe(200);
  });

  test('publishes one public key per algorithm and nothing private', async () => {
    const { keys } = (await (await fetch(`${aai.issuer}jwk`)).json()) as { keys: Record<string, string>[] };
    expect(keys.map((key) => key.alg).sort()).toEqual(['ES256', 'RS256']);
    expect(keys.some((key) => 'd' in key)).toBe(false);
  });
});

describe('code and PKCE through the pages', () => {
  test('gives tokens in the WLCG profile that our own verifier accepts', async () => {
    const tokens = await aai.signInAtPortal('ada', password);
    expect(tokens.status).toBe(200);
    const claims = decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({
      iss: aai.issuer,
      aud: 'aai',
      client_id: 'portal',
      'wlcg.ver': '1.0',
      preferred_username: 'ada',
      amr: ['pwd'],
      // She is an administrator: services that judge by groups see it.
      'wlcg.groups': ['/administrators'],
    });
    expect(claims.sub).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect((claims.exp as number) - (claims.iat as number)).toBe(900);
    expect(claims.nbf).toBe((claims.iat as number) - 60);
    expect(tokens.scope.split(' ').sort()).toEqual(['email', 'openid', 'profile', 'wlcg.groups']);
    expect(decodeJwt(tokens.id_token)).toMatchObject({
      nonce: 'the-nonce',
      preferred_username: 'ada',
      sub: claims.sub,
    });

    const verifier = createTokenVerifier(
      [{ issuer: aai.issuer, audiences: ['aai'] }],
      context.http,
      () => new Date(),
    );
    const principal = await verifier.verify(tokens.access_token);
    expect(principal).toMatchObject({
      subject: claims.sub,
      username: 'ada',
      clientId: 'portal',
      isService: false,
    });
    const info = await fetch(`${aai.issuer}userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(await info.json()).toMatchObject({
      sub: claims.sub,
      preferred_username: 'ada',
      groups: ['administrators'],
    });
  });

  test('userinfo refuses an ID token, a foreign token and none', async () => {
    const tokens = await aai.signInAtPortal('ada', password);
    for (const token of [tokens.id_token, 'x.y.z', '']) {
      const answer = await fetch(`${aai.issuer}userinfo`, { headers: { authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(401);
    }
  });

  test('a request without PKCE is refused', async () => {
    const start = `${aai.issuer}authorize?client_id=portal&response_type=code&scope=openid&redirect_uri=${encodeURIComponent(callback)}`;
    const answer = await fetch(start, { redirect: 'manual' });
    expect(answer.headers.get('location')).toContain('error=invalid_request');
  });

  test('an unregistered redirect URI gets an error page, not a redirect', async () => {
    const answer = await aai.authorize({
      client: 'portal',
      redirectUri: 'http://evil.example/',
      scope: 'openid',
      username: 'ada',
      password,
    });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Wrong return address');
  });

  test('an audience the client may not have is refused', async () => {
    const answer = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      audience: 'elsewhere',
      username: 'ada',
      password,
    });
    expect(new URL(answer.url).searchParams.get('error')).toBe('invalid_target');
  });

  test('three redemptions of one code at once: exactly one wins', async () => {
    const { code, verifier } = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid offline_access',
      username: 'ada',
      password,
    });
    const form = {
      grant_type: 'authorization_code',
      code: code as string,
      code_verifier: verifier,
      redirect_uri: callback,
    };
    const answers = await Promise.all([1, 2, 3].map(() => aai.post('token', form, portal)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400, 400]);
    expect(
      answers.filter((answer) => answer.status === 400).every((answer) => answer.error === 'invalid_grant'),
    ).toBe(true);
    const won = answers.find((answer) => answer.status === 200) as TokenAnswer;
    const refresh = (token: string) =>
      aai.post('token', { grant_type: 'refresh_token', refresh_token: token }, portal);
    const kept = await refresh(won.refresh_token);
    expect(kept.status).toBe(200);
    // The same code much later is a stolen one: everything that came of it ends.
    context.clock.advance(11);
    expect((await aai.post('token', form, portal)).error).toBe('invalid_grant');
    expect((await refresh(kept.refresh_token)).error).toBe('invalid_grant');
  });

  test('a second sign-in in the same browser asks for nothing', async () => {
    const cookies = createCookieJar();
    await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      username: 'ada',
      password,
      cookies,
    });
    const again = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      username: '',
      password: '',
      cookies,
    });
    expect(again.code).not.toBeNull();
  });

  test('the public client comes back to any loopback port, after consent', async () => {
    const redirectUri = 'http://127.0.0.1:45671/callback';
    const { code, verifier, visited } = await aai.authorize({
      client: 'vre-cli',
      redirectUri,
      scope: 'openid profile',
      audience: 'reana',
      username: 'ada',
      password,
    });
    expect(visited.some((url) => url.endsWith('/consent'))).toBe(true);
    const tokens = await aai.post(
      'token',
      {
        grant_type: 'authorization_code',
        code: code as string,
        code_verifier: verifier,
        redirect_uri: redirectUri,
      },
      { id: 'vre-cli' },
    );
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: 'reana', client_id: 'vre-cli' });
  });

  test('a client with an empty secret in its Basic header counts as public', async () => {
    const redirectUri = 'http://127.0.0.1:45672/callback';
    const { code, verifier } = await aai.authorize({
      client: 'vre-cli',
      redirectUri,
      scope: 'openid',
      username: 'ada',
      password,
    });
    const tokens = await aai.post(
      'token',
      {
        grant_type: 'authorization_code',
        code: code as string,
        code_verifier: verifier,
        redirect_uri: redirectUri,
      },
      { id: 'vre-cli', secret: '' },
    );
    expect(tokens.status).toBe(200);
  });
});

describe('the data lake', () => {
  test('a token for lake and door carries both audiences and the storage capabilities', async () => {
    const { code, verifier } = await aai.authorize({
      client: 'workflows',
      redirectUri: 'http://localhost:9/api/connect/callback',
      scope: 'openid profile offline_access wlcg.groups wlcg.capabilityset:/data-lake',
      audience: 'rucio https://localhost:18003',
      username: 'ada',
      password,
    });
    const tokens = await aai.post(
      'token',
      {
        grant_type: 'authorization_code',
        code: code as string,
        code_verifier: verifier,
        redirect_uri: 'http://localhost:9/api/connect/callback',
      },
      { id: 'workflows', secret: 'workflows-secret' },
    );
    const claims = decodeJwt(tokens.access_token);
    expect(claims.aud).toEqual(['rucio', 'https://localhost:18003']);
    expect(String(claims.scope).split(' ')).toEqual(
      expect.arrayContaining(['openid', 'profile', 'storage.read:/', 'storage.create:/user/ada']),
    );
    expect(tokens.scope).toBe(claims.scope);
    expect(tokens.refresh_token).toBeDefined();
  });
});

describe('refresh', () => {
  const refresh = (token: string, extra: Record<string, string> = {}) =>
    aai.post('token', { grant_type: 'refresh_token', refresh_token: token, ...extra }, portal);

  test('gives a token for another audience, as `audience` and as `resource`', async () => {
    const first = await aai.signInAtPortal('ada', password);
    const lake = await refresh(first.refresh_token, { audience: 'rucio https://localhost:18003' });
    expect(decodeJwt(lake.access_token)).toMatchObject({
      aud: ['rucio', 'https://localhost:18003'],
      sub: decodeJwt(first.access_token).sub,
    });
    expect(lake.scope).toContain('storage.create:/user/ada');
    const reana = await refresh(lake.refresh_token, { resource: 'urn:vre:aud:reana' });
    expect(decodeJwt(reana.access_token).aud).toBe('reana');
    expect(reana.scope).not.toContain('storage.');
    expect(decodeJwt(reana.id_token)).toMatchObject({ preferred_username: 'ada' });
    expect((await refresh(reana.refresh_token, { audience: 'elsewhere' })).error).toBe('invalid_target');
    expect((await refresh(reana.refresh_token)).status).toBe(200);
  });

  test('a narrower scope is given, a wider one refused', async () => {
    const first = await aai.signInAtPortal('ada', password, 'openid profile offline_access');
    const narrow = await refresh(first.refresh_token, { scope: 'openid' });
    expect(narrow.scope).toBe('openid');
    expect((await refresh(narrow.refresh_token, { scope: 'openid email' })).error).toBe('invalid_scope');
  });

  test('a rotated token works within the grace, and after it ends the family', async () => {
    const first = await aai.signInAtPortal('ada', password);
    const [a, b] = await Promise.all([refresh(first.refresh_token), refresh(first.refresh_token)]);
    expect([a.status, b.status]).toEqual([200, 200]);
    expect(a.refresh_token).not.toBe(b.refresh_token);
    context.clock.advance(61);
    expect((await refresh(first.refresh_token)).error).toBe('invalid_grant');
    expect((await refresh(a.refresh_token)).error).toBe('invalid_grant');
    expect((await refresh(b.refresh_token)).error).toBe('invalid_grant');
  });

  test('a revoked token is gone, and another client cannot use one', async () => {
    const first = await aai.signInAtPortal('ada', password);
    const stolen = await aai.post(
      'token',
      { grant_type: 'refresh_token', refresh_token: first.refresh_token },
      { id: 'workflows', secret: 'workflows-secret' },
    );
    expect(stolen.error).toBe('invalid_grant');
    expect((await aai.post('revoke', { token: first.refresh_token }, portal)).status).toBe(200);
    expect((await refresh(first.refresh_token)).error).toBe('invalid_grant');
    expect(await aai.service.audit()).toEqual([]);
  });

  test('without offline_access there is no refresh token', async () => {
    expect((await aai.signInAtPortal('ada', password, 'openid profile')).refresh_token).toBeUndefined();
  });
});

describe('client credentials', () => {
  const robot = { id: 'robot', secret: 'robot-secret' };
  test('a service gets the paths of its declaration and below, nothing beside', async () => {
    const answer = await aai.post(
      'token',
      {
        grant_type: 'client_credentials',
        audience: 'storage.example.org',
        scope: 'storage.read:/data/run1 storage.read:/database storage.modify:/data',
      },
      robot,
    );
    expect(decodeJwt(answer.access_token)).toMatchObject({
      sub: 'robot',
      aud: 'storage.example.org',
      scope: 'storage.read:/data/run1',
    });
  });
  test('a wrong secret and a grant it does not have are refused', async () => {
    expect(
      (await aai.post('token', { grant_type: 'client_credentials' }, { id: 'robot', secret: 'wrong' })).error,
    ).toBe('invalid_client');
    expect((await aai.post('token', { grant_type: 'client_credentials' }, portal)).status).toBe(400);
  });
});

describe('device flow', () => {
  test('code, confirmation, sign-in, consent, tokens; the device code works once', async () => {
    const client = { id: 'vre-cli' };
    const started = await aai.post(
      'devicecode',
      { scope: 'openid profile offline_access', audience: 'reana' },
      client,
    );
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: String(started.device_code),
    };
    expect((await aai.post('token', form, client)).error).toBe('authorization_pending');
    let seen = '';
    const end = await drivePages({
      start: String(started.verification_uri_complete),
      username: 'ada',
      password,
      stopAtForm: (page) => {
        seen += ` ${page.id}`;
        return false;
      },
    });
    expect(seen.trim().split(' ')).toEqual([
      'device-form',
      'device-confirm-form',
      'login-form',
      'consent-form',
    ]);
    expect(end.text).toContain('Connected');
    const answers = await Promise.all([1, 2, 3].map(() => aai.post('token', form, client)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400, 400]);
    const tokens = answers.find((answer) => answer.status === 200);
    expect(decodeJwt(tokens?.access_token as string)).toMatchObject({
      aud: 'reana',
      preferred_username: 'ada',
    });
  });
  test('a wrong code is named as such', async () => {
    const end = await drivePages({
      start: `${aai.issuer}device?user_code=BBBB-BBBB`,
      username: '',
      password: '',
    });
    expect(end.text).toContain('There is no such code');
  });
});

describe('accounts', () => {
  test('a new person changes the one-time password first; disabling ends everything she has', async () => {
    const admin = await aai.signInAtPortal('ada', password);
    const created = await api(admin.access_token, 'POST', '/users', {
      username: 'bob',
      name: '<Bob & "Co">',
      email: 'bob@example.org',
    });
    expect(created.status).toBe(201);
    const { code, verifier } = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid profile offline_access',
      username: 'bob',
      password: created.body.oneTimePassword,
      newPassword: 'a new one for me',
    });
    const tokens = await aai.post(
      'token',
      {
        grant_type: 'authorization_code',
        code: code as string,
        code_verifier: verifier,
        redirect_uri: callback,
      },
      portal,
    );
    const me = await api(tokens.access_token, 'GET', '/me');
    expect(me.body).toMatchObject({
      username: 'bob',
      name: '<Bob & "Co">',
      administrator: false,
      mustChangePassword: false,
    });
    expect((await api(tokens.access_token, 'GET', '/users')).status).toBe(403);
    expect((await api(tokens.access_token, 'GET', '/applications')).body).toMatchObject([
      { clientId: 'portal', name: 'VRE portal' },
    ]);
    const { body: sessions } = await api(tokens.access_token, 'GET', '/sessions');
    expect(sessions).toMatchObject([{ clients: ['portal'] }]);
    expect((await api(admin.access_token, 'DELETE', `/sessions/${sessions[0].id}`)).status).toBe(404);

    expect((await api(admin.access_token, 'POST', '/users', { username: 'bob' })).status).toBe(409);
    expect((await api(admin.access_token, 'POST', '/users/bob/disable')).status).toBe(204);
    expect((await api(tokens.access_token, 'GET', '/me')).status).toBe(401);
    expect(
      (await aai.post('token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }, portal))
        .error,
    ).toBe('invalid_grant');
    const refused = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      username: 'bob',
      password: 'a new one for me',
    });
    expect(refused.text).toContain('This account is disabled');
    expect((await api(admin.access_token, 'POST', '/users/ada/disable')).status).toBe(409);
    expect(await aai.service.audit()).toEqual([]);
    const names = sql`delete from aai.account where username = 'bob'`.execute(context.database.direct);
    await expect(names).rejects.toThrow(/never deleted/);
  });

  test('groups come into the token by scope, ancestors included', async () => {
    const admin = await aai.signInAtPortal('ada', password);
    const group = await api(admin.access_token, 'POST', '/groups', { path: '/km3net/orca' });
    const hidden = await api(admin.access_token, 'POST', '/groups', { path: '/shifters', optional: true });
    for (const { body } of [group, hidden]) {
      expect((await api(admin.access_token, 'PUT', `/groups/${body.id}/members/ada`)).status).toBe(204);
    }
    const usual = await aai.signInAtPortal('ada', password, 'openid wlcg.groups');
    expect(decodeJwt(usual.access_token)['wlcg.groups']).toEqual([
      '/administrators',
      '/km3net',
      '/km3net/orca',
    ]);
    const asked = await aai.signInAtPortal(
      'ada',
      password,
      'openid wlcg.groups:/shifters wlcg.groups:/others',
    );
    expect(decodeJwt(asked.access_token)['wlcg.groups']).toEqual([
      '/shifters',
      '/administrators',
      '/km3net',
      '/km3net/orca',
    ]);
    expect(asked.scope).not.toContain('/others');
    expect(await aai.service.audit()).toEqual([]);
    await api(admin.access_token, 'DELETE', `/groups/${group.body.id}/members/ada`);
    await api(admin.access_token, 'DELETE', `/groups/${hidden.body.id}/members/ada`);
  });

  test('the API refuses tokens for other audiences and services', async () => {
    const admin = await aai.signInAtPortal('ada', password);
    const other = await aai.post(
      'token',
      { grant_type: 'refresh_token', refresh_token: admin.refresh_token, audience: 'reana' },
      portal,
    );
    expect((await api(other.access_token, 'GET', '/me')).status).toBe(401);
    expect((await api('nonsense', 'GET', '/me')).status).toBe(401);
    expect((await api(admin.access_token, 'POST', '/users', { username: 'x', extra: 1 })).status).toBe(400);
  });

  test('an application is listed and its access ends when the person says so', async () => {
    const admin = await aai.signInAtPortal('ada', password);
    const redirectUri = 'http://localhost:9/api/connect/callback';
    const connect = async () => {
      const { code, verifier } = await aai.authorize({
        client: 'workflows',
        redirectUri,
        scope: 'openid offline_access',
        username: 'ada',
        password,
        cookies,
      });
      const form = {
        grant_type: 'authorization_code',
        code: code as string,
        code_verifier: verifier,
        redirect_uri: redirectUri,
      };
      return aai.post('token', form, workflows);
    };
    const workflows = { id: 'workflows', secret: 'workflows-secret' };
    const cookies = createCookieJar();
    const [first, second] = [await connect(), await connect()];
    const refresh = (token: string) =>
      aai.post('token', { grant_type: 'refresh_token', refresh_token: token }, workflows);
    // Connecting again and revoking the older token leaves the newer one alone.
    expect((await aai.post('revoke', { token: first.refresh_token }, workflows)).status).toBe(200);
    const renewed = await refresh(second.refresh_token);
    expect(renewed.status).toBe(200);
    const { body: applications } = await api(admin.access_token, 'GET', '/applications');
    expect(applications).toContainEqual(
      expect.objectContaining({
        clientId: 'workflows',
        name: 'Workflows',
        scopes: ['openid', 'offline_access'],
      }),
    );
    expect((await api(admin.access_token, 'DELETE', '/applications/workflows')).status).toBe(204);
    expect((await refresh(renewed.refresh_token)).error).toBe('invalid_grant');
    expect((await api(admin.access_token, 'DELETE', '/applications/workflows')).status).toBe(404);
  });

  test('changing the password needs the present one and ends everything', async () => {
    const admin = await aai.signInAtPortal('ada', password);
    await api(admin.access_token, 'POST', '/users', { username: 'fay', password: 'long enough to begin' });
    const cookies = createCookieJar();
    const { code, verifier } = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid offline_access',
      username: 'fay',
      password: 'long enough to begin',
      cookies,
    });
    const tokens = await aai.post(
      'token',
      {
        grant_type: 'authorization_code',
        code: code as string,
        code_verifier: verifier,
        redirect_uri: callback,
      },
      portal,
    );
    const change = (currentPassword: string, newPassword: string) =>
      api(tokens.access_token, 'POST', '/password', { currentPassword, newPassword });
    expect((await change('wrong', 'something else entirely')).status).toBe(403);
    expect((await change('long enough to begin', 'short')).status).toBe(400);
    expect((await change('long enough to begin', 'something else entirely')).status).toBe(204);
    expect(
      (await aai.post('token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }, portal))
        .error,
    ).toBe('invalid_grant');
    const again = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      username: 'fay',
      password: 'something else entirely',
      cookies,
    });
    expect(again.visited.some((url) => url.endsWith('/login'))).toBe(true);
    expect(again.code).not.toBeNull();
  });

  test('somebody else can sign in in the same browser', async () => {
    const cookies = createCookieJar();
    await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      username: 'ada',
      password,
      cookies,
    });
    const other = await aai.authorize({
      client: 'portal',
      redirectUri: callback,
      scope: 'openid',
      username: 'fay',
      password: 'something else entirely',
      cookies,
      extra: { prompt: 'login' },
    });
    const tokens = await aai.post(
      'token',
      {
        grant_type: 'authorization_code',
        code: other.code as string,
        code_verifier: other.verifier,
        redirect_uri: callback,
      },
      portal,
    );
    expect(decodeJwt(tokens.access_token).preferred_username).toBe('fay');
  });

  test('events of an account reach its owner and nobody else', async () => {
    const admin = await aai.signInAtPortal('ada', password);
    await api(admin.access_token, 'POST', '/users', { username: 'gil', password: 'long enough to begin' });
    const gil = await aai.signInAtPortal('gil', 'long enough to begin');
    const stop = new AbortController();
    const stream = await fetch(new URL('/aai/x-events', aai.issuer), {
      headers: { authorization: `Bearer ${gil.access_token}` },
      signal: stop.signal,
    });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    await api(admin.access_token, 'PUT', '/me', { name: 'Ada L.', email: null });
    await api(gil.access_token, 'PUT', '/me', { name: 'Gil', email: 'gil@example.org' });
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of stream.body as ReadableStream<Uint8Array>) {
      text += decoder.decode(chunk);
      if (text.includes('event:')) break;
    }
    stop.abort();
    expect(text).toContain('event: account.changed');
    expect(text).toContain('"change":"profile"');
    expect(text).toContain(String(decodeJwt(gil.access_token).sub));
    expect(text).not.toContain(String(decodeJwt(admin.access_token).sub));
  });
});
