import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requirement } from '@vre/testing';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createPerson } from '../../src/demo/person.ts';
import { vre } from '../../src/demo/platform.ts';
import { test } from '../harness/clients-test.ts';
import { startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { type PrivatePostgres, startPrivatePostgres } from '../harness/private-postgres.ts';
import { createResearcher } from '../harness/researcher.ts';
import { until } from '../harness/wait.ts';

const postgresql = requirement('postgresql');
// Everything that a URL must encode: in the user's name, in the password and in the database's name.
const owner = { user: 'vre@site', password: 'p@ss:w/rd %41 ü?#', database: 'vre science/2026' };
const urlAt = (port: number, database = owner.database) =>
  `postgresql://${encodeURIComponent(owner.user)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;

describe.skipIf(!postgresql.present)(`PostgreSQL of the distribution, by URL ${postgresql.reason}`, () => {
  let server: PrivatePostgres;
  let platform: TestPlatform;
  let secrets: string;
  let target: readonly string[];
  beforeAll(async () => {
    server = await startPrivatePostgres();
    await server.administrate(
      `create role "${owner.user}" login nosuperuser nocreatedb password '${owner.password}'`,
    );
    await server.administrate(`create database "${owner.database}" owner "${owner.user}"`);
    secrets = await mkdtemp(join(tmpdir(), 'vre-database-'));
    const passwordFile = join(secrets, 'password');
    await writeFile(passwordFile, `${owner.password}\n`, { mode: 0o600 });
    platform = await startPlatformForTests({
      name: 'by-url',
      configuration: { database: { url: urlAt(server.port), 'password-file': passwordFile } },
      started: false,
    });
    target = ['--data', platform.dataDirectory, '--config', join(platform.dataDirectory, 'vre.yaml')];
  });
  afterAll(async () => {
    await platform?.dispose();
    await server?.stop();
    if (secrets !== undefined) await rm(secrets, { recursive: true });
  });

  /** What `vre up` says with another database section. */
  const refusal = async (database: Readonly<Record<string, string>>): Promise<string> => {
    const file = join(secrets, 'other.yaml');
    const base = await readFile(join(platform.dataDirectory, 'vre.yaml'), 'utf8');
    await writeFile(file, base.replace(/^database:\n(?: .*\n)+/m, `database: ${JSON.stringify(database)}\n`));
    return vre(['up', '--detach', '--data', platform.dataDirectory, '--config', file]).then(
      () => 'started',
      (error: Error) => error.message,
    );
  };

  test('the journey: administrator, a user, a file, a rule, a clean audit, and down', async () => {
    const said = await vre(['up', '--detach', ...target]);
    const [, username = '', password = ''] =
      /Sign in first as (\S+) with the one-time password (\S+) /.exec(said) ?? [];
    const administrator = createPerson({ username, password, newPassword: 'another horse battery staple' });
    await administrator.visit(`${platform.addresses.portal}/x/login?next=/`);
    expect(await administrator.json(`${platform.addresses.portal}/x/session`)).toMatchObject({ username });
    expect(await vre(['user', 'add', 'ada', ...target])).toMatch(
      /ada may sign in with the one-time password/,
    );

    const alice = await createResearcher(platform, { clients: ['rucio'] });
    const content = randomBytes(300_000);
    await writeFile(join(alice.home, 'measured.bin'), content);
    const did = `${alice.scope}:measured.bin`;
    const upload = await alice.rucio('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, 'measured.bin');
    expect(upload.code, upload.output).toBe(0);
    const rule = await alice.rucio('rule', 'add', did, '--copies', '1', '--rses', 'LOCAL-B');
    const id = /[0-9a-f]{32}/.exec(rule.output)?.[0] ?? rule.output;
    await until(
      () => alice.rucio('rule', 'show', id),
      ({ output }) => /State:\s+OK/.test(output),
      60,
    );
    const download = await alice.rucio('download', did, '--rses', 'LOCAL-B', '--dir', 'copy');
    expect(download.code, download.output).toBe(0);
    expect((await readFile(join(alice.home, 'copy', alice.scope, 'measured.bin'))).equals(content)).toBe(
      true,
    );

    expect(await vre(['audit', ...target])).toBe('audit clean\n');
    expect(await vre(['user', 'list', ...target])).toMatch(/^ada /m);
    expect(await vre(['config', '--config', join(platform.dataDirectory, 'vre.yaml')])).not.toContain('p@ss');
    expect(await vre(['down', ...target])).toBe('stopped\n');
    // Nothing embedded was made, and nothing of the platform holds a connection.
    expect(await readdir(platform.dataDirectory)).not.toContain('postgres');
    expect(
      await server.administrate(`select pid from pg_stat_activity where usename = '${owner.user}'`),
    ).toEqual([]);
  });

  test('it starts again on the same database', async () => {
    await platform.start();
    expect(await vre(['user', 'list', ...target])).toMatch(/^ada /m);
    expect(await platform.audit()).toEqual([]);
    await platform.stop();
  });

  test('what is wrong with a database is said in one sentence', async () => {
    const passwordFile = join(secrets, 'password');
    const wrong = join(secrets, 'wrong');
    await writeFile(wrong, 'not this\n', { mode: 0o600 });
    const open = join(secrets, 'open');
    await writeFile(open, 'not this\n', { mode: 0o644 });
    await server.administrate(
      `create database ascii owner "${owner.user}" encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0`,
    );
    await server.administrate('create database strange');
    const sentences = {
      password: await refusal({ url: urlAt(server.port), 'password-file': wrong }),
      name: await refusal({ url: urlAt(server.port, 'nowhere'), 'password-file': passwordFile }),
      port: await refusal({ url: urlAt(1), 'password-file': passwordFile }),
      encoding: await refusal({ url: urlAt(server.port, 'ascii'), 'password-file': passwordFile }),
      owner: await refusal({ url: urlAt(server.port, 'strange'), 'password-file': passwordFile }),
      readable: await refusal({ url: urlAt(server.port), 'password-file': open }),
      missing: await refusal({ url: urlAt(server.port), 'password-file': join(secrets, 'none') }),
      url: await refusal({ url: 'mysql://127.0.0.1/vre' }),
    };
    expect(sentences).toEqual({
      password: expect.stringMatching(/password authentication failed.*correct the user in database\.url/),
      name: expect.stringMatching(/"nowhere" at 127\.0\.0\.1:\d+ cannot be used.*does not exist.*create it/),
      port: expect.stringMatching(/at 127\.0\.0\.1:1 cannot be used.*ECONNREFUSED.*start that server/),
      encoding: expect.stringMatching(/has the encoding SQL_ASCII: create one with "createdb/),
      owner: expect.stringMatching(
        /may not make schemas in the database "strange".*make that user its owner/,
      ),
      readable: expect.stringMatching(/may be read by other users: run "chmod 600/),
      missing: expect.stringMatching(/password-file.*none.*(ENOENT|cannot be read)/),
      url: expect.stringMatching(/database\.url: must be/),
    });
    for (const sentence of Object.values(sentences)) expect(sentence.split('\n')).toHaveLength(1);
  });
});
