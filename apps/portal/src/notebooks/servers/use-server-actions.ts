import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { hubClient } from '../hub-client.ts';
import { keptUntil } from './server-end.ts';
import { isActive } from './server-state.ts';
import type { ServerView } from './server-view.ts';
import { hubName, ownServersQuery } from './use-servers.ts';

const renewServers = (queries: QueryClient) =>
  queries.invalidateQueries({ queryKey: ['notebooks', 'servers'] });

/** Stops a server of `user`, or of the person. */
export function useStopServer(server: string, user?: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => hubClient.stopServer(user ?? (await hubName(queries)), server),
    onSettled: () => renewServers(queries),
  });
}

/** Keeps a server some hours longer than it would run unused. */
export function useKeepServer({ name, stopsAt }: ServerView) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () =>
      hubClient.keepServer(await hubName(queries), name, keptUntil(stopsAt, new Date())),
    onSettled: () => renewServers(queries),
  });
}

const stopMilliseconds = { look: 500, atMost: 60_000 };

/** Stops a server and, when it has stopped, starts it again from the same card. */
export function useRestartServer({ name, profile }: ServerView) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const user = await hubName(queries);
      await hubClient.stopServer(user, name);
      await stopped(queries, name);
      return hubClient.startServer(user, name, { profile });
    },
    onSettled: () => renewServers(queries),
  });
}

/** Resolves when the server occupies nothing any more; every look is shown on the page as well. */
async function stopped(queries: QueryClient, name: string): Promise<void> {
  const giveUpAt = Date.now() + stopMilliseconds.atMost;
  for (;;) {
    const servers = await queries.fetchQuery({ ...ownServersQuery(queries), staleTime: 0 });
    const server = servers.find((one) => one.name === name);
    if (server === undefined || !isActive(server.state)) return;
    if (Date.now() > giveUpAt)
      throw new Error('The server has not stopped within a minute: wait until it has, then start its card.');
    await new Promise((resolve) => setTimeout(resolve, stopMilliseconds.look));
  }
}
