import { type Queryable, sql } from '@vre/database';
import { RucioError } from '@vre/protocol-rucio';

export type Account = {
  readonly id: number;
  readonly name: string;
  readonly type: 'USER' | 'GROUP' | 'SERVICE';
  readonly status: 'ACTIVE' | 'SUSPENDED' | 'DELETED';
  readonly email: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly suspended_at: Date | null;
  readonly deleted_at: Date | null;
};

/** Throws AccountNotFound. Deleted accounts are found: their names are never given again. */
export async function accountNamed(q: Queryable, name: string): Promise<Account> {
  const { rows } = await sql<Account>`select * from lake.account where name = ${name}`.execute(q);
  const account = rows[0];
  if (!account) throw new RucioError('AccountNotFound', `Account ${name.slice(0, 100)} does not exist`);
  return account;
}

/** Id of a new account, `undefined` when the name is taken. */
export async function insertAccount(
  q: Queryable,
  account: { readonly name: string; readonly type: Account['type']; readonly email: string | null },
  now: Date,
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    insert into lake.account (name, type, email, created_at, updated_at)
    values (${account.name}, ${account.type}, ${account.email}, ${now}, ${now})
    on conflict (name) do nothing returning id`.execute(q);
  return rows[0]?.id;
}

export async function updateAccount(
  q: Queryable,
  id: number,
  change: {
    readonly status?: Account['status'];
    readonly email?: string | null;
    readonly type?: Account['type'];
  },
  now: Date,
): Promise<void> {
  const status = change.status ?? null;
  await sql`
    update lake.account set
      status = coalesce(${status}, status),
      suspended_at = case ${status}::text when 'SUSPENDED' then ${now}::timestamptz when 'ACTIVE' then null else suspended_at end,
      deleted_at = case ${status}::text when 'DELETED' then ${now}::timestamptz when 'ACTIVE' then null else deleted_at end,
      email = case when ${change.email !== undefined} then ${change.email ?? null}::text else email end,
      type = coalesce(${change.type ?? null}, type), updated_at = ${now}
    where id = ${id}`.execute(q);
}

/** Accounts by column or attribute; every filter must hold. */
export async function listAccounts(
  q: Queryable,
  filters: Readonly<Record<string, string>>,
): Promise<readonly { readonly account: string; readonly type: string; readonly email: string | null }[]> {
  const { account_type: type, identity, account, status, email, ...attributes } = filters;
  const { rows } = await sql<{ account: string; type: string; email: string | null }>`
    select a.name as account, a.type, a.email from lake.account a
    where a.status <> 'DELETED'
      and (${type ?? null}::text is null or a.type = upper(${type ?? null}))
      and (${account ?? null}::text is null or a.name like replace(${account ?? null}, '*', '%'))
      and (${status ?? null}::text is null or a.status = upper(${status ?? null}))
      and (${email ?? null}::text is null or a.email = ${email ?? null})
      and (${identity ?? null}::text is null or exists (
        select from lake.account_identity ai join lake.identity i on i.id = ai.identity_id
        where ai.account_id = a.id and i.name = ${identity ?? null}))
      and not exists (
        select from unnest(${Object.keys(attributes)}::text[], ${Object.values(attributes)}::text[]) as wanted (key, value)
        where not exists (select from lake.account_attribute t
          where t.account_id = a.id and t.key = wanted.key and t.value #>> '{}' = lower(wanted.value)
             or t.account_id = a.id and t.key = wanted.key and t.value #>> '{}' = wanted.value))
    order by a.name`.execute(q);
  return rows;
}

export async function attributesOf(
  q: Queryable,
  accountId: number,
): Promise<readonly { readonly key: string; readonly value: unknown }[]> {
  const { rows } = await sql<{ key: string; value: unknown }>`
    select key, value from lake.account_attribute where account_id = ${accountId} order by key`.execute(q);
  return rows;
}

export async function insertAttribute(
  q: Queryable,
  accountId: number,
  key: string,
  value: unknown,
): Promise<boolean> {
  const { rows } = await sql`
    insert into lake.account_attribute (account_id, key, value)
    values (${accountId}, ${key}, ${JSON.stringify(value)}::jsonb) on conflict do nothing returning key`.execute(
    q,
  );
  return rows.length > 0;
}

export async function deleteAttribute(q: Queryable, accountId: number, key: string): Promise<boolean> {
  const { rows } = await sql`
    delete from lake.account_attribute where account_id = ${accountId} and key = ${key} returning key`.execute(
    q,
  );
  return rows.length > 0;
}
