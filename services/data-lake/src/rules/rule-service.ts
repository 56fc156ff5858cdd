import { sql, type Transaction } from '@vre/database';
import {
  RucioError,
  type RuleChanges,
  type RuleOptions,
  type ScopedName,
  scopedName,
} from '@vre/protocol-rucio';
import { accountNamed } from '../accounts/account-store.ts';
import { allDidsNamed, sizeOf } from '../dids/did-store.ts';
import type { Lake } from '../lake.ts';
import { type Caller, requirePermission } from '../policy.ts';
import { cancelRequests, queueRequests } from '../transfers/request-store.ts';
import { deleteLocks } from './lock-store.ts';
import { applyRule } from './rule-application.ts';
import { tellRules } from './rule-events.ts';
import * as store from './rule-store.ts';

/** Rules of more locks are evaluated by the judge-injector, so that the request answers at once. */
const synchronousLocks = 10_000;

/** Adds one rule a DID, in the caller's transaction. Returns their ids. */
export async function addRules(
  lake: Lake,
  transaction: Transaction,
  caller: Caller,
  options: RuleOptions,
  dids: readonly ScopedName[],
): Promise<readonly string[]> {
  const account = await accountNamed(transaction, options.account ?? caller.account);
  requirePermission(caller, { do: 'make a rule', accountId: account.id, locked: options.locked ?? false });
  const elements = await lake.rses.matching(options.rse_expression);
  if (elements.some(({ stagingArea }) => stagingArea) && options.lifetime == null)
    throw new RucioError('StagingAreaRuleRequiresLifetime', 'A rule on a staging area needs a lifetime');
  if (options.source_replica_expression != null)
    await lake.rses.matching(options.source_replica_expression).catch((error: Error) => {
      throw new RucioError('InvalidSourceReplicaExpression', error.message);
    });
  const now = lake.clock.now();
  const ids: string[] = [];
  for (const did of await allDidsNamed(transaction, dids)) {
    const files = did.type === 'F' ? 1 : (await sizeOf(transaction, did.id)).length;
    const later =
      options.asynchronous === true ||
      options.delay_injection != null ||
      files * options.copies > synchronousLocks;
    const uuid = lake.identifiers.hex();
    const id = await store.insertRule(
      transaction,
      {
        uuid,
        did_id: did.id,
        account_id: account.id,
        state: options.ask_approval === true ? 'W' : later ? 'I' : 'O',
        expression: options.rse_expression,
        copies: options.copies,
        grouping: options.grouping,
        weight: options.weight ?? null,
        expires_at: options.lifetime == null ? null : new Date(now.getTime() + options.lifetime * 1000),
        locked: options.locked ?? false,
        source_expression: options.source_replica_expression ?? null,
        activity: options.activity ?? 'User Subscriptions',
        notification: notificationOf(options.notify),
        priority: options.priority ?? 3,
        purge_replicas: options.purge_replicas ?? false,
        ignore_availability: options.ignore_availability ?? false,
        comments: options.comment ?? null,
        meta: options.meta ?? null,
      },
      now,
    );
    if (id === undefined)
      throw new RucioError(
        'DuplicateRule',
        `Account ${account.name} has a rule for ${options.copies} copies of ${scopedName(did)} at ${options.rse_expression} already`,
      );
    const rule = (await store.ruleHeld(transaction, id)) as store.Rule;
    if (rule.state === 'O') await applyRule(lake, transaction, rule);
    else await lake.wakeups.wake(transaction);
    ids.push(uuid);
  }
  return ids;
}

const notifications: Readonly<Record<string, string>> = { Y: 'YES', N: 'NO', C: 'CLOSE', P: 'PROGRESS' };
const notificationOf = (text: string | null | undefined): string =>
  notifications[(text ?? 'N').charAt(0).toUpperCase()] ?? 'NO';

/** Takes a rule and its locks away, now. */
export async function removeRule(
  lake: Lake,
  transaction: Transaction,
  rule: store.Rule,
  purge: boolean,
): Promise<void> {
  const now = lake.clock.now();
  await tellRules(lake, transaction, [rule.id], 'DELETED');
  await deleteLocks(
    transaction,
    rule,
    'all',
    { purge, graceSeconds: lake.config['unlocked-replica-grace'] },
    now,
  );
  await store.deleteRule(transaction, rule.id, now);
  await lake.wakeups.wake(transaction);
}

/** Deletes a rule as its owner asks: at once, or after the configured delay; a big one by the judge-cleaner. */
export async function deleteRule(
  lake: Lake,
  caller: Caller,
  uuid: string,
  purge: boolean | null | undefined,
): Promise<void> {
  await lake.database.transaction(async (transaction) => {
    const rule = await store.ruleNamed(transaction, uuid, true);
    requirePermission(caller, { do: 'change a rule', accountId: rule.account_id });
    if (rule.locked)
      throw new RucioError(
        'UnsupportedOperation',
        `The rule ${rule.uuid} is locked: unlock it before deleting it`,
      );
    if (rule.child_uuid !== null)
      throw new RucioError(
        'UnsupportedOperation',
        `The rule ${rule.uuid} is being replaced by ${rule.child_uuid} and goes when that is OK`,
      );
    const delay = lake.config['rule-deletion-delay'];
    const locks = rule.locks_ok + rule.locks_replicating + rule.locks_stuck;
    if (delay === 0 && locks <= synchronousLocks)
      return removeRule(lake, transaction, rule, purge ?? rule.purge_replicas);
    const now = lake.clock.now();
    const end = new Date(now.getTime() + delay * 1000);
    await sql`
      update lake.rule set expires_at = least(expires_at, ${end}), removed_at = ${now}, purge_replicas = coalesce(${purge ?? null}, purge_replicas),
        updated_at = ${now} where id = ${rule.id}`.execute(transaction);
    await lake.wakeups.wake(transaction);
  });
}

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
