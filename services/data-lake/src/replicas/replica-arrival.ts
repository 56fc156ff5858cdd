import { sql, type Transaction } from '@vre/database';
import type { Lake } from '../lake.ts';
import { moveLocks, type ReplicaKey } from '../rules/lock-store.ts';
import { tellRules } from '../rules/rule-events.ts';
import { refreshStates } from '../rules/rule-store.ts';
import { finishRequests, queueRequests } from '../transfers/request-store.ts';

/**
 * Verified bytes have arrived: the replicas become AVAILABLE, their locks OK, their requests history, and whoever
 * waited for a source of the same files is queued. Everything set-based; replicas that were available stay as they are.
 */
export async function arrive(
  lake: Lake,
  transaction: Transaction,
  replicas: readonly (ReplicaKey & { readonly sourceId?: number | null })[],
): Promise<void> {
  if (replicas.length === 0) return;
  const now = lake.clock.now();
  await sql`
    with wanted as (
      select * from unnest(${replicas.map(({ didId }) => didId)}::bigint[], ${replicas.map(({ rseId }) => rseId)}::int[])
        as wanted (did_id, rse_id)),
    arrived as (
      update lake.replica r set state = 'A', updated_at = ${now} from wanted
      where r.did_id = wanted.did_id and r.rse_id = wanted.rse_id and r.state in ('C', 'U', 'D', 'T')
      returning r.did_id, r.rse_id),
    recovered as (
      update lake.bad_replica b set state = 'R', updated_at = ${now} from arrived
      where b.did_id = arrived.did_id and b.rse_id = arrived.rse_id and b.state in ('B', 'L')),
    found as (
      update lake.did d set availability = 'A' from arrived where d.id = arrived.did_id and d.availability = 'L')
    insert into lake.rse_counter_delta (rse_id, files, bytes)
    select a.rse_id, count(*), coalesce(sum(d.bytes), 0) from arrived a join lake.did d on d.id = a.did_id
    group by a.rse_id`.execute(transaction);
  const satisfied = await moveLocks(transaction, replicas, 'O', null);
  await finishRequests(
    transaction,
    replicas.map(({ didId, rseId, sourceId }) => ({ didId, rseId, sourceId: sourceId ?? null })),
    'D',
    null,
    now,
  );
  const queued = await queueRequests(lake, transaction, { didIds: replicas.map(({ didId }) => didId) }, now);
  const rules = [...new Set([...satisfied, ...queued])];
  await refreshStates(transaction, rules, now);
  await tellRules(lake, transaction, rules);
}

/** Replicas stop being available: the element's counters follow. The caller sets the new state in the same transaction. */
export async function depart(transaction: Transaction, replicas: readonly ReplicaKey[]): Promise<void> {
  await sql`
    insert into lake.rse_counter_delta (rse_id, files, bytes)
    select r.rse_id, -count(*), -coalesce(sum(d.bytes), 0)
    from unnest(${replicas.map(({ didId }) => didId)}::bigint[], ${replicas.map(({ rseId }) => rseId)}::int[])
      as wanted (did_id, rse_id)
    join lake.replica r on r.did_id = wanted.did_id and r.rse_id = wanted.rse_id and r.state = 'A'
    join lake.did d on d.id = r.did_id group by r.rse_id`.execute(transaction);
}
