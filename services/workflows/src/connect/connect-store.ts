import { createHash } from 'node:crypto';
import { type Queryable, sql } from '@vre/database';

/** An authorization under way; `secret` is sealed. */
export type ConnectAttempt = {
  readonly id: string;
  readonly account_id: string;
  readonly secret: string;
  readonly nonce: string | null;
  readonly expires_at: Date;
  readonly poll_after: Date | null;
  readonly poll_seconds: number;
};

const hashOf = (state: string): Buffer => createHash('sha256').update(state).digest();
const columns = sql.raw('id, account_id, secret, nonce, expires_at, poll_after, poll_seconds');

export async function insertAttempt(
  database: Queryable,
  attempt: {
    readonly id: string;
    readonly accountId: string;
    readonly flow: 'code' | 'device';
    readonly state: string | null;
    readonly secret: string;
    readonly nonce: string | null;
    readonly now: Date;
    readonly expiresAt: Date;
    readonly pollSeconds: number;
  },
): Promise<void> {
  await sql`
    insert into workflows.connect_attempt (id, account_id, flow, state_hash, secret, nonce, created_at, expires_at, poll_seconds)
    values (${attempt.id}, ${attempt.accountId}, ${attempt.flow}, ${attempt.state === null ? null : hashOf(attempt.state)},
            ${attempt.secret}, ${attempt.nonce}, ${attempt.now}, ${attempt.expiresAt}, ${attempt.pollSeconds})`.execute(
    database,
  );
}

/** Takes the attempt of a state out of the table: it can be used once. */
export async function consumeByState(
  database: Queryable,
  state: string,
  now: Date,
): Promise<ConnectAttempt | undefined> {
  const { rows } = await sql<ConnectAttempt>`
    delete from workflows.connect_attempt where state_hash = ${hashOf(state)} and flow = 'code'
    returning ${columns}`.execute(database);
  const row = rows[0];
  return row && row.expires_at > now ? row : undefined;
}

export async function findDeviceAttempt(
  database: Queryable,
  accountId: string,
  id: string,
): Promise<ConnectAttempt | undefined> {
  const { rows } = await sql<ConnectAttempt>`
    select ${columns} from workflows.connect_attempt
    where id::text = ${id} and account_id = ${accountId} and flow = 'device'`.execute(database);
  return rows[0];
}

/** False when the issuer was asked less than its interval ago: then it is not asked again yet. */
export async function mayPoll(database: Queryable, id: string, now: Date): Promise<boolean> {
  const { rows } = await sql`
    update workflows.connect_attempt set poll_after = ${now}::timestamptz + make_interval(secs => poll_seconds)
    where id = ${id} and (poll_after is null or poll_after <= ${now}) returning 1`.execute(database);
  return rows.length > 0;
}

export async function removeAttempt(database: Queryable, id: string): Promise<void> {
  await sql`delete from workflows.connect_attempt where id = ${id}`.execute(database);
}
