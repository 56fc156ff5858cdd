import type { Logger } from '@vre/telemetry';

/**
 * Servers that one worker works on now, each in a life of its own that ends when its lease is lost. What is in memory
 * here is only what this worker does; another one can take over at any moment.
 */
export interface ServerLives {
  readonly size: number;
  readonly ids: () => readonly string[];
  begin(id: string, live: (signal: AbortSignal) => Promise<void>): void;
  /** Ends the lives of servers that are not ours any more. */
  keepOnly(ours: ReadonlySet<string>): void;
  /** Ends all lives and waits for them. */
  end(): Promise<void>;
}

export function createServerLives(log: Logger, onEnd: () => void): ServerLives {
  const lives = new Map<string, { readonly abort: AbortController; readonly ended: Promise<void> }>();
  return {
    get size() {
      return lives.size;
    },
    ids: () => [...lives.keys()],
    begin: (id, live) => {
      const abort = new AbortController();
      const ended = live(abort.signal)
        .catch((error: unknown) =>
          log.error({ err: error, serverId: id }, 'work on a server was interrupted'),
        )
        .finally(() => {
          lives.delete(id);
          onEnd();
        });
      lives.set(id, { abort, ended });
    },
    keepOnly: (ours) => {
      for (const [id, { abort }] of lives) if (!ours.has(id)) abort.abort();
    },
    end: async () => {
      for (const { abort } of lives.values()) abort.abort();
      await Promise.all([...lives.values()].map(({ ended }) => ended));
    },
  };
}

/** A daemon with lives, and how its worker lets go of them. */
export type Stoppable = {
  /** Gives all servers back at once; their jobs go on. */
  stop(): Promise<void>;
  /** Ends without a word, as a killed process would: leases stay until they end by themselves. */
  abandon(): Promise<void>;
};
