import { sql, type Transaction } from '@vre/database';
import { RucioError, type RuleOptions, type ScopedName, scopedName } from '@vre/protocol-rucio';
import { accountNamed } from '../accounts/account-store.ts';
import { allDidsNamed, sizeOf } from '../dids/did-store.ts';
import type { Lake } from '../lake.ts';
import { type Caller, requirePermission } from '../policy.ts';
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
