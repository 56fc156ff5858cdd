import { sql } from '@vre/database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LakeForTests, startLakeForTests } from '../testing/lake-for-tests.test-support.ts';
import { claimRequests, extendClaims, postponeRequest, releaseRequests } from './request-store.ts';

let lake: LakeForTests;
beforeEach(async () => {
  lake = await startLakeForTests();
  for (const who of ['alice', 'bob']) await lake.ask(who, 'GET', '/accounts/whoami');
});
afterEach(async () => {
  try {
    expect(await lake.service.audit()).toEqual([]);
  } finally {
    await lake.dispose();
  }
});

const { signal } = new AbortController();
const clock = () => lake.context.clock;
const q = () => lake.context.database.direct;
const inSeconds = (seconds: number) => new Date(clock().now().getTime() + seconds * 1000);

/** A dataset of small files on LOCAL-A and a rule that wants them on LOCAL-B. Returns the rule's id. */
async function wanted(who: string, prefix: string, files: number): Promise<string> {
  const scope = `user.${who}`;
  const dids = [];
  for (let index = 0; index < files; index++) {
    await lake.put(who, 'LOCAL-A', `${prefix}${index}`, `content ${index}`);
    dids.push({ scope, name: `${prefix}${index}` });
  }
  await lake.ask(who, 'POST', `/dids/${scope}/${prefix}`, { type: 'DATASET', dids });
  const answer = await lake.ask(who, 'POST', '/rules/', {
    dids: [{ scope, name: prefix }],
    copies: 1,
    rse_expression: 'LOCAL-B',
    account: null,
  });
  expect(answer.statusCode, answer.body).toBe(201);
  return String(answer.json()[0]);
}

const rule = async (id: string) => (await lake.ask('alice', 'GET', `/rules/${id}`)).json();
const claim = (limit = 100) => claimRequests(q(), limit, clock().now(), inSeconds(6));

test('what a dead worker had claimed is taken over after seconds, what a living one renews is not', async () => {
  const id = await wanted('alice', 'orphan', 4);
  const claimed = await claim();
  expect(claimed).toHaveLength(4);
  clock().advance(5);
  expect(await claim()).toEqual([]);
  await extendClaims(q(), claimed.slice(0, 1), inSeconds(6));
  clock().advance(2);
  const takenOver = await claim();
  expect(takenOver.map(({ name }) => name).sort()).toEqual(
    claimed
      .slice(1)
      .map(({ name }) => name)
      .sort(),
  );
  // The first worker was only slow: it can no longer move what another has taken.
  await extendClaims(q(), claimed, inSeconds(1000));
  await releaseRequests(q(), claimed.slice(1, 2));
  await postponeRequest(q(), claimed[2] as never, 'too late', inSeconds(1000), true, null, clock().now());
  clock().advance(7);
  expect((await claim()).map(({ attempts }) => attempts)).toEqual([3, 3, 3]);
  clock().advance(1000);
  await lake.settle();
  expect(await rule(id)).toMatchObject({ state: 'OK', locks_ok_cnt: 4 });
});

test('two workers that claim at once never get the same request', async () => {
  await wanted('alice', 'shared', 20);
  const taken = (await Promise.all([1, 2, 3, 4].map(() => claim(7)))).flat();
  expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
  await releaseRequests(q(), taken);
  await lake.settle();
});

test('accounts take turns: one file does not wait behind the backlog of another account', async () => {
  await wanted('alice', 'backlog', 40);
  await wanted('bob', 'single', 1);
  const first = await claim(10);
  expect(first.length).toBeLessThanOrEqual(10);
  expect(first.slice(0, 2).map(({ scope }) => scope)).toContain('user.bob');
  await releaseRequests(q(), first);
  expect((await claim(100)).slice(0, 2).map(({ scope }) => scope)).toContain('user.bob');
  clock().advance(10);
  await lake.settle();
});

test('a rule made while the conveyor works on a backlog is served before its end', async () => {
  const backlog = await wanted('alice', 'long', 150);
  const step = lake.daemon('conveyor').step(signal);
  const single = await wanted('bob', 'late', 1);
  await step;
  const { rows } = await sql<{ late: boolean }>`
    select max(h.updated_at) <= (select max(o.updated_at) from lake.request_history o where o.rule_uuid = ${backlog}) as late
    from lake.request_history h where h.rule_uuid = ${single}`.execute(q());
  expect(rows[0]?.late).toBe(true);
  expect((await lake.ask('bob', 'GET', `/rules/${single}`)).json().state).toBe('OK');
});

test.each([
  ['LOCAL-B', 'the destination'],
  ['LOCAL-A', 'the source'],
])('%s away as %s: STUCK with its name and since when; OK soon after it is back', async (element) => {
  let bringBack = element === 'LOCAL-B' ? await lake.takeAway(element) : undefined;
  const id = await wanted('alice', 'patient', 2);
  bringBack ??= await lake.takeAway(element);
  const since = clock().now().toISOString().slice(0, 19).replace('T', ' ');
  for (let second = 0; second < 20; second++) {
    await lake.daemon('conveyor').step(signal);
    clock().advance(1);
  }
  const stuck = await rule(id);
  expect(stuck).toMatchObject({ state: 'STUCK', locks_stuck_cnt: 2 });
  expect(stuck.error).toContain(`${element} is unreachable since ${since} UTC (3 attempts).`);
  const analysis = (await lake.ask('alice', 'GET', `/rules/${id}/analysis`)).json();
  expect(analysis.rule_error).toBe(stuck.error);
  expect(analysis.transfers[0]).toMatchObject({ attempts: 3, last_error: stuck.error });

  clock().advance(300);
  await lake.daemon('element-watch').step(signal);
  expect((await rule(id)).state).toBe('STUCK');
  await bringBack();
  clock().advance(31);
  await lake.daemon('element-watch').step(signal);
  expect((await rule(id)).state).toBe('REPLICATING');
  await lake.settle();
  expect(await rule(id)).toMatchObject({ state: 'OK', locks_ok_cnt: 2, error: null });
  const { rows } = await sql`select * from lake.rse_outage`.execute(q());
  expect(rows).toEqual([]);
});

test('what an element closed for data shall get waits until it is open', async () => {
  const id = await wanted('alice', 'held', 1);
  await lake.ask('root', 'PUT', '/rses/LOCAL-B', { availability_write: false });
  await lake.settle();
  expect(await rule(id)).toMatchObject({ state: 'REPLICATING', locks_replicating_cnt: 1 });
  expect(await lake.rows('alice', '/x-replicas/user.alice/held0')).toMatchObject([
    { rse: 'LOCAL-A', state: 'AVAILABLE', reason: null },
    { rse: 'LOCAL-B', state: 'UNAVAILABLE', reason: expect.stringMatching(/^LOCAL-B does not accept data/) },
  ]);
  await lake.ask('root', 'PUT', '/rses/LOCAL-B', { availability_write: true });
  await lake.settle();
  expect((await rule(id)).state).toBe('OK');
});
