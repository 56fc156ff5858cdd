import { sql } from '@vre/database';
import { HubError, type ProgressEvent } from '@vre/protocol-jupyterhub';
import type { TestContext } from '@vre/testing';
import type { Account } from '../accounts/account.ts';
import type { Server, ServerState } from '../servers/server.ts';
import type { ServerReader, Servers } from '../servers/servers.ts';
import { issueServerToken, revokeServerTokens } from '../tokens/token-service.ts';

const columns = sql.raw(`id, account_id as "accountId", name, display_name as "displayName", state,
  start_number as "startNumber", profile, options, progress, failure, failure_log as "failureLog", job, directory, port,
  environment, isolation, requested_at as "requestedAt", ready_at as "readyAt", ended_at as "endedAt",
  last_activity_at as "lastActivityAt", warned_at as "warnedAt", keep_until as "keepUntil",
  tokens_expire_at as "tokensExpireAt", home_bytes as "homeBytes"`);

/** Servers that are rows and nothing else: a start is ready at once, or stays where `nextState` says. */
export interface FakeServers {
  readonly servers: Servers;
  readonly read: ServerReader;
  nextState: ServerState;
  /** Tokens of starts, by the server's id. */
  readonly tokens: Map<string, string>;
  readonly kept: { readonly name: string; readonly until: Date }[];
  readonly activity: Parameters<Servers['recordActivity']>[1][];
  /** What `progress` of any server tells; it waits for the next when the list is used up, unless it ended. */
  events: ProgressEvent[];
}

export function fakeServers(context: TestContext): FakeServers {
  const { database, clock, identifiers } = context;
  const find = async (accountId: string, name: string) =>
    (
      await sql<Server>`select ${columns} from hub.server where account_id = ${accountId} and name = ${name}`.execute(
        database.direct,
      )
    ).rows[0];
  const setState = async (id: string, state: ServerState) =>
    (
      await sql<Server>`update hub.server set state = ${state} where id = ${id} returning ${columns}`.execute(
        database.direct,
      )
    ).rows[0];

  const servers: Servers = {
    start: async (account: Account, name, { profile, options }) => {
      const known = await find(account.id, name);
      if (known && known.state !== 'stopped' && known.state !== 'failed')
        throw new HubError(400, `${account.name}/${name} is running or starting already.`);
      const now = clock.now();
      const readyAt = fake.nextState === 'ready' ? now : null;
      const failure = fake.nextState === 'failed' ? 'It did not start: out of memory.' : null;
      const { rows } = await sql<Server>`
        insert into hub.server as known (id, account_id, name, state, profile, options, failure, port, requested_at, ready_at)
        values (${identifiers.uuid()}, ${account.id}, ${name}, ${fake.nextState}, ${profile ?? 'lab'},
                ${JSON.stringify(options ?? {})}::jsonb, ${failure}, 4711, ${now}, ${readyAt})
        on conflict (account_id, name) do update
          set state = excluded.state, ready_at = excluded.ready_at, start_number = known.start_number + 1
        returning ${columns}`.execute(database.direct);
      const server = rows[0] as Server;
      const token = await issueServerToken(database.direct, {
        accountId: account.id,
        accountName: account.name,
        serverId: server.id,
        serverName: name,
        now,
      });
      fake.tokens.set(server.id, token);
      return server;
    },
    stop: async (account, name) => {
      const server = await find(account.id, name);
      if (!server) return undefined;
      await revokeServerTokens(database.direct, server.id);
      return setState(server.id, 'stopped');
    },
    remove: async (account, name) => {
      await sql`delete from hub.server where account_id = ${account.id} and name = ${name}`.execute(
        database.direct,
      );
    },
    recordActivity: async (account, activity) => {
      for (const name of Object.keys(activity.servers))
        if (!(await find(account.id, name))) throw new HubError(400, `No such server: ${name}.`);
      fake.activity.push(activity);
    },
    keepAlive: async (_account, name, until) => void fake.kept.push({ name, until }),
    log: async ({ name }) => [`log of ${name}`],
    progress: async function* () {
      yield* fake.events;
      if (!fake.events.some(({ ready, failed }) => ready || failed))
        await new Promise((_resolve, reject) =>
          setTimeout(reject, 60_000, new Error('nobody ended it')).unref(),
        );
    },
  };
  const fake: FakeServers = {
    servers,
    read: {
      find,
      of: async (accountIds) =>
        (
          await sql<Server>`
            select ${columns} from hub.server where account_id = any(${[...accountIds]}::uuid[]) order by name`.execute(
            database.direct,
          )
        ).rows,
    },
    nextState: 'ready',
    tokens: new Map(),
    kept: [],
    activity: [],
    events: [],
  };
  return fake;
}
