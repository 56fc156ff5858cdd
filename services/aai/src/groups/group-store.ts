import { type Queryable, sql } from '@vre/database';

/** A group; `path` is its name in the `wlcg.groups` claim. */
export type Group = {
  readonly id: string;
  readonly path: string;
  readonly description: string;
  readonly optional: boolean;
  readonly members: number;
};
/** A group somebody belongs to. */
export type Membership = { readonly path: string; readonly optional: boolean };

export async function listGroups(db: Queryable): Promise<readonly Group[]> {
  const { rows } = await sql<Group>`
    select id, path, description, optional,
      (select count(*) from aai.membership where group_id = user_group.id) as members
    from aai.user_group order by path limit 1000`.execute(db);
  return rows;
}

export async function findGroup(
  db: Queryable,
  id: string,
): Promise<{ id: string; path: string } | undefined> {
  const { rows } = await sql<{ id: string; path: string }>`
    select id, path from aai.user_group where id = ${id}::uuid`.execute(db);
  return rows[0];
}

/** Missing ancestors included. Ids are made here because their number is not known before. */
export async function insertGroups(
  db: Queryable,
  group: {
    readonly path: string;
    readonly description: string;
    readonly optional: boolean;
    readonly now: Date;
  },
): Promise<string | undefined> {
  const names = group.path.split('/').slice(1);
  let id: string | undefined;
  for (let depth = 1; depth <= names.length; depth++) {
    const path = `/${names.slice(0, depth).join('/')}`;
    const parent = depth === 1 ? null : `/${names.slice(0, depth - 1).join('/')}`;
    const last = depth === names.length;
    const { rows } = await sql<{ id: string }>`
      insert into aai.user_group (id, path, parent_id, description, optional, created_at)
      values (gen_random_uuid(), ${path}, (select id from aai.user_group where path = ${parent}),
              ${last ? group.description : ''}, ${last && group.optional}, ${group.now})
      on conflict (path) do nothing returning id`.execute(db);
    id = rows[0]?.id;
  }
  return id;
}

/** False when it has members or groups below it. */
export async function deleteEmptyGroup(db: Queryable, id: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    delete from aai.user_group as g where id = ${id}::uuid
      and not exists (select from aai.membership where group_id = g.id)
      and not exists (select from aai.user_group as child where child.parent_id = g.id)`.execute(db);
  return numAffectedRows === 1n;
}

export async function listMembers(
  db: Queryable,
  id: string,
): Promise<readonly { username: string; since: Date }[]> {
  const { rows } = await sql<{ username: string; since: Date }>`
    select username, since from aai.membership join aai.account on account.id = account_id
    where group_id = ${id}::uuid order by username limit 10000`.execute(db);
  return rows;
}

/** Joins the group and every ancestor: a child's members are the parent's too. */
export async function insertMembership(
  db: Queryable,
  path: string,
  accountId: string,
  now: Date,
): Promise<void> {
  await sql`
    insert into aai.membership (group_id, account_id, since)
    select id, ${accountId}, ${now} from aai.user_group
    where path = ${path} or starts_with(${path}, path || '/')
    on conflict do nothing`.execute(db);
}

/** Leaves the group and everything below it. */
export async function deleteMembership(db: Queryable, path: string, accountId: string): Promise<void> {
  await sql`
    delete from aai.membership using aai.user_group as g
    where account_id = ${accountId} and group_id = g.id
      and (g.path = ${path} or starts_with(g.path, ${path} || '/'))`.execute(db);
}

/**
 * Groups of an account. Its administrators belong to `/administrators`, which services that judge by groups read, also
 * where nobody made a group of that name.
 */
export async function membershipsOf(db: Queryable, accountId: string): Promise<readonly Membership[]> {
  const { rows } = await sql<Membership>`
    select path, optional from aai.membership join aai.user_group on id = group_id
    where account_id = ${accountId}::uuid and path <> '/administrators'
    union all
    select '/administrators', false from aai.account
    where id = ${accountId}::uuid and (administrator or exists (
      select from aai.membership join aai.user_group on user_group.id = group_id
      where account_id = account.id and path = '/administrators'))
    order by path`.execute(db);
  return rows;
}
