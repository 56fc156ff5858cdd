import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { RuleRow, ScopedName } from '@vre/protocol-rucio';
import { lakeClient } from '../lake-client.ts';

export const useRulesOf = (did: ScopedName) =>
  useQuery({
    queryKey: ['lake', 'rules', did.scope, did.name],
    queryFn: ({ signal }) => lakeClient.rulesOf(did, signal),
    refetchInterval: ({ state }) => (state.data?.some((rule) => rule.state !== 'OK') ? 5_000 : false),
  });

/** The files that a stuck rule waits for, with their reasons. */
export const useStuckFiles = (rule: RuleRow) =>
  useQuery({
    queryKey: ['lake', 'rules', 'progress', rule.id],
    queryFn: ({ signal }) => lakeClient.ruleProgress(rule.id, signal),
    enabled: rule.state === 'STUCK',
  });

const useRenewRules = () => {
  const queries = useQueryClient();
  return async () => {
    await queries.invalidateQueries({ queryKey: ['lake', 'rules'] });
    await queries.invalidateQueries({ queryKey: ['lake', 'replicas'] });
  };
};

export const useDeleteRule = (id: string) => {
  const renew = useRenewRules();
  return useMutation({ mutationFn: () => lakeClient.deleteRule(id), onSuccess: renew });
};

/** What the form asks for; `lifetime` in seconds. */
export type RuleWish = {
  readonly expression: string;
  readonly copies: number;
  readonly lifetime: number | undefined;
  readonly comment: string;
};

export const useAddRule = (did: ScopedName) => {
  const renew = useRenewRules();
  return useMutation({
    mutationFn: ({ expression, copies, lifetime, comment }: RuleWish) =>
      lakeClient.addRule({
        dids: [did],
        copies,
        rse_expression: expression,
        ...(lifetime === undefined ? {} : { lifetime }),
        ...(comment === '' ? {} : { comment }),
      }),
    onSuccess: renew,
  });
};
