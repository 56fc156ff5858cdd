import type { Database } from '@vre/database';
import { buildConnector, Pool } from 'undici';
import { readyStarts, type ServerRoute } from './route-store.ts';

/** What is open to each start of a server, so that nothing outlives it. */
export interface LiveConnections {
  /** The pool of requests to a server. */
  pool(route: ServerRoute, port: number): Pool;
  /** Remembers an open socket until the returned function is called; `cut` ends it. */
  hold(route: ServerRoute, cut: () => void): () => void;
  /** Cuts what leads to starts that are over. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

const connectionsAtMost = 64;
/** An answer may take long to begin (a notebook turned into PDF); what it then sends may pause as long as it likes. */
const answerMilliseconds = 30 * 60_000;

const plainConnector = buildConnector({ timeout: 10_000 });

/** Connects, then asks who listens there: only what the server's own job answers is passed on. */
function ownConnector(isOwn: () => Promise<boolean>): buildConnector.connector {
  return (options, callback) =>
    plainConnector(options, (error, socket) => {
      if (error !== null) return callback(error, null);
      // Until undici listens, a reset must not go unheard.
      const unheard = () => undefined;
      socket.on('error', unheard);
      const refuse = (cause: Error) => {
        socket.destroy();
        callback(cause, null);
      };
      isOwn().then((own) => {
        if (!own) return refuse(new Error('the port is no longer that of the server'));
        if (socket.destroyed) return refuse(new Error('the server closed the connection'));
        callback(null, socket);
        socket.off('error', unheard);
      }, refuse);
    });
}

/** `isOwn` tells whether a server's own job listens on its port now. */
export function createLiveConnections(
  database: Database,
  isOwn: (route: ServerRoute) => Promise<boolean>,
): LiveConnections {
  const starts = new Map<string, { readonly pool: Pool; readonly cuts: Set<() => void> }>();
  const keyOf = (route: ServerRoute) => `${route.serverId} ${route.startNumber}`;
  function start(route: ServerRoute, port: number) {
    const key = keyOf(route);
    const known = starts.get(key);
    if (known) return known;
    const made = {
      pool: new Pool(`http://127.0.0.1:${port}`, {
        connections: connectionsAtMost,
        pipelining: 1,
        // Jupyter's server keeps idle connections for an hour.
        keepAliveTimeout: 60_000,
        headersTimeout: answerMilliseconds,
        bodyTimeout: 0,
        connect: ownConnector(() => isOwn(route)),
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
