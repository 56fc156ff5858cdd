import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientEnvironment } from '../../src/client/client-environment.ts';
import { clientDirectory } from '../../src/client/client-files.ts';
import { runClient } from '../../src/client/run-client.ts';
import { startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { clientEnvironments } from '../harness/researcher.ts';
import { until } from '../harness/wait.ts';

let home: string;
let platform: TestPlatform;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'vre-operator-'));
  const passwordFile = join(home, 'root-password');
  await writeFile(passwordFile, 'open sesame, said the operator\n', { mode: 0o600 });
  platform = await startPlatformForTests({
    name: 'operator',
    configuration: {
      'data-lake': { userpass: [{ identity: 'ops', account: 'root', 'password-file': passwordFile }] },
    },
  });
});
afterAll(async () => {
  await platform?.dispose();
  await rm(home, { recursive: true, force: true });
});

/** The rucio client of one person who signs in with a password. */
function rucioAs(account: string, username: string, password: string) {
  return async (...words: string[]) => {
    const directory = join(home, `client-${username}`);
    const client = clientDirectory(directory);
    const { lake, authorityFile } = platform.addresses;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(
      client.rucioConfig,
      `[client]
rucio_host = ${lake}
auth_host = ${lake}
auth_type = userpass
username = ${username}
password = ${password}
account = ${account}
auth_token_file_path = ${join(directory, 'token')}
${authorityFile === undefined ? '' : `ca_cert = ${authorityFile}`}
`,
      { mode: 0o600 },
    );
    const { 'rucio-clients': environment } = await clientEnvironments();
    const run = await runClient(['rucio', ...words], {
      environment: await clientEnvironment(client, platform.addresses, [environment.binDirectory]),
      directory: home,
    });
    return { ...run, failed: run.code !== 0 || /\tERROR\t/.test(run.output) };
  };
}
const root = rucioAs('root', 'ops', 'open sesame, said the operator');
const courier = rucioAs('courier', 'courier-key', 'a password for the courier');
const ok = async (run: Promise<{ failed: boolean; output: string }>) => {
  const { failed, output } = await run;
  expect(failed, output).toBe(false);
  return output;
};
const refused = async (run: Promise<{ failed: boolean; output: string }>) => {
  const { failed, output } = await run;
  expect(failed, output).toBe(true);
  return output;
};

test('root signs in with the configured password, nobody with another', async () => {
  expect(await ok(root('whoami'))).toMatch(/account\s*:\s*root/);
  expect(await refused(rucioAs('root', 'ops', 'guessed')('whoami'))).toMatch(/authenticate/i);
});

test('an account with an identity of its own works with what root gives it', async () => {
  await ok(root('account', 'add', 'courier', 'SERVICE', '--email', 'courier@example.org'));
  expect(await refused(root('account', 'add', 'courier', 'SERVICE'))).toMatch(/exist|duplicate/i);
  expect(await ok(root('account', 'show', 'courier'))).toMatch(/SERVICE/);
  expect(await ok(root('account', 'list'))).toContain('courier');
  const identity = ['--type', 'USERPASS', '--id', 'courier-key', '--email', 'courier@example.org'];
  await ok(
    root('account', 'identity', 'add', 'courier', ...identity, '--password', 'a password for the courier'),
  );
  expect(await ok(root('account', 'identity', 'list', 'courier'))).toContain('courier-key');
  expect(await ok(courier('whoami'))).toMatch(/account\s*:\s*courier/);
  expect(await refused(courier('account', 'add', 'friend', 'USER'))).toMatch(/AccessDenied|not|denied/i);
});

test('an element has attributes that rules can ask for, and loses them again', async () => {
  await ok(root('rse', 'attribute', 'set', 'LOCAL-B', '--key', 'region', '--value', 'north'));
  expect(await ok(root('rse', 'attribute', 'list', 'LOCAL-B'))).toMatch(/region.*north/);
  expect(await ok(root('rse', 'list', '--rses', 'region=north', '--csv'))).toBe('LOCAL-B\n');
  expect(await refused(courier('rse', 'attribute', 'set', 'LOCAL-B', '--key', 'x', '--value', 'y'))).toMatch(
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
  expect(await refused(courier('rule', 'remove', id))).toMatch(/AccessDenied|not|denied/i);
  await ok(root('rule', 'remove', id));
  expect(await refused(root('rule', 'show', id))).toMatch(/no.*rule|not found/i);
  await ok(root('rse', 'attribute', 'unset', 'LOCAL-B', '--attribute', 'region'));
  expect(await ok(root('rse', 'attribute', 'list', 'LOCAL-B'))).not.toMatch(/region/);
  expect(await platform.audit()).toEqual([]);
});
