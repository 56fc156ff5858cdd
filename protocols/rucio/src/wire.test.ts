import { expect, test } from 'vitest';
import {
  createRucioClient,
  errorHeaders,
  isValid,
  metalinkFile,
  parseRucioDate,
  parseRucioJson,
  RucioError,
  renderRucioJson,
  replicaFileSchema,
  rucioDate,
} from './index.ts';

test('bodies may hold the bare tokens of Python', () => {
  expect(parseRucioJson('{"bytes": Infinity, "text": "Infinity \\" NaN", "low": -Infinity}')).toEqual({
    bytes: Number.POSITIVE_INFINITY,
    text: 'Infinity " NaN',
    low: Number.NEGATIVE_INFINITY,
  });
  expect(renderRucioJson({ SITE: Number.POSITIVE_INFINITY, gone: undefined })).toBe(
    '{"SITE":Infinity,"gone":null}',
  );
});

test('times are RFC 1123 with the zone UTC', () => {
  expect(rucioDate(new Date('2026-11-21T23:52:00Z'))).toBe('Sat, 21 Nov 2026 23:52:00 UTC');
  for (const text of ['Sat, 21 Nov 2026 23:52:00 UTC', '2026-11-21T23:52:00', '1795305120']) {
    expect(parseRucioDate(text)?.toISOString()).toBe('2026-11-21T23:52:00.000Z');
  }
  expect(parseRucioDate('yesterday')).toBeUndefined();
});

test.each([
  ['name', 'a/b.root', true],
  ['name', '/absolute/is/allowed', true],
  ['name', 'a b', false],
  ['name', 'é', false],
  ['name', 'a/../b', false],
  ['name', 'x'.repeat(251), false],
  ['scope', 'user.alice', true],
  ['account', 'Alice', false],
  ['rse', 'LOCAL-A', true],
  ['rse', 'local', false],
] as const)('%s %s: %s', (kind, text, valid) => {
  expect(isValid(kind, text)).toBe(valid);
});

test('a header is one short line of ASCII', () => {
  const { ExceptionMessage } = errorHeaders('RuleNotFound', `é\r\nx${'y'.repeat(200)}`);
  expect(ExceptionMessage).toMatch(/^\? xy+\.\.\.$/);
  expect(ExceptionMessage).toHaveLength(128);
});

test('checksums are normal after parsing, unknown keys are refused', () => {
  const file = replicaFileSchema.parse({ scope: 's', name: 'n', bytes: 1, adler32: 'AB' });
  expect(file.adler32).toBe('000000ab');
  expect(replicaFileSchema.safeParse({ scope: 's', name: 'n', colour: 'red' }).success).toBe(false);
});

test('a metalink escapes what XML cannot hold', () => {
  const text = metalinkFile({
    scope: 's',
    name: 'a&b',
    bytes: 3,
    adler32: '00000001',
    md5: null,
    parents: ['s:d<1>'],
    urls: [{ pfn: 'https://h/?a=1&b=2', rse: 'X', domain: 'wan', priority: 1, clientExtract: false }],
  });
  expect(text).toContain('<file name="a&amp;b">');
  expect(text).toContain('<did>s:d&lt;1&gt;</did>');
  expect(text).toContain('priority="1" client_extract="false">https://h/?a=1&amp;b=2</url>');
});

test('the client reads lines, encodes names and rebuilds errors', async () => {
  const asked: string[] = [];
  const client = createRucioClient({
    baseUrl: 'http://lake',
    fetch: async (url) => {
      asked.push(String(url));
      return asked.length === 1
        ? new Response('{"rse":"A","bytes_limit":Infinity}\n{"rse":"B","bytes_limit":5}\n')
        : new Response('{"ExceptionClass":"RuleNotFound","ExceptionMessage":"no"}', { status: 404 });
    },
  });
  expect(await client.accountUsage('alice')).toEqual([
    { rse: 'A', bytes_limit: null },
    { rse: 'B', bytes_limit: 5 },
  ]);
  await expect(client.getDid({ scope: 's', name: 'a/b' })).rejects.toMatchObject({
    errorClass: 'RuleNotFound',
    statusCode: 404,
    constructor: RucioError,
  });
  expect(asked[1]).toBe('http://lake/dids/s/a%2Fb?dynamic_depth=FILE');
});
