import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { test } from '../harness/clients-test.ts';
import { type OperatedPlatform, startOperatedPlatform } from '../harness/operator.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { until } from '../harness/wait.ts';

let home: string;
let platform: OperatedPlatform;
let alice: Researcher;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'vre-notes-'));
  platform = await startOperatedPlatform('operator');
  alice = await createResearcher(platform, { clients: ['rucio'] });
});
afterAll(async () => {
  await platform?.dispose();
  await rm(home, { recursive: true, force: true });
});

const root = (...words: string[]) => seen(platform.root(...words));
const ok = async (run: Promise<{ failed: boolean; output: string }>) => {
  const { failed, output } = await run;
  expect(failed, output).toBe(false);
  return output;
};
const denied = /AccessDenied|not allowed|may not|denied|only/i;
const seen = async (run: Promise<{ code: number; output: string }>) => {
  const { code, output } = await run;
  return { output, failed: code !== 0 || /\tERROR\t/.test(output) };
};
const byAlice = (...words: string[]) => seen(alice.rucio(...words));
const refused = async (run: Promise<{ failed: boolean; output: string }>) => {
  const { failed, output } = await run;
  expect(failed, output).toBe(true);
  return output;
};

test('root signs in with the configured password, nobody with another', async () => {
  expect(await ok(root('whoami'))).toMatch(/account\s*:\s*root/);
  expect(await refused(seen(platform.rucioAs('root', 'ops', 'guessed')('whoami')))).toMatch(/authenticate/i);
});

test('an account is made, gets an identity, and its person acts as it', async () => {
  await ok(root('account', 'add', 'courier', 'SERVICE', '--email', 'courier@example.org'));
  expect(await refused(root('account', 'add', 'courier', 'SERVICE'))).toMatch(/exist|duplicate/i);
  expect(await ok(root('account', 'show', 'courier'))).toMatch(/SERVICE/);
  expect(await ok(root('account', 'list'))).toContain('courier');
  const identity = (await ok(root('account', 'identity', 'list', alice.username))).match(
    /SUB=\S+, ISS=[^\s,]+/,
  )?.[0] as string;
  const of = ['--type', 'OIDC', '--id', identity];
  await ok(root('account', 'identity', 'add', 'courier', ...of, '--email', 'courier@example.org'));
  expect(await ok(root('account', 'identity', 'list', 'courier'))).toContain(identity);
  const courier = () => seen(alice.rucio('--account', 'courier', 'whoami'));
  expect(await ok(courier())).toMatch(/account\s*:\s*courier/);
  expect(await refused(byAlice('account', 'add', 'friend', 'USER'))).toMatch(denied);
  await ok(root('account', 'identity', 'remove', 'courier', ...of));
  expect(await ok(root('account', 'identity', 'list', 'courier'))).not.toContain(identity);
});

test('a password identity is refused with the place where it belongs', async () => {
  const identity = ['--type', 'USERPASS', '--id', 'key', '--email', 'a@example.org', '--password', 'secret'];
  expect(await refused(root('account', 'identity', 'add', 'courier', ...identity))).toContain(
    'data-lake.userpass',
  );
});

test('an element has attributes that rules can ask for, and loses them again', async () => {
  await ok(root('rse', 'attribute', 'set', 'LOCAL-B', '--key', 'region', '--value', 'north'));
  expect(await ok(root('rse', 'attribute', 'list', 'LOCAL-B'))).toMatch(/region.*north/);
  expect(await ok(root('rse', 'list', '--rses', 'region=north', '--csv'))).toBe('LOCAL-B\n');
  expect(await refused(byAlice('rse', 'attribute', 'set', 'LOCAL-B', '--key', 'x', '--value', 'y'))).toMatch(
    /AccessDenied|not|denied/i,
  );
});

test('rules of others are added and removed by root; a removed one is gone', async () => {
  await ok(root('scope', 'add', 'operations', '--account', 'root'));
  await writeFile(join(home, 'notes'), 'kept by root');
  await ok(root('upload', '--rse', 'LOCAL-A', '--scope', 'operations', join(home, 'notes')));
  const id = (
    await ok(root('rule', 'add', 'operations:notes', '--copies', '1', '--rses', 'region=north'))
  ).match(/[0-9a-f]{32}/)?.[0] as string;
  await until(
    () => root('rule', 'show', id),
    ({ output }) => /State:\s+OK/.test(output),
    60,
  );
  expect(await refused(byAlice('rule', 'remove', id))).toMatch(denied);
  await ok(root('rule', 'remove', id));
  expect(await refused(root('rule', 'show', id))).toMatch(/no.*rule|not found/i);
  await ok(root('rse', 'attribute', 'unset', 'LOCAL-B', '--attribute', 'region'));
  expect(await ok(root('rse', 'attribute', 'list', 'LOCAL-B'))).not.toMatch(/region/);
  expect(await platform.audit()).toEqual([]);
});
