import { sql, type Transaction } from '@vre/database';
import { RucioError, type RuleChanges } from '@vre/protocol-rucio';
import { accountNamed } from '../accounts/account-store.ts';
import type { Lake } from '../lake.ts';
import { type Caller, requirePermission } from '../policy.ts';
import { cancelRequests, queueRequests } from '../transfers/request-store.ts';
import { tellRules } from './rule-events.ts';
import { removeRule } from './rule-service.ts';
import * as store from './rule-store.ts';

/** Changes what may change of a rule. */
export async function updateRule(
  lake: Lake,
  caller: Caller,
  uuid: string,
  changes: RuleChanges,
): Promise<void> {
  await lake.database.transaction(async (transaction) => {
    const rule = await store.ruleNamed(transaction, uuid, true);
    requirePermission(caller, { do: 'change a rule', accountId: rule.account_id });
    const now = lake.clock.now();
    if (changes.approve !== undefined) {
      requirePermission(caller, { do: 'administrate', what: 'approve rules' });
      if (rule.state !== 'W')
        throw new RucioError('UnsupportedOperation', `The rule ${rule.uuid} does not wait for approval`);
      if (!changes.approve) return removeRule(lake, transaction, rule, false);
      await store.moveState(transaction, rule.id, ['W'], 'I', null, now);
    }
    if (changes.locked === true || changes.locked === false) {
      if (changes.locked !== rule.locked)
        requirePermission(caller, { do: 'make a rule', accountId: rule.account_id, locked: true });
    }
    if (changes.account !== undefined && changes.account !== rule.account)
      await giveRule(lake, transaction, caller, rule, changes.account);
    await writeOptions(transaction, rule, changes, now);
    if (changes.cancel_requests === true) await cancelRequests(transaction, rule.id, now);
    if (changes.state !== undefined) await forceState(lake, transaction, rule, changes.state, now);
    if (changes.boost_rule === true)
      await queueRequests(lake, transaction, { ruleId: rule.id, retry: true }, now);
    await tellRules(lake, transaction, [rule.id]);
    await lake.wakeups.wake(transaction);
  });
}

async function writeOptions(
  transaction: Transaction,
  rule: store.Rule,
  changes: RuleChanges,
  now: Date,
): Promise<void> {
  const has = (key: keyof RuleChanges) => changes[key] !== undefined;
  const expires = changes.lifetime == null ? null : new Date(now.getTime() + changes.lifetime * 1000);
  await sql`
    update lake.rule set
      expires_at = case when ${has('lifetime')} then ${expires}::timestamptz else expires_at end,
      removed_at = case when ${has('lifetime')} then null else removed_at end,
      locked = coalesce(${changes.locked ?? null}, locked),
      comments = coalesce(${changes.approve === undefined ? (changes.comment ?? null) : null}, comments),
      activity = coalesce(${changes.activity ?? null}, activity),
      priority = coalesce(${changes.priority ?? null}, priority),
      purge_replicas = coalesce(${changes.purge_replicas ?? null}, purge_replicas),
      source_expression = case when ${has('source_replica_expression')} then ${changes.source_replica_expression ?? null} else source_expression end,
      child_uuid = case when ${has('child_rule_id')} then ${changes.child_rule_id ?? null} else child_uuid end,
      eol_at = case when ${has('eol_at')} then ${changes.eol_at ?? null}::timestamptz else eol_at end,
      meta = case when ${has('meta')} then ${JSON.stringify(changes.meta ?? null)}::jsonb else meta end,
      updated_at = ${now}
    where id = ${rule.id}`.execute(transaction);
}

async function forceState(
  lake: Lake,
  transaction: Transaction,
  rule: store.Rule,
  wanted: string,
  now: Date,
): Promise<void> {
  const state = wanted.toUpperCase();
  if (state === 'SUSPENDED' || state === 'U') {
    await store.moveState(transaction, rule.id, ['R', 'O', 'S', 'I'], 'U', null, now);
  } else if (state === 'STUCK' || state === 'S') {
    // Means "try again now": what is stuck is queued once more.
    await store.moveState(transaction, rule.id, ['U'], 'S', null, now);
    await queueRequests(lake, transaction, { ruleId: rule.id, retry: true }, now);
    await store.refreshStates(transaction, [rule.id], now);
  } else {
    throw new RucioError(
      'InputValidationError',
      `A rule's state can be set to STUCK or SUSPENDED, not ${wanted.slice(0, 50)}`,
      {
        statusCode: 409,
      },
    );
  }
}

/** Moves a rule and its accounting to another account. */
async function giveRule(
  lake: Lake,
  transaction: Transaction,
  caller: Caller,
  rule: store.Rule,
  name: string,
): Promise<void> {
  requirePermission(caller, { do: 'administrate', what: 'give rules to other accounts' });
  const account = await accountNamed(transaction, name);
  await sql`
    with moved as (select rse_id, count(*) as files, sum(bytes) as bytes from lake.lock where rule_id = ${rule.id} group by rse_id),
    charged as (
      insert into lake.account_counter_delta (account_id, rse_id, files, bytes)
      select ${rule.account_id}, rse_id, -files, -bytes from moved
      union all select ${account.id}, rse_id, files, bytes from moved)
    update lake.rule set account_id = ${account.id}, updated_at = ${lake.clock.now()} where id = ${rule.id}`.execute(
    transaction,
  );
}
