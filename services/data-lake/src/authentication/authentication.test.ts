import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LakeForTests, startLakeForTests } from '../testing/lake-for-tests.test-support.ts';

let lake: LakeForTests;
beforeAll(async () => {
  lake = await startLakeForTests();
});
afterAll(() => lake.dispose());

const signIn = (username: string, password: string, more = {}) =>
  lake.ask(undefined, 'GET', '/auth/userpass', undefined, {
    'x-rucio-username': username,
    'x-rucio-password': password,
    ...more,
  });
const withToken = (token: string, headers = {}) =>
  lake.ask(undefined, 'GET', '/accounts/whoami', undefined, { 'x-rucio-auth-token': token, ...headers });

test('the first token makes account, scope and quota, once, however many requests come together', async () => {
  const token = await lake.issuer.token({
    sub: 'newcomer',
    aud: 'rucio',
    preferred_username: 'newcomer',
    exp: 4_000_000_000,
  });
  const answers = await Promise.all(Array.from({ length: 12 }, () => withToken(token)));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(12).fill(200));
  expect(answers[0]?.json()).toMatchObject({ account: 'newcomer', account_type: 'USER', status: 'ACTIVE' });
  const ask = async (url: string) =>
    (await lake.ask(undefined, 'GET', url, undefined, { 'x-rucio-auth-token': token })).json();
  expect(await ask('/accounts/newcomer/scopes/')).toEqual(['user.newcomer']);
  expect(await ask('/accounts/newcomer/limits')).toEqual({
    'LOCAL-A': 1e12,
    'LOCAL-B': 1e12,
    'LOCAL-C': 1e12,
  });
});

test('a foreign issuer’s token without name: userinfo is asked', async () => {
  lake.issuer.setUser('quiet', { preferred_username: 'quiet', email: 'quiet@example.org' });
  const token = await lake.issuer.token({ sub: 'quiet', aud: 'rucio', exp: 4_000_000_000 });
  expect((await withToken(token)).json()).toMatchObject({ account: 'quiet', email: 'quiet@example.org' });
});

test('a name that belongs to another identity is not handed over', async () => {
  const token = await lake.issuer.token({
    sub: 'impostor',
    aud: 'rucio',
    preferred_username: 'newcomer',
    exp: 4_000_000_000,
  });
  expect((await withToken(token)).headers.exceptionclass).toBe('CannotAuthenticate');
  const root = await lake.issuer.token({
    sub: 'impostor',
    aud: 'rucio',
    preferred_username: 'root',
    exp: 4_000_000_000,
  });
  expect((await withToken(root)).statusCode).toBe(401);
});

test.each([
  ['expired', { exp: 1_000_000_000 }],
  ['for somebody else', { aud: 'reana' }],
])('a token that is %s is refused', async (_what, claims) => {
  const token = await lake.issuer.token({
    sub: 's',
    aud: 'rucio',
    preferred_username: 's1',
    exp: 4_000_000_000,
    ...claims,
  });
  expect(await withToken(token)).toMatchObject({
    statusCode: 401,
    headers: { exceptionclass: 'CannotAuthenticate' },
  });
});

test('no token, nonsense, and a changed token are refused', async () => {
  expect((await lake.ask(undefined, 'GET', '/scopes/')).statusCode).toBe(400);
  expect((await withToken('nonsense')).statusCode).toBe(401);
  const token = await lake.token('alice');
  expect((await withToken(`${token.slice(0, -4)}AAAA`)).statusCode).toBe(401);
});

test('X-Rucio-Account is honoured when the identity is mapped to the account', async () => {
  await lake.ask('root', 'POST', '/accounts/shared', { type: 'GROUP', email: null });
  const token = await lake.token('alice');
  expect((await withToken(token, { 'x-rucio-account': 'shared' })).statusCode).toBe(401);
  const identity = {
    identity: `SUB=subject-of-alice, ISS=${lake.issuer.issuer}`,
    authtype: 'OIDC',
    email: 'a@b.c',
  };
  expect((await lake.ask('root', 'POST', '/accounts/shared/identities', identity)).statusCode).toBe(201);
  expect((await withToken(token, { 'x-rucio-account': 'shared' })).json()).toMatchObject({
    account: 'shared',
  });
  expect((await withToken(token)).json()).toMatchObject({ account: 'alice' });
});

test('a suspended account can not act', async () => {
  const token = await lake.token('carol');
  expect((await withToken(token)).statusCode).toBe(200);
  await lake.ask('root', 'PUT', '/accounts/carol', { status: 'SUSPENDED' });
  lake.context.clock.advance(30);
  expect((await withToken(token)).statusCode).toBe(401);
});

test('password sign-in gives a JWT of the lake’s own published issuer', async () => {
  const answer = await signIn('ops', 'a password of tests', { 'x-rucio-account': 'root' });
  const token = String(answer.headers['x-rucio-auth-token']);
  expect(answer.headers['x-rucio-auth-token-expires']).toMatch(/ UTC$/);
  const keys = (await lake.ask(undefined, 'GET', '/.well-known/jwks.json')).json();
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
    currentDate: lake.context.clock.now(),
  });
  const discovery = (await lake.ask(undefined, 'GET', '/.well-known/openid-configuration')).json();
  expect(payload.iss).toBe(discovery.issuer);
  expect(payload.aud).toEqual(['rucio', 'https://localhost:18003']);
  expect(payload.scope).toContain('storage.modify:/');
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(3600);
  expect((await withToken(token)).json()).toMatchObject({ account: 'root' });
  const validated = await lake.ask(undefined, 'GET', '/auth/validate', undefined, {
    'x-rucio-auth-token': token,
  });
  expect(validated.body).toMatch(
    /^\{'account': 'root', 'identity': 'ops', 'vo': 'def', .*datetime\.datetime\(/,
  );
});

test('a wrong password and an unknown user get the same answer, and many failures a pause', async () => {
  const [wrong, unknown] = [await signIn('ops', 'wrong'), await signIn('nobody', 'wrong')];
  expect([wrong.statusCode, wrong.body]).toEqual([unknown.statusCode, unknown.body]);
  expect(wrong.statusCode).toBe(401);
  for (let attempt = 0; attempt < 9; attempt++) await signIn('ops', `wrong${attempt}`);
  expect((await signIn('ops', 'a password of tests')).statusCode).toBe(429);
  lake.context.clock.advance(61);
  expect((await signIn('ops', 'a password of tests')).statusCode).toBe(200);
});

test('other ways to sign in say what is offered', async () => {
  expect((await lake.ask(undefined, 'GET', '/auth/x509')).body).toContain('auth_type = oidc');
});

test('an ordinary account can not administrate', async () => {
  for (const [method, url, body] of [
    ['POST', '/accounts/eve', { type: 'USER' }],
    ['POST', '/rses/NEW-ONE', {}],
    ['POST', '/accounts/alice/scopes/mine', {}],
    ['POST', '/accounts/alice/limits/local/LOCAL-A', { bytes: 1 }],
    ['POST', '/accounts/alice/attr/admin', { value: true }],
    ['DELETE', '/rses/LOCAL-A', undefined],
  ] as const)
    expect(await lake.ask('alice', method, url, body)).toMatchObject({
      statusCode: 403,
      headers: { exceptionclass: 'AccessDenied' },
    });
});

test('a token tells nothing of its secret to the log of claims', async () => {
  expect(decodeJwt(await lake.token('root')).sub).toBe('root');
});
