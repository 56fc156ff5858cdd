import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { type RunStatus, runStatuses } from '@vre/protocol-reana';
import { activeStatuses } from '../run-state.ts';
import { runsClient } from '../runs-client.ts';

export const runsPerPage = 25;
/** Net below the event stream: lists are asked again while something on them moves. */
const watchMilliseconds = 15_000;

/** The list's filter as it stands in the address. `status` holds states joined by commas. */
export type RunsFilter = { readonly name?: string; readonly status?: string; readonly page?: string };

export const statusesOf = (joined: string | undefined): readonly RunStatus[] =>
  (joined ?? '')
    .split(',')
    .filter((word): word is RunStatus => (runStatuses as readonly string[]).includes(word));

export const runsQuery = (filter: RunsFilter, size = runsPerPage) => {
  const status = statusesOf(filter.status);
  return queryOptions({
    queryKey: ['runs', 'list', filter, size],
    queryFn: ({ signal }) =>
      runsClient.listRuns(
        {
          status: status.length > 0 ? status : runStatuses.filter((word) => word !== 'deleted'),
          name: filter.name ?? '',
          page: Math.max(1, Number(filter.page ?? 1) || 1),
          size,
          progress: true,
          workspaceSize: true,
        },
        signal,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.items.some((run) => activeStatuses.includes(run.status)) ? watchMilliseconds : false,
  });
};

/** One page of runs, newest first. */
export const useRuns = (filter: RunsFilter, size?: number) => useQuery(runsQuery(filter, size));
