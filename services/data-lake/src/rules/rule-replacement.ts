import { sql } from '@vre/database';
import { RucioError, type RuleOptions } from '@vre/protocol-rucio';
import type { Lake } from '../lake.ts';
import { type Caller, requirePermission } from '../policy.ts';
import { addRules, removeRule } from './rule-service.ts';
import * as store from './rule-store.ts';

/** A new rule with another expression that replaces this one when it is OK. Returns its id. */
export async function moveRule(
  lake: Lake,
  caller: Caller,
  uuid: string,
  expression: string,
  override: Readonly<Record<string, unknown>>,
): Promise<string> {
  return lake.database.transaction(async (transaction) => {
    const rule = await store.ruleNamed(transaction, uuid, true);
    requirePermission(caller, { do: 'change a rule', accountId: rule.account_id });
    if (rule.child_uuid !== null)
      throw new RucioError(
        'RuleReplaceFailed',
        `The rule ${rule.uuid} is being replaced already by ${rule.child_uuid}`,
      );
    const now = lake.clock.now();
    const [child] = await addRules(
      lake,
      transaction,
      caller,
      { ...optionsOf(rule, now), ...override, rse_expression: expression } as RuleOptions,
      [rule],
    );
    await sql`update lake.rule set child_uuid = ${child}, updated_at = ${now} where id = ${rule.id}`.execute(
      transaction,
    );
    await lake.wakeups.wake(transaction);
    return child as string;
  });
}

/** Fewer copies of an OK rule: the new rule must be OK at once, then the old one goes. Returns the new id. */
export async function reduceRule(
  lake: Lake,
  caller: Caller,
  uuid: string,
  copies: number,
  exclude: string | null | undefined,
): Promise<string> {
  return lake.database.transaction(async (transaction) => {
    const rule = await store.ruleNamed(transaction, uuid, true);
    requirePermission(caller, { do: 'change a rule', accountId: rule.account_id });
    if (copies >= rule.copies)
      throw new RucioError(
        'RuleReplaceFailed',
        `The rule has ${rule.copies} copies: fewer are needed to reduce it`,
      );
    if (rule.state !== 'O')
      throw new RucioError('RuleReplaceFailed', 'Only a rule that is OK can be reduced');
    const expression = exclude == null ? rule.expression : `(${rule.expression})\\(${exclude})`;
    const [child] = await addRules(
      lake,
      transaction,
      caller,
      { ...optionsOf(rule, lake.clock.now()), copies, rse_expression: expression } as RuleOptions,
      [rule],
    );
    const made = await store.ruleNamed(transaction, child as string);
    if (made.state !== 'O')
      throw new RucioError('RuleReplaceFailed', 'The copies that would stay are not all there');
    await removeRule(lake, transaction, rule, rule.purge_replicas);
    return child as string;
  });
}

const optionsOf = (rule: store.Rule, now: Date): RuleOptions => ({
  copies: rule.copies,
  rse_expression: rule.expression,
  account: rule.account,
  weight: rule.weight,
  lifetime: rule.expires_at === null ? null : (rule.expires_at.getTime() - now.getTime()) / 1000,
  grouping: rule.grouping,
  source_replica_expression: rule.source_expression,
  activity: rule.activity,
  notify: rule.notification,
  purge_replicas: rule.purge_replicas,
  ignore_availability: rule.ignore_availability,
  comment: rule.comments,
  priority: rule.priority,
  meta: rule.meta as RuleOptions['meta'],
});
