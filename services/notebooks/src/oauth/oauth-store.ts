import { type Queryable, sql } from '@vre/database';
import { hashOfToken } from '../tokens/token-store.ts';

/** A server as a client of the hub's OAuth. */
export type OAuthClient = {
  readonly serverId: string;
  readonly serverName: string;
  readonly accountId: string;
  readonly accountName: string;
};

export async function findClient(
  database: Queryable,
  accountName: string,
  serverName: string,
): Promise<OAuthClient | undefined> {
  const { rows } = await sql<OAuthClient>`
    select server.id as "serverId", server.name as "serverName", account.id as "accountId", account.name as "accountName"
    from hub.server join hub.account on account.id = server.account_id
    where account.name = ${accountName} and server.name = ${serverName}`.execute(database);
  return rows[0];
}

/** The server that a client secret, its start's token, belongs to. */
export async function findClientBySecret(
  database: Queryable,
  secret: string,
): Promise<OAuthClient | undefined> {
  const { rows } = await sql<OAuthClient>`
    select server.id as "serverId", server.name as "serverName", account.id as "accountId", account.name as "accountName"
    from hub.token join hub.server on server.id = token.server_id join hub.account on account.id = server.account_id
    where token.hash = ${hashOfToken(secret)} and token.kind = 'server'`.execute(database);
  return rows[0];
}

/** What a code was issued for. */
export type OAuthCode = {
  readonly clientId: string;
  readonly serverId: string;
  readonly accountId: string;
  readonly sessionId: string;
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly scopes: readonly string[];
  readonly expiresAt: Date;
};

export async function insertCode(
  database: Queryable,
  code: OAuthCode & { readonly value: string },
): Promise<void> {
  await sql`
    insert into hub.oauth_code (hash, client_id, server_id, account_id, session_id, redirect_uri, challenge, scopes, expires_at)
    values (${hashOfToken(code.value)}, ${code.clientId}, ${code.serverId}, ${code.accountId}, ${code.sessionId},
            ${code.redirectUri}, ${code.challenge}, ${code.scopes}::text[], ${code.expiresAt})`.execute(
    database,
  );
}

/** Takes a code of a server out of the table: it counts once, and another server's is left alone. */
export async function consumeCode(
  database: Queryable,
  value: string,
  serverId: string,
  now: Date,
): Promise<OAuthCode | undefined> {
  const { rows } = await sql<OAuthCode>`
    delete from hub.oauth_code where hash = ${hashOfToken(value)} and server_id = ${serverId}
    returning client_id as "clientId", server_id as "serverId", account_id as "accountId", session_id as "sessionId",
      redirect_uri as "redirectUri", challenge, scopes, expires_at as "expiresAt"`.execute(database);
  const row = rows[0];
  return row && row.expiresAt > now ? row : undefined;
}

/** Removes the tokens that a browser session already had for a server: each dance gives one. */
export async function deleteOAuthTokens(
  database: Queryable,
  sessionId: string,
  serverId: string,
  before: Date,
): Promise<void> {
  await sql`
    delete from hub.token where session_id = ${sessionId} and server_id = ${serverId} and kind = 'oauth'
      and created_at < ${before}`.execute(database);
}
