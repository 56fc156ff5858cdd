import type { Daemon } from '@vre/daemon';
import { sql, type Transaction } from '@vre/database';
import type { Lake } from '../lake.ts';

/** Deltas are left to gather: readers add them up anyway, so folding is a matter of speed, not of truth. */
const enough = 200;
const patience = 60_000;

/** Folds the deltas of accounts and elements into their counters. */
export function createAbacus(lake: Lake): Daemon {
  let foldedAt = 0;
  return {
    name: 'abacus',
    idleMilliseconds: patience,
    step: async () => {
      const { rows } = await sql<{ n: number }>`
        select (select count(*) from (select from lake.account_counter_delta limit ${enough}) as a)
          + (select count(*) from (select from lake.rse_counter_delta limit ${enough}) as r) as n`.execute(
        lake.database.direct,
      );
      const waiting = Number(rows[0]?.n ?? 0);
      const now = lake.clock.now();
      if (waiting === 0 || (waiting < enough && now.getTime() - foldedAt < patience)) return 'idle';
      await lake.database.transaction((transaction) => fold(transaction, now));
      foldedAt = now.getTime();
      return 'idle';
    },
  };
}

/** Takes every visible delta once, even when two fold at the same time: deleting hands each row to one of them. */
export async function fold(transaction: Transaction, now: Date): Promise<void> {
  await sql`
    with taken as (delete from lake.account_counter_delta returning account_id, rse_id, files, bytes)
    insert into lake.account_counter as c (account_id, rse_id, files, bytes, updated_at)
    select account_id, rse_id, sum(files), sum(bytes), ${now} from taken group by account_id, rse_id order by account_id, rse_id
    on conflict (account_id, rse_id) do update
      set files = c.files + excluded.files, bytes = c.bytes + excluded.bytes, updated_at = excluded.updated_at`.execute(
    transaction,
  );
  await sql`
    with taken as (delete from lake.rse_counter_delta returning rse_id, files, bytes)
    insert into lake.rse_counter as c (rse_id, files, bytes, updated_at)
    select rse_id, sum(files), sum(bytes), ${now} from taken group by rse_id order by rse_id
    on conflict (rse_id) do update
      set files = c.files + excluded.files, bytes = c.bytes + excluded.bytes, updated_at = excluded.updated_at`.execute(
    transaction,
  );
}
