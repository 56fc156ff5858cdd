import { NotConnected } from '@vre/identity';
import { type TestContext, testContext } from '@vre/testing';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workflowsMigrations } from '../workflows-migrations.ts';
import { saveAccount } from './account-store.ts';
import { createAuthenticator } from './authenticator.ts';
import { insertToken } from './token-store.ts';

let context: TestContext;
beforeAll(async () => {
  context = await testContext('workflows', workflowsMigrations);
});
afterAll(() => context.dispose());

it('a REANA token ends with the account at the sign-in service, not with the sign-in service', async () => {
  const { database, clock, identifiers } = context;
  const account = await saveAccount(database.direct, {
    id: identifiers.uuid(),
    issuer: 'https://issuer.example/',
    subject: 'grace',
    username: 'grace',
    fullName: undefined,
    email: undefined,
    now: clock.now(),
  });
  await insertToken(database.direct, {
    id: identifiers.uuid(),
    accountId: account.id,
    value: 'opaque',
    label: 'laptop',
    now: clock.now(),
    expiresAt: null,
  });
  let issuer: 'answers' | 'is away' | 'refuses' = 'answers';
  let asked = 0;
  const { caller } = createAuthenticator({
    database,
    portal: 'http://portal.test',
    clock,
    identifiers,
    verifier: {
      verify: () => Promise.reject(new Error('there is no JWT in this test')),
      issuer: () => undefined,
    },
    keeper: {
      has: async () => true,
      accessToken: async ({ subject }) => {
        asked += 1;
        if (issuer === 'is away') throw new Error('connect ECONNREFUSED');
        if (issuer === 'refuses') throw new NotConnected(subject);
        return { token: 'x', expiresAt: clock.now() };
      },
    },
  });
  const request = { query: { access_token: 'opaque' }, headers: {} } as unknown as FastifyRequest;
  const quarterOfAnHour = 901;

  expect((await caller(request)).account.username).toBe('grace');
  issuer = 'refuses';
  await caller(request);
  expect(asked).toBe(1);
  clock.advance(quarterOfAnHour);
  await expect(caller(request)).rejects.toMatchObject({ statusCode: 403 });
  issuer = 'is away';
  expect((await caller(request)).account.username).toBe('grace');
  issuer = 'refuses';
  await expect(caller(request)).rejects.toMatchObject({ statusCode: 403 });
});
