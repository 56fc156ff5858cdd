import { type Database, type Queryable, sql } from '@vre/database';

/** A replica by its key. */
export type ReplicaKey = { readonly didId: number; readonly rseId: number };

export type WantedLock = ReplicaKey & { readonly groupId: number };

const keys = (pairs: readonly ReplicaKey[]) =>
  sql`unnest(${pairs.map(({ didId }) => didId)}::bigint[], ${pairs.map(({ rseId }) => rseId)}::int[]) as wanted (did_id, rse_id)`;

/** Reason and next action for a file of which no copy exists anywhere. */
export const noSource =
  'No storage element has a good copy of the file. Upload it again, or remove it from the dataset.';

/**
 * Locks replicas for a rule: makes the missing replicas (unavailable until a transfer brings them), the locks, and
 * charges the account; all counters move in the same statement, so that they cannot drift. A lock is OK where the
 * replica is, replicating where a copy can come from, else stuck.
 */
export async function insertLocks(
  q: Queryable,
  rule: { readonly id: number; readonly account_id: number },
  wanted: readonly WantedLock[],
  now: Date,
): Promise<void> {
  // One order for everybody keeps transactions from waiting for each other in circles.
  const sorted = [...wanted].sort((a, b) => a.didId - b.didId || a.rseId - b.rseId);
  await sql`
    insert into lake.replica (did_id, rse_id, state, created_at, updated_at)
    select did_id, rse_id, 'U', ${now}, ${now} from ${keys(sorted)} on conflict do nothing`.execute(q);
  await sql`
    with wanted as (
      select * from unnest(${sorted.map(({ didId }) => didId)}::bigint[], ${sorted.map(({ rseId }) => rseId)}::int[],
        ${sorted.map(({ groupId }) => groupId)}::bigint[]) as wanted (did_id, rse_id, group_id)),
    made as (
      insert into lake.lock (rule_id, did_id, rse_id, group_id, state, bytes, error)
      select ${rule.id}, w.did_id, w.rse_id, w.group_id, judged.state, coalesce(d.bytes, 0),
        case judged.state when 'S' then ${noSource} end
      from wanted w join lake.did d on d.id = w.did_id
        join lake.replica r on r.did_id = w.did_id and r.rse_id = w.rse_id
        cross join lateral (select case
          when r.state in ('A', 'T') then 'O'
          when r.state = 'C' or exists (select from lake.replica o
            where o.did_id = w.did_id and o.rse_id <> w.rse_id and o.state in ('A', 'C', 'T')) then 'R'
          else 'S' end as state) as judged
      on conflict do nothing
      returning did_id, rse_id, state, bytes),
    bumped as (
      update lake.replica r set lock_cnt = r.lock_cnt + 1, tombstone = null from made
      where r.did_id = made.did_id and r.rse_id = made.rse_id),
    charged as (
      insert into lake.account_counter_delta (account_id, rse_id, files, bytes)
      select ${rule.account_id}, rse_id, count(*), sum(bytes) from made group by rse_id)
    update lake.rule set
      locks_ok = locks_ok + (select count(*) from made where state = 'O'),
      locks_replicating = locks_replicating + (select count(*) from made where state = 'R'),
      locks_stuck = locks_stuck + (select count(*) from made where state = 'S'),
      updated_at = ${now}
    where id = ${rule.id}`.execute(q);
}

/**
 * Takes locks of a rule away: of some files, or all. A replica that loses its last lock gets a tombstone: at once
 * when it is to be purged, never came into being, or belongs to an expired DID; else after the grace.
 */
export async function deleteLocks(
  q: Queryable,
  rule: { readonly id: number; readonly account_id: number },
  files: readonly number[] | 'all',
  options: { readonly purge: boolean; readonly graceSeconds: number },
  now: Date,
): Promise<void> {
  const later = new Date(now.getTime() + options.graceSeconds * 1000);
  await sql`
    with gone as (
      delete from lake.lock where rule_id = ${rule.id}
        and (${files === 'all'} or did_id = any(${files === 'all' ? [] : [...files]}::bigint[]))
      returning did_id, rse_id, state, bytes),
    freed as (
      update lake.replica r set lock_cnt = r.lock_cnt - 1,
        tombstone = case when r.lock_cnt > 1 then r.tombstone
          when r.state <> 'C' and (${options.purge} or r.state in ('U', 'D') or d.expired_at <= ${now}) then 'epoch'::timestamptz
          when r.state = 'C' then null
          else ${later}::timestamptz end
      from gone join lake.did d on d.id = gone.did_id
      where r.did_id = gone.did_id and r.rse_id = gone.rse_id),
    credited as (
      insert into lake.account_counter_delta (account_id, rse_id, files, bytes)
      select ${rule.account_id}, rse_id, -count(*), -sum(bytes) from gone group by rse_id)
    update lake.rule set
      locks_ok = locks_ok - (select count(*) from gone where state = 'O'),
      locks_replicating = locks_replicating - (select count(*) from gone where state = 'R'),
      locks_stuck = locks_stuck - (select count(*) from gone where state = 'S')
    where id = ${rule.id}`.execute(q);
}

/** Moves every lock on these replicas to a state. Returns the ids of the rules concerned. */
export async function moveLocks(
  q: Queryable,
  replicas: readonly ReplicaKey[],
  to: 'O' | 'R' | 'S',
  error: string | null,
): Promise<readonly number[]> {
  const { rows } = await sql<{ id: number }>`
    with hit as (
      select l.rule_id, l.did_id, l.rse_id, l.state from lake.lock l
      join ${keys(replicas)} on wanted.did_id = l.did_id and wanted.rse_id = l.rse_id
      where l.state <> ${to} order by l.rule_id, l.did_id, l.rse_id for update of l),
    moved as (
      update lake.lock l set state = ${to}, error = ${error} from hit
      where l.rule_id = hit.rule_id and l.did_id = hit.did_id and l.rse_id = hit.rse_id),
    counted as (
      select rule_id, count(*) as n, count(*) filter (where state = 'O') as ok,
        count(*) filter (where state = 'R') as replicating, count(*) filter (where state = 'S') as stuck
      from hit group by rule_id)
    update lake.rule r set
      locks_ok = locks_ok - c.ok + case when ${to} = 'O' then c.n else 0 end,
      locks_replicating = locks_replicating - c.replicating + case when ${to} = 'R' then c.n else 0 end,
      locks_stuck = locks_stuck - c.stuck + case when ${to} = 'S' then c.n else 0 end
    from counted c where r.id = c.rule_id returning r.id`.execute(q);
  return rows.map(({ id }) => id);
}

export type LockRecord = {
  readonly scope: string;
  readonly name: string;
  readonly rse_id: number;
  readonly state: 'O' | 'R' | 'S';
};

export const streamLocks = (database: Database, ruleId: number): AsyncGenerator<LockRecord> =>
  database.stream(sql<LockRecord>`
    select s.name as scope, d.name, l.rse_id, l.state from lake.lock l
    join lake.did d on d.id = l.did_id join lake.scope s on s.id = d.scope_id
    where l.rule_id = ${ruleId} order by d.scope_id, d.name`);

export type DatasetLockRecord = {
  readonly scope: string;
  readonly name: string;
  readonly rse_id: number;
  readonly rule_uuid: string;
  readonly account: string;
  readonly state: 'O' | 'R' | 'S';
  readonly length: number;
  readonly bytes: number;
};

/** Locks of datasets, each with the worst state of its files, for datasets or for an element. */
export const streamDatasetLocks = (
  database: Database,
  of: { readonly datasetIds: readonly number[] } | { readonly rseId: number },
): AsyncGenerator<DatasetLockRecord> =>
  database.stream(sql<DatasetLockRecord>`
    select s.name as scope, d.name, l.rse_id, r.uuid as rule_uuid, a.name as account,
      case when bool_or(l.state = 'S') then 'S' when bool_or(l.state = 'R') then 'R' else 'O' end as state,
      count(*)::bigint as length, sum(l.bytes)::bigint as bytes
    from lake.lock l join lake.did d on d.id = l.group_id and d.type = 'D' join lake.scope s on s.id = d.scope_id
      join lake.rule r on r.id = l.rule_id and r.grouping <> 'N' join lake.account a on a.id = r.account_id
    where ${'rseId' in of ? sql`l.rse_id = ${of.rseId}` : sql`l.group_id = any(${[...of.datasetIds]}::bigint[])`}
    group by s.name, d.name, l.rse_id, r.uuid, a.name order by s.name, d.name, l.rse_id`);
