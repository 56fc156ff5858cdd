import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reasonIn } from './start-failure.ts';

const directory = () => mkdtemp(join(tmpdir(), 'vre-start-'));

test('the sentence of a child that gave up is the reason', async () => {
  const logs = await directory();
  await writeFile(join(logs, 'api.log'), '{"msg":"migrated"}\nvre: port 8001 on 127.0.0.1 is taken\n');
  expect(await reasonIn(logs)).toBe('port 8001 on 127.0.0.1 is taken');
});

test('an earlier failure and records of the logger are no reason', async () => {
  const logs = await directory();
  await writeFile(join(logs, 'api.log'), 'vre: port 8001 on 127.0.0.1 is taken\n{"msg":"ready"}\n');
  expect(await reasonIn(logs)).toBeUndefined();
  expect(await reasonIn(await directory())).toBeUndefined();
});
