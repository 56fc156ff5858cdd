import type { Daemon } from '@vre/daemon';
import { type Database, sql } from '@vre/database';
import type { Outbox } from '@vre/events';
import type { Clock } from '@vre/service';

const batch = 500;
/** Exchanged refresh tokens are kept this long so that a stolen copy is noticed when it is used. */
const reuseNoticed = '7 days';

/** Removes what has expired, in small batches so that nobody waits for a lock. */
export function createExpiredRecords(context: {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly clock: Clock;
}): Daemon {
  const { database, outbox, clock } = context;
  return {
    name: 'expired-records',
    idleMilliseconds: 60_000,
    step: async () => {
      const now = clock.now();
      const records = await sql`
        delete from aai.provider_record where (model, id_hash) in (
          select model, id_hash from aai.provider_record
          where expires_at < ${now}
             or (model = 'RefreshToken' and consumed_at < ${now}::timestamptz - interval '${sql.raw(reuseNoticed)}')
          limit ${batch} for update skip locked)`.execute(database.direct);
      const attempts = await sql`
        delete from aai.attempt where key_hash in (
          select key_hash from aai.attempt where window_ends_at < ${now} limit ${batch} for update skip locked)`.execute(
        database.direct,
      );
      await outbox.prune(now);
      const removed = Number(records.numAffectedRows ?? 0n) + Number(attempts.numAffectedRows ?? 0n);
      return removed >= batch ? 'worked' : 'idle';
    },
  };
}
