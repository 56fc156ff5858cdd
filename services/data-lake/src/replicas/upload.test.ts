import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checksumOfBytes } from '@vre/storage-checksums';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type LakeForTests, startLakeForTests } from '../testing/lake-for-tests.test-support.ts';

let lake: LakeForTests;
beforeAll(async () => {
  lake = await startLakeForTests({ 'upload-grace': 3600 });
  await lake.ask('alice', 'GET', '/accounts/whoami');
});
afterEach(async () => {
  expect(await lake.service.audit()).toEqual([]);
});
afterAll(() => lake.dispose());

const rse = 'LOCAL-A';
const did = (name: string) => ({ scope: 'user.alice', name });
const described = async (name: string, content: string, state = 'C') => ({
  ...did(name),
  bytes: Buffer.byteLength(content),
  adler32: await checksumOfBytes(Buffer.from(content), 'adler32'),
  md5: await checksumOfBytes(Buffer.from(content), 'md5'),
  meta: { guid: '0123456789abcdef0123456789abcdef' },
  state,
});
const store = async (name: string, content: string) => {
  const path = lake.fileOn(rse, 'user.alice', name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
};
const isStored = (name: string) =>
  readFile(lake.fileOn(rse, 'user.alice', name)).then(
    () => true,
    () => false,
  );
const begin = async (name: string, content: string, headers: Readonly<Record<string, string>> = {}) =>
  lake.ask(
    'alice',
    'POST',
    '/replicas',
    { rse, files: [await described(name, content)], ignore_availability: true },
    headers,
  );
/** As the command `rucio upload` names itself. */
const asUpload = { 'x-rucio-script': 'rucio::upload' };
const finish = async (name: string, content: string) =>
  lake.ask('alice', 'PUT', '/replicas', { rse, files: [await described(name, content, 'A')] });
const ownRule = (name: string) =>
  lake.ask('alice', 'POST', '/rules/', {
    dids: [did(name)],
    copies: 1,
    rse_expression: rse,
    account: 'alice',
  });
const seen = async (name: string) =>
  (await lake.rows('alice', '/replicas/list', { dids: [did(name)], all_states: true }))[0];

test('what the client does for one file', async () => {
  expect((await lake.ask('alice', 'GET', '/dids/user.alice/plain/meta?plugin=DID_COLUMN')).statusCode).toBe(
    404,
  );
  expect((await begin('plain', 'bytes')).statusCode).toBe(201);
  const [rule] = (await ownRule('plain')).json();
  expect((await lake.ask('alice', 'GET', `/rules/${rule}`)).json()).toMatchObject({ state: 'REPLICATING' });
  await store('plain', 'bytes');
  expect((await finish('plain', 'bytes')).statusCode).toBe(200);
  expect(await seen('plain')).toMatchObject({ states: { 'LOCAL-A': 'AVAILABLE' } });
  expect((await lake.ask('alice', 'GET', `/rules/${rule}`)).json()).toMatchObject({
    state: 'OK',
    locks_ok_cnt: 1,
  });
});

test.each([false, true])(
  'an upload that was cut (bytes there: %s) is repeated and succeeds',
  async (bytesThere) => {
    const name = `cut-${bytesThere}`;
    await begin(name, 'whole');
    await ownRule(name);
    if (bytesThere) await store(name, 'whole');
    // The client decides by the PFNs whether it has to register again: an upload under way has none.
    expect(await seen(name)).toMatchObject({ rses: {}, pfns: {}, states: { 'LOCAL-A': 'COPYING' } });
    expect((await begin(name, 'whole')).statusCode).toBe(201);
    expect(await isStored(name)).toBe(false);
    await store(name, 'whole');
    expect((await finish(name, 'whole')).statusCode).toBe(200);
    expect(await seen(name)).toMatchObject({ states: { 'LOCAL-A': 'AVAILABLE' } });
    expect(await lake.rows('alice', `/dids/user.alice/${name}/rules`)).toMatchObject([{ state: 'OK' }]);
  },
);

test('a client that ended before it attached the file: the same upload starts over and attaches it', async () => {
  const byItsPath = { 'x-rucio-script': '/opt/clients/bin/rucio::upload' };
  const offered = async (headers: Readonly<Record<string, string>>) =>
    (
      await lake.ask('alice', 'POST', '/replicas/list', { dids: [did('lone')], all_states: true }, headers)
    ).json();
  await lake.ask('alice', 'POST', '/dids/user.alice/its-dataset', {
    type: 'DATASET',
    rules: [{ account: 'alice', copies: 1, rse_expression: rse, grouping: 'DATASET' }],
  });
  for (const attempt of ['killed', 'repeated']) {
    expect((await begin('lone', 'lonely')).statusCode, attempt).toBe(201);
    expect(await isStored('lone')).toBe(false);
    await store('lone', 'lonely');
    expect((await finish('lone', 'lonely')).statusCode).toBe(200);
    // Everybody sees the replica; the command that would skip the file for it does not.
    expect(await offered({})).toMatchObject({ states: { 'LOCAL-A': 'AVAILABLE' } });
    expect(await offered(byItsPath)).toMatchObject({ rses: {}, states: {} });
  }
  await lake.ask('alice', 'POST', '/dids/user.alice/its-dataset/dids', { dids: [did('lone')] });
  await lake.settle();
  expect(await offered(byItsPath)).toMatchObject({ states: { 'LOCAL-A': 'AVAILABLE' } });
  await begin('lone', 'lonely');
  expect(await isStored('lone')).toBe(true);
  expect(await lake.rows('alice', '/dids/user.alice/its-dataset/rules')).toMatchObject([
    { state: 'OK', locks_ok_cnt: 1 },
  ]);
});

test.each([
  ['before its rule', 'forlorn', 'half'],
  ['before its rule, and again after its bytes came', 'forlorn-twice', 'half'],
  ['after its rule', 'forlorn-ruled', 'half'],
  ['after its rule, and whose file has changed since', 'forlorn-changed', 'whole file'],
])(
  'a client that ended %s: the same upload finds no name, and ends with its bytes and one rule',
  async (_when, name, content) => {
    const meta = async (headers: Readonly<Record<string, string>>) =>
      lake.ask('alice', 'GET', `/dids/user.alice/${name}/meta?plugin=DID_COLUMN`, undefined, headers);
    await begin(name, 'half');
    if (/ruled|changed/.test(name)) await ownRule(name);
    if (name === 'forlorn-twice') {
      await store(name, 'half');
      await finish(name, 'half');
    }
    // Everybody sees the name; the command that would make no rule for it, or refuse other content, does not.
    expect((await meta({})).json()).toMatchObject({ name });
    expect((await meta(asUpload)).headers.exceptionclass).toBe('DataIdentifierNotFound');
    expect((await begin(name, content, asUpload)).statusCode).toBe(201);
    expect((await ownRule(name)).statusCode).toBe(201);
    await store(name, content);
    expect((await finish(name, content)).statusCode).toBe(200);
    expect((await meta(asUpload)).statusCode).toBe(200);
    expect(await lake.rows('alice', `/dids/user.alice/${name}/rules`)).toMatchObject([{ state: 'OK' }]);
  },
);

test('an upload under way that others count on keeps its name', async () => {
  const shown = async () =>
    (await lake.ask('alice', 'GET', '/dids/user.alice/awaited/meta?plugin=DID_COLUMN', undefined, asUpload))
      .statusCode;
  await begin('awaited', 'x');
  expect(await shown()).toBe(404);
  await lake.ask('alice', 'POST', '/rules/', {
    dids: [did('awaited')],
    copies: 2,
    rse_expression: 'LOCAL-A|LOCAL-B',
    account: 'alice',
  });
  expect(await shown()).toBe(200);
  await store('awaited', 'x');
  await finish('awaited', 'x');
  await lake.settle();
});

test('bytes that differ from the announcement withdraw the upload, and the name is free again', async () => {
  await begin('changing', 'before');
  await ownRule('changing');
  await store('changing', 'later!');
  const refused = await finish('changing', 'before');
  expect([refused.statusCode, refused.json()]).toEqual([
    412,
    { ExceptionClass: 'FileConsistencyMismatch', ExceptionMessage: expect.stringContaining('adler32') },
  ]);
  expect((await lake.ask('alice', 'GET', '/dids/user.alice/changing')).statusCode).toBe(404);
  expect(await isStored('changing')).toBe(false);
  await begin('changing', 'later!');
  await store('changing', 'later!');
  expect((await finish('changing', 'later!')).statusCode).toBe(200);
});

test('a replica without bytes does not become available', async () => {
  await begin('nothing', 'x');
  expect((await finish('nothing', 'x')).headers.exceptionclass).toBe('FileConsistencyMismatch');
  expect(await seen('nothing')).toMatchObject({ states: { 'LOCAL-A': 'COPYING' } });
});

test('an empty file is a file', async () => {
  await begin('empty', '');
  await store('empty', '');
  expect((await finish('empty', '')).statusCode).toBe(200);
});

test('registering again changes nothing; other content needs another name', async () => {
  await lake.put('alice', rse, 'twice', 'same');
  await lake.put('alice', rse, 'twice', 'same');
  expect((await begin('twice', 'other')).headers.exceptionclass).toBe('FileConsistencyMismatch');
});

test('uploads that nobody finishes end after the grace', async () => {
  await begin('left', 'left behind');
  await begin('ended', 'all there');
  await ownRule('ended');
  await store('ended', 'all there');
  await lake.settle();
  expect(await seen('ended')).toMatchObject({ states: { 'LOCAL-A': 'COPYING' } });
  lake.context.clock.advance(3601);
  await lake.settle();
  expect(await seen('ended')).toMatchObject({ states: { 'LOCAL-A': 'AVAILABLE' } });
  expect((await lake.ask('alice', 'GET', '/dids/user.alice/left')).statusCode).toBe(404);
});

test.each([
  ['an unknown element', 'NO-SUCH', 'user.alice', 'RSENotFound'],
  ['an unknown scope', 'LOCAL-A', 'nowhere', 'ScopeNotFound'],
  ['the scope of another', 'LOCAL-A', 'user.bob', 'AccessDenied'],
])('%s is refused', async (_what, element, scope, error) => {
  await lake.ask('bob', 'GET', '/accounts/whoami');
  const answer = await lake.ask('alice', 'POST', '/replicas', {
    rse: element,
    files: [{ scope, name: 'x', bytes: 1, adler32: '00000001' }],
  });
  expect(answer.headers.exceptionclass).toBe(error);
  expect(answer.statusCode).not.toBe(401);
});

test('quota is asked before the bytes travel, and a closed element takes nothing', async () => {
  await lake.ask('root', 'POST', '/accounts/alice/limits/local/LOCAL-B', { bytes: 10 });
  const file = { ...did('big'), bytes: 11, adler32: '00000001', state: 'C' };
  const over = await lake.ask('alice', 'POST', '/replicas', { rse: 'LOCAL-B', files: [file] });
  expect([over.statusCode, over.headers.exceptionclass]).toEqual([409, 'InsufficientAccountLimit']);
  expect((await lake.ask('root', 'PUT', '/rses/LOCAL-B', { availability_write: false })).statusCode).toBe(
    201,
  );
  const closed = await lake.ask('alice', 'POST', '/replicas', {
    rse: 'LOCAL-B',
    files: [file],
    ignore_availability: true,
  });
  expect(closed.headers.exceptionclass).toBe('RSEWriteBlocked');
  await lake.ask('root', 'PUT', '/rses/LOCAL-B', { availability_write: true });
});

test('a metalink and PFNs lead to the file', async () => {
  await lake.put('alice', rse, 'linked', 'linked');
  const answer = await lake.ask(
    'alice',
    'POST',
    '/replicas/list',
    { dids: [did('linked')], resolve_parents: true },
    { accept: 'application/metalink4+xml' },
  );
  expect(answer.headers['content-type']).toBe('application/metalink4+xml');
  expect(answer.body).toMatch(
    /<url location="LOCAL-A" domain="wan" priority="1" client_extract="false">https:\/\/localhost:18003\/local-a\/user\/alice\/..\/..\/linked<\/url>/,
  );
  const [pfn] = Object.keys((await seen('linked'))?.pfns as object);
  expect(await lake.rows('alice', '/replicas/dids', { pfns: [pfn] })).toEqual([
    { [pfn as string]: did('linked') },
  ]);
  expect(
    (await lake.ask('alice', 'POST', '/replicas/list', { dids: [did('linked')] }, { accept: 'text/csv' }))
      .statusCode,
  ).toBe(406);
  expect(await lake.rows('alice', '/replicas/list', { dids: [did('unknown')] })).toEqual([]);
});
