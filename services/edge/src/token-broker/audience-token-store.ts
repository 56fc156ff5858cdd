import { type Queryable, sql } from '@vre/database';

/** An access token as stored: encrypted. */
export type StoredToken = { readonly token: string; readonly expiresAt: Date };

export async function findToken(
  queryable: Queryable,
  sessionId: string,
  audience: string,
  validUntil: Date,
): Promise<StoredToken | undefined> {
  const { rows } = await sql<StoredToken>`
    select token, expires_at as "expiresAt" from edge.audience_token
    where session_id = ${sessionId} and audience = ${audience} and expires_at > ${validUntil}`.execute(
    queryable,
  );
  return rows[0];
}

export async function putToken(
  queryable: Queryable,
  sessionId: string,
  audience: string,
  { token, expiresAt }: StoredToken,
): Promise<void> {
  await sql`
    insert into edge.audience_token (session_id, audience, token, expires_at)
    values (${sessionId}, ${audience}, ${token}, ${expiresAt})
    on conflict (session_id, audience) do update set token = excluded.token, expires_at = excluded.expires_at`.execute(
    queryable,
  );
}

export async function deleteToken(queryable: Queryable, sessionId: string, audience: string): Promise<void> {
  await sql`
    delete from edge.audience_token where session_id = ${sessionId} and audience = ${audience}`.execute(
    queryable,
  );
}
