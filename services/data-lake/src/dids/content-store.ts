import { type Database, type Queryable, sql } from '@vre/database';

/** Attaches children; those attached already are left. Returns the ids really attached. */
export async function insertContent(
  q: Queryable,
  parentId: number,
  children: readonly number[],
  now: Date,
): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ child_id: number }>`
    insert into lake.content (parent_id, child_id, created_at)
    select ${parentId}, child, ${now} from unnest(${[...children]}::bigint[]) as child order by child
    on conflict do nothing returning child_id`.execute(q);
  return new Set(rows.map(({ child_id }) => child_id));
}

/** Detaches children and keeps the record. Returns the ids really detached. */
export async function deleteContent(
  q: Queryable,
  parentId: number,
  children: readonly number[],
  now: Date,
): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ child_id: number }>`
    with gone as (
      delete from lake.content where parent_id = ${parentId} and child_id = any(${[...children]}::bigint[])
      returning child_id, created_at),
    kept as (
      insert into lake.content_history (parent_id, scope, name, type, bytes, adler32, md5, created_at, deleted_at)
      select ${parentId}, s.name, d.name, d.type, d.bytes, d.adler32, d.md5, gone.created_at, ${now}
      from gone join lake.did d on d.id = gone.child_id join lake.scope s on s.id = d.scope_id)
    select child_id from gone`.execute(q);
  return new Set(rows.map(({ child_id }) => child_id));
}

/** The judge has to look at a collection again. */
export async function noteUpdated(q: Queryable, didIds: readonly number[], now: Date): Promise<void> {
  await sql`
    insert into lake.updated_did (did_id, created_at)
    select id, ${now} from unnest(${[...didIds]}::bigint[]) as id`.execute(q);
}

/** Kind of the children of a container, if it has any. */
export async function childKind(q: Queryable, parentId: number): Promise<'D' | 'C' | 'F' | undefined> {
  const { rows } = await sql<{ type: 'D' | 'C' | 'F' }>`
    select d.type from lake.content c join lake.did d on d.id = c.child_id where c.parent_id = ${parentId} limit 1`.execute(
    q,
  );
  return rows[0]?.type;
}

/** Which of these DIDs are the collection itself or lie above it: attaching them would make a circle. */
export async function ancestorsAmong(
  q: Queryable,
  id: number,
  candidates: readonly number[],
): Promise<readonly number[]> {
  const { rows } = await sql<{ id: number }>`
    with recursive above (id) as (
      select ${id}::bigint
      union
      select c.parent_id from above join lake.content c on c.child_id = above.id)
    select id from above where id = any(${[...candidates]}::bigint[])`.execute(q);
  return rows.map((row) => row.id);
}

export type ContentRecord = {
  readonly scope: string;
  readonly name: string;
  readonly type: 'F' | 'D' | 'C';
  readonly bytes: number | null;
  readonly adler32: string | null;
  readonly md5: string | null;
};

/** Children of a collection, streamed. */
export const streamContent = (database: Database, parentId: number): AsyncGenerator<ContentRecord> =>
  database.stream(sql<ContentRecord>`
    select s.name as scope, d.name, d.type, d.bytes, d.adler32, d.md5
    from lake.content c join lake.did d on d.id = c.child_id join lake.scope s on s.id = d.scope_id
    where c.parent_id = ${parentId} order by d.scope_id, d.name`);

export const streamParents = (database: Database, childId: number): AsyncGenerator<ContentRecord> =>
  database.stream(sql<ContentRecord>`
    select s.name as scope, d.name, d.type, d.bytes, d.adler32, d.md5
    from lake.content c join lake.did d on d.id = c.parent_id join lake.scope s on s.id = d.scope_id
    where c.child_id = ${childId} order by d.scope_id, d.name`);

export const streamContentHistory = (
  database: Database,
  parentId: number,
): AsyncGenerator<ContentRecord & { readonly created_at: Date; readonly deleted_at: Date | null }> =>
  database.stream(sql<ContentRecord & { created_at: Date; deleted_at: Date | null }>`
    select s.name as scope, d.name, d.type, d.bytes, d.adler32, d.md5, c.created_at, null::timestamptz as deleted_at
    from lake.content c join lake.did d on d.id = c.child_id join lake.scope s on s.id = d.scope_id
    where c.parent_id = ${parentId}
    union all
    select scope, name, type, bytes, adler32, md5, created_at, deleted_at
    from lake.content_history where parent_id = ${parentId}
    order by created_at`);

export type FileRecord = {
  readonly scope: string;
  readonly name: string;
  readonly bytes: number | null;
  readonly adler32: string | null;
  readonly guid: string | null;
  readonly events: number | null;
  readonly lumiblocknr: number | null;
  readonly parent_scope?: string;
  readonly parent_name?: string;
};

/** Every file below DIDs (a file is below itself), each once. */
export const streamFiles = (database: Database, ids: readonly number[]): AsyncGenerator<FileRecord> =>
  database.stream(sql<FileRecord>`
    with recursive below (id, type) as (
      select d.id, d.type from lake.did d where d.id = any(${[...ids]}::bigint[])
      union
      select c.child_id, d.type from below b join lake.content c on c.parent_id = b.id
        join lake.did d on d.id = c.child_id where b.type <> 'F')
    select s.name as scope, d.name, d.bytes, d.adler32, d.guid, d.meta -> 'events' as events,
      d.meta -> 'lumiblocknr' as lumiblocknr
    from below b join lake.did d on d.id = b.id join lake.scope s on s.id = d.scope_id
    where b.type = 'F' order by d.scope_id, d.name`);

/** The same with the DID each file was found below; a file below two of them comes twice. */
export const streamFilesByParent = (database: Database, ids: readonly number[]): AsyncGenerator<FileRecord> =>
  database.stream(sql<FileRecord>`
    with recursive below (top, id, type) as (
      select d.id, d.id, d.type from lake.did d where d.id = any(${[...ids]}::bigint[])
      union
      select b.top, c.child_id, d.type from below b join lake.content c on c.parent_id = b.id
        join lake.did d on d.id = c.child_id where b.type <> 'F')
    select ps.name as parent_scope, p.name as parent_name, s.name as scope, d.name, d.bytes, d.adler32, d.guid,
      d.meta -> 'events' as events, d.meta -> 'lumiblocknr' as lumiblocknr
    from below b join lake.did d on d.id = b.id join lake.scope s on s.id = d.scope_id
      join lake.did p on p.id = b.top join lake.scope ps on ps.id = p.scope_id
    where b.type = 'F'`);

export type TreeRecord = ContentRecord & { readonly parent: string | null; readonly level: number };

/** A scope as a tree: its DIDs with their parent in the scope. */
export const streamTree = (
  database: Database,
  scopeId: number,
  name: string | undefined,
  recursive: boolean,
): AsyncGenerator<TreeRecord> =>
  database.stream(sql<TreeRecord>`
    with recursive tree (id, parent, level) as (
      select d.id, null::bigint, 0 from lake.did d
      where d.scope_id = ${scopeId} and (${name ?? null}::text is null or d.name = ${name ?? null})
        and (${name !== undefined} or not exists (select from lake.content c where c.child_id = d.id))
      union
      select c.child_id, t.id, t.level + 1 from tree t join lake.content c on c.parent_id = t.id
      where ${recursive} and t.level < 20)
    select s.name as scope, d.name, d.type, d.bytes, d.adler32, d.md5, p.name as parent, t.level
    from tree t join lake.did d on d.id = t.id join lake.scope s on s.id = d.scope_id
      left join lake.did p on p.id = t.parent
    order by t.level, d.name`);
