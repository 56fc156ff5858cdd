import type { Server } from './server.ts';
import { serverChanged } from './server-events.ts';
import { appendProgress } from './server-lease-store.ts';
import type { ServerParts } from './server-parts.ts';
import type { ServerOwner } from './server-store.ts';

/** One start of a server in one worker, from taking it on until it is ready, failed or somebody else's. */
export type StartLife = {
  readonly parts: ServerParts;
  readonly server: Server;
  readonly owner: ServerOwner;
  readonly worker: string;
  /** Aborts when the person stops it, the lease is lost or the worker ends. */
  readonly signal: AbortSignal;
  /** Adds a line to the story. @throws AbortError when the start is not ours any more. */
  tell(percent: number, message: string): Promise<void>;
};

export const notOurs = () => new DOMException('the server was stopped or taken over', 'AbortError');

export function createStartLife(given: Omit<StartLife, 'tell'>): StartLife {
  const { parts, server, owner, worker } = given;
  return {
    ...given,
    tell: async (percent, message) => {
      given.signal.throwIfAborted();
      const ours = await parts.database.transaction(async (transaction) => {
        const line = { at: parts.clock.now().toISOString(), percent, message };
        const written = await appendProgress(transaction, worker, server.id, line);
        if (written)
          await parts.outbox.publish(transaction, [serverChanged(owner.subject, server, percent, message)]);
        return written;
      });
      if (!ours) throw notOurs();
    },
  };
}

/**
 * Lines of a build as progress between two percentages: each a tenth of the way that is left. Lines that come while
 * one is being written are left out.
 */
export function buildReport(
  life: StartLife,
  from: number,
  to: number,
): {
  readonly report: (line: string) => void;
  readonly settled: () => Promise<void>;
} {
  let percent = from;
  let writing: Promise<void> | undefined;
  return {
    report: (line) => {
      const text = line.trim();
      if (text === '' || writing !== undefined) return;
      percent += (to - percent) / 10;
      writing = life
        .tell(Math.round(percent), text.slice(0, 300))
        // Whether the start is still ours is found out by the next step.
        .catch(() => undefined)
        .finally(() => {
          writing = undefined;
        });
    },
    settled: async () => writing,
  };
}
