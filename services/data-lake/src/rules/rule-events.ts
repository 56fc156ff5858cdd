import { sql, type Transaction } from '@vre/database';
import { ruleStates } from '@vre/protocol-rucio';
import type { Lake } from '../lake.ts';

/** Tells the owners' browsers how their rules stand; `state` replaces the stored one, for rules about to go. */
export async function tellRules(
  lake: Lake,
  transaction: Transaction,
  ids: readonly number[],
  state?: 'DELETED',
): Promise<void> {
  if (ids.length === 0) return;
  const { rows } = await sql<{
    uuid: string;
    state: keyof typeof ruleStates;
    scope: string;
    name: string;
    locks_ok: number;
    locks_replicating: number;
    locks_stuck: number;
    error: string | null;
    subject: string;
  }>`
    select r.uuid, r.state, s.name as scope, d.name, r.locks_ok, r.locks_replicating, r.locks_stuck, r.error,
      substring(i.name from '^SUB=(.+), ISS=') as subject
    from lake.rule r join lake.did d on d.id = r.did_id join lake.scope s on s.id = d.scope_id
      join lake.account_identity ai on ai.account_id = r.account_id
      join lake.identity i on i.id = ai.identity_id and i.type = 'OIDC'
    where r.id = any(${[...ids]}::bigint[]) and i.name like 'SUB=%, ISS=%'`.execute(transaction);
  await lake.outbox.publish(
    transaction,
    rows.map((row) => ({
      topic: 'lake.rule',
      accountId: row.subject,
      data: {
        ruleId: row.uuid,
        scope: row.scope,
        name: row.name,
        state: state ?? ruleStates[row.state],
        locksOk: row.locks_ok,
        locksReplicating: row.locks_replicating,
        locksStuck: row.locks_stuck,
        error: row.error,
      },
    })),
  );
}
