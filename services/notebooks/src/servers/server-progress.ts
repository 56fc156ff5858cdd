import type { Database } from '@vre/database';
import type { Outbox } from '@vre/events';
import type { ProgressEvent } from '@vre/protocol-jupyterhub';
import { type Server, serverPrefix } from './server.ts';
import { readProgress } from './server-store.ts';

/** Where no event comes, the row is looked at so often. */
const pollMilliseconds = 5000;

/** The story of a server's start: what was told already, then live; the last event says ready or failed. */
export async function* serverProgress(
  parts: { readonly database: Database; readonly outbox: Outbox },
  server: Pick<Server, 'id' | 'name' | 'startNumber'>,
  accountName: string,
): AsyncGenerator<ProgressEvent> {
  const news = waiter();
  const unsubscribe = parts.outbox.subscribe(news.wake);
  try {
    let told = 0;
    for (;;) {
      const seen = await readProgress(parts.database.direct, server.id, told);
      if (seen === undefined) return yield ended('The server was removed.');
      told += seen.lines.length;
      for (const { percent, message } of seen.lines) yield { progress: percent, message };
      switch (seen.state) {
        case 'ready': {
          const url = serverPrefix(accountName, server.name);
          return yield { progress: 100, ready: true, url, message: `The server is ready at ${url}` };
        }
        case 'failed':
          return yield ended(seen.failure ?? 'The server could not be started.');
        case 'stopping':
        case 'stopped':
          return yield ended('The server was stopped before it was ready.');
        default:
      }
      await news.next(pollMilliseconds);
    }
  } finally {
    unsubscribe();
  }
}

const ended = (message: string): ProgressEvent => ({ progress: 100, failed: true, message });

/** Remembers a call between two waits, so that "look, then wait" misses nothing. */
function waiter() {
  let called = false;
  let resume: (() => void) | undefined;
  return {
    wake: () => {
      called = true;
      resume?.();
    },
    next: async (milliseconds: number): Promise<void> => {
      if (!called) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          resume = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      called = false;
      resume = undefined;
    },
  };
}
