import type { Daemon } from '@vre/daemon';
import { type StorageAdapter, StorageError } from '@vre/storage-port';
import type { Lake } from '../lake.ts';
import { dueOutages, endOutage, noteOutage, postponeProbe } from '../rses/outage-store.ts';
import type { Rse } from '../rses/rse.ts';
import { tellRules } from '../rules/rule-events.ts';
import { refreshStates } from '../rules/rule-store.ts';
import { queueRequests } from './request-store.ts';

/** True when the element's root can be looked at now. */
async function answers(storage: StorageAdapter): Promise<boolean> {
  try {
    await storage.stat('');
    return true;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return error.code !== 'unavailable';
  }
}

/** Since when an element does not answer at all, `undefined` when it does. One that is away is watched from now on. */
export async function noteIfAway(lake: Lake, rse: Rse): Promise<Date | undefined> {
  const storage = lake.storage(rse.name);
  if (!storage || (await answers(storage))) return undefined;
  return noteOutage(lake.database.direct, rse.id, lake.clock.now());
}

/**
 * Asks elements that transfers and deletions found away, with growing pauses, whether they are back. Those that answer
 * get what was stuck for them queued at once: copies to them, copies of what they alone could give, and deletions.
 */
export function createElementWatch(lake: Lake): Daemon {
  return {
    name: 'element-watch',
    idleMilliseconds: 5_000,
    step: async () => {
      await lake.database.transaction(async (transaction) => {
        const byId = await lake.rses.byId();
        const now = lake.clock.now();
        for (const { rse_id } of await dueOutages(transaction, now)) {
          const name = byId.get(rse_id)?.name;
          const storage = name === undefined ? undefined : lake.storage(name);
          if (storage && !(await answers(storage))) {
            await postponeProbe(transaction, rse_id, now);
            continue;
          }
          const since = await endOutage(transaction, rse_id);
          if (!storage) continue;
          lake.log.info({ rse: name, since }, 'a storage element is back');
          const rules = await queueRequests(lake, transaction, { rseId: rse_id }, now);
          await refreshStates(transaction, rules, now);
          await tellRules(lake, transaction, rules);
          await lake.wakeups.wake(transaction);
        }
      });
      return 'idle';
    },
  };
}
