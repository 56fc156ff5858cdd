import { type Database, sql } from '@vre/database';
import { EnvironmentError } from '@vre/environments';
import { HubError } from '@vre/protocol-jupyterhub';
import { requirement } from '@vre/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../accounts/account.ts';
import type { ServerRoom } from './server-room.ts';
import { serversOf } from './server-store.ts';
import { type ServersUnderTest, startServersUnderTest, step } from './servers-under-test.test-support.ts';

const python = requirement('python');
const startsAtOnce = 4;
const serversAtOnce = 2;

/** Counts what is asked of the database. */
function counted(database: Database): { readonly database: Database; count(): number } {
  let statements = 0;
  const plugin = {
    transformQuery: ({ node }: { node: never }) => {
      statements++;
      return node;
    },
    transformResult: async ({ result }: { result: never }) => result,
  };
  return {
    database: {
      ...database,
      direct: database.direct.withPlugin(plugin as never), // Kysely's types name each node apart
      transaction: (work) =>
        database.transaction((transaction) => work(transaction.withPlugin(plugin as never) as never)),
    },
    count: () => statements,
  };
}

describe.skipIf(!python.present)(`many starts at once ${python.reason}`, () => {
  let subject: ServersUnderTest;
  let accounts: readonly Account[];
  let worker: ServerRoom;
  let statements: () => number;
  beforeAll(async () => {
    subject = await startServersUnderTest({ policy: { startsAtOnce, serversAtOnce } });
    const others = Array.from({ length: 24 }, (_, index): Account => {
      const name = `person-${index}`;
      return {
        ...subject.account,
        id: subject.context.identifiers.uuid(),
        subject: name,
        name,
        username: name,
      };
    });
    accounts = [subject.account, ...others];
    await sql`
      insert into hub.account (id, issuer, subject, name, username, created_at)
      select id, ${subject.account.issuer}, name, name, name, ${subject.account.createdAt}
      from unnest(${others.map(({ id }) => id)}::uuid[], ${others.map(({ name }) => name)}::text[]) as new (id, name)`.execute(
      subject.context.database.direct,
    );
    const { database, count } = counted(subject.context.database);
    statements = count;
    worker = subject.worker({ database });
  });
  afterAll(() => subject?.close());

  const servers = () =>
    serversOf(
      subject.context.database.direct,
      accounts.map(({ id }) => id),
    );

  it('keeps the quota of each person when they ask at the same moment', async () => {
    const asked = await Promise.allSettled(
      accounts.flatMap((account) =>
        ['', 'second', 'third'].map((name) =>
          // Every tenth dies at its start.
          worker.servers.start(account, name, { profile: account.name.endsWith('9') ? 'dies' : 'python' }),
        ),
      ),
    );
    const refused = asked.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(accounts.length);
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(HubError);
      expect(reason).toMatchObject({ statusCode: 429, message: expect.stringContaining('stop one first') });
    }
    expect(await servers()).toHaveLength(accounts.length * serversAtOnce);
  });

  it('starts no more at once than it may; each gets ready or says why', { timeout: 300_000 }, async () => {
    let most = 0;
    for (;;) {
      await step([worker]);
      const now = await servers();
      const begun = now.filter(({ state }) => state === 'preparing' || state === 'starting').length;
      most = Math.max(most, begun);
      if (now.every(({ state }) => state === 'ready' || state === 'failed')) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(most).toBe(startsAtOnce);
    const ended = await servers();
    const failed = ended.filter(({ state }) => state === 'failed');
    expect(failed.map(({ profile }) => profile)).toEqual(Array(failed.length).fill('dies'));
    expect(failed).toHaveLength(2 * accounts.filter(({ name }) => name.endsWith('9')).length);
    for (const { failure, failureLog } of failed) {
      expect(failure).toContain('ended before it answered: exit code 3');
      expect(failureLog).toContain('ImportError: no such module');
    }
    const ports = ended.flatMap(({ port }) => (port === null ? [] : [port]));
    expect(new Set(ports).size).toBe(ended.length - failed.length);
    await step([worker]);
    expect(await worker.audit()).toEqual([]);
  });

  it('looks after all of them with a handful of statements', async () => {
    await step([worker]);
    const before = statements();
    await step([worker]);
    // One or two for each daemon, however many servers there are.
    expect(statements() - before).toBeLessThanOrEqual(14);
  });

  it.each([
    [
      'package index down',
      new EnvironmentError(
        'no-network',
        'The package index is not reachable. Environments that are built still start.',
      ),
      'Environments that are built still start.',
    ],
    [
      'environment that does not resolve',
      new EnvironmentError(
        'build-failed',
        'Environment astro cannot be built: a==1 needs b<2, but b==2 is asked for.',
      ),
      'a==1 needs b<2, but b==2 is asked for',
    ],
  ])('%s: said in words, and others start meanwhile', async (_, error, sentence) => {
    const without = subject.worker({
      build: async (environment) => {
        if (environment.name === 'python') throw error;
        return subject.built(environment.name);
      },
    });
    const [one, two] = [accounts[1], accounts[2]] as [Account, Account];
    for (const account of [one, two]) {
      for (const name of ['', 'second', 'third']) await without.servers.stop(account, name);
    }
    await expect
      .poll(async () => {
        await step([without]);
        return (await servers()).filter(({ state }) => state === 'stopping').length;
      })
      .toBe(0);
    await without.servers.start(one, '', { profile: 'python' });
    await without.servers.start(two, '', { profile: 'other' });
    const of = async ({ id }: Account) =>
      (await servers()).find((server) => server.accountId === id && server.name === '');
    await expect
      .poll(
        async () => {
          await step([without]);
          return [(await of(one))?.state, (await of(two))?.state];
        },
        { timeout: 30_000 },
      )
      .toEqual(['failed', 'ready']);
    expect((await of(one))?.failure).toContain(sentence);
    expect((await of(one))?.failure).toContain('Choose another environment');
  });
});
