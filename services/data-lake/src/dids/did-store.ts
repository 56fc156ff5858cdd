import { type Database, type Queryable, sql } from '@vre/database';
import { RucioError, type ScopedName, scopedName } from '@vre/protocol-rucio';
import type { Did } from './did.ts';

const columns = sql`d.id, s.name as scope, d.scope_id as "scopeId", s.account_id as "ownerId", d.name, d.type,
  a.name as account, d.is_open, d.monotonic, d.suppressed, d.availability, d.purge_replicas, d.bytes, d.length,
  d.adler32, d.md5, d.guid, d.meta, d.created_at, d.updated_at, d.closed_at, d.expired_at, d.accessed_at`;
const joined = sql`lake.did d join lake.scope s on s.id = d.scope_id join lake.account a on a.id = d.account_id`;

export const didNotFound = (did: ScopedName): RucioError =>
  new RucioError('DataIdentifierNotFound', `Data identifier '${scopedName(did).slice(0, 300)}' not found`);

/** Throws DataIdentifierNotFound. */
export async function didNamed(q: Queryable, did: ScopedName): Promise<Did> {
  const { rows } = await sql<Did>`
    select ${columns} from ${joined} where s.name = ${did.scope} and d.name = ${did.name}`.execute(q);
  const found = rows[0];
  if (!found) throw didNotFound(did);
  return found;
}

const prepared = `
  select d.id, s.name as scope, d.scope_id as "scopeId", s.account_id as "ownerId", d.name, d.type,
    a.name as account, d.is_open, d.monotonic, d.suppressed, d.availability, d.purge_replicas, d.bytes, d.length,
    d.adler32, d.md5, d.guid, d.meta, d.created_at, d.updated_at, d.closed_at, d.expired_at, d.accessed_at
  from lake.did d join lake.scope s on s.id = d.scope_id join lake.account a on a.id = d.account_id
  where s.name = $1 and d.name = $2`;

/** The same by a statement that each connection prepares once: clients ask for single DIDs more than for all else. */
export async function didAsked(database: Database, did: ScopedName): Promise<Did> {
  const { rows } = await database.withConnection((client) =>
    client.query<Did>({ name: 'did-asked', text: prepared, values: [did.scope, did.name] }),
  );
  const found = rows[0];
  if (!found) throw didNotFound(did);
  return found;
}

/** The same, and nobody closes, reopens or removes it before the transaction ends; others may attach meanwhile. */
export async function didHeld(q: Queryable, did: ScopedName, exclusive: boolean): Promise<Did> {
  const { rows } = await sql<Did>`
    select ${columns} from ${joined} where s.name = ${did.scope} and d.name = ${did.name}
    for ${exclusive ? sql`update` : sql`share`} of d`.execute(q);
  const found = rows[0];
  if (!found) throw didNotFound(did);
  return found;
}

/** Existing DIDs of a list, in its order; unknown ones are left out. */
export async function didsNamed(q: Queryable, dids: readonly ScopedName[]): Promise<readonly Did[]> {
  const { rows } = await sql<Did>`
    select ${columns}
    from unnest(${dids.map(({ scope }) => scope)}::text[], ${dids.map(({ name }) => name)}::text[])
      with ordinality as wanted (scope, name, place)
    join lake.scope s on s.name = wanted.scope
    join lake.did d on d.scope_id = s.id and d.name = wanted.name
    join lake.account a on a.id = d.account_id
    order by wanted.place`.execute(q);
  return rows;
}

/** The same, throwing DataIdentifierNotFound for the first unknown one. */
export async function allDidsNamed(q: Queryable, dids: readonly ScopedName[]): Promise<readonly Did[]> {
  const found = await didsNamed(q, dids);
  const known = new Set(found.map(scopedName));
  const missing = dids.find((did) => !known.has(scopedName(did)));
  if (missing) throw didNotFound(missing);
  return found;
}

/** Id of a new dataset or container, `undefined` when the name is taken. */
export async function insertCollection(
  q: Queryable,
  did: {
    readonly scopeId: number;
    readonly name: string;
    readonly type: 'D' | 'C';
    readonly accountId: number;
    readonly monotonic: boolean;
    readonly expiredAt: Date | null;
  },
  now: Date,
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    insert into lake.did (scope_id, name, type, account_id, is_open, monotonic, expired_at, created_at, updated_at)
    values (${did.scopeId}, ${did.name}, ${did.type}, ${did.accountId}, true, ${did.monotonic}, ${did.expiredAt},
      ${now}, ${now})
    on conflict (scope_id, name) do nothing returning id`.execute(q);
  return rows[0]?.id;
}

/** Files, datasets (or containers) and bytes below a collection, each DID counted once. */
export async function sizeOf(
  q: Queryable,
  id: number,
  depth: 'F' | 'D' = 'F',
): Promise<{ readonly length: number; readonly bytes: number }> {
  const { rows } = await sql<{ length: number; bytes: number }>`
    with recursive below (id, type) as (
      select c.child_id, d.type from lake.content c join lake.did d on d.id = c.child_id where c.parent_id = ${id}
      union
      select c.child_id, d.type from below b join lake.content c on c.parent_id = b.id
        join lake.did d on d.id = c.child_id where b.type <> 'F')
    select count(*) filter (where b.type = ${depth})::bigint as length,
      coalesce(sum(d.bytes) filter (where b.type = 'F'), 0)::bigint as bytes
    from below b join lake.did d on d.id = b.id`.execute(q);
  return rows[0] ?? { length: 0, bytes: 0 };
}

/** Closing freezes size; `undefined` size reopens. */
export async function setOpen(
  q: Queryable,
  id: number,
  size: { readonly length: number; readonly bytes: number } | undefined,
  now: Date,
): Promise<void> {
  await sql`
    update lake.did set is_open = ${size === undefined}, length = ${size?.length ?? null}, bytes = ${size?.bytes ?? null},
      closed_at = ${size === undefined ? null : now}, updated_at = ${now}
    where id = ${id}`.execute(q);
}
