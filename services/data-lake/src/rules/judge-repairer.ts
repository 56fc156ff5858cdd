import type { Daemon } from '@vre/daemon';
import { sql } from '@vre/database';
import type { Lake } from '../lake.ts';
import { queueRequests } from '../transfers/request-store.ts';
import { evaluate } from './judge-evaluator.ts';
import { tellRules } from './rule-events.ts';
import { refreshStates } from './rule-store.ts';

/** Tries stuck rules, and those suspended for a reason, again after a while; also replaces moved rules that are done. */
export function createJudgeRepairer(lake: Lake): Daemon {
  return {
    name: 'judge-repairer',
    idleMilliseconds: 30_000,
    step: () =>
      lake.database.transaction(async (transaction) => {
        const now = lake.clock.now();
        const before = new Date(now.getTime() - lake.config['stuck-retry'] * 1000);
        const { rows } = await sql<{ id: number; state: 'S' | 'U' }>`
          select id, state from lake.rule
          where (state = 'S' and stuck_at < ${before} or state = 'U' and error is not null and updated_at < ${before})
          order by id limit 20 for update skip locked`.execute(transaction);
        for (const { id, state } of rows) {
          if (state === 'U') await evaluate(lake, transaction, id);
          else {
            // The clock of the next attempt starts now, whether or not this one finds something to do.
            await sql`update lake.rule set stuck_at = ${now} where id = ${id}`.execute(transaction);
            await queueRequests(lake, transaction, { ruleId: id, retry: true }, now);
            await refreshStates(transaction, [id], now);
            await tellRules(lake, transaction, [id]);
          }
        }
        const { rows: moved } = await sql<{ id: number }>`
          update lake.rule r set expires_at = ${now}, child_uuid = null, updated_at = ${now}
          from lake.rule child where child.uuid = r.child_uuid and child.state = 'O' returning r.id`.execute(
          transaction,
        );
        return rows.length + moved.length === 0 ? 'idle' : 'worked';
      }),
  };
}
