import { type Queryable, sql } from '@vre/database';
import type { Account } from '../accounts/account.ts';
import { accountColumns } from '../accounts/account-store.ts';

/** Which people a list shows: `users` and `groups` are those that the caller may see. */
export type UserFilter = {
  readonly everywhere: boolean;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly state: 'active' | 'ready' | 'inactive' | undefined;
  readonly nameFilter: string | undefined;
};
export type UserOrder = {
  readonly by: 'id' | 'name' | 'last_activity';
  readonly descending: boolean;
};

const active = sql.raw(`exists (select 1 from hub.server where server.account_id = account.id
  and server.state not in ('stopped', 'failed'))`);
const ready = sql.raw(
  `exists (select 1 from hub.server where server.account_id = account.id and server.state = 'ready')`,
);
const states = { active, ready, inactive: sql`not ${active}` };
const orders = {
  id: sql.raw('account.number'),
  name: sql.raw('account.name'),
  last_activity: sql.raw(`coalesce(account.last_activity_at, '-infinity')`),
};

const conditions = (filter: UserFilter) => sql`
  (${filter.everywhere} or account.name = any(${[...filter.users]}::text[]) or account.groups && ${[...filter.groups]}::text[])
  and (${filter.nameFilter ?? null}::text is null or position(lower(${filter.nameFilter ?? ''}) in account.name) > 0)
  and ${filter.state === undefined ? sql`true` : states[filter.state]}`;

/** A page of people, and how many there are in all. */
export async function listUsers(
  database: Queryable,
  filter: UserFilter,
  order: UserOrder,
  page: { readonly offset: number; readonly limit: number },
): Promise<{ readonly total: number; readonly accounts: readonly Account[] }> {
  const direction = sql.raw(order.descending ? 'desc' : 'asc');
  const [{ rows: accounts }, { rows: counts }] = await Promise.all([
    sql<Account>`
      select ${accountColumns} from hub.account where ${conditions(filter)}
      order by ${orders[order.by]} ${direction}, account.number ${direction}
      limit ${page.limit} offset ${page.offset}`.execute(database),
    sql<{ total: number }>`select count(*) as total from hub.account where ${conditions(filter)}`.execute(
      database,
    ),
  ]);
  return { total: counts[0]?.total ?? 0, accounts };
}

/** Groups of the people that the hub knows, with their names. */
export async function listGroups(
  database: Queryable,
): Promise<readonly { readonly name: string; readonly users: readonly string[] }[]> {
  const { rows } = await sql<{ name: string; users: string[] }>`
    select membership.name, array_agg(account.name order by account.name) as users
    from hub.account cross join lateral unnest(account.groups) as membership (name)
    group by membership.name order by membership.name`.execute(database);
  return rows;
}

/** Servers that requests are passed on to. */
export async function listRoutes(database: Queryable): Promise<
  readonly {
    readonly user: string;
    readonly server: string;
    readonly port: number | null;
    readonly lastActivityAt: Date | null;
  }[]
> {
  const { rows } = await sql<{
    user: string;
    server: string;
    port: number | null;
    lastActivityAt: Date | null;
  }>`
    select account.name as "user", server.name as "server", server.port, server.last_activity_at as "lastActivityAt"
    from hub.server join hub.account on account.id = server.account_id
    where server.state = 'ready' order by account.name, server.name`.execute(database);
  return rows;
}
