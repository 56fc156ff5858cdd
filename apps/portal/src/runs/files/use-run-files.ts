import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { runsClient } from '../runs-client.ts';

/** Files shown at most; the search finds the others. */
export const filesShown = 1000;

/** Files of a run's workspace whose name holds `search`. */
export const useRunFiles = (run: string, search: string, ended: boolean) =>
  useQuery({
    queryKey: ['runs', 'one', run, 'files', search],
    queryFn: ({ signal }) => runsClient.listFiles(run, { search, size: filesShown, page: 1 }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ended ? false : 10_000,
  });
