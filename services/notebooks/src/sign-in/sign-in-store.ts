import { createHash } from 'node:crypto';
import { type Queryable, sql } from '@vre/database';

/** A sign-in under way; `verifier` is sealed. */
export type SignInAttempt = { readonly verifier: string; readonly nonce: string; readonly nextPath: string };

const hashOf = (value: string): Buffer => createHash('sha256').update(value).digest();

export async function insertAttempt(
  database: Queryable,
  attempt: SignInAttempt & { readonly state: string; readonly binding: string; readonly expiresAt: Date },
): Promise<void> {
  await sql`
    insert into hub.sign_in (state_hash, browser_hash, verifier, nonce, next_path, expires_at)
    values (${hashOf(attempt.state)}, ${hashOf(attempt.binding)}, ${attempt.verifier}, ${attempt.nonce},
            ${attempt.nextPath}, ${attempt.expiresAt})`.execute(database);
}

/**
 * Takes the sign-in of a state out of the table: it can be used once, by the browser that began. `undefined` when
 * there is none, or it has expired.
 */
export async function consumeAttempt(
  database: Queryable,
  given: { readonly state: string; readonly binding: string; readonly now: Date },
): Promise<SignInAttempt | undefined> {
  const { rows } = await sql<SignInAttempt & { readonly expiresAt: Date }>`
    delete from hub.sign_in where state_hash = ${hashOf(given.state)} and browser_hash = ${hashOf(given.binding)}
    returning verifier, nonce, next_path as "nextPath", expires_at as "expiresAt"`.execute(database);
  const row = rows[0];
  return row && row.expiresAt > given.now ? row : undefined;
}
