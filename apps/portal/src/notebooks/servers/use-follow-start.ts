import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { hubClient } from '../hub-client.ts';
import { isComing } from './server-state.ts';
import type { ServerView } from './server-view.ts';
import { hubName, ownServersQuery } from './use-servers.ts';

/** Shows every step of a start as the hub tells it, without asking in between. */
export function useFollowStart({ name, state, path }: ServerView): void {
  const queries = useQueryClient();
  // Without a path the hub has not answered yet, and would not know the start.
  const coming = isComing(state) && path !== '';
  useEffect(() => {
    if (!coming) return;
    const leave = new AbortController();
    const { queryKey } = ownServersQuery(queries);
    const follow = async () => {
      const user = await hubName(queries);
      for await (const event of hubClient.progress(user, name, leave.signal)) {
        if (event.ready || event.failed) break;
        queries.setQueryData(queryKey, (servers) =>
          servers?.map((server) =>
            server.name === name && isComing(server.state)
              ? { ...server, percent: event.progress, message: event.message }
              : server,
          ),
        );
      }
    };
    // A stream that broke or was refused: the list's own questions go on.
    const renew = () => {
      if (!leave.signal.aborted) void queries.invalidateQueries({ queryKey });
    };
    void follow().then(renew, renew);
    return () => leave.abort();
  }, [queries, name, coming]);
}
