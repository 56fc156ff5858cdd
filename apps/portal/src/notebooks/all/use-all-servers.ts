import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { hubClient } from '../hub-client.ts';
import { isActive } from '../servers/server-state.ts';
import { type ServerView, serversOf } from '../servers/server-view.ts';

export const usersPerPage = 50;
/** Events tell about one's own servers only. */
const watchMilliseconds = 15_000;

/** A server and whose it is. */
export type OwnedServer = { readonly user: string; readonly server: ServerView };

/** Servers that run, come or go, of one page of their owners. */
export const useAllServers = (page: number, enabled: boolean) =>
  useQuery({
    queryKey: ['notebooks', 'servers', 'all', page],
    queryFn: async ({ signal }) => {
      const offset = (page - 1) * usersPerPage;
      const { users, total } = await hubClient.activeUsers({ offset, limit: usersPerPage }, signal);
      const servers = users.flatMap((user) =>
        serversOf(user)
          .filter(({ state }) => isActive(state))
          .map((server): OwnedServer => ({ user: user.name, server })),
      );
      return { servers, users: total };
    },
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: watchMilliseconds,
  });
