import { queryOptions, useQuery } from '@tanstack/react-query';
import { isEnded, ReanaError } from '@vre/protocol-reana';
import { runsClient } from '../runs-client.ts';
import { type Step, stepsOfDetails, stepsOfLogs } from './step.ts';

const watchMilliseconds = 5_000;

export const runQuery = (run: string) =>
  queryOptions({
    queryKey: ['runs', 'one', run, 'status'],
    queryFn: ({ signal }) => runsClient.runStatus(run, signal),
    refetchInterval: ({ state }) =>
      state.data === undefined || isEnded(state.data.status) ? false : watchMilliseconds,
  });

/** State and progress of one run. */
export const useRun = (run: string) => useQuery(runQuery(run));

/** What a run page shows of the steps, and what of the lake's data travels with the run. */
export type RunSteps = {
  readonly steps: readonly Step[];
  readonly warnings: readonly string[];
  readonly reason: string | undefined;
  readonly transfers: Awaited<ReturnType<typeof runsClient.runDetails>>['lakeData'];
  /** False in front of a REANA server that is not ours: logs come whole and late there. */
  readonly live: boolean;
};

/** Steps from our server's details or, in front of another REANA, from the logs. */
async function readSteps(run: string, signal: AbortSignal): Promise<RunSteps> {
  try {
    const details = await runsClient.runDetails(run, signal);
    const { warnings, reason, lakeData } = details;
    return {
      steps: stepsOfDetails(details),
      warnings,
      reason: reason ?? undefined,
      transfers: lakeData,
      live: true,
    };
  } catch (error) {
    if (!(error instanceof ReanaError) || error.statusCode !== 404) throw error;
    const logs = await runsClient.logs(run, undefined, signal);
    return { steps: stepsOfLogs(logs), warnings: [], reason: undefined, transfers: [], live: false };
  }
}

export const stepsQuery = (run: string, ended: boolean) =>
  queryOptions({
    queryKey: ['runs', 'one', run, 'steps'],
    queryFn: ({ signal }) => readSteps(run, signal),
    refetchInterval: ended ? false : watchMilliseconds,
  });

export const useSteps = (run: string, ended: boolean) => useQuery(stepsQuery(run, ended));

/** The run's specification and effective parameters; they never change. */
export const useSpecification = (run: string) =>
  useQuery({
    queryKey: ['runs', 'one', run, 'specification'],
    queryFn: ({ signal }) => runsClient.specification(run, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
