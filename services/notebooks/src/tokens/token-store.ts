import { createHash } from 'node:crypto';
import { type Queryable, sql } from '@vre/database';
import type { Account } from '../accounts/account.ts';

/** Made by a person, of one start of a server, or given to a server for the browser session that came. */
export type TokenKind = 'api' | 'server' | 'oauth';

/** A token of the hub without its value, of which only the SHA-256 is kept. */
export type Token = {
  readonly id: number;
  readonly kind: TokenKind;
  readonly accountId: string;
  readonly serverId: string | null;
  readonly sessionId: string | null;
  readonly oauthClient: string;
  readonly note: string;
  /** As asked for: `inherit`, `self` and `!user` are expanded when the token is used. */
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
};

export const hashOfToken = (value: string): Buffer => createHash('sha256').update(value).digest();

const columns = sql.raw(`token.id, token.kind, token.account_id as "accountId", token.server_id as "serverId",
  token.session_id as "sessionId", token.oauth_client as "oauthClient", token.note, token.scopes,
  token.created_at as "createdAt", token.last_used_at as "lastUsedAt", token.expires_at as "expiresAt"`);

export async function insertToken(
  database: Queryable,
  token: Omit<Token, 'id' | 'lastUsedAt'> & { readonly value: string },
): Promise<Token> {
  const { rows } = await sql<Token>`
    insert into hub.token (hash, kind, account_id, server_id, session_id, oauth_client, note, scopes, created_at, expires_at)
    values (${hashOfToken(token.value)}, ${token.kind}, ${token.accountId}, ${token.serverId}, ${token.sessionId},
            ${token.oauthClient}, ${token.note}, ${token.scopes}::text[], ${token.createdAt}, ${token.expiresAt})
    returning ${columns}`.execute(database);
  // One row was inserted, so one is returned.
  return rows[0] as Token;
}

/** A token that counts, with its owner and the name of its server. */
export type FoundToken = {
  readonly token: Token;
  readonly account: Account;
  readonly serverName: string | undefined;
};

/** `undefined` for an unknown token and for one whose time, or whose session's time, is over. */
export async function findToken(
  database: Queryable,
  value: string,
  now: Date,
): Promise<FoundToken | undefined> {
  const { rows } = await sql<TokenWithOwner>`
    select ${columns}, server.name as "serverName", account.id as "ownerId", account.issuer, account.subject,
      account.name, account.username, account.full_name as "fullName", account.email, account.groups, account.number,
      account.created_at as "ownerCreatedAt", account.last_activity_at as "lastActivityAt"
    from hub.token
    join hub.account on account.id = token.account_id
    left join hub.server on server.id = token.server_id
    left join hub.session on session.id = token.session_id
    where token.hash = ${hashOfToken(value)} and (token.expires_at is null or token.expires_at > ${now})
      and (session.id is null or session.expires_at > ${now})`.execute(database);
  if (!rows[0]) return undefined;
  const { serverName, ownerId, issuer, subject, name, username, fullName, email, groups, ...rest } = rows[0];
  const { number, ownerCreatedAt: createdAt, lastActivityAt, ...token } = rest;
  const person = { issuer, subject, name, username, fullName, email, groups };
  return {
    token,
    account: { ...person, id: ownerId, number, createdAt, lastActivityAt },
    serverName: serverName ?? undefined,
  };
}

type TokenWithOwner = Token &
  Omit<Account, 'id' | 'createdAt'> & {
    readonly serverName: string | null;
    readonly ownerId: string;
    readonly ownerCreatedAt: Date;
  };

export async function touchToken(database: Queryable, id: number, now: Date): Promise<void> {
  await sql`update hub.token set last_used_at = ${now} where id = ${id}`.execute(database);
}

/** Tokens of a person that still count, newest first; not the short ones that stand for another credential. */
export async function listTokens(
  database: Queryable,
  accountId: string,
  now: Date,
): Promise<readonly Token[]> {
  const { rows } = await sql<Token>`
    select ${columns} from hub.token
    where account_id = ${accountId} and (expires_at is null or expires_at > ${now})
      and not (kind = 'oauth' and session_id is null)
    order by id desc`.execute(database);
  return rows;
}

/** How many tokens a person made that still count. */
export async function countTokens(database: Queryable, accountId: string, now: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from hub.token
    where account_id = ${accountId} and kind = 'api' and (expires_at is null or expires_at > ${now})`.execute(
    database,
  );
  return rows[0]?.count ?? 0;
}

export async function findTokenOf(
  database: Queryable,
  accountId: string,
  id: number,
  now: Date,
): Promise<Token | undefined> {
  const { rows } = await sql<Token>`
    select ${columns} from hub.token
    where account_id = ${accountId} and id = ${id} and (expires_at is null or expires_at > ${now})`.execute(
    database,
  );
  return rows[0];
}

/** Removes a token of a person; false when there is none. */
export async function deleteToken(database: Queryable, accountId: string, id: number): Promise<boolean> {
  const { rows } = await sql`
    delete from hub.token where account_id = ${accountId} and id = ${id} returning 1`.execute(database);
  return rows.length > 0;
}

/** Removes what a server's start and its visitors were given. */
export async function deleteServerTokens(database: Queryable, serverId: string): Promise<void> {
  await sql`delete from hub.token where server_id = ${serverId} and kind in ('server', 'oauth')`.execute(
    database,
  );
}
