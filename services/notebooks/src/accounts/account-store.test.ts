import { type TestContext, testContext } from '@vre/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { notebooksMigrations } from '../notebooks-migrations.ts';
import {
  countAccounts,
  findAccount,
  findAccountById,
  findAccountByName,
  listAccounts,
  saveAccount,
} from './account-store.ts';

let context: TestContext;
beforeAll(async () => {
  context = await testContext('hub', notebooksMigrations);
});
afterAll(() => context.dispose());

const save = (username: string, issuer = 'https://one.example/', subject = username) =>
  saveAccount(context.database, {
    id: context.identifiers.uuid(),
    issuer,
    subject,
    username,
    fullName: undefined,
    email: undefined,
    groups: undefined,
    now: context.clock.now(),
  });

test('the same username of another issuer, and one that does not fit, get the next free name', async () => {
  const names = [
    (await save('marie-curie')).name,
    (await save('marie-curie', 'https://two.example/')).name,
    (await save('Marie.Curie')).name,
    (await save('marie-curie-2')).name,
  ];
  expect(names).toEqual(['marie-curie', 'marie-curie-2', 'marie-curie-3', 'marie-curie-2-2']);
});

test('people of one name who come at once get different names', async () => {
  const accounts = await Promise.all(
    Array.from({ length: 12 }, (_, index) => save('henri', `https://issuer-${index}.example/`)),
  );
  expect(new Set(accounts.map(({ name }) => name)).size).toBe(12);
});

test('one person who comes twice at once is one account', async () => {
  const both = await Promise.all([save('lise'), save('lise'), save('lise')]);
  expect(new Set(both.map(({ id }) => id)).size).toBe(1);
});

test('a name stays when the username changes, what is not known stays too', async () => {
  const before = await saveAccount(context.database, {
    id: context.identifiers.uuid(),
    issuer: 'https://one.example/',
    subject: 'emmy',
    username: 'emmy',
    fullName: 'Emmy Noether',
    email: 'emmy@example.org',
    groups: ['/algebra'],
    now: context.clock.now(),
  });
  const after = await save('noether', 'https://one.example/', 'emmy');
  expect(after).toMatchObject({
    id: before.id,
    name: 'emmy',
    username: 'noether',
    fullName: 'Emmy Noether',
    groups: ['/algebra'],
  });
  expect(await findAccount(context.database.direct, 'https://one.example/', 'emmy')).toEqual(after);
  expect(await findAccountById(context.database.direct, before.id)).toEqual(after);
  expect(await findAccountByName(context.database.direct, 'emmy')).toEqual(after);
  expect(await findAccountByName(context.database.direct, 'noether')).toBeUndefined();
  expect(await countAccounts(context.database.direct)).toBe(
    (await listAccounts(context.database.direct)).length,
  );
});
