import { type Queryable, sql } from '@vre/database';

/** Limits of an account by element id; null is unlimited, an element without entry allows nothing. */
export async function limitsOf(q: Queryable, accountId: number): Promise<ReadonlyMap<number, number | null>> {
  const { rows } = await sql<{ rse_id: number; bytes: number | null }>`
    select rse_id, bytes from lake.account_limit where account_id = ${accountId}`.execute(q);
  return new Map(rows.map(({ rse_id, bytes }) => [rse_id, bytes]));
}

export async function setLimit(
  q: Queryable,
  accountId: number,
  rseId: number,
  bytes: number | null,
): Promise<void> {
  await sql`
    insert into lake.account_limit (account_id, rse_id, bytes) values (${accountId}, ${rseId}, ${bytes})
    on conflict (account_id, rse_id) do update set bytes = excluded.bytes`.execute(q);
}

export async function deleteLimit(q: Queryable, accountId: number, rseId: number): Promise<boolean> {
  const { rows } = await sql`
    delete from lake.account_limit where account_id = ${accountId} and rse_id = ${rseId} returning rse_id`.execute(
    q,
  );
  return rows.length > 0;
}

/** Gives accounts that have no entry for an element the default quota there. Returns how many entries were made. */
export async function giveDefaultQuota(
  q: Queryable,
  bytes: number,
  only: { readonly accountId?: number; readonly rseId?: number },
): Promise<number> {
  const { rows } = await sql`
    insert into lake.account_limit (account_id, rse_id, bytes)
    select a.id, r.id, ${bytes} from lake.account a cross join lake.rse r
    where a.type = 'USER' and a.status = 'ACTIVE' and r.deleted_at is null
      and (${only.accountId ?? null}::int is null or a.id = ${only.accountId ?? null})
      and (${only.rseId ?? null}::int is null or r.id = ${only.rseId ?? null})
    on conflict do nothing returning rse_id`.execute(q);
  return rows.length;
}

export type GlobalLimit = { readonly expression: string; readonly bytes: number | null };

export async function globalLimitsOf(q: Queryable, accountId: number): Promise<readonly GlobalLimit[]> {
  const { rows } = await sql<GlobalLimit>`
    select expression, bytes from lake.account_global_limit where account_id = ${accountId} order by expression`.execute(
    q,
  );
  return rows;
}

export async function setGlobalLimit(
  q: Queryable,
  accountId: number,
  expression: string,
  bytes: number | null,
): Promise<void> {
  await sql`
    insert into lake.account_global_limit (account_id, expression, bytes) values (${accountId}, ${expression}, ${bytes})
    on conflict (account_id, expression) do update set bytes = excluded.bytes`.execute(q);
}

export async function deleteGlobalLimit(
  q: Queryable,
  accountId: number,
  expression: string,
): Promise<boolean> {
  const { rows } = await sql`
    delete from lake.account_global_limit where account_id = ${accountId} and expression = ${expression}
    returning expression`.execute(q);
  return rows.length > 0;
}

/** What an account has locked, by element id: counted per lock, exact to the last commit. */
export async function usageOf(
  q: Queryable,
  accountId: number,
): Promise<ReadonlyMap<number, { readonly files: number; readonly bytes: number }>> {
  const { rows } = await sql<{ rse_id: number; files: number; bytes: number }>`
    select rse_id, files, bytes from lake.account_usage where account_id = ${accountId}`.execute(q);
  return new Map(rows.map((row) => [row.rse_id, row]));
}
