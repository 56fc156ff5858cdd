import { type Queryable, sql } from '@vre/database';
import type { Account } from '../accounts/account.ts';
import { accountColumns } from '../accounts/account-store.ts';

/** A browser that is signed in to the hub. */
export type Session = {
  readonly id: string;
  readonly account: Account;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
};

type SessionRow = Account & {
  readonly sessionId: string;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
};

export async function insertSession(
  database: Queryable,
  session: {
    readonly id: string;
    readonly hash: Buffer;
    readonly accountId: string;
    readonly now: Date;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await sql`
    insert into hub.session (id, hash, account_id, created_at, last_used_at, expires_at)
    values (${session.id}, ${session.hash}, ${session.accountId}, ${session.now}, ${session.now}, ${session.expiresAt})`.execute(
    database,
  );
}

/** The same person signed in again in the same browser: a new cookie for the session; `undefined` when it is another's. */
export async function renewSession(
  database: Queryable,
  given: {
    readonly oldHash: Buffer;
    readonly hash: Buffer;
    readonly accountId: string;
    readonly now: Date;
    readonly expiresAt: Date;
  },
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    update hub.session set hash = ${given.hash}, last_used_at = ${given.now}, expires_at = ${given.expiresAt}
    where hash = ${given.oldHash} and account_id = ${given.accountId} and expires_at > ${given.now}
    returning id`.execute(database);
  return rows[0]?.id;
}

export async function findSession(
  database: Queryable,
  hash: Buffer,
  now: Date,
): Promise<Session | undefined> {
  const { rows } = await sql<SessionRow>`
    select session.id as "sessionId", session.last_used_at as "lastUsedAt", session.expires_at as "expiresAt", ${accountColumns}
    from hub.session join hub.account on account.id = session.account_id
    where session.hash = ${hash} and session.expires_at > ${now}`.execute(database);
  if (!rows[0]) return undefined;
  const { sessionId, lastUsedAt, expiresAt, ...account } = rows[0];
  return { id: sessionId, account, lastUsedAt, expiresAt };
}

export async function touchSession(database: Queryable, id: string, now: Date): Promise<void> {
  await sql`update hub.session set last_used_at = ${now} where id = ${id}`.execute(database);
}

/** Which of these still count, with their people. */
export async function livingSessions(
  database: Queryable,
  ids: readonly string[],
  now: Date,
): Promise<readonly { readonly id: string; readonly account: Account }[]> {
  const { rows } = await sql<Account & { readonly sessionId: string }>`
    select session.id as "sessionId", ${accountColumns}
    from hub.session join hub.account on account.id = session.account_id
    where session.id = any(${ids}::uuid[]) and session.expires_at > ${now}`.execute(database);
  return rows.map(({ sessionId, ...account }) => ({ id: sessionId, account }));
}

/** Removes a session; its OAuth tokens and codes go with it. False when it was gone already. */
export async function deleteSession(database: Queryable, id: string): Promise<boolean> {
  const { rows } = await sql`delete from hub.session where id = ${id} returning 1`.execute(database);
  return rows.length > 0;
}

/** Removes every session of a person; returns their ids. */
export async function deleteSessionsOf(database: Queryable, accountId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    delete from hub.session where account_id = ${accountId} returning id`.execute(database);
  return rows.map(({ id }) => id);
}

/** Removes what is over: sessions, sign-ins, codes and tokens. Returns how many rows, at most `limit` of each kind. */
export async function deleteExpired(database: Queryable, now: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with
      gone_session as (
        delete from hub.session where id in (
          select id from hub.session where expires_at <= ${now} limit ${limit} for update skip locked) returning 1),
      gone_sign_in as (
        delete from hub.sign_in where state_hash in (
          select state_hash from hub.sign_in where expires_at <= ${now} limit ${limit} for update skip locked) returning 1),
      gone_code as (
        delete from hub.oauth_code where hash in (
          select hash from hub.oauth_code where expires_at <= ${now} limit ${limit} for update skip locked) returning 1),
      gone_token as (
        delete from hub.token where id in (
          select id from hub.token where expires_at <= ${now} limit ${limit} for update skip locked) returning 1)
    select (select count(*) from gone_session) + (select count(*) from gone_sign_in) +
           (select count(*) from gone_code) + (select count(*) from gone_token) as count`.execute(database);
  return rows[0]?.count ?? 0;
}

/** Sessions past their end that are still there, for the audit. */
export async function countOverdue(database: Queryable, before: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from hub.session where expires_at < ${before}`.execute(database);
  return rows[0]?.count ?? 0;
}
