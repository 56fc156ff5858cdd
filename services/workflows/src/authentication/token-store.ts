import { createHash } from 'node:crypto';
import { type Queryable, sql } from '@vre/database';
import type { Account } from './account.ts';
import { accountOf } from './account-store.ts';

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

export type TokenRow = {
  readonly id: string;
  readonly label: string;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
};

export async function insertToken(
  database: Queryable,
  token: {
    readonly id: string;
    readonly accountId: string;
    readonly value: string;
    readonly label: string;
    readonly now: Date;
    readonly expiresAt: Date | null;
  },
): Promise<TokenRow> {
  const { rows } = await sql<TokenRow>`
    insert into workflows.token (id, account_id, hash, label, created_at, expires_at)
    values (${token.id}, ${token.accountId}, ${hashOf(token.value)}, ${token.label}, ${token.now}, ${token.expiresAt})
    returning id, label, created_at, expires_at, last_used_at`.execute(database);
  return rows[0] as TokenRow;
}

/** The owner of a token value, whether or not it still counts. */
export async function findToken(
  database: Queryable,
  value: string,
): Promise<
  | {
      readonly id: string;
      readonly account: Account;
      readonly createdAt: Date;
      readonly expiresAt: Date | null;
      readonly lastUsedAt: Date | null;
      readonly revoked: boolean;
    }
  | undefined
> {
  const { rows } = await sql<
    TokenRow & {
      token_id: string;
      revoked: boolean;
      issuer: string;
      subject: string;
      username: string;
      full_name: string;
      email: string;
      number: number;
    }
  >`
    select token.id as token_id, token.created_at, token.expires_at, token.last_used_at, revoked_at is not null as revoked,
           account.id, issuer, subject, username, full_name, email, number
    from workflows.token join workflows.account on account.id = token.account_id
    where token.hash = ${hashOf(value)}`.execute(database);
  const row = rows[0];
  if (!row) return undefined;
  return {
    id: row.token_id,
    account: accountOf(row),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revoked: row.revoked,
  };
}

export async function touchToken(database: Queryable, id: string, now: Date): Promise<void> {
  await sql`update workflows.token set last_used_at = ${now} where id = ${id}`.execute(database);
}

/** Tokens that still count, newest first. */
export async function listTokens(
  database: Queryable,
  accountId: string,
  now: Date,
): Promise<readonly TokenRow[]> {
  const { rows } = await sql<TokenRow>`
    select id, label, created_at, expires_at, last_used_at from workflows.token
    where account_id = ${accountId} and revoked_at is null and (expires_at is null or expires_at > ${now})
    order by created_at desc`.execute(database);
  return rows;
}

/** False when the account has no such token in force. */
export async function revokeToken(
  database: Queryable,
  accountId: string,
  id: string,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update workflows.token set revoked_at = ${now}
    where id::text = ${id} and account_id = ${accountId} and revoked_at is null returning 1`.execute(
    database,
  );
  return rows.length > 0;
}
