import { didTypes, type RuleRow, rucioDate, ruleStates } from '@vre/protocol-rucio';
import type { Rule } from './rule-store.ts';

const date = (value: Date | null): string | null => (value === null ? null : rucioDate(value));
const groupings = { A: 'ALL', D: 'DATASET', N: 'NONE' } as const;

/** A rule as clients see it. */
export const ruleRow = (rule: Rule): RuleRow => ({
  id: rule.uuid,
  subscription_id: null,
  account: rule.account,
  scope: rule.scope,
  name: rule.name,
  did_type: didTypes[rule.did_type],
  state: ruleStates[rule.state],
  error: rule.error,
  rse_expression: rule.expression,
  copies: rule.copies,
  expires_at: date(rule.expires_at),
  weight: rule.weight,
  locked: rule.locked,
  locks_ok_cnt: rule.locks_ok,
  locks_replicating_cnt: rule.locks_replicating,
  locks_stuck_cnt: rule.locks_stuck,
  source_replica_expression: rule.source_expression,
  activity: rule.activity,
  grouping: groupings[rule.grouping],
  notification: rule.notification,
  stuck_at: date(rule.stuck_at),
  purge_replicas: rule.purge_replicas,
  ignore_availability: rule.ignore_availability,
  ignore_account_limit: false,
  priority: rule.priority,
  comments: rule.comments,
  child_rule_id: rule.child_uuid,
  eol_at: date(rule.eol_at),
  split_container: false,
  meta: rule.meta,
  created_at: rucioDate(rule.created_at),
  updated_at: rucioDate(rule.updated_at),
  bytes: rule.bytes,
});
