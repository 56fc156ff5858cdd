import { sql, type Transaction } from '@vre/database';
import { RucioError } from '@vre/protocol-rucio';
import { bytesLeft } from '../accounts/quota.ts';
import type { Lake } from '../lake.ts';
import type { Rse } from '../rses/rse.ts';
import { queueRequests } from '../transfers/request-store.ts';
import { deleteLocks, insertLocks } from './lock-store.ts';
import { type Group, place } from './rule-evaluation.ts';
import { tellRules } from './rule-events.ts';
import { type Rule, refreshStates } from './rule-store.ts';

/** The rule's DID taken apart: every file once, with the dataset it was found in (itself for a lone file). */
const members = (didId: number) => sql`
  with recursive below (id, type, group_id) as (
    select id, type, id from lake.did where id = ${didId}
    union
    select c.child_id, d.type, case when b.type = 'D' then b.id else c.child_id end
    from below b join lake.content c on c.parent_id = b.id join lake.did d on d.id = c.child_id where b.type <> 'F'),
  member as (select distinct on (id) id, group_id from below where type = 'F' order by id, group_id)`;

/** Whole element sets chosen for all files carry this instead of a dataset. */
const everything = 0;

/**
 * Brings the locks of a rule in line with what its DID holds now: locks new files, unlocks those that left. The same
 * for a new rule and for one whose dataset changed; a second run changes nothing. The rule must be held.
 */
export async function applyRule(lake: Lake, transaction: Transaction, rule: Rule): Promise<void> {
  const now = lake.clock.now();
  const { rows: gone } = await sql<{ did_id: number }>`
    ${members(rule.did_id)}
    select distinct l.did_id from lake.lock l left join member m on m.id = l.did_id
    where l.rule_id = ${rule.id} and m.id is null`.execute(transaction);
  if (gone.length > 0)
    await deleteLocks(
      transaction,
      rule,
      gone.map(({ did_id }) => did_id),
      { purge: rule.purge_replicas, graceSeconds: lake.config['unlocked-replica-grace'] },
      now,
    );
  const { rows: missing } = await sql<{ id: number; group_id: number; bytes: number }>`
    ${members(rule.did_id)}
    select m.id, m.group_id, coalesce(d.bytes, 0)::bigint as bytes from member m join lake.did d on d.id = m.id
    where not exists (select from lake.lock l where l.rule_id = ${rule.id} and l.did_id = m.id)`.execute(
    transaction,
  );
  // A rule with nothing to place does not mind an element that was closed since.
  if (missing.length > 0 || rule.locks_ok + rule.locks_replicating + rule.locks_stuck === 0) {
    const candidates = await candidatesOf(lake, rule);
    if (missing.length > 0) await lockMissing(lake, transaction, rule, missing, candidates, now);
    else if (candidates.length < rule.copies) throw tooFew(candidates.length, rule.copies);
  }
  await queueRequests(lake, transaction, { ruleId: rule.id }, now);
  await refreshStates(transaction, [rule.id], now);
  await tellRules(lake, transaction, [rule.id]);
  await lake.wakeups.wake(transaction);
}

type Missing = { readonly id: number; readonly group_id: number; readonly bytes: number };

async function lockMissing(
  lake: Lake,
  transaction: Transaction,
  rule: Rule,
  missing: readonly Missing[],
  elements: readonly Rse[],
  now: Date,
): Promise<void> {
  // One evaluation of an account at a time: two rules at once must not spend the same quota.
  await sql`select pg_advisory_xact_lock(821, ${rule.account_id})`.execute(transaction);
  const groupOf = (file: Missing) =>
    rule.grouping === 'A' ? everything : rule.grouping === 'N' ? file.id : file.group_id;
  const bytes = new Map<number, number>();
  for (const file of missing) bytes.set(groupOf(file), (bytes.get(groupOf(file)) ?? 0) + file.bytes);
  const held = await heldBytes(transaction, missing, missing.map(groupOf), elements);
  const chosen = await chosenElements(transaction, rule, [...bytes.keys()]);
  const left = await quotaOf(lake, transaction, rule, elements);
  const groups: Group[] = [...bytes].map(([id, size]) => ({
    id,
    bytes: size,
    held: held.get(id) ?? new Map(),
    chosen: chosen.get(id) ?? [],
  }));
  const placement = place(
    groups,
    elements.map((element) => ({
      id: element.id,
      weight: rule.weight === null ? 1 : Number(element.attributes.get(rule.weight)),
      bytesLeft: left.get(element.id) ?? 0,
    })),
    rule.copies,
    lake.random,
  );
  await insertLocks(
    transaction,
    rule,
    missing.flatMap((file) =>
      (placement.get(groupOf(file)) ?? []).map((rseId) => ({
        didId: file.id,
        rseId,
        groupId: file.group_id,
      })),
    ),
    now,
  );
}

/** Elements of the expression that take new data. */
async function candidatesOf(lake: Lake, rule: Rule): Promise<readonly Rse[]> {
  const matching = await lake.rses.matching(rule.expression);
  const open = rule.ignore_availability ? matching : matching.filter(({ writable }) => writable);
  if (open.length === 0)
    throw new RucioError(
      'RSEWriteBlocked',
      `No storage element of ${rule.expression} accepts data at present: choose another or wait until it is open again`,
    );
  if (rule.weight === null) return open;
  const weighted = open.filter(({ attributes }) =>
    Number.isFinite(Number(attributes.get(rule.weight as string) ?? Number.NaN)),
  );
  if (weighted.length === 0)
    throw new RucioError(
      'InvalidRuleWeight',
      `No storage element of ${rule.expression} has a number as attribute ${rule.weight}`,
    );
  return weighted;
}

const tooFew = (found: number, copies: number) =>
  new RucioError(
    'InsufficientTargetRSEs',
    `The expression leaves ${found} storage elements that accept data, ${copies} copies need as many`,
  );

async function quotaOf(lake: Lake, transaction: Transaction, rule: Rule, elements: readonly Rse[]) {
  if (rule.account === 'root' || lake.config.administrators.includes(rule.account))
    return new Map(elements.map(({ id }) => [id, Number.POSITIVE_INFINITY]));
  return bytesLeft(transaction, rule.account_id, elements);
}

async function heldBytes(
  transaction: Transaction,
  files: readonly Missing[],
  groups: readonly number[],
  elements: readonly Rse[],
): Promise<ReadonlyMap<number, ReadonlyMap<number, number>>> {
  const { rows } = await sql<{ group_id: number; rse_id: number; bytes: number }>`
    select f.group_id, r.rse_id, sum(f.bytes + 1)::bigint as bytes
    from unnest(${files.map(({ id }) => id)}::bigint[], ${[...groups]}::bigint[],
      ${files.map(({ bytes }) => bytes)}::bigint[]) as f (id, group_id, bytes)
    join lake.replica r on r.did_id = f.id and r.state in ('A', 'C', 'U')
    where r.rse_id = any(${elements.map(({ id }) => id)}::int[])
    group by f.group_id, r.rse_id`.execute(transaction);
  const held = new Map<number, Map<number, number>>();
  for (const row of rows) {
    const group = held.get(row.group_id) ?? new Map<number, number>();
    held.set(row.group_id, group.set(row.rse_id, row.bytes));
  }
  return held;
}

async function chosenElements(
  transaction: Transaction,
  rule: Rule,
  groups: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  if (rule.grouping === 'N') return new Map();
  const { rows } = await sql<{ group_id: number; rses: number[] }>`
    select ${rule.grouping === 'A' ? sql`0::bigint` : sql`group_id`} as group_id, array_agg(distinct rse_id) as rses
    from lake.lock
    where rule_id = ${rule.id} and (${rule.grouping === 'A'} or group_id = any(${[...groups]}::bigint[]))
    group by 1`.execute(transaction);
  return new Map(rows.map(({ group_id, rses }) => [group_id, rses]));
}
