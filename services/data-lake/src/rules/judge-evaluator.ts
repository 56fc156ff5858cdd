import type { Daemon } from '@vre/daemon';
import { sql } from '@vre/database';
import { RucioError } from '@vre/protocol-rucio';
import type { Lake } from '../lake.ts';
import { applyRule } from './rule-application.ts';
import { tellRules } from './rule-events.ts';
import { moveState, ruleHeld } from './rule-store.ts';

const batch = 500;

/**
 * Looks again at rules whose collections changed, the containers above them included. Changes of one collection that
 * came together are one evaluation; a rule without quota for what is new is suspended and says so.
 */
export function createJudgeEvaluator(lake: Lake): Daemon {
  return {
    name: 'judge-evaluator',
    idleMilliseconds: 30_000,
    step: async () => {
      // Taken and evaluated in one transaction: after a crash the changes are still there.
      const rules = await lake.database.transaction(async (transaction) => {
        const { rows } = await sql<{ id: number; taken: number }>`
          with recursive due as (
            select id, did_id from lake.updated_did order by id limit ${batch} for update skip locked),
          taken as (delete from lake.updated_did u using due where u.id = due.id returning u.did_id),
          above (id) as (
            select did_id from due union select c.parent_id from above join lake.content c on c.child_id = above.id)
          select r.id, (select count(*) from taken)::int as taken from (select 1) as one
            left join lake.rule r on r.did_id in (select id from above) and r.state in ('R', 'O', 'S', 'U')
              and (r.state <> 'U' or r.error is not null)`.execute(transaction);
        if ((rows[0]?.taken ?? 0) === 0) return undefined;
        for (const { id } of rows) if (id !== null) await evaluate(lake, transaction, id);
        return rows;
      });
      return rules === undefined ? 'idle' : 'worked';
    },
  };
}

/** Applies a rule; what the owner has to solve suspends it, with the reason. */
export async function evaluate(
  lake: Lake,
  transaction: Parameters<typeof ruleHeld>[0] & Parameters<typeof applyRule>[1],
  id: number,
): Promise<void> {
  const rule = await ruleHeld(transaction, id);
  if (!rule || rule.state === 'W') return;
  const now = lake.clock.now();
  await sql`savepoint evaluation`.execute(transaction);
  try {
    if (rule.state === 'U' || rule.state === 'I')
      await moveState(transaction, id, ['U', 'I'], 'O', null, now);
    await applyRule(lake, transaction, rule);
  } catch (error) {
    if (!(error instanceof RucioError)) throw error;
    await sql`rollback to savepoint evaluation`.execute(transaction);
    await moveState(
      transaction,
      id,
      ['R', 'O', 'S', 'I', 'U'],
      'U',
      `${error.message}.`.replace(/\.\.$/, '.'),
      now,
    );
    await tellRules(lake, transaction, [id]);
  }
}
