import type { Daemon } from '@vre/daemon';
import { sql } from '@vre/database';
import type { Lake } from '../lake.ts';
import { removeRule } from './rule-service.ts';
import { ruleHeld } from './rule-store.ts';

/**
 * Removes rules whose time has come, and their locks with them. The replicas of an expired rule go at once: its end was
 * known all along; the grace is for rules that somebody removed, perhaps by mistake.
 */
export function createJudgeCleaner(lake: Lake): Daemon {
  return {
    name: 'judge-cleaner',
    idleMilliseconds: 10_000,
    step: () =>
      lake.database.transaction(async (transaction) => {
        const { rows } = await sql<{ id: number; removed: boolean }>`
          select id, removed_at is not null as removed from lake.rule where expires_at <= ${lake.clock.now()} and not locked and child_uuid is null
          order by expires_at limit 20 for update skip locked`.execute(transaction);
        for (const { id, removed } of rows) {
          const rule = await ruleHeld(transaction, id);
          if (rule) await removeRule(lake, transaction, rule, rule.purge_replicas || !removed);
        }
        return rows.length === 0 ? 'idle' : 'worked';
      }),
  };
}
