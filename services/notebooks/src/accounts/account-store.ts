import { type Database, type Queryable, sql } from '@vre/database';
import type { Account } from './account.ts';
import { hubNameOf, nthName } from './hub-name.ts';

/** An account, and when the issuer was last asked about the person. */
export type KnownAccount = { readonly account: Account; readonly claimsReadAt: Date | null };

type AccountRow = Account & { readonly claimsReadAt: Date | null };

const columns = sql.raw(`account.id, account.issuer, account.subject, account.name, account.username,
  account.full_name as "fullName", account.email, account.groups, account.number, account.created_at as "createdAt",
  account.last_activity_at as "lastActivityAt"`);

/** Columns of an account for statements of other rooms that join it. */
export const accountColumns = columns;

export async function findKnownAccount(
  database: Queryable,
  issuer: string,
  subject: string,
): Promise<KnownAccount | undefined> {
  const { rows } = await sql<AccountRow>`
    select ${columns}, claims_read_at as "claimsReadAt" from hub.account
    where issuer = ${issuer} and subject = ${subject}`.execute(database);
  if (!rows[0]) return undefined;
  const { claimsReadAt, ...account } = rows[0];
  return { account, claimsReadAt };
}

export const findAccount = async (
  database: Queryable,
  issuer: string,
  subject: string,
): Promise<Account | undefined> => (await findKnownAccount(database, issuer, subject))?.account;

export async function findAccountById(database: Queryable, id: string): Promise<Account | undefined> {
  const { rows } = await sql<Account>`select ${columns} from hub.account where id = ${id}`.execute(database);
  return rows[0];
}

export async function findAccountByName(database: Queryable, name: string): Promise<Account | undefined> {
  const { rows } = await sql<Account>`select ${columns} from hub.account where name = ${name}`.execute(
    database,
  );
  return rows[0];
}

/** What is known of a person; a value that is not known now stays as it was. */
export type PersonClaims = {
  readonly issuer: string;
  readonly subject: string;
  readonly username: string | undefined;
  readonly fullName: string | undefined;
  readonly email: string | undefined;
  readonly groups: readonly string[] | undefined;
};

/**
 * Brings the claims of an account up to date, or creates it with the first free name that its username gives. A name
 * stays with its account for ever, also when the username changes.
 */
export async function saveAccount(
  database: Database,
  person: PersonClaims & { readonly id: string; readonly now: Date },
): Promise<Account> {
  const known = await updateClaims(database.direct, person);
  if (known) return known;
  return database.transaction(async (transaction) => {
    // New names are given one at a time: two people of one name must not take the same one.
    await sql`select pg_advisory_xact_lock(hashtextextended('hub.account.name', 0))`.execute(transaction);
    const meanwhile = await updateClaims(transaction, person);
    if (meanwhile) return meanwhile;
    const name = await freeName(transaction, hubNameOf(person.username ?? person.subject));
    const { rows } = await sql<Account>`
      insert into hub.account (id, issuer, subject, name, username, full_name, email, groups, claims_read_at, created_at)
      values (${person.id}, ${person.issuer}, ${person.subject}, ${name}, ${person.username ?? person.subject},
              ${person.fullName ?? ''}, ${person.email ?? ''}, ${person.groups ?? []}::text[], ${person.now}, ${person.now})
      returning ${columns}`.execute(transaction);
    // One row was inserted, so one is returned.
    return rows[0] as Account;
  });
}

async function updateClaims(
  database: Queryable,
  person: PersonClaims & { readonly now: Date },
): Promise<Account | undefined> {
  const { rows } = await sql<Account>`
    update hub.account set
      username = coalesce(${person.username ?? null}, username),
      full_name = coalesce(${person.fullName ?? null}, full_name),
      email = coalesce(${person.email ?? null}, email),
      groups = coalesce(${person.groups ?? null}::text[], groups),
      claims_read_at = ${person.now}
    where issuer = ${person.issuer} and subject = ${person.subject}
    returning ${columns}`.execute(database);
  return rows[0];
}

const namesAtOnce = 50;

async function freeName(database: Queryable, name: string): Promise<string> {
  for (let first = 1; ; first += namesAtOnce) {
    const candidates = Array.from({ length: namesAtOnce }, (_, index) => nthName(name, first + index));
    const { rows } = await sql<{ name: string }>`
      select name from hub.account where name = any(${candidates}::text[])`.execute(database);
    const taken = new Set(rows.map((row) => row.name));
    const free = candidates.find((candidate) => !taken.has(candidate));
    if (free !== undefined) return free;
  }
}

/** All accounts by name, for the operator: names need not be usernames. */
export async function listAccounts(database: Queryable): Promise<readonly Account[]> {
  const { rows } = await sql<Account>`select ${columns} from hub.account order by name`.execute(database);
  return rows;
}

/** How many people have ever used notebooks here. */
export async function countAccounts(database: Queryable): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from hub.account`.execute(database);
  return rows[0]?.count ?? 0;
}
