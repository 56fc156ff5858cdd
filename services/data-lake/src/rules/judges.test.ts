import { deletionPauseLock, sql } from '@vre/database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LakeForTests, startLakeForTests } from '../testing/lake-for-tests.test-support.ts';

let lake: LakeForTests;
beforeEach(async () => {
  lake = await startLakeForTests({ 'unlocked-replica-grace': 3600 });
  await lake.ask('alice', 'GET', '/accounts/whoami');
});
afterEach(async () => {
  try {
    expect(await lake.service.audit()).toEqual([]);
  } finally {
    await lake.dispose();
  }
});

const { signal } = new AbortController();
const did = (name: string) => ({ scope: 'user.alice', name });
const addRule = async (name: string, expression: string, more: object = {}): Promise<string> => {
  const answer = await lake.ask('alice', 'POST', '/rules/', {
    dids: [did(name)],
    copies: 1,
    rse_expression: expression,
    account: null,
    ...more,
  });
  expect(answer.statusCode, answer.body).toBe(201);
  return String(answer.json()[0]);
};
const rule = async (id: string) => (await lake.ask('alice', 'GET', `/rules/${id}`)).json();
const dataset = async (name: string, files: readonly string[]) => {
  for (const file of files) await lake.put('alice', 'LOCAL-A', file, `content of ${file}`);
  await lake.ask('alice', 'POST', `/dids/user.alice/${name}`, { type: 'DATASET', dids: files.map(did) });
};

test('the injector evaluates a rule that was put off, once, whoever steps', async () => {
  await dataset('later', ['l1', 'l2', 'l3']);
  const id = await addRule('later', 'LOCAL-B', { asynchronous: true });
  expect(await rule(id)).toMatchObject({ state: 'INJECT', locks_replicating_cnt: 0 });
  await Promise.all([1, 2, 3].map(() => lake.daemon('judge-injector').step(signal)));
  expect(await rule(id)).toMatchObject({ state: 'REPLICATING', locks_replicating_cnt: 3 });
  await lake.settle();
  expect(await rule(id)).toMatchObject({ state: 'OK', locks_ok_cnt: 3 });
});

test('what the injector cannot place is suspended with the reason, and goes on when that is solved', async () => {
  await dataset('costly', ['c1', 'c2']);
  const id = await addRule('costly', 'LOCAL-C', { asynchronous: true });
  await lake.ask('root', 'POST', '/accounts/alice/limits/local/LOCAL-C', { bytes: 5 });
  await lake.daemon('judge-injector').step(signal);
  expect(await rule(id)).toMatchObject({ state: 'SUSPENDED', error: expect.stringMatching(/quota/) });
  await lake.ask('root', 'POST', '/accounts/alice/limits/local/LOCAL-C', { bytes: 1_000_000 });
  lake.context.clock.advance(601);
  await lake.settle();
  expect(await rule(id)).toMatchObject({ state: 'OK', locks_ok_cnt: 2, error: null });
});

test('two evaluators at once, while files come and go, lock every file once', async () => {
  const names = Array.from({ length: 24 }, (_, index) => `f${index}`);
  await dataset('busy', []);
  await lake.ask('alice', 'POST', '/dids/user.alice/above', { type: 'CONTAINER', dids: [did('busy')] });
  const ids = [await addRule('busy', 'LOCAL-B'), await addRule('above', 'LOCAL-C')];
  for (const name of names) await lake.put('alice', 'LOCAL-A', name, name);
  const evaluate = () => lake.daemon('judge-evaluator').step(signal);
  for (let first = 0; first < names.length; first += 6) {
    const some = names.slice(first, first + 6);
    await Promise.all([
      ...some.map((name) => lake.ask('alice', 'POST', '/dids/user.alice/busy/dids', { dids: [did(name)] })),
      evaluate(),
      evaluate(),
    ]);
  }
  await Promise.all([
    lake.ask('alice', 'DELETE', '/dids/user.alice/busy/dids', { dids: names.slice(0, 4).map(did) }),
    evaluate(),
    evaluate(),
  ]);
  await lake.settle();
  for (const id of ids) expect(await rule(id)).toMatchObject({ state: 'OK', locks_ok_cnt: 20 });
});

test('replicas of an expired rule go at once, those of a removed rule after the grace', async () => {
  await dataset('both', ['b1']);
  await addRule('both', 'LOCAL-A');
  const short = await addRule('both', 'LOCAL-B', { lifetime: 20 });
  const removed = await addRule('both', 'LOCAL-C');
  await lake.settle();
  const where = async () => (await lake.rows('alice', '/replicas/list', { dids: [did('b1')] }))[0]?.states;
  await lake.ask('alice', 'DELETE', `/rules/${removed}`, {});
  lake.context.clock.advance(21);
  await lake.settle();
  expect((await lake.ask('alice', 'GET', `/rules/${short}`)).statusCode).toBe(404);
  expect(await where()).toEqual({ 'LOCAL-A': 'AVAILABLE', 'LOCAL-C': 'AVAILABLE' });
  lake.context.clock.advance(3600);
  await lake.settle();
  expect(await where()).toEqual({ 'LOCAL-A': 'AVAILABLE' });
});

test('while a backup copies nothing is removed; afterwards it is', async () => {
  await dataset('kept', ['k1']);
  await addRule('kept', 'LOCAL-A');
  await addRule('kept', 'LOCAL-B', { lifetime: 20 });
  await lake.settle();
  const where = async () => (await lake.rows('alice', '/replicas/list', { dids: [did('k1')] }))[0]?.states;
  lake.context.clock.advance(21);
  await lake.context.database.withConnection(async (backup) => {
    await backup.query('select pg_advisory_lock($1)', [deletionPauseLock]);
    await lake.settle();
    expect(await where()).toEqual({ 'LOCAL-A': 'AVAILABLE', 'LOCAL-B': 'AVAILABLE' });
    await backup.query('select pg_advisory_unlock($1)', [deletionPauseLock]);
  });
  await lake.settle();
  expect(await where()).toEqual({ 'LOCAL-A': 'AVAILABLE' });
});

test('a rule whose removal the cleaner carries out later keeps its replicas for the grace', async () => {
  await dataset('big', ['g1']);
  await addRule('big', 'LOCAL-A');
  const id = await addRule('big', 'LOCAL-B');
  await lake.settle();
  // As for a rule of very many locks: its owner removed it, its end is left to the cleaner.
  await sql`update lake.rule set expires_at = created_at, removed_at = created_at where uuid = ${id}`.execute(
    lake.context.database.direct,
  );
  await lake.settle();
  expect((await lake.ask('alice', 'GET', `/rules/${id}`)).statusCode).toBe(404);
  expect((await lake.rows('alice', '/replicas/list', { dids: [did('g1')] }))[0]?.states).toEqual({
    'LOCAL-A': 'AVAILABLE',
    'LOCAL-B': 'AVAILABLE',
  });
});
