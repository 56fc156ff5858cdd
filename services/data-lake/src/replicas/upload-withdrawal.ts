import { sql, type Transaction } from '@vre/database';
import type { Lake } from '../lake.ts';
import type { Rse } from '../rses/rse.ts';
import { removeRule } from '../rules/rule-service.ts';
import { ruleHeld } from '../rules/rule-store.ts';
import type * as store from './replica-store.ts';
import { removeBytes } from './stored-bytes.ts';

/**
 * Forgets an upload: its bytes, its replica, and, when the file never existed anywhere, its name and the rules that
 * the client made for it in advance. What others locked stays, as COPYING, to be uploaded again.
 */
export async function withdrawUpload(
  lake: Lake,
  rse: Rse,
  file: Pick<store.KnownFile, 'didId' | 'scope' | 'name' | 'path'>,
): Promise<void> {
  await lake.database.transaction(async (transaction) => {
    const { rows } = await sql<{ alone: boolean; attached: boolean }>`
      select not exists (select from lake.replica where did_id = d.id and rse_id <> ${rse.id}) as alone,
        exists (select from lake.content where child_id = d.id) as attached
      from lake.did d join lake.replica r on r.did_id = d.id and r.rse_id = ${rse.id} and r.state = 'C'
      where d.id = ${file.didId} for update of d, r`.execute(transaction);
    const found = rows[0];
    if (!found) return;
    await removeBytes(lake, rse, [file]);
    if (found.alone && !found.attached) await withdrawRules(lake, transaction, [file.didId]);
    const { rows: gone } = await sql`
      delete from lake.replica where did_id = ${file.didId} and rse_id = ${rse.id} and lock_cnt = 0 returning did_id`.execute(
      transaction,
    );
    if (gone.length > 0 && found.alone && !found.attached)
      await sql`
        delete from lake.did d where id = ${file.didId} and not exists (select from lake.replica where did_id = d.id)`.execute(
        transaction,
      );
  });
}

/** Takes away the rules that uploads made in advance for files whose bytes never came. */
export async function withdrawRules(
  lake: Lake,
  transaction: Transaction,
  didIds: readonly number[],
): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    select id from lake.rule where did_id = any(${[...didIds]}::bigint[]) order by id`.execute(transaction);
  for (const { id } of rows) {
    const rule = await ruleHeld(transaction, id);
    if (rule) await removeRule(lake, transaction, rule, true);
  }
}
