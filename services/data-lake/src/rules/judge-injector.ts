import type { Daemon } from '@vre/daemon';
import { sql } from '@vre/database';
import type { Lake } from '../lake.ts';
import { evaluate } from './judge-evaluator.ts';

/** Evaluates rules that were too big for the request that made them, one a step. */
export function createJudgeInjector(lake: Lake): Daemon {
  return {
    name: 'judge-injector',
    idleMilliseconds: 30_000,
    step: () =>
      lake.database.transaction(async (transaction) => {
        const { rows } = await sql<{ id: number }>`
          select id from lake.rule where state = 'I' order by id limit 1 for update skip locked`.execute(
          transaction,
        );
        if (rows[0] === undefined) return 'idle';
        await evaluate(lake, transaction, rows[0].id);
        return 'worked';
      }),
  };
}
