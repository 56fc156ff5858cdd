import { type Queryable, sql } from '@vre/database';

/** The folder that the members of one group share. */
export type Project = { readonly number: number; readonly group: string };

/** The projects of a person's groups, made when they are new. Groups of the same name at two issuers are two groups. */
export async function projectsOf(
  database: Queryable,
  issuer: string,
  groups: readonly string[],
): Promise<readonly Project[]> {
  if (groups.length === 0) return [];
  // Looked up first: a conflict would use up a number at every start.
  const { rows } = await sql<Project>`
    with wanted as (select distinct unnest(${[...groups]}::text[]) as group_name),
    made as (
      insert into hub.project (issuer, group_name)
      select ${issuer}, group_name from wanted
      where not exists (
        select 1 from hub.project where issuer = ${issuer} and project.group_name = wanted.group_name)
      on conflict (issuer, group_name) do nothing
      returning number, group_name)
    select number, group_name as "group" from made
    union all
    select number, group_name from hub.project join wanted using (group_name) where issuer = ${issuer}
    order by number`.execute(database);
  return rows;
}
