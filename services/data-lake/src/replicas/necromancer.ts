import type { Daemon } from '@vre/daemon';
import { sql } from '@vre/database';
import type { Lake } from '../lake.ts';
import { moveLocks, type ReplicaKey } from '../rules/lock-store.ts';
import { tellRules } from '../rules/rule-events.ts';
import { refreshStates } from '../rules/rule-store.ts';
import { queueRequests } from '../transfers/request-store.ts';

const batch = 500;

/** Reason and next action for a file whose last copy is bad. */
const lost = 'The only copy of the file is bad. Upload the file again, or remove it from the dataset.';

/**
 * Deals with bad replicas: one that a rule wants is brought back from a good copy; one that no rule wants goes; where
 * no good copy is left the file is lost, and its rules say so until it is uploaded again.
 */
export function createNecromancer(lake: Lake): Daemon {
  return {
    name: 'necromancer',
    idleMilliseconds: 30_000,
    step: () =>
      lake.database.transaction(async (transaction) => {
        const now = lake.clock.now();
        const { rows } = await sql<ReplicaKey & { lock_cnt: number; good: boolean; known_lost: boolean }>`
          select r.did_id as "didId", r.rse_id as "rseId", r.lock_cnt,
            exists (select from lake.replica o where o.did_id = r.did_id and o.state = 'A') as good,
            d.availability = 'L' as known_lost
          from lake.replica r join lake.did d on d.id = r.did_id
          where r.state = 'D' and r.tombstone is null
            and (d.availability <> 'L' or exists (select from lake.replica o where o.did_id = r.did_id and o.state = 'A'))
          order by r.updated_at limit ${batch} for update of r skip locked`.execute(transaction);
        if (rows.length === 0) return 'idle';
        const recoverable = rows.filter(({ good, lock_cnt }) => good && lock_cnt > 0);
        const useless = rows.filter(({ good, lock_cnt }) => good && lock_cnt === 0);
        const gone = rows.filter(({ good }) => !good);
        await setState(transaction, recoverable, sql`state = 'U'`, now);
        await setState(transaction, useless, sql`tombstone = 'epoch'::timestamptz`, now);
        const touched = [
          ...(await moveLocks(transaction, recoverable, 'R', null)),
          ...(await moveLocks(transaction, gone, 'S', lost)),
        ];
        if (recoverable.length > 0)
          await queueRequests(lake, transaction, { didIds: recoverable.map(({ didId }) => didId) }, now);
        if (gone.length > 0) {
          await sql`
            update lake.did set availability = 'L', updated_at = ${now}
            where id = any(${gone.map(({ didId }) => didId)}::bigint[])`.execute(transaction);
          await sql`
            update lake.bad_replica b set state = 'L', updated_at = ${now}
            from unnest(${gone.map(({ didId }) => didId)}::bigint[], ${gone.map(({ rseId }) => rseId)}::int[]) as gone (did_id, rse_id)
            where b.did_id = gone.did_id and b.rse_id = gone.rse_id and b.state = 'B'`.execute(transaction);
        }
        const rules = [...new Set([...touched, ...(await rulesOn(transaction, recoverable))])];
        await refreshStates(transaction, rules, now);
        await tellRules(lake, transaction, rules);
        await lake.wakeups.wake(transaction);
        return 'worked';
      }),
  };
}

type Queryable = Parameters<typeof moveLocks>[0];

async function setState(
  q: Queryable,
  replicas: readonly ReplicaKey[],
  change: ReturnType<typeof sql>,
  now: Date,
): Promise<void> {
  if (replicas.length === 0) return;
  await sql`
    update lake.replica r set ${change}, updated_at = ${now}
    from unnest(${replicas.map(({ didId }) => didId)}::bigint[], ${replicas.map(({ rseId }) => rseId)}::int[]) as hit (did_id, rse_id)
    where r.did_id = hit.did_id and r.rse_id = hit.rse_id`.execute(q);
}

async function rulesOn(q: Queryable, replicas: readonly ReplicaKey[]): Promise<readonly number[]> {
  const { rows } = await sql<{ id: number }>`
    select distinct l.rule_id as id from lake.lock l
    join unnest(${replicas.map(({ didId }) => didId)}::bigint[], ${replicas.map(({ rseId }) => rseId)}::int[]) as hit (did_id, rse_id)
      on l.did_id = hit.did_id and l.rse_id = hit.rse_id`.execute(q);
  return rows.map(({ id }) => id);
}
