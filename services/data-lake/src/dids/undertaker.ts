import type { Daemon } from '@vre/daemon';
import { sql } from '@vre/database';
import type { Lake } from '../lake.ts';
import { removeRule } from '../rules/rule-service.ts';
import { ruleHeld } from '../rules/rule-store.ts';
import { deleteContent, noteUpdated } from './content-store.ts';

/**
 * Buries DIDs whose lifetime is over: their rules go, they leave the collections above them, collections lose content
 * and name, and files nobody else keeps are left to the reaper.
 */
export function createUndertaker(lake: Lake): Daemon {
  return {
    name: 'undertaker',
    idleMilliseconds: 10_000,
    step: () =>
      lake.database.transaction(async (transaction) => {
        const now = lake.clock.now();
        const { rows } = await sql<{ id: number; type: 'F' | 'D' | 'C' }>`
          select d.id, d.type from lake.did d
          where d.expired_at <= ${now} and (d.type <> 'F'
            or exists (select from lake.rule r where r.did_id = d.id and not r.locked)
            or exists (select from lake.content c where c.child_id = d.id)
            or exists (select from lake.replica r where r.did_id = d.id and r.lock_cnt = 0 and r.state not in ('B', 'C')
              and (r.tombstone is null or r.tombstone > ${now})))
            and not exists (select from lake.rule r where r.did_id = d.id and r.locked)
          order by d.expired_at limit 20 for update skip locked`.execute(transaction);
        for (const did of rows) await bury(lake, transaction, did, now);
        if (rows.length > 0) await lake.wakeups.wake(transaction);
        return rows.length === 0 ? 'idle' : 'worked';
      }),
  };
}

async function bury(
  lake: Lake,
  transaction: Parameters<typeof removeRule>[1],
  did: { readonly id: number; readonly type: 'F' | 'D' | 'C' },
  now: Date,
): Promise<void> {
  const { rows: rules } = await sql<{
    id: number;
  }>`select id from lake.rule where did_id = ${did.id} order by id`.execute(transaction);
  for (const { id } of rules) {
    const rule = await ruleHeld(transaction, id);
    if (rule) await removeRule(lake, transaction, rule, rule.purge_replicas);
  }
  const { rows: parents } = await sql<{
    parent_id: number;
  }>`select parent_id from lake.content where child_id = ${did.id}`.execute(transaction);
  for (const { parent_id } of parents) await deleteContent(transaction, parent_id, [did.id], now);
  await noteUpdated(
    transaction,
    parents.map(({ parent_id }) => parent_id),
    now,
  );
  if (did.type === 'F') {
    await sql`
      update lake.replica set tombstone = 'epoch' where did_id = ${did.id} and lock_cnt = 0 and state not in ('B', 'C')`.execute(
      transaction,
    );
    return;
  }
  const { rows: children } = await sql<{
    child_id: number;
  }>`select child_id from lake.content where parent_id = ${did.id}`.execute(transaction);
  await deleteContent(
    transaction,
    did.id,
    children.map(({ child_id }) => child_id),
    now,
  );
  await sql`delete from lake.updated_did where did_id = ${did.id}`.execute(transaction);
  await sql`delete from lake.did where id = ${did.id}`.execute(transaction);
}
