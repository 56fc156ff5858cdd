import { sql } from '@vre/database';
import { RucioError, replicaStates, type ScopedName, scopedName } from '@vre/protocol-rucio';
import type { Lake } from '../lake.ts';
import { type Caller, requirePermission } from '../policy.ts';
import { moveLocks } from '../rules/lock-store.ts';
import { refreshStates } from '../rules/rule-store.ts';
import { arrive, depart } from './replica-arrival.ts';
import * as store from './replica-store.ts';
import { lookAt } from './stored-bytes.ts';
import { withdrawUpload } from './upload-withdrawal.ts';

/** Letter of a replica state given by letter or name. */
export function stateLetter(text: string): store.ReplicaStateLetter {
  const upper = text.toUpperCase();
  const found = Object.entries(replicaStates).find(([letter, name]) => letter === upper || name === upper);
  if (found) return found[0] as store.ReplicaStateLetter;
  throw new RucioError('UnsupportedOperation', `There is no replica state ${text.slice(0, 50)}`);
}

/** What a look that found other than the announced bytes means to the client. */
export const refusalOf = (look: { readonly finding: string; readonly sentence: string }): RucioError =>
  new RucioError(
    look.finding === 'unreachable' ? 'ResourceTemporaryUnavailable' : 'FileConsistencyMismatch',
    `${look.sentence} The replica was not made available.`,
  );

/**
 * Changes states of replicas. A replica becomes AVAILABLE only when the stored bytes agree with the catalogue; an
 * upload whose bytes differ is withdrawn whole, so that it can be repeated under the same name.
 */
export async function updateStates(
  lake: Lake,
  caller: Caller,
  rseName: string,
  changes: readonly (ScopedName & {
    readonly state: string;
    readonly error_message?: string | null | undefined;
  })[],
): Promise<void> {
  const rse = await lake.rses.named(rseName);
  const files = await store.filesOn(lake.database.direct, rse.id, changes);
  const known = new Map(files.map((file) => [scopedName(file), file]));
  const pick = (letters: readonly string[]) =>
    changes
      .filter(({ state }) => letters.includes(stateLetter(state)))
      .map((change) => known.get(scopedName(change)) as store.KnownFile);
  for (const change of changes) {
    const file = known.get(scopedName(change));
    if (!file || file.state === null)
      throw new RucioError('ReplicaNotFound', `${scopedName(change)} has no replica on ${rse.name}`);
    requirePermission(
      caller,
      ['A', 'C'].includes(stateLetter(change.state))
        ? { do: 'write in scope', scope: file.scope, ownerId: file.ownerId }
        : { do: 'administrate', what: `set replicas to ${change.state}` },
    );
  }
  const available = pick(['A']).filter(({ state }) => state !== 'A');
  const looks = await lookAt(lake, rse, available);
  const withdrawn = available.filter((_, index) => looks[index]?.finding === 'differs');
  await lake.database.transaction(async (transaction) => {
    await arrive(
      lake,
      transaction,
      available
        .filter((_, index) => looks[index]?.finding === 'right')
        .map(({ didId }) => ({ didId, rseId: rse.id })),
    );
    for (const state of ['T', 'U', 'D', 'B'] as const) {
      const replicas = pick([state]).map(({ didId }) => ({ didId, rseId: rse.id }));
      if (replicas.length === 0) continue;
      await depart(transaction, replicas);
      await sql`
        update lake.replica set state = ${state}, updated_at = ${lake.clock.now()}
        where rse_id = ${rse.id} and did_id = any(${replicas.map(({ didId }) => didId)}::bigint[])`.execute(
        transaction,
      );
      if (state === 'U' || state === 'D')
        await refreshStates(transaction, await moveLocks(transaction, replicas, 'R', null), lake.clock.now());
      await lake.wakeups.wake(transaction);
    }
  });
  for (const file of withdrawn) await withdrawUpload(lake, rse, file);
  const wrong = looks.find(({ finding }) => finding !== 'right');
  if (wrong) throw refusalOf(wrong);
}

/** Removes unlocked replicas: they are tombstoned and the reaper takes them. */
export async function deleteReplicas(
  lake: Lake,
  caller: Caller,
  rseName: string,
  names: readonly ScopedName[],
): Promise<void> {
  const rse = await lake.rses.named(rseName);
  await lake.database.transaction(async (transaction) => {
    const files = await store.filesOn(transaction, rse.id, names);
    const known = new Map(files.map((file) => [scopedName(file), file]));
    for (const name of names) {
      const file = known.get(scopedName(name));
      if (!file || file.state === null)
        throw new RucioError('ReplicaNotFound', `${scopedName(name)} has no replica on ${rse.name}`);
      requirePermission(caller, { do: 'write in scope', scope: file.scope, ownerId: file.ownerId });
      if (file.lock_cnt > 0)
        throw new RucioError(
          'ReplicaIsLocked',
          `${scopedName(name)} on ${rse.name} is kept by a rule: delete the rule first`,
        );
    }
    await sql`
      update lake.replica set tombstone = 'epoch', updated_at = ${lake.clock.now()}
      where rse_id = ${rse.id} and did_id = any(${files.map(({ didId }) => didId)}::bigint[]) and lock_cnt = 0`.execute(
      transaction,
    );
    await lake.wakeups.wake(transaction);
  });
}
