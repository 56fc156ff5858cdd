import { type Database, sql } from '@vre/database';
import type { AuditFinding } from '@vre/service';

/** Invariants between the tables of the schema; an empty list is the good answer. */
export async function auditAai(database: Database): Promise<readonly AuditFinding[]> {
  const { rows } = await sql<AuditFinding>`
    select 'records belong to an account' as invariant, model || ' of ' || client_id as subject,
      'account ' || record.account_id || ' does not exist' as detail
    from aai.provider_record as record left join aai.account on account.id = record.account_id
    where record.account_id is not null and account.id is null
    union all
    select 'a disabled account holds nothing', username, count(*) || ' ' || model || ' left'
    from aai.provider_record as record join aai.account on account.id = record.account_id
    where account.state = 'disabled' group by username, model
    union all
    select 'a refresh token has its grant', coalesce(token.client_id, '?'), 'token of account ' || token.account_id
    from aai.provider_record as token
    where token.model = 'RefreshToken' and token.consumed_at is null and not exists (
      select from aai.provider_record as issued where issued.model = 'Grant' and issued.grant_hash = token.grant_hash)
    union all
    select 'members of a group are members of its parent', child.path, account.username
    from aai.membership join aai.user_group as child on child.id = group_id join aai.account on account.id = account_id
    where child.parent_id is not null and not exists (
      select from aai.membership as upper where upper.group_id = child.parent_id and upper.account_id = account.id)
    union all
    select 'somebody can administrate', 'accounts', 'there are accounts but no active administrator'
    where exists (select from aai.account)
      and not exists (select from aai.account where administrator and state = 'active')
    limit 1000`.execute(database.direct);
  return rows;
}
