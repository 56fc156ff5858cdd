import { type Queryable, sql } from '@vre/database';
import type { Server, ServerProgress } from './server.ts';

/** Whose a server is, as starting and watching it needs to know. */
export type ServerOwner = {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly username: string;
  readonly number: number;
  readonly groups: readonly string[];
};
export type OwnedServer = { readonly server: Server; readonly owner: ServerOwner };

export const serverColumns = sql.raw(`server.id, server.account_id as "accountId", server.name,
  server.display_name as "displayName", server.state, server.start_number as "startNumber", server.profile,
  server.options, server.progress, server.failure, server.failure_log as "failureLog", server.job, server.directory,
  server.port, server.environment, server.isolation, server.requested_at as "requestedAt",
  server.ready_at as "readyAt", server.ended_at as "endedAt", server.last_activity_at as "lastActivityAt",
  server.warned_at as "warnedAt", server.keep_until as "keepUntil", server.tokens_expire_at as "tokensExpireAt",
  server.notice, server.home_bytes as "homeBytes"`);
export const ownerColumns = sql.raw(`jsonb_build_object('id', account.id, 'issuer', account.issuer,
  'subject', account.subject, 'name', account.name, 'username', account.username, 'number', account.number,
  'groups', to_jsonb(account.groups)) as owner`);

type OwnedRow = Server & { readonly owner: ServerOwner };
export const ownedServer = ({ owner, ...server }: OwnedRow): OwnedServer => ({ server, owner });
export type { OwnedRow };

/** A removed server is seen no more, although something of it may still have to be tidied up. */
const visible = sql.raw(`not (server.remove_pending and server.state in ('stopped', 'failed'))`);

export async function findServer(
  database: Queryable,
  accountId: string,
  name: string,
): Promise<Server | undefined> {
  const { rows } = await sql<Server>`
    select ${serverColumns} from hub.server
    where account_id = ${accountId} and name = ${name} and ${visible}`.execute(database);
  return rows[0];
}

export async function findServerById(database: Queryable, id: string): Promise<OwnedServer | undefined> {
  const { rows } = await sql<OwnedRow>`
    select ${serverColumns}, ${ownerColumns} from hub.server join hub.account on account.id = server.account_id
    where server.id = ${id}`.execute(database);
  return rows[0] && ownedServer(rows[0]);
}

export async function serversOf(
  database: Queryable,
  accountIds: readonly string[],
): Promise<readonly Server[]> {
  const { rows } = await sql<Server>`
    select ${serverColumns} from hub.server
    where account_id = any(${[...accountIds]}::uuid[]) and ${visible} order by account_id, name`.execute(
    database,
  );
  return rows;
}

/** The server behind a path, while it is ready: no route outlives its server. */
export async function findRoute(
  database: Queryable,
  accountName: string,
  serverName: string,
): Promise<{ readonly server: Server; readonly accountName: string } | undefined> {
  const { rows } = await sql<Server>`
    select ${serverColumns} from hub.server join hub.account on account.id = server.account_id
    where account.name = ${accountName} and server.name = ${serverName} and server.state = 'ready'`.execute(
    database,
  );
  return rows[0] && { server: rows[0], accountName };
}

/** Servers of an account that run, or are about to. Its row stays locked, so that two starts count one after the other. */
export async function countRunning(transaction: Queryable, accountId: string): Promise<number> {
  await sql`select 1 from hub.account where id = ${accountId} for update`.execute(transaction);
  const { rows } = await sql<{ count: number }>`
    select count(*) from hub.server
    where account_id = ${accountId} and state not in ('stopped', 'failed')`.execute(transaction);
  return rows[0]?.count ?? 0;
}

/** Makes the row, or asks for another start of it; `undefined` when it runs or is about to. */
export async function requestStart(
  transaction: Queryable,
  wanted: {
    readonly id: string;
    readonly accountId: string;
    readonly name: string;
    readonly profile: string;
    readonly options: Readonly<Record<string, unknown>>;
    readonly line: ServerProgress;
    readonly now: Date;
  },
): Promise<Server | undefined> {
  const { rows } = await sql<Server>`
    insert into hub.server as server (id, account_id, name, state, start_number, profile, options, progress, requested_at)
    values (${wanted.id}, ${wanted.accountId}, ${wanted.name}, 'requested', 1, ${wanted.profile},
            ${JSON.stringify(wanted.options)}::jsonb, ${JSON.stringify([wanted.line])}::jsonb, ${wanted.now})
    on conflict (account_id, name) do update
      set state = 'requested', start_number = server.start_number + 1, profile = excluded.profile,
        options = excluded.options, progress = excluded.progress, requested_at = excluded.requested_at,
        failure = null, failure_log = '{}', notice = null, job = null, directory = null, port = null,
        ready_at = null, ended_at = null, last_activity_at = null, warned_at = null, keep_until = null,
        tokens_renew_at = null, tokens_expire_at = null, lease_holder = null, lease_until = null,
        remove_pending = false
      where server.state in ('stopped', 'failed')
    returning ${serverColumns}`.execute(transaction);
  return rows[0];
}

/** Marks servers for the stopper; whoever is starting one finds out and lets go. Returns those it is true of. */
export async function requestStop(
  transaction: Queryable,
  ids: readonly string[],
  change: { readonly remove: boolean; readonly notice: string | null },
): Promise<readonly OwnedServer[]> {
  const { rows } = await sql<OwnedRow>`
    update hub.server set state = 'stopping', lease_holder = null, lease_until = null, notice = ${change.notice},
      remove_pending = remove_pending or ${change.remove}
    from hub.account
    where account.id = server.account_id and server.id = any(${[...ids]}::uuid[])
      and state in ('requested', 'preparing', 'starting', 'ready')
    returning ${serverColumns}, ${ownerColumns}`.execute(transaction);
  return rows.map(ownedServer);
}

/** Hides a server that does not run, or will not for long; the janitor takes the row away. */
export async function markRemoved(transaction: Queryable, id: string): Promise<void> {
  await sql`update hub.server set remove_pending = true where id = ${id}`.execute(transaction);
}

/** What servers say about activity in them; never goes back. A warning is over when somebody works again. */
export async function recordServerActivity(
  transaction: Queryable,
  accountId: string,
  activity: readonly { readonly name: string; readonly at: Date }[],
): Promise<void> {
  await sql`
    update hub.server set last_activity_at = greatest(last_activity_at, told.at),
      warned_at = case when told.at > coalesce(last_activity_at, ready_at) then null else warned_at end
    from unnest(${activity.map(({ name }) => name)}::text[], ${activity.map(({ at }) => at.toISOString())}::timestamptz[])
      as told (name, at)
    where server.account_id = ${accountId} and server.name = told.name`.execute(transaction);
}

export async function recordAccountActivity(transaction: Queryable, id: string, at: Date): Promise<void> {
  await sql`
    update hub.account set last_activity_at = greatest(last_activity_at, ${at}::timestamptz) where id = ${id}`.execute(
    transaction,
  );
}

/** Keeps the culler away, at most up to `latest` after the server became ready. */
export async function keepServer(
  transaction: Queryable,
  id: string,
  until: Date,
  longestLifeSeconds: number,
): Promise<Server | undefined> {
  const { rows } = await sql<Server>`
    update hub.server set warned_at = null,
      keep_until = least(${until}::timestamptz, ready_at + make_interval(secs => ${longestLifeSeconds}))
    where id = ${id} and state = 'ready' returning ${serverColumns}`.execute(transaction);
  return rows[0];
}

/** The story of a start from line `from` on, and where it stands. */
export async function readProgress(
  database: Queryable,
  id: string,
  from: number,
): Promise<
  | (Pick<Server, 'state' | 'startNumber' | 'failure'> & { readonly lines: readonly ServerProgress[] })
  | undefined
> {
  const { rows } = await sql<
    Pick<Server, 'state' | 'startNumber' | 'failure'> & { readonly lines: readonly ServerProgress[] }
  >`
    select state, start_number as "startNumber", failure,
      (select coalesce(jsonb_agg(line order by place), '[]') from jsonb_array_elements(progress)
         with ordinality as told (line, place) where place > ${from}) as lines
    from hub.server where id = ${id}`.execute(database);
  return rows[0];
}

/** What the home held at the start, for the person to see. */
export async function recordHomeBytes(database: Queryable, id: string, bytes: number): Promise<void> {
  await sql`update hub.server set home_bytes = ${bytes} where id = ${id}`.execute(database);
}
