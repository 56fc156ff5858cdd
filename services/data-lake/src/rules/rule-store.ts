import { type Database, type Queryable, sql } from '@vre/database';
import { RucioError } from '@vre/protocol-rucio';
import type { RawBuilder } from 'kysely';

export type Rule = {
  readonly id: number;
  readonly uuid: string;
  readonly did_id: number;
  readonly scope: string;
  readonly name: string;
  readonly did_type: 'F' | 'D' | 'C';
  readonly account_id: number;
  readonly account: string;
  readonly state: 'R' | 'O' | 'S' | 'U' | 'W' | 'I';
  readonly error: string | null;
  readonly expression: string;
  readonly copies: number;
  readonly grouping: 'A' | 'D' | 'N';
  readonly weight: string | null;
  readonly expires_at: Date | null;
  readonly locked: boolean;
  readonly locks_ok: number;
  readonly locks_replicating: number;
  readonly locks_stuck: number;
  readonly source_expression: string | null;
  readonly activity: string;
  readonly notification: string;
  readonly priority: number;
  readonly purge_replicas: boolean;
  readonly ignore_availability: boolean;
  readonly comments: string | null;
  readonly child_uuid: string | null;
  readonly meta: unknown;
  readonly stuck_at: Date | null;
  readonly eol_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** Bytes that one copy of the DID has; of an open collection what its locks count. */
  readonly bytes: number | null;
};

export type NewRule = Pick<
  Rule,
  | 'uuid'
  | 'did_id'
  | 'account_id'
  | 'state'
  | 'expression'
  | 'copies'
  | 'grouping'
  | 'weight'
  | 'expires_at'
  | 'locked'
  | 'source_expression'
  | 'activity'
  | 'notification'
  | 'priority'
  | 'purge_replicas'
  | 'ignore_availability'
  | 'comments'
  | 'meta'
>;

const columns = sql`r.id, r.uuid, r.did_id, s.name as scope, d.name, d.type as did_type, r.account_id,
  a.name as account, r.state, r.error, r.expression, r.copies, r.grouping, r.weight, r.expires_at, r.locked,
  r.locks_ok, r.locks_replicating, r.locks_stuck, r.source_expression, r.activity, r.notification, r.priority,
  r.purge_replicas, r.ignore_availability, r.comments, r.child_uuid, r.meta, r.stuck_at, r.eol_at, r.created_at,
  r.updated_at`;
const joined = sql`lake.rule r join lake.did d on d.id = r.did_id join lake.scope s on s.id = d.scope_id
  join lake.account a on a.id = r.account_id`;
const withBytes = sql`${columns}, coalesce(d.bytes, (
  select (sum(l.bytes) / greatest(r.copies, 1))::bigint from lake.lock l where l.rule_id = r.id)) as bytes`;

/** Id of the new rule, `undefined` when the account has the same rule already. */
export async function insertRule(q: Queryable, rule: NewRule, now: Date): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    insert into lake.rule (uuid, did_id, account_id, state, expression, copies, grouping, weight, expires_at, locked,
      source_expression, activity, notification, priority, purge_replicas, ignore_availability, comments, meta,
      created_at, updated_at)
    values (${rule.uuid}, ${rule.did_id}, ${rule.account_id}, ${rule.state}, ${rule.expression}, ${rule.copies},
      ${rule.grouping}, ${rule.weight}, ${rule.expires_at}, ${rule.locked}, ${rule.source_expression},
      ${rule.activity}, ${rule.notification}, ${rule.priority}, ${rule.purge_replicas}, ${rule.ignore_availability},
      ${rule.comments}, ${rule.meta === null ? null : JSON.stringify(rule.meta)}::jsonb, ${now}, ${now})
    on conflict (did_id, account_id, expression, copies) do nothing returning id`.execute(q);
  return rows[0]?.id;
}

/** Throws RuleNotFound. */
export async function ruleNamed(q: Queryable, uuid: string, hold = false): Promise<Rule> {
  const id = uuid.toLowerCase().replaceAll('-', '');
  const { rows } = await sql<Rule>`
    select ${withBytes} from ${joined} where r.uuid = ${id} ${hold ? sql`for update of r` : sql``}`.execute(
    q,
  );
  const rule = rows[0];
  if (!rule) throw new RucioError('RuleNotFound', `No rule with the id ${uuid.slice(0, 64)} found`);
  return rule;
}

/** The rule, kept from others until the transaction ends; `undefined` when it is gone. */
export async function ruleHeld(q: Queryable, id: number): Promise<Rule | undefined> {
  const { rows } = await sql<Rule>`
    select ${columns}, null::bigint as bytes from ${joined} where r.id = ${id} for update of r`.execute(q);
  return rows[0];
}

export type RuleFilter = {
  readonly didId?: number;
  /** Rules that lock this file, whatever DID they are on. */
  readonly fileId?: number;
  readonly account?: string | undefined;
  readonly scope?: string | undefined;
  readonly name?: string | undefined;
  readonly state?: string | undefined;
  readonly expression?: string | undefined;
  readonly activity?: string | undefined;
  readonly grouping?: string | undefined;
  readonly didType?: string | undefined;
  readonly createdBefore?: Date | undefined;
  readonly createdAfter?: Date | undefined;
  readonly updatedBefore?: Date | undefined;
  readonly updatedAfter?: Date | undefined;
};

/** Rules by any filter, oldest first. */
export function streamRules(database: Database, filter: RuleFilter): AsyncGenerator<Rule> {
  const conditions: RawBuilder<unknown>[] = [];
  const add = (value: unknown, condition: RawBuilder<unknown>) =>
    void (value !== undefined && conditions.push(condition));
  add(filter.didId, sql`r.did_id = ${filter.didId}`);
  add(
    filter.fileId,
    sql`exists (select from lake.lock l where l.rule_id = r.id and l.did_id = ${filter.fileId})`,
  );
  add(filter.account, sql`a.name = ${filter.account}`);
  add(filter.scope, sql`s.name like ${filter.scope?.replace(/[\\_%]/g, '\\$&').replaceAll('*', '%')}`);
  add(filter.name, sql`d.name like ${filter.name?.replace(/[\\_%]/g, '\\$&').replaceAll('*', '%')}`);
  add(filter.state, sql`r.state = ${filter.state}`);
  add(filter.expression, sql`r.expression = ${filter.expression}`);
  add(filter.activity, sql`r.activity = ${filter.activity}`);
  add(filter.grouping, sql`r.grouping = ${filter.grouping}`);
  add(filter.didType, sql`d.type = ${filter.didType}`);
  add(filter.createdBefore, sql`r.created_at < ${filter.createdBefore}`);
  add(filter.createdAfter, sql`r.created_at > ${filter.createdAfter}`);
  add(filter.updatedBefore, sql`r.updated_at < ${filter.updatedBefore}`);
  add(filter.updatedAfter, sql`r.updated_at > ${filter.updatedAfter}`);
  return database.stream(sql<Rule>`
    select ${withBytes} from ${joined}
    ${conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`} order by r.id`);
}

/** Recomputes state from the lock counters; suspended, waiting and uninjected rules keep theirs. */
export async function refreshStates(q: Queryable, ids: readonly number[], now: Date): Promise<void> {
  await sql`
    update lake.rule set
      state = case when locks_stuck > 0 then 'S' when locks_replicating > 0 then 'R' else 'O' end,
      stuck_at = case when locks_stuck = 0 then null else coalesce(stuck_at, ${now}) end,
      error = case when locks_stuck = 0 then null else (
        select l.error from lake.lock l where l.rule_id = rule.id and l.state = 'S' and l.error is not null limit 1) end,
      updated_at = ${now}
    where id = any(${[...ids]}::bigint[]) and state in ('R', 'O', 'S')`.execute(q);
}

/** Moves a rule from one state; false when it is in another. */
export async function moveState(
  q: Queryable,
  id: number,
  from: readonly Rule['state'][],
  to: Rule['state'],
  error: string | null,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update lake.rule set state = ${to}, error = ${error}, updated_at = ${now},
      stuck_at = case when ${to} = 'S' then coalesce(stuck_at, ${now}) else null end
    where id = ${id} and state = any(${[...from]}::text[]) returning id`.execute(q);
  return rows.length > 0;
}

/** Writes the rule into history and removes it; its locks must be gone. */
export async function deleteRule(q: Queryable, id: number, now: Date): Promise<void> {
  await sql`
    with gone as (delete from lake.rule where id = ${id} returning *)
    insert into lake.rule_history (rule_uuid, scope, name, account, expression, state, locks_ok, locks_replicating,
      locks_stuck, created_at, updated_at)
    select gone.uuid, s.name, d.name, a.name, gone.expression, gone.state, gone.locks_ok, gone.locks_replicating,
      gone.locks_stuck, gone.created_at, ${now}
    from gone join lake.did d on d.id = gone.did_id join lake.scope s on s.id = d.scope_id
      join lake.account a on a.id = gone.account_id`.execute(q);
}
