import type { Daemon } from '@vre/daemon';
import type { ServiceContext } from '@vre/service';
import { deleteExpired } from './session-store.ts';

const removedAtOnce = 500;

/** Removes sessions, sign-ins, codes and tokens past their end, and events older than a day. */
export function createSessionCleaner(context: Pick<ServiceContext, 'database' | 'clock' | 'outbox'>): Daemon {
  return {
    name: 'hub-session-cleaner',
    idleMilliseconds: 5 * 60_000,
    step: async () => {
      const now = context.clock.now();
      if ((await deleteExpired(context.database.direct, now, removedAtOnce)) > 0) return 'worked';
      await context.outbox.prune(now);
      return 'idle';
    },
  };
}
