import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { bytesSchema, durationSchema, explainConfig, loadConfig, redactConfig } from './index.ts';

const schema = z.strictObject({
  'port-base': z.int().optional().describe('First port.'),
  'data-lake': z
    .strictObject({
      'session-life': durationSchema.default(3600).describe('Life of a session.'),
      quota: bytesSchema.default(1e9).describe('Quota.'),
    })
    .prefault({}),
});

async function fileWith(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'vre-config-')), 'vre.yaml');
  await writeFile(file, text);
  return file;
}

test('defaults, then the file, then variables, then flags', async () => {
  const file = await fileWith('port-base: 1\ndata-lake: { session-life: 2 min, quota: 2 GB }');
  const environment = { VRE_DATA_LAKE__QUOTA: '3 GB', VRE_PORT_BASE: '2', HOME: '/nowhere' };
  const config = await loadConfig(schema, { file, environment, flags: { 'port-base': 3 } });
  expect(config).toEqual({ 'port-base': 3, 'data-lake': { 'session-life': 120, quota: 3e9 } });
  expect(Object.isFrozen(config['data-lake'])).toBe(true);
  expect(await loadConfig(schema, { environment: {} })).toEqual({
    'data-lake': { 'session-life': 3600, quota: 1e9 },
  });
});

test('an unknown key names the nearest known one, and every problem is told at once', async () => {
  const file = await fileWith('port-bass: 1\ndata-lake: { sesion-life: 2, quota: much }');
  await expect(loadConfig(schema, { file, environment: { VRE_PORT_BSE: '1' } })).rejects.toThrow(
    /VRE_PORT_BSE is not a known variable; did you mean VRE_PORT_BASE\?[\s\S]*data-lake\.quota: must be a number or a value like "2 GB"[\s\S]*did you mean data-lake\.session-life\?[\s\S]*did you mean port-base\?/,
  );
});

test.each([
  ['a: [1', /vre\.yaml, line 1, column 6: this is no YAML \(.*\]\): expected "key: value", levels/],
  ['port-base: 1\ndata-lake:\n\tquota: 1\n', /vre\.yaml, line 3, column \d: this is no YAML \(Tabs are not/],
  ['port-base: 1\n data-lake: {}\n  quota: 1\n', /vre\.yaml, line 1, column 12: this is no YAML/],
  ['- one\n- two', /vre\.yaml, line 1: must hold keys and values such as "port-base: 9000", but is a list$/],
  ['just words', /but is a single value$/],
  [
    '# port\nport-base: many',
    /vre\.yaml, line 2: port-base: Invalid input: expected number, received string$/,
  ],
  [
    'data-lake:\n  quota: 1\n  qota: 2',
    /vre\.yaml, line 3: data-lake\.qota is not a known key; did you mean/,
  ],
  ['data-lake: 7', /vre\.yaml, line 1: data-lake: Invalid input: expected object, received number$/],
])('broken file %j is refused in one sentence with file and line', async (text, sentence) => {
  const file = await fileWith(text);
  const refused = await loadConfig(schema, { file, environment: {} }).then(
    () => 'accepted',
    (error: Error) => error.message,
  );
  expect(refused).toMatch(sentence);
  expect(refused.split('\n')).toHaveLength(1);
});

test('a wrong variable or flag is named instead of the file', async () => {
  const file = await fileWith('port-base: 1');
  await expect(loadConfig(schema, { file, environment: { VRE_PORT_BASE: 'many' } })).rejects.toThrow(
    /^VRE_PORT_BASE: port-base: Invalid input: expected number/,
  );
  await expect(loadConfig(schema, { file, environment: {}, flags: { 'port-base': 'many' } })).rejects.toThrow(
    /^--port-base: port-base: /,
  );
});

test('a file that is not there is named', async () => {
  await expect(loadConfig(schema, { file: '/nowhere/vre.yaml', environment: {} })).rejects.toThrow(
    '/nowhere/vre.yaml: cannot be read (ENOENT)',
  );
});

test('every key is explained, and passwords in addresses are not printed', () => {
  expect(explainConfig(schema).map((key) => key.path)).toEqual([
    'port-base',
    'data-lake.session-life',
    'data-lake.quota',
  ]);
  expect(redactConfig({ url: 'postgresql://vre:secret@db/vre', list: ['plain'] })).toEqual({
    url: 'postgresql://vre:[redacted]@db/vre',
    list: ['plain'],
  });
});
