import type { Database } from '@vre/database';
import type { Outbox } from '@vre/events';
import type { Clock } from '@vre/service';
import { appendEngineLog, type EngineLogLine } from '../runs/engine-log-store.ts';
import { runLogEvent } from '../runs/run-events.ts';

/** The log of one run while it lives: lines are stored in order, those that come together in one statement. */
export interface EngineLog {
  write(level: EngineLogLine['level'], message: string): void;
  /** Resolves when everything written so far is stored. */
  flush(): Promise<void>;
}

export function createEngineLog(
  parts: { readonly database: Database; readonly outbox: Outbox; readonly clock: Clock },
  run: { readonly id: string; readonly logger: string; readonly subject: string },
): EngineLog {
  let waiting: EngineLogLine[] = [];
  let stored: Promise<void> = Promise.resolve();
  const store = async (): Promise<void> => {
    const lines = waiting;
    if (lines.length === 0) return;
    waiting = [];
    await parts.database.transaction(async (transaction) => {
      await appendEngineLog(transaction, run.id, lines);
      await parts.outbox.publish(transaction, [runLogEvent(run.subject, run.id)]);
    });
  };
  return {
    write: (level, message) => {
      waiting.push({ at: parts.clock.now(), logger: run.logger, level, message });
      stored = stored.then(store);
      // Reported by flush; until then it must not count as unhandled.
      stored.catch(() => undefined);
    },
    flush: () => stored,
  };
}
