/** Tells long-lived connections that their session ended, in whichever process it was ended. */
export interface SessionWatch {
  /** Calls `onEnded` once when the session is over; the function returned stops watching. */
  hold(sessionId: string, onEnded: () => void): () => void;
  /** The session was ended by this process: its connections are cut at once. */
  ended(sessionId: string): void;
  /** Connections held by a session in this process. */
  count(sessionId: string): number;
  stop(): void;
}

/**
 * One statement every `intervalMilliseconds` for all connections of this process, none while there are no
 * connections. A failing check is tried again at the next turn: an unreachable database ends no session.
 */
export function createSessionWatch(
  living: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
  intervalMilliseconds: number,
  onError: (error: unknown) => void,
): SessionWatch {
  const held = new Map<string, Set<() => void>>();
  let timer: NodeJS.Timeout | undefined;

  const ended = (sessionId: string) => {
    const callbacks = held.get(sessionId);
    held.delete(sessionId);
    for (const callback of callbacks ?? []) callback();
  };
  const check = async () => {
    const ids = [...held.keys()];
    const alive = await living(ids);
    for (const id of ids) if (!alive.has(id)) ended(id);
  };
  const schedule = () => {
    timer ??= setTimeout(() => {
      check()
        .catch(onError)
        .finally(() => {
          timer = undefined;
          if (held.size > 0) schedule();
        });
    }, intervalMilliseconds);
  };
  return {
    hold: (sessionId, onEnded) => {
      const callbacks = held.get(sessionId) ?? new Set();
      callbacks.add(onEnded);
      held.set(sessionId, callbacks);
      schedule();
      return () => {
        callbacks.delete(onEnded);
        if (callbacks.size === 0 && held.get(sessionId) === callbacks) held.delete(sessionId);
      };
    },
    ended,
    count: (sessionId) => held.get(sessionId)?.size ?? 0,
    stop: () => {
      clearTimeout(timer);
      for (const id of [...held.keys()]) ended(id);
    },
  };
}
