import type { Socket } from 'node:net';
import type { Database } from '@vre/database';
import { Pool } from 'undici';
import { createProvenConnect, type PortProofs } from './proven-connection.ts';
import { readyStarts, type ServerRoute } from './route-store.ts';

/** What is open to each start of a server, so that nothing outlives it. */
export interface LiveConnections {
  /** The pool of requests to a server. */
  pool(route: ServerRoute, port: number): Pool;
  /** A connection for a WebSocket, its other end proven. */
  open(route: ServerRoute, port: number): Promise<Socket>;
  /** Remembers an open socket until the returned function is called; `cut` ends it. */
  hold(route: ServerRoute, cut: () => void): () => void;
  /** Cuts what leads to starts that are over. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

const connectionsAtMost = 64;
/** An answer may take long to begin (a notebook turned into PDF); what it then sends may pause as long as it likes. */
const answerMilliseconds = 30 * 60_000;

type Start = {
  readonly pool: Pool;
  readonly open: () => Promise<Socket>;
  readonly cuts: Set<() => void>;
};

export function createLiveConnections(database: Database, proofs: PortProofs): LiveConnections {
  const starts = new Map<string, Start>();
  const keyOf = (route: ServerRoute) => `${route.serverId} ${route.startNumber}`;
  function start(route: ServerRoute, port: number) {
    const key = keyOf(route);
    const known = starts.get(key);
    if (known) return known;
    const open = createProvenConnect(proofs, route.job, port);
    const made: Start = {
      open,
      pool: new Pool(`http://127.0.0.1:${port}`, {
        connections: connectionsAtMost,
        pipelining: 1,
        // Jupyter's server keeps idle connections for an hour.
        keepAliveTimeout: 60_000,
        headersTimeout: answerMilliseconds,
        bodyTimeout: 0,
        connect: (_options, done) => {
          open().then(
            (socket) => done(null, socket),
            (error: Error) => done(error, null),
          );
        },
      }),
      cuts: new Set<() => void>(),
    };
    starts.set(key, made);
    return made;
  }
  function end(key: string): void {
    const ended = starts.get(key);
    if (!ended) return;
    starts.delete(key);
    for (const cut of ended.cuts) cut();
    ended.pool.destroy().catch(() => undefined);
  }
  return {
    pool: (route, port) => start(route, port).pool,
    open: (route, port) => start(route, port).open(),
    hold: (route, cut) => {
      const { cuts } = start(route, route.port ?? 0);
      cuts.add(cut);
      return () => cuts.delete(cut);
    },
    sweep: async () => {
      const known = [...starts.keys()];
      if (known.length === 0) return;
      const ready = await readyStarts(database.direct, known);
      for (const key of known) if (!ready.has(key)) end(key);
    },
    close: async () => {
      for (const key of [...starts.keys()]) end(key);
    },
  };
}
