import { createHash } from 'node:crypto';
import { createHttpServer } from '@vre/http-server';
import { type TestContext, testContext } from '@vre/testing';
import Fastify, { type FastifyInstance } from 'fastify';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataLakeConfigSchema } from '../config.ts';
import { createDataLakeService } from '../data-lake-service.ts';
import { dataLakeMigrations } from '../migrations.ts';

/** An issuer with a token endpoint that checks the proof key and rotates refresh tokens. */
let issuer: FastifyInstance;
let issuerUrl = '';
let sent: Record<string, string> = {};
let nonce = '';
let challenge = '';
const lifetime = 900;
let context: TestContext;
let app: FastifyInstance;
let service: ReturnType<typeof createDataLakeService>;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' };
  const sign = (claims: Record<string, unknown>) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(issuerUrl)
      .setSubject('dora-uuid')
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + lifetime)
      .sign(privateKey);
  issuer = Fastify();
  issuer.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))),
  );
  issuer.get('/.well-known/openid-configuration', async () => ({
    issuer: issuerUrl,
    jwks_uri: `${issuerUrl}jwks`,
    authorization_endpoint: `${issuerUrl}authorize`,
    token_endpoint: `${issuerUrl}token`,
  }));
  issuer.get('/jwks', async () => ({ keys: [jwk] }));
  issuer.post('/token', async (request, reply) => {
    sent = request.body as Record<string, string>;
    if (sent.grant_type === 'authorization_code') {
      const proof = createHash('sha256')
        .update(sent.code_verifier ?? '')
        .digest('base64url');
      if (sent.code !== 'good-code' || proof !== challenge)
        return reply.code(400).send({ error: 'invalid_grant' });
    } else if (sent.refresh_token !== 'refresh-1') return reply.code(400).send({ error: 'invalid_grant' });
    return {
      access_token: await sign({
        aud: ['rucio', 'https://localhost:18003'],
        preferred_username: 'dora',
        scope: 'openid',
        client_id: 'lake',
      }),
      id_token: await sign({ aud: 'lake', nonce }),
      refresh_token: sent.grant_type === 'authorization_code' ? 'refresh-1' : 'refresh-2',
      expires_in: lifetime,
    };
  });
  issuerUrl = `${await issuer.listen({ host: '127.0.0.1', port: 0 })}/`;
  context = await testContext('lake', dataLakeMigrations, { issuer: issuerUrl });
  service = createDataLakeService(context, dataLakeConfigSchema.parse({}), { elements: [] });
  await service.start();
  ({ app } = createHttpServer({
    name: 'lake',
    log: context.log,
    metrics: context.metrics,
    hostNames: ['localhost:80'],
    ...service.http,
  }));
  await service.routes(app);
});
afterAll(async () => {
  await app.close();
  await issuer.close();
  await context.dispose();
});

const path = (url: unknown) => String(url).replace('http://localhost:18001', '');
const begin = async (polling = 'True') =>
  path(
    (
      await app.inject({
        url: '/auth/oidc',
        headers: {
          'x-rucio-client-authorize-polling': polling,
          'x-rucio-account': 'dora',
          'user-agent': 'rucio-clients/<b>41',
        },
      })
    ).headers['x-rucio-oidc-auth-url'],
  );
const fetchToken = (link: string) =>
  app.inject({ url: link, headers: { 'x-rucio-client-fetch-token': 'True' } });
/** The browser opens the link: where it is sent. */
const open = async (link: string) => {
  const answer = await app.inject({ url: link });
  return {
    status: answer.statusCode,
    to: answer.statusCode === 303 ? new URL(String(answer.headers.location)) : undefined,
  };
};
/** The person signs in at the issuer and comes back. */
const signIn = async (link: string) => {
  const { to } = await open(link);
  nonce = to?.searchParams.get('nonce') ?? '';
  challenge = to?.searchParams.get('code_challenge') ?? '';
  const callback = `/auth/oidc_code?state=${to?.searchParams.get('state')}&code=good-code`;
  return { to, callback, page: await app.inject({ url: callback }) };
};
const secretOf = (html: string) => /name="secret" value="([\w-]+)"/.exec(html)?.[1] ?? '';
const answer = (secret: string, decision: string, origin = 'http://localhost:18001') =>
  app.inject({
    method: 'POST',
    url: '/auth/oidc_confirm',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin },
    payload: new URLSearchParams({ secret, decision }).toString(),
  });
const goThrough = async (link: string) => answer(secretOf((await signIn(link)).page.body), 'allow');

test('the client waits, the person signs in, sees who asks and agrees, the token is handed out once', async () => {
  const link = await begin();
  expect(link).toMatch(/^\/auth\/oidc_redirect\?[\w-]+_polling$/);
  const { to, callback, page } = await signIn(link);
  expect(to?.searchParams.get('audience')).toBe('rucio https://localhost:18003');
  expect(to?.searchParams.get('scope')).toContain('wlcg.capabilityset:/data-lake');
  expect(page.body).toContain('rucio-clients/&#60;b&#62;41');
  expect(page.body).toContain('dora');
  expect(page.headers['content-security-policy']).toMatch(/default-src 'none'; style-src 'sha256-/);
  expect((await app.inject({ url: callback })).statusCode).toBe(401);
  // Signed in is not agreed.
  expect((await fetchToken(link)).headers['x-rucio-auth-token']).toBeUndefined();
  const secret = secretOf(page.body);
  expect((await answer(secret, 'allow')).body).toContain('You can close this window');
  expect((await answer(secret, 'allow')).statusCode).toBe(401);
  const token = String((await fetchToken(link)).headers['x-rucio-auth-token']);
  const whoami = await app.inject({ url: '/accounts/whoami', headers: { 'x-rucio-auth-token': token } });
  expect(whoami.json()).toMatchObject({ account: 'dora' });
  expect((await fetchToken(link)).statusCode).toBe(401);
});

test('a link may be opened again until somebody signed in with it, and for five minutes', async () => {
  const link = await begin();
  expect((await open(link)).status).toBe(303);
  await signIn(link);
  expect((await open(link)).status).toBe(401);
  const late = await begin();
  context.clock.advance(301);
  expect((await open(late)).status).toBe(401);
  expect((await fetchToken(late)).statusCode).toBe(401);
  context.clock.advance(-301);
});

test('an answer with another nonce is refused', async () => {
  const link = await begin();
  const { to } = await open(link);
  challenge = to?.searchParams.get('code_challenge') ?? '';
  nonce = 'of another sign-in';
  expect(
    (await app.inject({ url: `/auth/oidc_code?state=${to?.searchParams.get('state')}&code=good-code` }))
      .statusCode,
  ).toBe(401);
  expect((await fetchToken(link)).statusCode).toBe(401);
});

test.each(['https://evil.example', 'null'])(
  'a form from %s is refused, and nothing is handed out',
  async (origin) => {
    const link = await begin();
    const secret = secretOf((await signIn(link)).page.body);
    expect((await answer(secret, 'allow', origin)).statusCode).toBe(403);
    expect((await answer('a-guess', 'allow')).statusCode).toBe(401);
    expect((await fetchToken(link)).headers['x-rucio-auth-token']).toBeUndefined();
  },
);

test('the person refuses: the client gets nothing, ever', async () => {
  const link = await begin();
  const secret = secretOf((await signIn(link)).page.body);
  expect((await answer(secret, 'refuse')).body).toContain('The program gets nothing');
  expect((await answer(secret, 'allow')).statusCode).toBe(401);
  expect((await fetchToken(link)).statusCode).toBe(401);
});

test('without polling the person types a code', async () => {
  const page = await goThrough(await begin('False'));
  const code = /<code>([\w-]+)<\/code>/.exec(page.body)?.[1];
  expect((await fetchToken(`/auth/oidc_redirect?${code}`)).headers['x-rucio-auth-token']).toBeTruthy();
});

test('a token near its end is renewed with the refresh token kept', async () => {
  const link = await begin();
  await goThrough(link);
  const token = String((await fetchToken(link)).headers['x-rucio-auth-token']);
  const refresh = () => app.inject({ url: '/auth/oidc_refresh', headers: { 'x-rucio-auth-token': token } });
  expect((await refresh()).headers['x-rucio-auth-token']).toBe(token);
  context.clock.advance(400);
  const renewed = await refresh();
  expect(renewed.headers['x-rucio-auth-token']).not.toBe(token);
  expect(String(renewed.headers['x-rucio-auth-token-expires'])).toMatch(/^\d{10}$/);
  expect(sent).toMatchObject({ grant_type: 'refresh_token', audience: 'rucio https://localhost:18003' });
});

test('an address may have only so many sign-ins waiting; others are not held up, and time ends it', async () => {
  const ask = (remoteAddress: string) => app.inject({ url: '/auth/oidc', remoteAddress });
  let refused: Awaited<ReturnType<typeof ask>> | undefined;
  for (let count = 0; count <= 100; count++) refused = await ask('192.0.2.7');
  expect(refused?.statusCode).toBe(429);
  expect(refused?.body).toContain('100 sign-ins of this address wait');
  expect((await ask('192.0.2.8')).statusCode).toBe(200);
  context.clock.advance(301);
  expect((await ask('192.0.2.7')).statusCode).toBe(200);
});
