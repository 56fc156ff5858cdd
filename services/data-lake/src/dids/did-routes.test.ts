import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type LakeForTests, startLakeForTests } from '../testing/lake-for-tests.test-support.ts';

let lake: LakeForTests;
beforeAll(async () => {
  lake = await startLakeForTests();
  for (const who of ['alice', 'bob']) await lake.ask(who, 'GET', '/accounts/whoami');
  for (const name of ['f1', 'f2', 'dir/f3']) await lake.put('alice', 'LOCAL-A', name, `content of ${name}`);
  await lake.ask('alice', 'POST', '/dids/user.alice/set', {
    type: 'DATASET',
    meta: { project: 'orca', run: 7 },
  });
  await lake.ask('alice', 'POST', '/dids/user.alice/box', { type: 'CONTAINER', dids: [did('set')] });
  await lake.ask('alice', 'POST', '/dids/user.alice/set/dids', { dids: [did('f1'), did('dir/f3')] });
});
afterEach(async () => {
  expect(await lake.service.audit()).toEqual([]);
});
afterAll(() => lake.dispose());

const did = (name: string) => ({ scope: 'user.alice', name });
const get = async (url: string) => (await lake.ask('alice', 'GET', url)).json();
const names = (rows: readonly Record<string, unknown>[]) => rows.map(({ name }) => name);

test('a name with a slash is found however the slash is sent', async () => {
  for (const url of ['/dids/user.alice/dir%2Ff3', '/dids/user.alice/dir/f3', '/dids/user.alice/dir%2Ff3/'])
    expect(await get(url)).toMatchObject({ name: 'dir/f3', type: 'FILE', bytes: 17 });
});

test('content types are exactly those that clients compare with', async () => {
  expect((await lake.ask('alice', 'GET', '/dids/user.alice/f1')).headers['content-type']).toBe(
    'application/json',
  );
  expect((await lake.ask('alice', 'GET', '/dids/user.alice/set/files')).headers['content-type']).toBe(
    'application/x-json-stream',
  );
  expect((await lake.ask(undefined, 'GET', '/ping')).headers['content-type']).toBe('application/json');
});

test('collections tell content, files and parents', async () => {
  expect(names(await lake.rows('alice', '/dids/user.alice/set/dids'))).toEqual(['dir/f3', 'f1']);
  expect(await lake.rows('alice', '/dids/user.alice/box/dids')).toMatchObject([
    { name: 'set', type: 'DATASET' },
  ]);
  expect(names(await lake.rows('alice', '/dids/user.alice/box/files'))).toEqual(['dir/f3', 'f1']);
  expect(await lake.rows('alice', '/dids/user.alice/f1/parents')).toEqual([
    { ...did('set'), type: 'DATASET' },
  ]);
  expect(await get('/dids/user.alice/box?dynamic_depth=FILE')).toMatchObject({
    length: 2,
    bytes: 30,
    open: true,
  });
  expect(await get('/dids/user.alice/box')).toMatchObject({ length: null, bytes: null });
});

test('search knows wildcards, kinds, metadata and alternatives', async () => {
  const search = (filters: string, more = '') =>
    lake
      .ask('alice', 'GET', `/dids/user.alice/dids/search?filters=${encodeURIComponent(filters)}${more}`)
      .then((answer) =>
        answer.body
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      );
  expect(await search("[{'name': '*'}]")).toEqual(['box', 'set']);
  expect(await search("[{'name': 'f*'}]", '&type=all')).toEqual(['f1', 'f2']);
  expect(await search("[{'project': 'orca', 'run.gte': 7}]", '&type=dataset&long=True')).toEqual([
    { ...did('set'), did_type: 'DATASET', bytes: null, length: null },
  ]);
  expect(await search("[{'run.gt': 7}]")).toEqual([]);
  expect(await search("[{'project': 'orca'}, {'name': 'f2'}]", '&type=all')).toEqual(['f2', 'set']);
  expect(await search("[{'name': 'box'}]", '&type=all&recursive=True')).toEqual([
    'box',
    'dir/f3',
    'f1',
    'set',
  ]);
  expect(await search("[{'name': \"'; drop table lake.did; --\"}]", '&type=all')).toEqual([]);
});

test('metadata of people live beside the columns', async () => {
  expect(
    (await lake.ask('alice', 'POST', '/dids/user.alice/set/meta/colour', { value: 'blue' })).statusCode,
  ).toBe(201);
  expect(await get('/dids/user.alice/set/meta?plugin=JSON')).toEqual({ run: 7, colour: 'blue' });
  expect(await get('/dids/user.alice/set/meta')).toMatchObject({ project: 'orca', did_type: 'DATASET' });
  expect((await lake.ask('alice', 'DELETE', '/dids/user.alice/set/meta?key=colour')).statusCode).toBe(200);
  expect(
    (await lake.ask('alice', 'DELETE', '/dids/user.alice/set/meta?key=colour')).headers.exceptionclass,
  ).toBe('KeyNotFound');
  expect(
    (await lake.ask('alice', 'POST', '/dids/user.alice/set/meta', { meta: { bytes: 1 } })).headers
      .exceptionclass,
  ).toBe('InvalidMetadata');
});

test('closing freezes, reopening allows to attach again', async () => {
  const put = (open: boolean) => lake.ask('alice', 'PUT', '/dids/user.alice/set/status', { open });
  expect((await put(false)).statusCode).toBe(200);
  expect(await get('/dids/user.alice/set')).toMatchObject({ open: false, length: 2, bytes: 30 });
  const attached = await lake.ask('alice', 'POST', '/dids/user.alice/set/dids', { dids: [did('f2')] });
  expect([attached.statusCode, attached.headers.exceptionclass]).toEqual([409, 'UnsupportedOperation']);
  expect((await put(false)).headers.exceptionclass).toBe('UnsupportedOperation');
  expect((await put(true)).statusCode).toBe(200);
});

test.each([
  ['POST', 'set', 'f1', 'FileAlreadyExists'],
  ['POST', 'set', 'box', 'UnsupportedOperation'],
  ['POST', 'box', 'f1', 'UnsupportedOperation'],
  ['POST', 'box', 'box', 'UnsupportedOperation'],
  ['POST', 'f1', 'f2', 'UnsupportedOperation'],
  ['POST', 'set', 'nobody', 'DataIdentifierNotFound'],
  ['DELETE', 'set', 'f2', 'DataIdentifierNotFound'],
  ['DELETE', 'set', 'nobody', 'DataIdentifierNotFound'],
] as const)('%s of content %s ← %s: %s', async (method, parent, child, error) => {
  const answer = await lake.ask('alice', method, `/dids/user.alice/${parent}/dids`, { dids: [did(child)] });
  expect(answer.headers.exceptionclass).toBe(error);
});

test('detached content stays in history', async () => {
  await lake.ask('alice', 'POST', '/dids/user.alice/set/dids', { dids: [did('f2')] });
  expect(
    (await lake.ask('alice', 'DELETE', '/dids/user.alice/set/dids', { dids: [did('f2')] })).statusCode,
  ).toBe(200);
  const history = await lake.rows('alice', '/dids/user.alice/set/dids/history');
  expect(history.find(({ name }) => name === 'f2')?.deleted_at).toMatch(/ UTC$/);
});

test('bulk attachments are all or nothing', async () => {
  await lake.ask('alice', 'POST', '/dids', [
    { ...did('bulk1'), type: 'DATASET' },
    { ...did('bulk2'), type: 'DATASET' },
  ]);
  const attach = (second: string) =>
    lake.ask('alice', 'POST', '/dids/attachments', {
      attachments: [
        { ...did('bulk1'), dids: [did('f1')] },
        { ...did('bulk2'), dids: [did(second)] },
      ],
    });
  expect((await attach('nobody')).statusCode).toBe(404);
  expect(await lake.rows('alice', '/dids/user.alice/bulk1/dids')).toEqual([]);
  expect((await attach('f2')).statusCode).toBe(201);
});

test.each([
  ['a name with a space', '/dids/user.alice/a+b', { type: 'DATASET' }, 400, 'InvalidObject'],
  [
    'a name in another script',
    `/dids/user.alice/${encodeURIComponent('näme')}`,
    { type: 'DATASET' },
    400,
    'InvalidObject',
  ],
  ['a name too long', `/dids/user.alice/${'x'.repeat(251)}`, { type: 'DATASET' }, 400, 'InvalidObject'],
  [
    'a path that climbs',
    `/dids/user.alice/${encodeURIComponent('a/../b')}`,
    { type: 'DATASET' },
    400,
    'InvalidObject',
  ],
  ['an unknown kind', '/dids/user.alice/x', { type: 'PILE' }, 400, 'InvalidObject'],
  ['no kind', '/dids/user.alice/x', {}, 400, 'KeyError'],
  ['a list as body', '/dids/user.alice/x', [], 400, 'TypeError'],
  ['malformed JSON', '/dids/user.alice/x', '{', 400, 'ValueError'],
  ['malformed encoding', '/dids/user.alice/%E0%A4%A', { type: 'DATASET' }, 400, 'ValueError'],
  ['a taken name', '/dids/user.alice/set', { type: 'DATASET' }, 409, 'DataIdentifierAlreadyExists'],
  ['another’s scope', '/dids/user.bob/x', { type: 'DATASET' }, 403, 'AccessDenied'],
  ['no such scope', '/dids/no.where/x', { type: 'DATASET' }, 404, 'ScopeNotFound'],
] as const)('%s is refused in the protocol’s words', async (_what, url, body, status, error) => {
  const answer = await lake.ask('alice', 'POST', url, body);
  expect([answer.statusCode, answer.headers.exceptionclass]).toEqual([status, error]);
  expect(JSON.parse(answer.body)).toMatchObject({ ExceptionClass: error });
});

test('a DID whose lifetime ends is buried with its rules', async () => {
  await lake.put('alice', 'LOCAL-A', 'mortal', 'mortal');
  await lake.ask('alice', 'POST', '/dids/user.alice/tomb', {
    type: 'DATASET',
    lifetime: 60,
    dids: [did('mortal')],
  });
  await lake.ask('alice', 'POST', '/rules/', {
    dids: [did('tomb')],
    copies: 1,
    rse_expression: 'LOCAL-B',
    account: null,
  });
  await lake.ask('alice', 'POST', '/dids/user.alice/mortal/meta/lifetime', { value: 60 });
  await lake.settle();
  lake.context.clock.advance(61);
  await lake.settle();
  for (const name of ['tomb', 'mortal'])
    expect((await lake.ask('alice', 'GET', `/dids/user.alice/${name}`)).statusCode).toBe(404);
});
