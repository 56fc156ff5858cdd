import { useMutation, useQueryClient } from '@tanstack/react-query';
import { runsClient } from '../runs-client.ts';

const useRenewRuns = () => {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['runs'] });
};

export const useStopRun = (run: string) => {
  const renew = useRenewRuns();
  return useMutation({ mutationFn: () => runsClient.stopRun(run), onSuccess: renew });
};

export const useDeleteRun = (run: string) => {
  const renew = useRenewRuns();
  return useMutation({ mutationFn: () => runsClient.deleteRun(run), onSuccess: renew });
};

/** Makes a new run in the same workspace with these parameters. */
export const useRestartRun = (run: string) => {
  const renew = useRenewRuns();
  return useMutation({
    mutationFn: (parameters: Readonly<Record<string, unknown>>) => runsClient.restartRun(run, { parameters }),
    onSuccess: renew,
  });
};
