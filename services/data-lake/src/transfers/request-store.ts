import { type Queryable, sql, type Transaction } from '@vre/database';
import type { Lake } from '../lake.ts';
import { moveLocks, type ReplicaKey } from '../rules/lock-store.ts';

/**
 * Queues a transfer for every replica that waits for one: of a rule, of some files, or of all that an element takes
 * part in. Except for a rule without `retry`, stuck locks are set to replicating first. Replicas that have a request
 * keep it; with `retry` and for an element it is due now.
 */
export async function queueRequests(
  lake: Lake,
  transaction: Transaction,
  of:
    | { readonly ruleId: number; readonly retry?: boolean }
    | { readonly didIds: readonly number[] }
    | { readonly rseId: number },
  now: Date,
): Promise<readonly number[]> {
  const which =
    'ruleId' in of
      ? sql`l.rule_id = ${of.ruleId}`
      : 'didIds' in of
        ? sql`l.did_id = any(${[...of.didIds]}::bigint[])`
        : sql`(l.rse_id = ${of.rseId} or exists (select from lake.replica x
            where x.did_id = l.did_id and x.rse_id = ${of.rseId} and x.state = 'A'))`;
  const dueNow = 'rseId' in of || ('ruleId' in of && of.retry === true);
  let rules: readonly number[] = [];
  if (!('ruleId' in of) || of.retry === true) {
    const { rows } = await sql<ReplicaKey>`
      select distinct l.did_id as "didId", l.rse_id as "rseId" from lake.lock l
      join lake.replica r on r.did_id = l.did_id and r.rse_id = l.rse_id
      where ${which} and l.state = 'S' and r.state = 'U'
        and exists (select from lake.replica o where o.did_id = l.did_id and o.rse_id <> l.rse_id and o.state = 'A')`.execute(
      transaction,
    );
    if (rows.length > 0) rules = await moveLocks(transaction, rows, 'R', null);
  }
  await sql`
    insert into lake.request (uuid, did_id, rse_id, activity, priority, account_id, rule_uuid, not_before, created_at, updated_at)
    select distinct on (l.did_id, l.rse_id) replace(gen_random_uuid()::text, '-', ''), l.did_id, l.rse_id, u.activity,
      u.priority, u.account_id, u.uuid, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
    from lake.lock l join lake.rule u on u.id = l.rule_id
      join lake.replica r on r.did_id = l.did_id and r.rse_id = l.rse_id
    where ${which} and l.state = 'R' and r.state = 'U'
    order by l.did_id, l.rse_id, u.priority desc
    on conflict (did_id, rse_id) do ${dueNow ? sql`update set not_before = ${now} where request.state = 'Q'` : sql`nothing`}`.execute(
    transaction,
  );
  await lake.wakeups.wake(transaction);
  return rules;
}

/** Drops queued transfers that only this rule wants. */
export async function cancelRequests(q: Queryable, ruleId: number, now: Date): Promise<void> {
  await sql`
    with dropped as (
      delete from lake.request q using lake.lock l
      where l.rule_id = ${ruleId} and l.did_id = q.did_id and l.rse_id = q.rse_id and q.state = 'Q'
        and not exists (select from lake.lock o where o.did_id = q.did_id and o.rse_id = q.rse_id and o.rule_id <> ${ruleId})
      returning q.*)
    insert into lake.request_history (uuid, did_id, rse_id, state, source_rse_id, activity, account_id, rule_uuid, attempts,
      error, created_at, updated_at)
    select uuid, did_id, rse_id, 'F', source_rse_id, activity, account_id, rule_uuid, attempts, 'cancelled', created_at, ${now}
    from dropped`.execute(q);
}

export type ClaimedRequest = ReplicaKey & {
  readonly id: number;
  readonly uuid: string;
  readonly attempts: number;
  readonly scope: string;
  readonly name: string;
  readonly bytes: number | null;
  readonly adler32: string | null;
  readonly path: string | null;
  readonly source_expression: string | null;
  readonly sources: readonly { readonly rseId: number; readonly path: string | null }[];
  /** True when another copy is on its way that this one can wait for. */
  readonly sourceComing: boolean;
};

/**
 * Takes due requests for this worker: of every account the same number, the most urgent first, so that no account
 * waits behind another's backlog; what a dead worker had claimed is taken over. What an element that is closed for
 * data shall get waits until that is open, unless the rule ignores this. Rows another worker is taking are skipped, not
 * waited for. Accounts take turns in the order of the result.
 */
export async function claimRequests(
  q: Queryable,
  limit: number,
  now: Date,
  claimedUntil: Date,
): Promise<readonly ClaimedRequest[]> {
  const { rows } = await sql<ClaimedRequest>`
    with recursive account (id) as (
      (select account_id from lake.request where state = 'Q' order by account_id limit 1)
      union all
      select (select n.account_id from lake.request n where n.state = 'Q' and n.account_id > account.id
        order by n.account_id limit 1) from account where account.id is not null),
    chosen as materialized (select id from account where id is not null order by random() limit ${limit}),
    queued as materialized (
      select mine.id from chosen cross join lateral (
        select q.id from lake.request q join lake.replica r on r.did_id = q.did_id and r.rse_id = q.rse_id
          join lake.rse e on e.id = q.rse_id
        where q.account_id = chosen.id and q.state = 'Q' and q.not_before <= ${now} and r.lock_cnt > 0 and r.state = 'U'
          and (e.availability_write or exists (select from lake.rule u where u.uuid = q.rule_uuid and u.ignore_availability))
        order by q.priority desc, q.id limit greatest(1, ${limit}::int / (select count(*) from chosen))
        for update of q skip locked) as mine),
    orphaned as materialized (
      select q.id from lake.request q join lake.replica r on r.did_id = q.did_id and r.rse_id = q.rse_id
      where q.state = 'S' and q.claimed_until < ${now} and r.lock_cnt > 0 and r.state = 'U'
      limit ${limit} for update of q skip locked),
    claimed as (
      update lake.request q set state = 'S', claimed_until = ${claimedUntil}, attempts = q.attempts + 1, updated_at = ${now}
      from (select id from queued union all select id from orphaned) as due where q.id = due.id returning q.*)
    select c.id, c.uuid, c.did_id as "didId", c.rse_id as "rseId", c.attempts, s.name as scope, d.name, d.bytes,
      d.adler32, r.path, u.source_expression,
      (select coalesce(jsonb_agg(jsonb_build_object('rseId', o.rse_id, 'path', o.path)), '[]') from lake.replica o
        where o.did_id = c.did_id and o.rse_id <> c.rse_id and o.state = 'A') as sources,
      exists (select from lake.replica o where o.did_id = c.did_id and o.rse_id <> c.rse_id and o.state in ('C', 'T'))
        as "sourceComing"
    from claimed c join lake.did d on d.id = c.did_id join lake.scope s on s.id = d.scope_id
      join lake.replica r on r.did_id = c.did_id and r.rse_id = c.rse_id
      left join lake.rule u on u.uuid = c.rule_uuid
    order by row_number() over (partition by c.account_id order by c.priority desc, c.id), c.id`.execute(q);
  return rows;
}

/** A claim: the number of the attempt tells it from that of a worker that took over. */
type Claim = Pick<ClaimedRequest, 'id' | 'attempts'>;

const claimsOf = (claims: readonly Claim[]) => sql`
  unnest(${claims.map(({ id }) => id)}::bigint[], ${claims.map(({ attempts }) => attempts)}::int[]) as mine (id, attempts)`;

/** Says that the worker still works on these. */
export async function extendClaims(q: Queryable, claims: readonly Claim[], until: Date): Promise<void> {
  await sql`
    update lake.request q set claimed_until = ${until} from ${claimsOf(claims)}
    where q.id = mine.id and q.attempts = mine.attempts and q.state = 'S'`.execute(q);
}

/** Gives back what was claimed and not begun; the attempt does not count. */
export async function releaseRequests(q: Queryable, claims: readonly Claim[]): Promise<void> {
  await sql`
    update lake.request q set state = 'Q', claimed_until = null, attempts = q.attempts - 1 from ${claimsOf(claims)}
    where q.id = mine.id and q.attempts = mine.attempts and q.state = 'S'`.execute(q);
}

/** Gives a request back for a later attempt; `counts` says whether this one counted. */
export async function postponeRequest(
  q: Queryable,
  claim: Claim,
  error: string,
  notBefore: Date,
  counts: boolean,
  sourceId: number | null,
  now: Date,
): Promise<void> {
  await sql`
    update lake.request set state = 'Q', claimed_until = null, not_before = ${notBefore}, error = ${error},
      source_rse_id = ${sourceId}, attempts = attempts - ${counts ? 0 : 1}::int, updated_at = ${now}
    where id = ${claim.id} and attempts = ${claim.attempts} and state = 'S'`.execute(q);
}

/** Moves requests into history. */
export async function finishRequests(
  q: Queryable,
  ended: readonly (ReplicaKey & { readonly sourceId: number | null })[],
  state: 'D' | 'F' | 'N',
  error: string | null,
  now: Date,
): Promise<void> {
  await sql`
    with ended as (
      select * from unnest(${ended.map(({ didId }) => didId)}::bigint[], ${ended.map(({ rseId }) => rseId)}::int[],
        ${ended.map(({ sourceId }) => sourceId)}::int[]) as ended (did_id, rse_id, source_id)),
    dropped as (
      delete from lake.request q using ended where q.did_id = ended.did_id and q.rse_id = ended.rse_id
      returning q.*, ended.source_id)
    insert into lake.request_history (uuid, did_id, rse_id, state, source_rse_id, activity, account_id, rule_uuid, attempts,
      error, created_at, updated_at)
    select uuid, did_id, rse_id, ${state}, coalesce(source_id, source_rse_id), activity, account_id, rule_uuid, attempts,
      ${error}, created_at, ${now} from dropped`.execute(q);
}
