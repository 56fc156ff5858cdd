import { useQuery } from '@tanstack/react-query';
import { ReanaError } from '@vre/protocol-reana';
import { useRef } from 'react';
import { runsClient } from '../runs-client.ts';

const watchMilliseconds = 2_000;
/** Older text is dropped from memory; the download has all of it. */
const keptCharacters = 4_000_000;

export type LogText = { readonly text: string; readonly ended: boolean; readonly dropped: boolean };

/** Reads on from where the last answer ended; other REANA servers only tell the whole log. */
async function readOn(
  run: string,
  step: string | undefined,
  before: Reading,
  signal: AbortSignal,
): Promise<Reading> {
  try {
    const { text, nextOffset, ended } = await runsClient.liveLog(run, step, before.offset, signal);
    const whole = before.text + text;
    const dropped = before.dropped || whole.length > keptCharacters;
    return { text: whole.slice(-keptCharacters), offset: nextOffset, ended, dropped };
  } catch (error) {
    if (!(error instanceof ReanaError) || error.statusCode !== 404) throw error;
    const logs = await runsClient.logs(run, undefined, signal);
    const text = (step === undefined ? logs.workflow_logs : logs.job_logs[step]?.logs) ?? '';
    return { text, offset: 0, ended: false, dropped: false };
  }
}

type Reading = LogText & { readonly offset: number };
const nothing: Reading = { text: '', offset: 0, ended: false, dropped: false };

/** The log of a step (or of the engine), growing while the run goes on; `paused` keeps what is shown. */
export function useLiveLog(run: string, step: string | undefined, paused: boolean, runEnded: boolean) {
  const readings = useRef(new Map<string, Reading>());
  return useQuery<LogText>({
    queryKey: ['runs', 'one', run, 'logs', step ?? 'engine'],
    queryFn: async ({ signal }) => {
      const key = step ?? 'engine';
      const next = await readOn(run, step, readings.current.get(key) ?? nothing, signal);
      readings.current.set(key, next);
      return next;
    },
    enabled: !paused,
    gcTime: 0,
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data?.ended || (runEnded && state.data) ? false : watchMilliseconds,
  });
}
