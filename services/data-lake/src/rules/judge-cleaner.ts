import type { Daemon } from '@vre/daemon';
import { sql } from '@vre/database';
import type { Lake } from '../lake.ts';
import { removeRule } from './rule-service.ts';
import { ruleHeld } from './rule-store.ts';

/** Removes rules whose time has come, and their locks with them. */
export function createJudgeCleaner(lake: Lake): Daemon {
  return {
    name: 'judge-cleaner',
    idleMilliseconds: 10_000,
    step: () =>
      lake.database.transaction(async (transaction) => {
        const { rows } = await sql<{ id: number }>`
          select id from lake.rule where expires_at <= ${lake.clock.now()} and not locked and child_uuid is null
          order by expires_at limit 20 for update skip locked`.execute(transaction);
        for (const { id } of rows) {
          const rule = await ruleHeld(transaction, id);
          if (rule) await removeRule(lake, transaction, rule, rule.purge_replicas);
        }
        return rows.length === 0 ? 'idle' : 'worked';
      }),
  };
}
