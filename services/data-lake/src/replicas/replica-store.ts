import { type Queryable, sql } from '@vre/database';
import type { ScopedName } from '@vre/protocol-rucio';

export type ReplicaStateLetter = 'A' | 'U' | 'C' | 'B' | 'D' | 'T';

/** A file and what the lake knows of its replica on one element; `state` is null where there is none. */
export type KnownFile = ScopedName & {
  readonly didId: number;
  readonly ownerId: number;
  readonly type: 'F' | 'D' | 'C';
  readonly bytes: number | null;
  readonly adler32: string | null;
  readonly md5: string | null;
  readonly state: ReplicaStateLetter | null;
  readonly path: string | null;
  readonly lock_cnt: number;
  /** The file has no replica but uploads that never finished. */
  readonly unborn: boolean;
};

/** Existing files of a list with their replicas on an element, held until the transaction ends. */
export async function filesOn(
  q: Queryable,
  rseId: number,
  files: readonly ScopedName[],
): Promise<readonly KnownFile[]> {
  const { rows } = await sql<KnownFile>`
    select s.name as scope, d.name, d.id as "didId", s.account_id as "ownerId", d.type, d.bytes, d.adler32, d.md5,
      r.state, r.path, coalesce(r.lock_cnt, 0) as lock_cnt,
      not exists (select from lake.replica o where o.did_id = d.id and o.state <> 'C') as unborn
    from unnest(${files.map(({ scope }) => scope)}::text[], ${files.map(({ name }) => name)}::text[]) as wanted (scope, name)
    join lake.scope s on s.name = wanted.scope
    join lake.did d on d.scope_id = s.id and d.name = wanted.name
    left join lake.replica r on r.did_id = d.id and r.rse_id = ${rseId}
    order by d.id for update of d`.execute(q);
  return rows;
}

export type NewFile = {
  readonly scopeId: number;
  readonly name: string;
  readonly bytes: number | null;
  readonly adler32: string | null;
  readonly md5: string | null;
  readonly guid: string | null;
  readonly meta: object;
};

/** Makes the DIDs that are missing; a taken name is left as it is. Returns what was made. */
export async function insertFiles(
  q: Queryable,
  files: readonly NewFile[],
  accountId: number,
  now: Date,
): Promise<readonly { readonly id: number; readonly scope_id: number; readonly name: string }[]> {
  if (files.length === 0) return [];
  const { rows } = await sql<{ id: number; scope_id: number; name: string }>`
    insert into lake.did (scope_id, name, type, account_id, bytes, length, adler32, md5, guid, meta, created_at, updated_at)
    select scope_id, name, 'F', ${accountId}, bytes, 1, adler32, md5, guid::uuid, meta::jsonb, ${now}, ${now}
    from unnest(${files.map((file) => file.scopeId)}::int[], ${files.map((file) => file.name)}::text[],
      ${files.map((file) => file.bytes)}::bigint[], ${files.map((file) => file.adler32)}::text[],
      ${files.map((file) => file.md5)}::text[], ${files.map((file) => file.guid)}::text[],
      ${files.map((file) => JSON.stringify(file.meta))}::text[])
      as file (scope_id, name, bytes, adler32, md5, guid, meta)
    order by scope_id, name
    on conflict (scope_id, name) do nothing returning id, scope_id, name`.execute(q);
  return rows;
}

/** Another file takes the name of an upload that never finished. */
export async function replaceUnborn(
  q: Queryable,
  files: readonly {
    readonly didId: number;
    readonly bytes: number | null;
    readonly adler32: string | null;
    readonly md5: string | null;
  }[],
  now: Date,
): Promise<void> {
  await sql`
    update lake.did d set bytes = file.bytes, adler32 = file.adler32, md5 = file.md5, updated_at = ${now}
    from unnest(${files.map(({ didId }) => didId)}::bigint[], ${files.map(({ bytes }) => bytes)}::bigint[],
      ${files.map(({ adler32 }) => adler32)}::text[], ${files.map(({ md5 }) => md5)}::text[])
      as file (id, bytes, adler32, md5)
    where d.id = file.id`.execute(q);
}

/**
 * Makes replicas in state C (or U for those about to arrive). An upload that did not finish, or a bad replica that is
 * uploaded again, starts over, and so do available ones that are named; others stay.
 */
export async function insertReplicas(
  q: Queryable,
  rseId: number,
  replicas: readonly { readonly didId: number; readonly path: string | null }[],
  startOver: readonly number[],
  tombstone: Date | null,
  now: Date,
): Promise<void> {
  await sql`
    insert into lake.replica (did_id, rse_id, state, path, tombstone, created_at, updated_at)
    select did_id, ${rseId}, 'C', path, ${tombstone}, ${now}, ${now}
    from unnest(${replicas.map(({ didId }) => didId)}::bigint[], ${replicas.map(({ path }) => path)}::text[]) as new (did_id, path)
    order by did_id
    on conflict (did_id, rse_id) do update set state = 'C', path = excluded.path, updated_at = excluded.updated_at,
      tombstone = case when replica.lock_cnt > 0 then null else excluded.tombstone end
    where replica.state in ('C', 'D', 'U') or replica.did_id = any(${[...startOver]}::bigint[])`.execute(q);
}
