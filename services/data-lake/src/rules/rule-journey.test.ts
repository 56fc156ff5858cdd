import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type LakeForTests, startLakeForTests } from '../testing/lake-for-tests.test-support.ts';

let lake: LakeForTests;
beforeAll(async () => {
  lake = await startLakeForTests();
  await lake.ask('alice', 'GET', '/accounts/whoami');
});
afterEach(async () => {
  expect(await lake.service.audit()).toEqual([]);
});
afterAll(() => lake.dispose());

const did = (name: string) => ({ scope: 'user.alice', name });
const addRule = async (
  name: string,
  copies: number,
  expression: string,
  more: object = {},
  who = 'alice',
) => {
  const answer = await lake.ask(who, 'POST', '/rules/', {
    dids: [did(name)],
    copies,
    rse_expression: expression,
    account: null,
    ...more,
  });
  return {
    status: answer.statusCode,
    error: answer.headers.exceptionclass,
    id: answer.statusCode === 201 ? String(answer.json()[0]) : '',
  };
};
const rule = async (id: string) => (await lake.ask('alice', 'GET', `/rules/${id}`)).json();

test('a rule brings a checked copy to another element', async () => {
  await lake.put('alice', 'LOCAL-A', 'one', 'content of one');
  const { id } = await addRule('one', 2, 'LOCAL-A|LOCAL-B');
  expect(await rule(id)).toMatchObject({ state: 'REPLICATING', locks_ok_cnt: 1, locks_replicating_cnt: 1 });
  await lake.settle();
  expect(await rule(id)).toMatchObject({ state: 'OK', locks_ok_cnt: 2, error: null });
  expect(await readFile(lake.fileOn('LOCAL-B', 'user.alice', 'one'), 'utf8')).toBe('content of one');
  const [replica] = await lake.rows('alice', '/replicas/list', { dids: [did('one')] });
  expect(replica).toMatchObject({ states: { 'LOCAL-A': 'AVAILABLE', 'LOCAL-B': 'AVAILABLE' } });
});

test('a rule follows what is attached and detached', async () => {
  await lake.ask('alice', 'POST', '/dids/user.alice/follow', { type: 'DATASET' });
  await lake.ask('alice', 'POST', '/dids/user.alice/above', { type: 'CONTAINER', dids: [did('follow')] });
  const { id } = await addRule('above', 1, 'LOCAL-C');
  expect(await rule(id)).toMatchObject({ state: 'OK', locks_ok_cnt: 0 });
  for (const name of ['f1', 'f2']) await lake.put('alice', 'LOCAL-A', name, name);
  await lake.ask('alice', 'POST', '/dids/user.alice/follow/dids', { dids: [did('f1'), did('f2')] });
  await lake.settle();
  expect(await rule(id)).toMatchObject({ state: 'OK', locks_ok_cnt: 2 });
  await lake.ask('alice', 'DELETE', '/dids/user.alice/follow/dids', { dids: [did('f1')] });
  await lake.settle();
  expect(await rule(id)).toMatchObject({ state: 'OK', locks_ok_cnt: 1 });
  await expect(readFile(lake.fileOn('LOCAL-C', 'user.alice', 'f1'))).rejects.toThrow(/ENOENT/);
  expect(await lake.rows('alice', '/locks/user.alice/follow?did_type=dataset')).toMatchObject([
    { name: 'follow', rse: 'LOCAL-C', state: 'OK', length: 1 },
  ]);
});

test('deleting a rule takes its replicas; deleting it again is RuleNotFound', async () => {
  await lake.put('alice', 'LOCAL-A', 'gone', 'soon gone');
  const { id } = await addRule('gone', 1, 'LOCAL-A');
  expect((await lake.ask('bob', 'DELETE', `/rules/${id}`, {})).headers.exceptionclass).toBe('AccessDenied');
  expect((await lake.ask('bob', 'DELETE', `/rules/${id}`, {})).statusCode).toBe(403);
  expect((await lake.ask('alice', 'DELETE', `/rules/${id}`, { purge_replicas: null })).statusCode).toBe(200);
  const again = await lake.ask('alice', 'DELETE', `/rules/${id}`, {});
  expect([again.statusCode, again.headers.exceptionclass]).toEqual([404, 'RuleNotFound']);
  await lake.settle();
  await expect(readFile(lake.fileOn('LOCAL-A', 'user.alice', 'gone'))).rejects.toThrow(/ENOENT/);
  expect((await lake.ask('alice', 'GET', '/dids/user.alice/gone')).headers.exceptionclass).toBe(
    'DataIdentifierNotFound',
  );
});

test('an expired rule is cleaned', async () => {
  await lake.put('alice', 'LOCAL-A', 'brief', 'x');
  const { id } = await addRule('brief', 1, 'LOCAL-A', { lifetime: 60 });
  await lake.settle();
  expect((await rule(id)).state).toBe('OK');
  lake.context.clock.advance(61);
  await lake.settle();
  expect((await lake.ask('alice', 'GET', `/rules/${id}`)).statusCode).toBe(404);
  expect(await lake.rows('alice', '/rules/user.alice/brief/history')).toMatchObject([{ rule_id: id }]);
});

test('a flipped byte: nobody gets it, and the good copy repairs it', async () => {
  await lake.put('alice', 'LOCAL-A', 'flip', 'all good here');
  const { id } = await addRule('flip', 2, 'LOCAL-A|LOCAL-B');
  await lake.settle();
  await writeFile(lake.fileOn('LOCAL-A', 'user.alice', 'flip'), 'all evil here');
  await lake.ask(undefined, 'POST', '/traces/', {
    eventType: 'download',
    clientState: 'FAIL_VALIDATE',
    scope: 'user.alice',
    filename: 'flip',
    remoteSite: 'LOCAL-A',
  });
  const { signal } = new AbortController();
  await lake.daemon('auditor').step(signal);
  expect(await rule(id)).toMatchObject({ state: 'REPLICATING' });
  const detail = async () => (await lake.rows('alice', '/x-replicas/user.alice/flip'))[0];
  const damaged = { rse: 'LOCAL-A', damage: expect.stringContaining('adler32'), sources: ['LOCAL-B'] };
  expect(await detail()).toMatchObject({ ...damaged, state: 'BAD' });
  // Its repair is under way: still damaged.
  await lake.daemon('necromancer').step(signal);
  expect(await detail()).toMatchObject({ ...damaged, state: 'UNAVAILABLE' });
  await lake.settle();
  expect(await detail()).toMatchObject({ state: 'AVAILABLE', damage: null, sources: [] });
  expect(await readFile(lake.fileOn('LOCAL-A', 'user.alice', 'flip'), 'utf8')).toBe('all good here');
  expect(await rule(id)).toMatchObject({ state: 'OK', locks_ok_cnt: 2 });
});

test('a trace about a sound replica changes nothing', async () => {
  await lake.put('alice', 'LOCAL-A', 'sound', 'sound');
  await lake.ask(undefined, 'POST', '/traces/', {
    eventType: 'download',
    clientState: 'FAILED',
    scope: 'user.alice',
    filename: 'sound',
    remoteSite: 'LOCAL-A',
  });
  await lake.settle();
  expect(await lake.rows('alice', '/x-replicas/user.alice/sound')).toMatchObject([{ state: 'AVAILABLE' }]);
});

test('when the only copy is bad the rule says so, and a new upload heals it', async () => {
  await lake.put('alice', 'LOCAL-A', 'only', 'precious');
  const { id } = await addRule('only', 1, 'LOCAL-A');
  await writeFile(lake.fileOn('LOCAL-A', 'user.alice', 'only'), 'precioux');
  await lake.ask('alice', 'POST', '/replicas/bad', {
    reason: 'broken',
    replicas: [{ ...did('only'), rse: 'LOCAL-A' }],
  });
  await lake.settle();
  expect(await rule(id)).toMatchObject({
    state: 'STUCK',
    error: expect.stringMatching(/Upload the file again/),
  });
  await writeFile(lake.fileOn('LOCAL-A', 'user.alice', 'only'), 'precious');
  await lake.put('alice', 'LOCAL-A', 'only', 'precious');
  await lake.settle();
  expect(await rule(id)).toMatchObject({ state: 'OK', error: null });
});

test('a transfer that fails is tried again, then the rule is stuck with reason and action, then repaired', async () => {
  await lake.put('alice', 'LOCAL-A', 'stuck', 'to be moved away');
  const path = lake.fileOn('LOCAL-A', 'user.alice', 'stuck');
  const { id } = await addRule('stuck', 1, 'LOCAL-B');
  await writeFile(path, 'changed on disk!');
  await lake.settle();
  expect(
    (await lake.rows('alice', '/x-replicas/user.alice/stuck')).map(({ state, damage, reason }) => [
      state,
      damage ?? reason,
    ]),
  ).toEqual([
    ['BAD', expect.stringContaining('adler32')],
    ['UNAVAILABLE', expect.stringMatching(/^Copying from LOCAL-A failed/)],
  ]);
  lake.context.clock.advance(3);
  await lake.settle();
  expect(await rule(id)).toMatchObject({
    state: 'STUCK',
    locks_stuck_cnt: 1,
    error: expect.stringMatching(/Upload it again/),
  });
  const analysis = (await lake.ask('alice', 'GET', `/rules/${id}/analysis`)).json();
  expect(analysis.transfers).toMatchObject([{ name: 'stuck', rse: 'LOCAL-B' }]);
  const progress = (await lake.ask('alice', 'GET', `/x-rules/${id}/progress`)).json();
  expect(progress).toMatchObject({ state: 'STUCK', files: { ok: 0, replicating: 0, stuck: 1 } });
  await lake.put('alice', 'LOCAL-A', 'stuck', 'to be moved away');
  await lake.settle();
  expect(await rule(id)).toMatchObject({ state: 'OK' });
});

test('two workers at once bring each file once', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `many${index}`);
  for (const name of names) await lake.put('alice', 'LOCAL-A', name, name);
  await lake.ask('alice', 'POST', '/dids/user.alice/many', { type: 'DATASET', dids: names.map(did) });
  const { id } = await addRule('many', 2, 'LOCAL-B|LOCAL-C');
  const { signal } = new AbortController();
  await Promise.all([1, 2, 3].map(() => lake.daemon('conveyor').step(signal)));
  await lake.settle();
  expect(await rule(id)).toMatchObject({ state: 'OK', locks_ok_cnt: 60 });
});

test('rules made at the same moment do not overdraw the quota', async () => {
  await lake.ask('root', 'POST', '/accounts/alice/limits/local/LOCAL-C', { bytes: 1000 });
  for (const name of ['q1', 'q2', 'q3']) await lake.put('alice', 'LOCAL-A', name, 'x'.repeat(400));
  const usage = (await lake.rows('alice', '/accounts/alice/usage/local/LOCAL-C'))[0] as { bytes: number };
  await lake.ask('root', 'POST', '/accounts/alice/limits/local/LOCAL-C', { bytes: usage.bytes + 1000 });
  const made = await Promise.all(['q1', 'q2', 'q3'].map((name) => addRule(name, 1, 'LOCAL-C')));
  expect(made.map(({ status }) => status).sort()).toEqual([201, 201, 409]);
  expect(made.find(({ status }) => status === 409)?.error).toBe('InsufficientAccountLimit');
  await lake.ask('root', 'POST', '/accounts/alice/limits/local/LOCAL-C', '{"bytes": Infinity}');
  expect((await lake.ask('alice', 'GET', '/accounts/alice/limits')).body).toContain('"LOCAL-C":Infinity');
  await lake.settle();
});

test.each([
  ['nothing here', 1, 'LOCAL-A', 'DataIdentifierNotFound'],
  ['one', 9, '*', 'InsufficientTargetRSEs'],
  ['one', 1, 'NO-SUCH', 'InvalidRSEExpression'],
  ['one', 1, 'LOCAL-A|', 'InvalidRSEExpression'],
  ['one', 2, 'LOCAL-A|LOCAL-B', 'DuplicateRule'],
  ['one', 0, 'LOCAL-A', 'InvalidObject'],
])('%s × %s at %s: %s', async (name, copies, expression, error) => {
  expect(await addRule(name, copies, expression)).toMatchObject({ error });
});

test('a rule moves to another element and the old one goes when the new one is OK', async () => {
  await lake.put('alice', 'LOCAL-A', 'mover', 'mover');
  const { id } = await addRule('mover', 1, 'LOCAL-A');
  const answer = await lake.ask('alice', 'POST', `/rules/${id}/move`, {
    rule_id: id,
    rse_expression: 'LOCAL-B',
    override: {},
  });
  expect(answer.statusCode).toBe(201);
  await lake.settle();
  expect((await rule(answer.json())).state).toBe('OK');
  expect((await lake.ask('alice', 'GET', `/rules/${id}`)).statusCode).toBe(404);
});

test('browsers hear how rules stand', async () => {
  const events = await lake.context.outbox.since('0.0', 'subject-of-alice', 10_000);
  expect(events.filter(({ topic }) => topic === 'lake.rule').map(({ data }) => data.state)).toEqual(
    expect.arrayContaining(['REPLICATING', 'OK', 'STUCK', 'DELETED']),
  );
  expect(await lake.context.outbox.since('0.0', 'subject-of-bob', 10)).toEqual([]);
});
