import { sql } from '@vre/database';
import { requirement } from '@vre/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serversOf } from './server-store.ts';
import { type ServersUnderTest, startServersUnderTest, step } from './servers-under-test.test-support.ts';

let subject: ServersUnderTest;
beforeAll(async () => {
  subject = await startServersUnderTest({ policy: { serversAtOnce: 2 } });
});
afterAll(async () => {
  await subject.close();
});

it('refuses what cannot be started, each with a sentence', async () => {
  const { servers } = subject.worker();
  const { account } = subject;
  await expect(servers.start(account, '', { profile: 'nowhere' })).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining('Known: python'),
  });
  subject.tokenLife = undefined;
  await expect(servers.start(account, '', {})).rejects.toMatchObject({
    statusCode: 409,
    message: expect.stringContaining('/hub/login'),
  });
  subject.tokenLife = 600;
  await servers.start(account, '', {});
  await expect(servers.start(account, '', {})).rejects.toMatchObject({ statusCode: 400 });
  await servers.start(account, 'second', {});
  await expect(servers.start(account, 'third', {})).rejects.toMatchObject({
    statusCode: 429,
    retryAfter: expect.any(Number),
  });
  expect((await serversOf(subject.context.database.direct, [account.id])).map(({ name }) => name)).toEqual([
    '',
    'second',
  ]);
});

it('counts starts that come at the same moment one after the other', async () => {
  const { servers } = subject.worker();
  const { rows } = await sql<{ id: string }>`
    insert into hub.account (id, issuer, subject, name, username, created_at)
    values (gen_random_uuid(), 'i', 'bob', 'bob', 'bob', now()) returning id`.execute(
    subject.context.database.direct,
  );
  const bob = { ...subject.account, id: rows[0]?.id as string, name: 'bob', subject: 'bob' };
  const asked = await Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => servers.start(bob, name, {})));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
});

it('keeps so many servers of a person and no more, whether they run or not', async () => {
  const { servers } = subject.worker();
  const { direct } = subject.context.database;
  const { rows } = await sql<{ id: string }>`
    insert into hub.account (id, issuer, subject, name, username, created_at)
    values (gen_random_uuid(), 'i', 'cleo', 'cleo', 'cleo', now()) returning id`.execute(direct);
  const cleo = { ...subject.account, id: rows[0]?.id as string, name: 'cleo', subject: 'cleo' };
  await sql`
    insert into hub.server (id, account_id, name, state, start_number, profile)
    select gen_random_uuid(), ${cleo.id}, 's' || number, 'stopped', 1, 'python' from generate_series(1, 100) as number`.execute(
    direct,
  );
  await expect(servers.start(cleo, 'one-more', {})).rejects.toMatchObject({ statusCode: 429 });
  expect(await servers.start(cleo, 's7', { profile: 'python' })).toMatchObject({ state: 'requested' });
});

it('records activity of known servers, and none of it when one is unknown', async () => {
  const { servers } = subject.worker();
  const at = new Date('2030-01-01T00:00:00Z');
  await servers.recordActivity(subject.account, { servers: { second: at } });
  expect((await subject.server('second')).lastActivityAt).toEqual(at);
  const earlier = new Date('2029-01-01T00:00:00Z');
  await servers.recordActivity(subject.account, { servers: { second: earlier } });
  expect((await subject.server('second')).lastActivityAt).toEqual(at);
  await expect(
    servers.recordActivity(subject.account, { servers: { '': at, unknown: at } }),
  ).rejects.toMatchObject({ statusCode: 400, message: expect.stringContaining('"unknown"') });
  expect((await subject.server('')).lastActivityAt).toBeNull();
});

it('removes a named server once nothing of it is left', async () => {
  const room = subject.worker();
  await expect(room.servers.remove(subject.account, '')).rejects.toMatchObject({ statusCode: 400 });
  await expect(room.servers.remove(subject.account, 'never')).rejects.toMatchObject({ statusCode: 404 });
  await room.servers.remove(subject.account, 'second');
  await step([room]);
  await step([room]);
  const { rows } = await sql`select 1 from hub.server where name = 'second'`.execute(
    subject.context.database.direct,
  );
  expect(rows).toEqual([]);
});

const python = requirement('python');

it.skipIf(!python.present)('warns before it stops an idle server, not one that computes', async () => {
  const room = subject.worker();
  await room.servers.start(subject.account, 'idle', {}).catch(() => undefined);
  await subject.reach('ready', [room], 'idle');
  const day = 86_400;
  subject.context.clock.advance(4 * 3600 - 500);
  await subject.ask('busy', 'idle');
  await step([room]);
  expect((await subject.server('idle')).warnedAt).toBeNull();
  await subject.ask('rest', 'idle');
  subject.context.clock.advance(4 * 3600 - 500);
  await step([room]);
  expect((await subject.server('idle')).warnedAt).not.toBeNull();
  await room.servers.keepAlive(
    subject.account,
    'idle',
    new Date(subject.context.clock.now().getTime() + 30 * day * 1000),
  );
  expect((await subject.server('idle')).keepUntil?.getTime()).toBeLessThan(
    subject.context.clock.now().getTime() + 7 * day * 1000,
  );
  subject.context.clock.advance(6 * 3600);
  await step([room]);
  expect((await subject.server('idle')).state).toBe('ready');
  subject.context.clock.advance(7 * day);
  await step([room]);
  expect((await subject.server('idle')).notice).toContain('longest life');
  await subject.reach('stopped', [room], 'idle');
});
