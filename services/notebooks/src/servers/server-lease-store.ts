import type { JobRef } from '@vre/compute-port';
import { type Queryable, sql } from '@vre/database';
import type { ServerProgress, ServerState } from './server.ts';
import { type OwnedRow, type OwnedServer, ownedServer, ownerColumns, serverColumns } from './server-store.ts';

/** How a worker claims servers: nobody else works on them until then, unless it gives them back. */
export type Claim = {
  readonly worker: string;
  readonly now: Date;
  readonly until: Date;
  readonly limit: number;
};

/** Takes on servers in one of these states that nobody works on; `skip locked` lets several workers ask at once. */
async function claim(
  transaction: Queryable,
  states: readonly ServerState[],
  { worker, now, until, limit }: Claim,
): Promise<readonly OwnedServer[]> {
  const { rows } = await sql<OwnedRow>`
    with due as (
      select id from hub.server
      where state = any(${[...states]}::text[]) and (lease_until is null or lease_until < ${now})
      order by requested_at limit ${limit} for update skip locked)
    update hub.server set lease_holder = ${worker}, lease_until = ${until},
      state = case state when 'requested' then 'preparing' else state end
    from due, hub.account
    where server.id = due.id and account.id = server.account_id
    returning ${serverColumns}, ${ownerColumns}`.execute(transaction);
  return rows.map(ownedServer);
}

/** Requested starts, and those whose worker has not been heard of. */
export const claimStarts = (transaction: Queryable, wanted: Claim) =>
  claim(transaction, ['requested', 'preparing', 'starting'], wanted);
/** Running servers that nobody watches. */
export const claimRunning = (transaction: Queryable, wanted: Claim) => claim(transaction, ['ready'], wanted);
export const claimStopping = (transaction: Queryable, wanted: Claim) =>
  claim(transaction, ['stopping'], wanted);

/** Extends the leases of a worker; answers which servers are still its own. Those being stopped are not. */
export async function renewLeases(
  database: Queryable,
  worker: string,
  ids: readonly string[],
  until: Date,
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    update hub.server set lease_until = ${until}
    where id = any(${[...ids]}::uuid[]) and lease_holder = ${worker} and state <> 'stopping' returning id`.execute(
    database,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Gives a server back, so that the next worker need not wait for the lease to end. */
export async function releaseServer(database: Queryable, worker: string, id: string): Promise<void> {
  await sql`
    update hub.server set lease_holder = null, lease_until = null
    where id = ${id} and lease_holder = ${worker}`.execute(database);
}

/** Adds a line to the story of a start; false when the server is not the worker's any more. */
export async function appendProgress(
  transaction: Queryable,
  worker: string,
  id: string,
  line: ServerProgress,
): Promise<boolean> {
  const { rows } = await sql`
    update hub.server set progress = progress || ${JSON.stringify([line])}::jsonb
    where id = ${id} and lease_holder = ${worker} and state in ('preparing', 'starting') returning 1`.execute(
    transaction,
  );
  return rows.length > 0;
}

/** Adds what happened to a running server to its story; a few dozen lines at most are kept of that. */
export async function tellRunning(
  transaction: Queryable,
  id: string,
  startNumber: number,
  line: ServerProgress,
): Promise<boolean> {
  const { rows } = await sql`
    update hub.server set progress = progress || ${JSON.stringify([line])}::jsonb
    where id = ${id} and start_number = ${startNumber} and state = 'ready' and jsonb_array_length(progress) < 100
    returning 1`.execute(transaction);
  return rows.length > 0;
}

/** Begins a start anew that a dead worker left half done: what it may have put into the old directory counts no more. */
export async function renumberStart(
  database: Queryable,
  worker: string,
  id: string,
): Promise<number | undefined> {
  const { rows } = await sql<{ start_number: number }>`
    update hub.server set start_number = start_number + 1, directory = null, port = null, job = null, state = 'preparing'
    where id = ${id} and lease_holder = ${worker} and state in ('preparing', 'starting')
    returning start_number`.execute(database);
  return rows[0]?.start_number;
}

/** Writes down where a start happens before anything runs there. */
export async function enterStarting(
  transaction: Queryable,
  worker: string,
  id: string,
  start: {
    readonly directory: string;
    readonly port: number;
    readonly environment: string;
    readonly isolation: string;
    readonly sealedSecrets: string;
    readonly tokensRenewAt: Date;
    readonly tokensExpireAt: Date;
  },
): Promise<boolean> {
  const { rows } = await sql`
    update hub.server set state = 'starting', directory = ${start.directory}, port = ${start.port},
      environment = ${start.environment}, isolation = ${start.isolation}, sealed_secrets = ${start.sealedSecrets},
      tokens_renew_at = ${start.tokensRenewAt}, tokens_expire_at = ${start.tokensExpireAt}
    where id = ${id} and lease_holder = ${worker} and state = 'preparing' returning 1`.execute(transaction);
  return rows.length > 0;
}

export async function recordJob(
  database: Queryable,
  worker: string,
  id: string,
  job: JobRef,
): Promise<boolean> {
  const { rows } = await sql`
    update hub.server set job = ${JSON.stringify(job)}::jsonb
    where id = ${id} and lease_holder = ${worker} and state = 'starting' returning 1`.execute(database);
  return rows.length > 0;
}

/** The server answers: its route opens, and whoever watches next takes it on. */
export async function enterReady(
  transaction: Queryable,
  worker: string,
  id: string,
  given: { readonly now: Date; readonly line: ServerProgress },
): Promise<boolean> {
  const { rows } = await sql`
    update hub.server set state = 'ready', ready_at = ${given.now}, last_activity_at = ${given.now},
      progress = progress || ${JSON.stringify([given.line])}::jsonb, lease_holder = null, lease_until = null
    where id = ${id} and lease_holder = ${worker} and state = 'starting' returning 1`.execute(transaction);
  return rows.length > 0;
}

/** Ends a server that was not asked to; false when it is not the worker's any more. */
export async function enterFailed(
  transaction: Queryable,
  worker: string,
  id: string,
  given: { readonly now: Date; readonly failure: string; readonly log: readonly string[] },
): Promise<boolean> {
  const { rows } = await sql`
    update hub.server set state = 'failed', failure = ${given.failure}, failure_log = ${[...given.log]}::text[],
      ended_at = ${given.now}, job = null, port = null, notice = null, lease_holder = null, lease_until = null,
      tokens_renew_at = null, tokens_expire_at = null
    where id = ${id} and lease_holder = ${worker} and state in ('preparing', 'starting', 'ready') returning 1`.execute(
    transaction,
  );
  return rows.length > 0;
}

export async function enterStopped(
  transaction: Queryable,
  worker: string,
  id: string,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update hub.server set state = 'stopped', ended_at = ${now}, job = null, port = null, lease_holder = null,
      lease_until = null, tokens_renew_at = null, tokens_expire_at = null
    where id = ${id} and lease_holder = ${worker} and state = 'stopping' returning 1`.execute(transaction);
  return rows.length > 0;
}
