import { createHash } from 'node:crypto';
import { type Queryable, sql } from '@vre/database';

export type Login = {
  readonly state: 'waiting' | 'redirected' | 'signed-in' | 'ready' | 'failed';
  readonly polling: boolean;
  readonly account: string | null;
  readonly client_name: string;
  readonly client_address: string;
  readonly scope: string;
  readonly audience: string;
  readonly verifier: string | null;
  readonly nonce: string | null;
  readonly token: string | null;
  readonly refresh_token: string | null;
  readonly created_at: Date;
};

/** Codes and states are kept as hashes: who reads the table can not use them. */
const hashOf = (code: string): Buffer => createHash('sha256').update(code).digest();

/** False when `most` logins of this address wait already; two at the same instant may pass by one. */
export async function insertLogin(
  q: Queryable,
  code: string,
  login: Pick<Login, 'polling' | 'account' | 'client_name' | 'client_address' | 'scope' | 'audience'>,
  now: Date,
  expiresAt: Date,
  most: number,
): Promise<boolean> {
  await sql`delete from lake.oidc_login where expires_at < ${now}`.execute(q);
  const { rows } = await sql`
    insert into lake.oidc_login (code_hash, state, polling, account, client_name, client_address, scope, audience,
      expires_at, created_at)
    select ${hashOf(code)}, 'waiting', ${login.polling}::boolean, ${login.account}, ${login.client_name},
      ${login.client_address}, ${login.scope}, ${login.audience}, ${expiresAt}::timestamptz, ${now}::timestamptz
    where (select count(*) from lake.oidc_login where client_address = ${login.client_address}) < ${most}
    returning 1`.execute(q);
  return rows.length > 0;
}

export async function loginOf(q: Queryable, code: string, now: Date): Promise<Login | undefined> {
  const { rows } = await sql<Login>`
    select * from lake.oidc_login where code_hash = ${hashOf(code)} and expires_at > ${now}`.execute(q);
  return rows[0];
}

/** The browser goes to the issuer; again when the link is opened again. False once somebody has signed in with it. */
export async function redirectLogin(
  q: Queryable,
  code: string,
  secrets: { readonly state: string; readonly verifier: string; readonly nonce: string },
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update lake.oidc_login set state = 'redirected', state_hash = ${hashOf(secrets.state)},
      verifier = ${secrets.verifier}, nonce = ${secrets.nonce}
    where code_hash = ${hashOf(code)} and state in ('waiting', 'redirected') and expires_at > ${now} returning state`.execute(
    q,
  );
  return rows.length > 0;
}

/** Takes the login that the issuer's answer belongs to, once. */
export async function takeRedirected(q: Queryable, state: string, now: Date): Promise<Login | undefined> {
  const { rows } = await sql<Login>`
    update lake.oidc_login set state = 'failed'
    where state_hash = ${hashOf(state)} and state = 'redirected' and expires_at > ${now} returning *`.execute(
    q,
  );
  return rows[0];
}

/** Lays the encrypted tokens down until the person has confirmed with the secret of the form. */
export async function awaitConfirmation(
  q: Queryable,
  state: string,
  tokens: { readonly token: string; readonly refreshToken: string | null },
  formSecret: string,
): Promise<void> {
  await sql`
    update lake.oidc_login set state = 'signed-in', token = ${tokens.token}, refresh_token = ${tokens.refreshToken},
      confirm_hash = ${hashOf(formSecret)}, verifier = null, nonce = null
    where state_hash = ${hashOf(state)}`.execute(q);
}

/** The person confirmed: the client may fetch the token, by `newCode` where a person has to type it. Once. */
export async function releaseLogin(
  q: Queryable,
  formSecret: string,
  newCode: string,
  now: Date,
): Promise<Login | undefined> {
  const { rows } = await sql<Login>`
    update lake.oidc_login set state = 'ready', confirm_hash = null,
      code_hash = case when polling then code_hash else ${hashOf(newCode)} end
    where confirm_hash = ${hashOf(formSecret)} and state = 'signed-in' and expires_at > ${now} returning *`.execute(
    q,
  );
  return rows[0];
}

/** The person did not start this: nothing is handed out. */
export async function refuseLogin(q: Queryable, formSecret: string): Promise<void> {
  await sql`delete from lake.oidc_login where confirm_hash = ${hashOf(formSecret)}`.execute(q);
}

/** Gives the token out and forgets the login. */
export async function takeToken(q: Queryable, code: string, now: Date): Promise<Login | undefined> {
  const { rows } = await sql<Login>`
    delete from lake.oidc_login where code_hash = ${hashOf(code)} and state = 'ready' and expires_at > ${now}
    returning *`.execute(q);
  return rows[0];
}
