import { useQuery } from '@tanstack/react-query';
import { scopedName } from '@vre/protocol-rucio';
import { useService } from '../access/use-session.ts';
import { didPath } from '../lake/did-path.ts';
import { lakeClient } from '../lake/lake-client.ts';
import { ruleLooks } from '../lake/rules/rule-state.ts';
import { runsQuery } from '../runs/list/use-runs.ts';
import { parseMoment } from '../units/moment.ts';

/** Something that will not go on by itself. */
export type StuckThing = {
  readonly key: string;
  readonly kind: 'Rule' | 'Run';
  readonly title: string;
  readonly word: string;
  /** Why, in the service's words. */
  readonly reason: string;
  /** What a person can do. */
  readonly next: string;
  readonly to: string;
};

const recentMilliseconds = 3 * 86_400_000;
const shownFailures = 10;

const useStuckRules = (enabled: boolean) =>
  useQuery({
    queryKey: ['lake', 'rules', 'stuck'],
    queryFn: async ({ signal }): Promise<readonly StuckThing[]> => {
      const { account } = await lakeClient.whoami(signal);
      const found = await Promise.all(
        ['S', 'U'].map((state) => lakeClient.rules({ account, state }, signal)),
      );
      return found.flat().map((rule) => ({
        key: rule.id,
        kind: 'Rule',
        title: scopedName(rule),
        word: ruleLooks[rule.state].word,
        reason: rule.error ?? 'The lake gave no reason.',
        next: 'Look at the files it waits for; it is tried again by itself.',
        to: `${didPath(rule)}?tab=rules`,
      }));
    },
    enabled,
    refetchInterval: 60_000,
  });

/** Stuck rules, and runs that failed in the last three days. */
export function useStuck(): { readonly things: readonly StuckThing[]; readonly error: unknown } {
  const hasRuns = useService('workflows');
  const rules = useStuckRules(useService('data-lake'));
  const runs = useQuery({ ...runsQuery({ status: 'failed' }, shownFailures), enabled: hasRuns });
  const failures = (runs.data?.items ?? [])
    .filter((run) => Date.now() - (parseMoment(run.created)?.getTime() ?? 0) < recentMilliseconds)
    .map(
      (run): StuckThing => ({
        key: run.id,
        kind: 'Run',
        title: run.name,
        word: 'Failed',
        reason: run.x_reason ?? 'A step failed; its log says why.',
        next: 'Read the log, correct the cause, then run it again.',
        to: `/runs/${run.id}?tab=log`,
      }),
    );
  return { things: [...(rules.data ?? []), ...failures], error: rules.error ?? runs.error };
}
