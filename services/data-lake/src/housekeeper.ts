import type { Daemon } from '@vre/daemon';
import { sql } from '@vre/database';
import type { Lake } from './lake.ts';

const hour = 3_600_000;
const historyDays = 90;

/** Forgets events that every browser has seen, and transfers that nobody asks about any more. */
export function createHousekeeper(lake: Lake): Daemon {
  let doneAt = 0;
  return {
    name: 'housekeeper',
    idleMilliseconds: hour,
    step: async () => {
      const now = lake.clock.now();
      if (now.getTime() - doneAt < hour) return 'idle';
      doneAt = now.getTime();
      await lake.outbox.prune(now);
      const before = new Date(now.getTime() - historyDays * 24 * hour);
      await sql`delete from lake.request_history where updated_at < ${before}`.execute(lake.database.direct);
      return 'idle';
    },
  };
}
