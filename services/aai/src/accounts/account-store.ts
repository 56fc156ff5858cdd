import { type Queryable, sql } from '@vre/database';
import type { Account, AccountId, AccountState } from './account.ts';

const columns = sql.raw(`account.id, account.username, account.name, account.email,
  account.email_verified as "emailVerified", account.administrator, account.state,
  account.must_change_password as "mustChangePassword", account.created_at as "createdAt",
  account.signed_in_at as "signedInAt"`);

export async function findAccountById(db: Queryable, id: string): Promise<Account | undefined> {
  const { rows } = await sql<Account>`select ${columns} from aai.account where id = ${id}::uuid`.execute(db);
  return rows[0];
}

export async function findAccountByUsername(db: Queryable, username: string): Promise<Account | undefined> {
  const { rows } = await sql<Account>`
    select ${columns} from aai.account where username = ${username}`.execute(db);
  return rows[0];
}

/** What a login needs; the hash never leaves the accounts room. */
export async function findCredentials(
  db: Queryable,
  username: string,
): Promise<(Account & { readonly passwordHash: string }) | undefined> {
  const { rows } = await sql<Account & { passwordHash: string }>`
    select ${columns}, password_hash as "passwordHash" from aai.account where username = ${username}`.execute(
    db,
  );
  return rows[0];
}

/** Pages by username. `search` matches the start of username, name or e-mail, whatever the case. */
export async function listAccounts(
  db: Queryable,
  page: { readonly after: string; readonly limit: number; readonly search: string },
): Promise<readonly Account[]> {
  const pattern = `${page.search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await sql<Account>`
    select ${columns} from aai.account
    where username > ${page.after}
      and (username like ${pattern} or lower(name) like ${pattern} or lower(email) like ${pattern})
    order by username limit ${page.limit}`.execute(db);
  return rows;
}

/** False when the username is or was somebody's. */
export async function insertAccount(
  db: Queryable,
  account: {
    readonly id: AccountId;
    readonly username: string;
    readonly name: string | null;
    readonly email: string | null;
    readonly administrator: boolean;
    readonly passwordHash: string;
    readonly mustChangePassword: boolean;
    readonly now: Date;
  },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into aai.account (id, username, name, email, administrator, password_hash, must_change_password,
                             created_at, changed_at)
    values (${account.id}, ${account.username}, ${account.name}, ${account.email}, ${account.administrator},
            ${account.passwordHash}, ${account.mustChangePassword}, ${account.now}, ${account.now})
    on conflict (username) do nothing`.execute(db);
  return numAffectedRows === 1n;
}

export async function updatePassword(
  db: Queryable,
  id: AccountId,
  password: { readonly hash: string; readonly mustChange: boolean },
  now: Date,
): Promise<void> {
  await sql`
    update aai.account set password_hash = ${password.hash}, must_change_password = ${password.mustChange},
      changed_at = ${now} where id = ${id}`.execute(db);
}

/** A changed e-mail address is no longer a verified one. */
export async function updateProfile(
  db: Queryable,
  id: AccountId,
  profile: { readonly name: string | null; readonly email: string | null },
  now: Date,
): Promise<void> {
  await sql`
    update aai.account set name = ${profile.name}, email = ${profile.email},
      email_verified = email_verified and email is not distinct from ${profile.email}, changed_at = ${now}
    where id = ${id}`.execute(db);
}

/** Moves to `to`; false when the account is there already. */
export async function updateState(
  db: Queryable,
  id: AccountId,
  to: AccountState,
  now: Date,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update aai.account set state = ${to}, changed_at = ${now} where id = ${id} and state <> ${to}`.execute(
    db,
  );
  return numAffectedRows === 1n;
}

export async function recordSignIn(db: Queryable, id: AccountId, now: Date): Promise<void> {
  await sql`update aai.account set signed_in_at = ${now} where id = ${id}`.execute(db);
}

/** Usernames of active administrators, locked so that the last one cannot vanish twice at once. */
export async function lockActiveAdministrators(db: Queryable): Promise<readonly string[]> {
  const { rows } = await sql<{ username: string }>`
    select username from aai.account where administrator and state = 'active' order by id for update`.execute(
    db,
  );
  return rows.map((row) => row.username);
}

export async function anyAccount(db: Queryable): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`select exists (select from aai.account) as any`.execute(db);
  return rows[0]?.any === true;
}
