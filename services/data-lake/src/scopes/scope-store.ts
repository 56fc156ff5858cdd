import { type Queryable, sql } from '@vre/database';
import { RucioError } from '@vre/protocol-rucio';

export type Scope = { readonly id: number; readonly name: string; readonly ownerId: number };

/** False when the name is taken. */
export async function insertScope(
  q: Queryable,
  name: string,
  accountId: number,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`
    insert into lake.scope (name, account_id, created_at, updated_at) values (${name}, ${accountId}, ${now}, ${now})
    on conflict (name) do nothing returning id`.execute(q);
  return rows.length > 0;
}

export async function allScopes(
  q: Queryable,
): Promise<readonly { readonly scope: string; readonly account: string }[]> {
  const { rows } = await sql<{ scope: string; account: string }>`
    select s.name as scope, a.name as account from lake.scope s join lake.account a on a.id = s.account_id
    order by s.name`.execute(q);
  return rows;
}

export async function scopesOf(q: Queryable, accountId: number): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from lake.scope where account_id = ${accountId} order by name`.execute(q);
  return rows.map(({ name }) => name);
}

/** Scopes by name; throws ScopeNotFound for the first that does not exist. */
export async function scopesNamed(
  q: Queryable,
  names: readonly string[],
): Promise<ReadonlyMap<string, Scope>> {
  const { rows } = await sql<Scope>`
    select id, name, account_id as "ownerId" from lake.scope where name = any(${[...new Set(names)]}::text[])`.execute(
    q,
  );
  const found = new Map(rows.map((scope) => [scope.name, scope]));
  const missing = names.find((name) => !found.has(name));
  if (missing !== undefined)
    throw new RucioError('ScopeNotFound', `Scope ${missing.slice(0, 100)} does not exist`);
  return found;
}

export async function scopeNamed(q: Queryable, name: string): Promise<Scope> {
  return (await scopesNamed(q, [name])).get(name) as Scope;
}

export async function giveScope(q: Queryable, scopeId: number, accountId: number, now: Date): Promise<void> {
  await sql`update lake.scope set account_id = ${accountId}, updated_at = ${now} where id = ${scopeId}`.execute(
    q,
  );
}
