import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { hubClient } from '../hub-client.ts';
import { isActive, isComing } from './server-state.ts';
import { type ServerView, serversOf } from './server-view.ts';

/** Net below the event stream: servers that are coming or going are asked about again, quickly, others slowly. */
const watchMilliseconds = { moving: 3_000, standing: 60_000 };

/** The person's name at the hub, which is not always the one they sign in with. */
const hubNameQuery = queryOptions({
  queryKey: ['notebooks', 'name'],
  queryFn: async ({ signal }) => (await hubClient.currentUser(signal)).name,
  staleTime: Number.POSITIVE_INFINITY,
});

export const hubName = (queries: QueryClient): Promise<string> => queries.ensureQueryData(hubNameQuery);

export const ownServersQuery = (queries: QueryClient) =>
  queryOptions({
    queryKey: ['notebooks', 'servers', 'own'],
    queryFn: async ({ signal }): Promise<readonly ServerView[]> =>
      serversOf(await hubClient.user(await hubName(queries), signal)),
    refetchInterval: ({ state: { data = [] } }) => {
      if (data.some(({ state }) => isComing(state) || state === 'stopping')) return watchMilliseconds.moving;
      return data.some(({ state }) => isActive(state)) ? watchMilliseconds.standing : false;
    },
  });

/** The person's servers, running or not. */
export const useOwnServers = () => useQuery(ownServersQuery(useQueryClient()));
