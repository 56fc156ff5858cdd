import { type Database, sql } from '@vre/database';
import { type Condition, filterSql, typeSql } from './did-filter.ts';

export type SearchRecord = {
  readonly scope: string;
  readonly name: string;
  readonly type: 'F' | 'D' | 'C';
  readonly bytes: number | null;
  readonly length: number | null;
};

/** DIDs of a scope that the filters describe, by name; with `recursive` also what lies below them. */
export function searchDids(
  database: Database,
  search: {
    readonly scopeId: number;
    readonly groups: readonly (readonly Condition[])[];
    readonly type: string;
    readonly recursive: boolean;
    readonly limit: number | undefined;
  },
): AsyncGenerator<SearchRecord> {
  const kind = search.groups.flat().some(({ key }) => key === 'type' || key === 'did_type')
    ? sql`true`
    : typeSql(search.type);
  const limit = search.limit === undefined ? sql`` : sql`limit ${search.limit}`;
  if (!search.recursive)
    return database.stream(sql<SearchRecord>`
      select s.name as scope, d.name, d.type, d.bytes, d.length
      from lake.did d join lake.scope s on s.id = d.scope_id
      where d.scope_id = ${search.scopeId} and not d.suppressed and ${kind} and ${filterSql(search.groups)}
      order by d.name ${limit}`);
  return database.stream(sql<SearchRecord>`
    with recursive found (id) as (
      select d.id from lake.did d
      where d.scope_id = ${search.scopeId} and not d.suppressed and ${filterSql(search.groups)}
      union
      select c.child_id from found join lake.content c on c.parent_id = found.id)
    select s.name as scope, d.name, d.type, d.bytes, d.length
    from found join lake.did d on d.id = found.id join lake.scope s on s.id = d.scope_id
    where ${kind} order by s.name, d.name ${limit}`);
}
