import { testDatabase } from '@vre/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyRows, type Database, sql } from './index.ts';

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ database, drop } = await testDatabase([]));
  await sql`create table item (id bigint primary key, name text)`.execute(database.direct);
});
afterAll(() => drop());

test('rows go in by COPY with every special character and come out by cursor in batches', async () => {
  const names = ['plain', 'tab\there', 'line\nbreak', 'back\\slash', '', null];
  await database.withConnection((client) =>
    copyRows(
      client,
      'item (id, name)',
      names.map((name, index) => [index, name]),
    ),
  );
  const seen: (string | null)[] = [];
  for await (const row of database.stream(
    sql<{ name: string | null }>`select name from item order by id`,
    2,
  )) {
    seen.push(row.name);
  }
  expect(seen).toEqual(names);
});

test('leaving a stream early gives its connection back', async () => {
  for (let round = 0; round < 15; round++) {
    for await (const row of database.stream(
      sql<{ n: number }>`select n from generate_series(1, 100000) n`,
      10,
    )) {
      if (row.n === 5) break;
    }
  }
  const { rows } = await sql<{ one: number }>`select 1 as one`.execute(database.direct);
  expect(rows).toEqual([{ one: 1 }]);
});

test('a notification reaches a listener after commit', async () => {
  let calls = 0;
  let heard: () => void = () => undefined;
  const listener = await database.listen('test_channel', () => {
    calls++;
    heard();
  });
  const before = calls;
  const next = new Promise<void>((resolve) => {
    heard = resolve;
  });
  await database.transaction(async (transaction) => {
    await sql`notify test_channel`.execute(transaction);
    expect(calls).toBe(before);
  });
  await next;
  expect(calls).toBe(before + 1);
  await listener.close();
});

test('a deadlocked transaction is tried again', async () => {
  await sql`insert into item values (100, 'a'), (101, 'b')`.execute(database.direct);
  const update = (first: number, second: number) =>
    database.transaction(async (transaction) => {
      await sql`update item set name = name || 'x' where id = ${first}`.execute(transaction);
      await sql`select pg_sleep(0.2)`.execute(transaction);
      await sql`update item set name = name || 'x' where id = ${second}`.execute(transaction);
    });
  await Promise.all([update(100, 101), update(101, 100)]);
  const { rows } = await sql<{
    name: string;
  }>`select name from item where id in (100, 101) order by id`.execute(database.direct);
  expect(rows).toEqual([{ name: 'axx' }, { name: 'bxx' }]);
});
