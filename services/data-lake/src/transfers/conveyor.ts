import type { Daemon } from '@vre/daemon';
import type { Lake } from '../lake.ts';
import { arrive } from '../replicas/replica-arrival.ts';
import { transfer } from './file-transfer.ts';
import type { ClaimedRequest } from './request-store.ts';
import { createRequestSupply } from './request-supply.ts';

/** How often a free slot looks for new requests while another still copies. */
const lookAgain = 500;

type Result = { readonly request: ClaimedRequest; readonly sourceId: number };

/**
 * Brings files where rules want them: some slots take one request after the other and copy with checksum; results are
 * written together. A step ends when nothing is due and every slot is free.
 */
export function createConveyor(lake: Lake): Daemon {
  const transferred = lake.metrics.counter('lake_transfers_total', 'Transfers by end', ['end']);

  async function step(signal: AbortSignal): Promise<'worked' | 'idle'> {
    const supply = createRequestSupply(lake);
    // One transaction for all that ended while the last one was under way.
    let arrived: Result[] = [];
    let writing: Promise<void> = Promise.resolve();
    const flush = () => {
      writing = writing.then(async () => {
        const results = arrived;
        arrived = [];
        if (results.length > 0) await writeArrivals(lake, results);
        for (const { request } of results) supply.done(request);
      });
      return writing;
    };
    let busy = 0;
    let worked = false;
    let failed = false;
    const slot = async () => {
      while (!signal.aborted && !failed) {
        const request = await supply.next();
        if (!request) {
          if (busy === 0) return;
          await new Promise((resolve) => setTimeout(resolve, lookAgain));
          continue;
        }
        worked = true;
        busy++;
        try {
          const sourceId = await transfer(lake, request, await lake.rses.byId(), signal);
          transferred.inc({ end: sourceId === undefined ? 'failed' : 'done' });
          if (sourceId === undefined) {
            supply.done(request);
            continue;
          }
          arrived.push({ request, sourceId });
          if (arrived.length === 1) void flush().catch(() => undefined);
        } finally {
          busy--;
        }
      }
    };
    const slots = Array.from({ length: lake.config['transfers-at-once'] }, () =>
      slot().catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    );
    const ends = await Promise.allSettled(slots);
    await flush().finally(supply.close);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return worked ? 'worked' : 'idle';
  }
  return { name: 'conveyor', idleMilliseconds: 2_000, step };
}

const writeArrivals = (lake: Lake, results: readonly Result[]): Promise<void> =>
  lake.database.transaction((transaction) =>
    arrive(
      lake,
      transaction,
      results.map(({ request, sourceId }) => ({ didId: request.didId, rseId: request.rseId, sourceId })),
    ),
  );
