import type { Database } from '@vre/database';
import type { Outbox } from '@vre/events';
import { routesOf, type ServerRoute } from './route-store.ts';

/** Servers by path, read once and forgotten at every change; the age limit is the safety net behind notifications. */
export interface RouteCache {
  find(accountName: string, segment: string | undefined): Promise<ServerRoute | undefined>;
  /** After a connection was refused: the next request asks again. */
  forget(accountName: string): void;
  close(): void;
}

const ageMilliseconds = 5000;
const entriesAtMost = 10_000;

/** `onChange` is called whenever servers may have changed. */
export function createRouteCache(
  database: Database,
  outbox: Outbox,
  onChange: () => void,
  now: () => number = Date.now,
): RouteCache {
  const known = new Map<
    string,
    { readonly until: number; readonly routes: Promise<readonly ServerRoute[]> }
  >();
  const unsubscribe = outbox.subscribe(() => {
    known.clear();
    onChange();
  });
  function routes(accountName: string): Promise<readonly ServerRoute[]> {
    const entry = known.get(accountName);
    if (entry !== undefined && entry.until > now()) return entry.routes;
    if (known.size >= entriesAtMost) known.clear();
    const asked = routesOf(database.direct, accountName);
    known.set(accountName, { until: now() + ageMilliseconds, routes: asked });
    asked.catch(() => known.delete(accountName));
    return asked;
  }
  return {
    find: async (accountName, segment) => {
      const found = await routes(accountName);
      const named = segment === undefined ? undefined : found.find(({ name }) => name === segment);
      return named ?? found.find(({ name }) => name === '');
    },
    forget: (accountName) => {
      known.delete(accountName);
    },
    close: unsubscribe,
  };
}
