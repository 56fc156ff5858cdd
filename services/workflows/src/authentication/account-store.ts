import { type Queryable, sql } from '@vre/database';
import type { Account } from './account.ts';

type AccountRow = {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly username: string;
  readonly full_name: string;
  readonly email: string;
  readonly number: number;
  readonly claims_read_at: Date | null;
};

export const accountOf = (row: Omit<AccountRow, 'claims_read_at'>): Account => ({
  id: row.id,
  issuer: row.issuer,
  subject: row.subject,
  username: row.username,
  fullName: row.full_name,
  email: row.email,
  number: row.number,
});

export async function findAccount(
  database: Queryable,
  issuer: string,
  subject: string,
): Promise<{ readonly account: Account; readonly claimsReadAt: Date | null } | undefined> {
  const { rows } = await sql<AccountRow>`
    select id, issuer, subject, username, full_name, email, number, claims_read_at from workflows.account
    where issuer = ${issuer} and subject = ${subject}`.execute(database);
  const row = rows[0];
  return row && { account: accountOf(row), claimsReadAt: row.claims_read_at };
}

/** Creates the account or brings its claims up to date; values that are not known now stay as they were. */
export async function saveAccount(
  database: Queryable,
  account: {
    readonly id: string;
    readonly issuer: string;
    readonly subject: string;
    readonly username: string | undefined;
    readonly fullName: string | undefined;
    readonly email: string | undefined;
    readonly now: Date;
  },
): Promise<Account> {
  const { rows } = await sql<AccountRow>`
    insert into workflows.account as known (id, issuer, subject, username, full_name, email, claims_read_at, created_at)
    values (${account.id}, ${account.issuer}, ${account.subject}, ${account.username ?? account.subject},
            ${account.fullName ?? ''}, ${account.email ?? ''}, ${account.now}, ${account.now})
    on conflict (issuer, subject) do update set
      username = coalesce(${account.username ?? null}, known.username),
      full_name = coalesce(${account.fullName ?? null}, known.full_name),
      email = coalesce(${account.email ?? null}, known.email),
      claims_read_at = ${account.now}
    returning id, issuer, subject, username, full_name, email, number, claims_read_at`.execute(database);
  return accountOf(rows[0] as AccountRow);
}

/** How many people have ever used workflows here. */
export async function countAccounts(database: Queryable): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from workflows.account`.execute(
    database,
  );
  return rows[0]?.count ?? 0;
}
