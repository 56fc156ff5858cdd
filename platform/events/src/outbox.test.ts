import { type Database, sql } from '@vre/database';
import { testDatabase } from '@vre/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutbox, outboxMigration } from './index.ts';

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ database, drop } = await testDatabase([]));
  await sql.raw(`create schema shop; ${outboxMigration('shop')}`).execute(database.direct);
});
afterAll(() => drop());

test('an event of a slow transaction is not missed by a reader that already saw a faster one', async () => {
  const outbox = await createOutbox(database, 'shop');
  const start = await outbox.latest();
  let finishSlow: () => void = () => undefined;
  const mayFinish = new Promise<void>((resolve) => {
    finishSlow = resolve;
  });
  let published: () => void = () => undefined;
  const slowPublished = new Promise<void>((resolve) => {
    published = resolve;
  });
  const slow = database.transaction(async (transaction) => {
    await outbox.publish(transaction, [{ topic: 'order', accountId: null, data: { speed: 'slow' } }]);
    published();
    await mayFinish;
  });
  await slowPublished;
  await outbox.publish(database.direct, [{ topic: 'order', accountId: null, data: { speed: 'fast' } }]);
  const early = await outbox.since(start, 'anyone', 10);
  finishSlow();
  await slow;
  const late = await outbox.since(early.at(-1)?.cursor ?? start, 'anyone', 10);
  expect([...early, ...late].map((event) => event.data['speed']).sort()).toEqual(['fast', 'slow']);
  await outbox.close();
});

test('an account sees its own events and those for everybody', async () => {
  const outbox = await createOutbox(database, 'shop');
  const start = await outbox.latest();
  await outbox.publish(database.direct, [
    { topic: 'a', accountId: 'alice', data: {} },
    { topic: 'b', accountId: 'bob', data: {} },
    { topic: 'c', accountId: null, data: {} },
  ]);
  expect((await outbox.since(start, 'alice', 10)).map((event) => event.topic)).toEqual(['a', 'c']);
  await outbox.close();
});
