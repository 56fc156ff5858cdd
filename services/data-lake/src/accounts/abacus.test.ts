import { sql } from '@vre/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LakeForTests, startLakeForTests } from '../testing/lake-for-tests.test-support.ts';

let lake: LakeForTests;
beforeAll(async () => {
  lake = await startLakeForTests();
  await lake.ask('alice', 'GET', '/accounts/whoami');
});
afterAll(() => lake.dispose());

const { signal } = new AbortController();
const deltas = async (): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from lake.account_counter_delta) + (select count(*) from lake.rse_counter_delta) as n`.execute(
    lake.context.database.direct,
  );
  return Number(rows[0]?.n);
};
const usage = async () =>
  (await lake.rows('alice', '/accounts/alice/usage/local')).map(({ rse, files, bytes }) => [
    rse,
    files,
    bytes,
  ]);

async function lock(name: string, content: string): Promise<void> {
  await lake.put('alice', 'LOCAL-A', name, content);
  const answer = await lake.ask('alice', 'POST', '/rules/', {
    dids: [{ scope: 'user.alice', name }],
    copies: 1,
    rse_expression: 'LOCAL-A',
    account: null,
  });
  expect(answer.statusCode, answer.body).toBe(201);
}

test('usage is exact before, between and after folding, also when several fold at once', async () => {
  const abacus = lake.daemon('abacus');
  for (const name of ['a', 'b', 'c']) await lock(name, name.repeat(10));
  const expected = [['LOCAL-A', 3, 30]];
  expect(await deltas()).toBeGreaterThan(0);
  expect((await usage()).filter(([, files]) => files !== 0)).toEqual(expected);

  lake.context.clock.advance(61);
  await Promise.all([1, 2, 3].map(() => abacus.step(signal)));
  expect(await deltas()).toBe(0);
  expect((await usage()).filter(([, files]) => files !== 0)).toEqual(expected);

  // Few and fresh deltas are left to gather.
  await lock('d', 'd'.repeat(10));
  await abacus.step(signal);
  expect(await deltas()).toBeGreaterThan(0);
  expect((await usage()).filter(([, files]) => files !== 0)).toEqual([['LOCAL-A', 4, 40]]);

  lake.context.clock.advance(61);
  await Promise.all([abacus.step(signal), lock('e', 'e'.repeat(10))]);
  await abacus.step(signal);
  expect((await usage()).filter(([, files]) => files !== 0)).toEqual([['LOCAL-A', 5, 50]]);
  expect(await lake.service.audit()).toEqual([]);
});
