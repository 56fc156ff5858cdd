import { type Queryable, sql } from '@vre/database';
import type { Session } from './session.ts';

/** Encrypted tokens as stored. */
export type SealedTokens = { readonly id: string; readonly refreshToken: string; readonly idToken: string };

type SessionRow = Omit<Session, 'name' | 'email'> & {
  readonly name: string | null;
  readonly email: string | null;
};

const columns =
  sql.raw(`id, issuer, subject, username, name, email, groups, is_administrator as "isAdministrator",
  user_agent as "userAgent", address, created_at as "createdAt", last_seen_at as "lastSeenAt", expires_at as "expiresAt"`);
const sealed = sql.raw('id, refresh_token as "refreshToken", id_token as "idToken"');

const sessionOf = (row: SessionRow): Session => ({
  ...row,
  name: row.name ?? undefined,
  email: row.email ?? undefined,
});

/** When a session counts: before its end, and seen after `idleSince`. */
export type Liveness = { readonly now: Date; readonly idleSince: Date };

const living = (at: Liveness) => sql`expires_at > ${at.now} and last_seen_at > ${at.idleSince}`;

export async function insertSession(
  queryable: Queryable,
  session: Session,
  idHash: Buffer,
  tokens: SealedTokens,
): Promise<void> {
  await sql`
    insert into edge.session (id, id_hash, issuer, subject, username, name, email, groups, is_administrator,
      refresh_token, id_token, user_agent, address, created_at, last_seen_at, expires_at)
    values (${session.id}, ${idHash}, ${session.issuer}, ${session.subject}, ${session.username},
      ${session.name ?? null}, ${session.email ?? null}, ${session.groups}::text[], ${session.isAdministrator},
      ${tokens.refreshToken}, ${tokens.idToken}, ${session.userAgent}, ${session.address},
      ${session.createdAt}, ${session.lastSeenAt}, ${session.expiresAt})`.execute(queryable);
}

export async function findSession(
  queryable: Queryable,
  idHash: Buffer,
  at: Liveness,
): Promise<Session | undefined> {
  const { rows } = await sql<SessionRow>`
    select ${columns} from edge.session where id_hash = ${idHash} and ${living(at)}`.execute(queryable);
  return rows[0] && sessionOf(rows[0]);
}

export async function touchSession(queryable: Queryable, id: string, now: Date): Promise<void> {
  await sql`update edge.session set last_seen_at = ${now} where id = ${id}`.execute(queryable);
}

export async function listSessions(
  queryable: Queryable,
  person: { readonly issuer: string; readonly subject: string },
  at: Liveness,
): Promise<readonly Session[]> {
  const { rows } = await sql<SessionRow>`
    select ${columns} from edge.session
    where issuer = ${person.issuer} and subject = ${person.subject} and ${living(at)}
    order by last_seen_at desc limit 200`.execute(queryable);
  return rows.map(sessionOf);
}

/** Administrators of the issuer, learnt after the session began. */
export async function markAdministrator(queryable: Queryable, id: string): Promise<void> {
  await sql`update edge.session set is_administrator = true where id = ${id}`.execute(queryable);
}

/** Which of these still count. */
export async function livingSessions(
  queryable: Queryable,
  ids: readonly string[],
  at: Liveness,
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from edge.session where id = any(${ids}::uuid[]) and ${living(at)}`.execute(queryable);
  return new Set(rows.map((row) => row.id));
}

/** Removes a session and returns what it kept; `undefined` when it was gone already. */
export async function deleteSession(queryable: Queryable, id: string): Promise<SealedTokens | undefined> {
  const { rows } = await sql<SealedTokens>`
    delete from edge.session where id = ${id} returning ${sealed}`.execute(queryable);
  return rows[0];
}

/** Removes at most `limit` sessions that no longer count; two copies never take the same ones. */
export async function deleteExpired(
  queryable: Queryable,
  at: Liveness,
  limit: number,
): Promise<readonly SealedTokens[]> {
  const { rows } = await sql<SealedTokens>`
    delete from edge.session where id in (
      select id from edge.session where expires_at <= ${at.now} or last_seen_at <= ${at.idleSince}
      limit ${limit} for update skip locked)
    returning ${sealed}`.execute(queryable);
  return rows;
}

/** Sessions past their end that are still there, for the audit. */
export async function countOverdue(queryable: Queryable, before: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from edge.session where expires_at < ${before}`.execute(queryable);
  return rows[0]?.count ?? 0;
}

/** Locks a session until the transaction ends and returns its refresh token, encrypted. */
export async function lockRefreshToken(queryable: Queryable, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ refresh_token: string }>`
    select refresh_token from edge.session where id = ${id} for update`.execute(queryable);
  return rows[0]?.refresh_token;
}

export async function replaceRefreshToken(
  queryable: Queryable,
  id: string,
  refreshToken: string,
): Promise<void> {
  await sql`update edge.session set refresh_token = ${refreshToken} where id = ${id}`.execute(queryable);
}
