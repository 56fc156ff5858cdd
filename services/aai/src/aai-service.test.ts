import * as http from 'node:http';
import { join } from 'node:path';
import { sql } from '@vre/database';
import { createHttpServer } from '@vre/http-server';
import { type TestContext, testContext } from '@vre/testing';
import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aaiConfigSchema } from './aai-config.ts';
import { createAaiService } from './aai-service.ts';
import { ensureKeys } from './keys/signing-keys.ts';
import { createProviderRecords } from './provider/provider-records.ts';
import { aaiForTests, clientsForTests } from './testing/started-aai.ts';

const config = aaiConfigSchema.parse({});
let context: TestContext;
beforeEach(async () => {
  context = await testContext(aaiForTests.schema, aaiForTests.migrations, {
    issuer: 'https://aai.example.org/',
  });
});
afterEach(() => context.dispose());

const operatorOf = async () => {
  const service = createAaiService(context, config, clientsForTests);
  await service.start();
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) =>
    reply
      .code((error as { statusCode?: number }).statusCode ?? 500)
      .send({ message: (error as Error).message }),
  );
  await service.operatorRoutes?.(app);
  return { service, app };
};

describe('start', () => {
  test('two processes at once end with one administrator and the same keys', async () => {
    const services = [1, 2, 3].map(() => createAaiService(context, config, clientsForTests));
    await Promise.all(services.map((service) => service.start()));
    const { rows } = await sql<{ n: number }>`
      select (select count(*) from aai.account) * 100 + (select count(*) from aai.signing_key) as n`.execute(
      context.database.direct,
    );
    expect(rows[0]?.n).toBe(102);
    const { secrets, clock, identifiers, database } = context;
    const [a, b] = await Promise.all([1, 2].map(() => ensureKeys(database, secrets, clock, identifiers)));
    expect(a).toEqual(b);
    expect(await services[0]?.health()).toMatchObject({ ok: true });
    expect(await services[0]?.audit()).toEqual([]);
  });

  test('neither private keys nor payloads lie in the database in clear', async () => {
    const { secrets, clock, identifiers, database } = context;
    const keys = await ensureKeys(database, secrets, clock, identifiers);
    const records = createProviderRecords(database, secrets, clock);
    await records.adapter('Session').upsert('the-cookie', { uid: 'the-uid', jti: 'the-cookie' }, 60);
    const { rows } = await sql<{ dump: string }>`
      select (select string_agg(signing_key::text, '') from aai.signing_key)
        || (select string_agg(provider_record::text, '') from aai.provider_record) as dump`.execute(
      database.direct,
    );
    const dump = rows[0]?.dump ?? '';
    for (const key of keys.privateKeys) expect(dump).not.toContain(key.d);
    expect(dump).not.toContain('the-cookie');
    expect(dump).not.toContain('the-uid');
    expect(await records.adapter('Session').findByUid('the-uid')).toMatchObject({ jti: 'the-cookie' });
  });
});

describe('records', () => {
  test('only one of many consumers wins, and a refresh token needs its grant', async () => {
    const records = createProviderRecords(context.database, context.secrets, context.clock);
    const codes = records.adapter('AuthorizationCode');
    await codes.upsert('code', { grantId: 'g' }, 60);
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => codes.consume('code')));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    const orphan = records.adapter('RefreshToken').upsert('rt', { grantId: 'g', iiat: 1 }, 60);
    await expect(orphan).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('the daemon removes what has expired and nothing else', async () => {
    const records = createProviderRecords(context.database, context.secrets, context.clock);
    const sessions = records.adapter('Session');
    await sessions.upsert('short', { uid: 'a' }, 10);
    await sessions.upsert('long', { uid: 'b' }, 1000);
    context.clock.advance(11);
    const [daemon] = createAaiService(context, config, clientsForTests).daemons;
    expect(await daemon?.step(new AbortController().signal)).toBe('idle');
    expect(await sessions.find('short')).toBeUndefined();
    expect(await sessions.find('long')).toBeDefined();
  });

  test('a record moved to another row does not open', async () => {
    const records = createProviderRecords(context.database, context.secrets, context.clock);
    await records.adapter('Session').upsert('one', { uid: 'a' }, 10);
    await sql`update aai.provider_record set model = 'Grant'`.execute(context.database.direct);
    await expect(records.adapter('Grant').find('one')).rejects.toThrow();
  });
});

describe('operator', () => {
  test('shows the first password once, adds, lists and disables people', async () => {
    const { service, app } = await operatorOf();
    const first = await app.inject('/first-administrator');
    expect(first.json()).toMatchObject({ username: 'admin' });
    expect((await app.inject('/first-administrator')).statusCode).toBe(204);
    const added = await app.inject({
      method: 'POST',
      url: '/users',
      payload: { username: 'eve', email: 'eve@example.org' },
    });
    expect(added.statusCode).toBe(201);
    expect(added.json().oneTimePassword).toMatch(/^[\w-]{16}$/);
    const chosen = await app.inject({
      method: 'POST',
      url: '/users',
      payload: { username: 'dan', password: 'long enough for dan?' },
    });
    expect(chosen.json().message).toContain('must not contain your username');
    expect(
      (await app.inject({ method: 'POST', url: '/users', payload: { username: 'Eve!' } })).statusCode,
    ).toBe(400);
    expect((await app.inject({ method: 'POST', url: '/users/eve/disable' })).statusCode).toBe(204);
    expect((await app.inject({ method: 'POST', url: '/users/nobody/disable' })).statusCode).toBe(404);
    expect((await app.inject('/users')).json()).toMatchObject([
      { username: 'admin' },
      { username: 'eve', state: 'disabled' },
    ]);
    const cursor = await context.outbox.latest();
    expect(cursor).toMatch(/^\d+\.\d+$/);
    expect(await service.audit()).toEqual([]);
  });

  test('the audit names what does not fit', async () => {
    const { service, app } = await operatorOf();
    await app.inject({ method: 'POST', url: '/users', payload: { username: 'eve' } });
    const { rows } = await sql<{ id: string }>`select id from aai.account where username = 'eve'`.execute(
      context.database.direct,
    );
    const records = createProviderRecords(context.database, context.secrets, context.clock);
    await records.adapter('Session').upsert('s', { uid: 'u', accountId: rows[0]?.id as string }, 60);
    await sql`update aai.account set state = 'disabled' where username = 'eve'`.execute(
      context.database.direct,
    );
    expect(await service.audit()).toMatchObject([
      { invariant: 'a disabled account holds nothing', subject: 'eve' },
    ]);
  });
});

describe('an issuer at the root of its host, behind the edge', () => {
  test('answers with its own origin and Secure cookies whatever Host it is asked with', async () => {
    const service = createAaiService(context, config, clientsForTests);
    await service.start();
    const server = createHttpServer({
      name: 'aai',
      log: context.log,
      metrics: context.metrics,
      hostNames: [],
      ...service.http,
    });
    await service.routes(server.app);
    const socketPath = join(context.dataDirectory, 'aai.sock');
    await server.listen([{ socket: socketPath }]);
    const get = (path: string) =>
      new Promise<{ status: number | undefined; headers: http.IncomingHttpHeaders; body: string }>(
        (resolve, reject) => {
          http
            .get(
              { socketPath, path, headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } },
              (response) => {
                let body = '';
                response.on('data', (chunk) => {
                  body += chunk;
                });
                response.on('end', () =>
                  resolve({ status: response.statusCode, headers: response.headers, body }),
                );
              },
            )
            .on('error', reject);
        },
      );
    const metadata = JSON.parse((await get('/.well-known/openid-configuration')).body);
    expect(metadata).toMatchObject({
      issuer: 'https://aai.example.org/',
      token_endpoint: 'https://aai.example.org/token',
    });
    expect((await get('/.well-known/oauth-authorization-server')).status).toBe(200);
    const started = await get(
      '/authorize?client_id=portal&response_type=code&scope=openid&redirect_uri=http%3A%2F%2Flocalhost%3A9%2Fx%2Fcallback&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256',
    );
    expect(started.headers.location).toMatch(/^\/interaction\//);
    expect(started.headers['set-cookie']?.length).toBeGreaterThan(1);
    for (const cookie of started.headers['set-cookie'] ?? []) {
      expect(cookie).toMatch(/; secure/i);
      expect(cookie).toMatch(/; httponly/i);
      expect(cookie).toMatch(/; samesite=lax/i);
    }
    await server.close(0);
  });
});
