import { createHash } from 'node:crypto';
import { type Queryable, sql } from '@vre/database';

export type Login = {
  readonly state: 'waiting' | 'confirmed' | 'ready' | 'failed';
  readonly polling: boolean;
  readonly account: string | null;
  readonly client_name: string;
  readonly client_address: string;
  readonly scope: string;
  readonly audience: string;
  readonly verifier: string | null;
  readonly nonce: string | null;
  readonly token: string | null;
  readonly created_at: Date;
};

/** Codes and states are kept as hashes: who reads the table can not use them. */
const hashOf = (code: string): Buffer => createHash('sha256').update(code).digest();

export async function insertLogin(
  q: Queryable,
  code: string,
  login: Pick<Login, 'polling' | 'account' | 'client_name' | 'client_address' | 'scope' | 'audience'>,
  now: Date,
  expiresAt: Date,
): Promise<void> {
  await sql`delete from lake.oidc_login where expires_at < ${now}`.execute(q);
  await sql`
    insert into lake.oidc_login (code_hash, state, polling, account, client_name, client_address, scope, audience,
      expires_at, created_at)
    values (${hashOf(code)}, 'waiting', ${login.polling}, ${login.account}, ${login.client_name},
      ${login.client_address}, ${login.scope}, ${login.audience}, ${expiresAt}, ${now})`.execute(q);
}

export async function loginOf(q: Queryable, code: string, now: Date): Promise<Login | undefined> {
  const { rows } = await sql<Login>`
    select * from lake.oidc_login where code_hash = ${hashOf(code)} and expires_at > ${now}`.execute(q);
  return rows[0];
}

/** The person agreed; false when someone did so before. */
export async function confirmLogin(
  q: Queryable,
  code: string,
  secrets: { readonly state: string; readonly verifier: string; readonly nonce: string },
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update lake.oidc_login set state = 'confirmed', state_hash = ${hashOf(secrets.state)},
      verifier = ${secrets.verifier}, nonce = ${secrets.nonce}
    where code_hash = ${hashOf(code)} and state = 'waiting' and expires_at > ${now} returning state`.execute(
    q,
  );
  return rows.length > 0;
}

/** Takes the login that the issuer's answer belongs to, once. */
export async function takeConfirmed(q: Queryable, state: string, now: Date): Promise<Login | undefined> {
  const { rows } = await sql<Login>`
    update lake.oidc_login set state = 'failed'
    where state_hash = ${hashOf(state)} and state = 'confirmed' and expires_at > ${now} returning *`.execute(
    q,
  );
  return rows[0];
}

/** Lays the encrypted token down; `newCode` replaces the code where a person has to type it. */
export async function finishLogin(
  q: Queryable,
  state: string,
  token: string,
  newCode: string | undefined,
): Promise<void> {
  await sql`
    update lake.oidc_login set state = 'ready', token = ${token}, verifier = null, nonce = null,
      code_hash = coalesce(${newCode === undefined ? null : hashOf(newCode)}, code_hash)
    where state_hash = ${hashOf(state)}`.execute(q);
}

/** Gives the token out and forgets the login. */
export async function takeToken(q: Queryable, code: string, now: Date): Promise<Login | undefined> {
  const { rows } = await sql<Login>`
    delete from lake.oidc_login where code_hash = ${hashOf(code)} and state = 'ready' and expires_at > ${now}
    returning *`.execute(q);
  return rows[0];
}
