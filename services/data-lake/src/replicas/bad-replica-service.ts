import { type Queryable, sql, type Transaction } from '@vre/database';
import { RucioError, type ScopedName, scopedName } from '@vre/protocol-rucio';
import type { Lake } from '../lake.ts';
import { type Caller, decide } from '../policy.ts';
import { pathOfPfn, replicaPath } from '../rses/pfn.ts';
import type { Rse } from '../rses/rse.ts';
import { moveLocks, type ReplicaKey } from '../rules/lock-store.ts';
import { tellRules } from '../rules/rule-events.ts';
import { refreshStates } from '../rules/rule-store.ts';
import { depart } from './replica-arrival.ts';
import { filesOn } from './replica-store.ts';

/** The element and DID behind a PFN, for deterministic and registered paths. */
export async function didsOfPfns(
  q: Queryable,
  elements: readonly Rse[],
  pfns: readonly string[],
): Promise<ReadonlyMap<string, ScopedName & { readonly rse: Rse }>> {
  const found = new Map<string, ScopedName & { readonly rse: Rse }>();
  for (const rse of elements) {
    const here = pfns.flatMap((pfn) => {
      const path = rse.protocols
        .map((protocol) => pathOfPfn(protocol, pfn))
        .find((part) => part !== undefined);
      return path === undefined ? [] : [{ pfn, path, name: path.split('/').slice(-1)[0] ?? '' }];
    });
    if (here.length === 0) continue;
    // Names may hold slashes: every tail of the path may be the name; the path computed from it decides.
    const tails = [
      ...new Set(
        here.flatMap(({ path }) => path.split('/').map((_, index, parts) => parts.slice(index).join('/'))),
      ),
    ];
    const { rows } = await sql<ScopedName & { path: string | null }>`
      select s.name as scope, d.name, r.path from lake.replica r join lake.did d on d.id = r.did_id
        join lake.scope s on s.id = d.scope_id
      where r.rse_id = ${rse.id} and (r.path = any(${here.map(({ path }) => path)}::text[])
        or r.path is null and d.name = any(${tails}::text[]))`.execute(q);
    const byPath = new Map(rows.map((row) => [replicaPath(rse, row.scope, row.name, row.path), row]));
    for (const { pfn, path } of here) {
      const row = byPath.get(path);
      if (row) found.set(pfn, { scope: row.scope, name: row.name, rse });
    }
  }
  return found;
}

type Named = ScopedName & { readonly rse: Rse };

/**
 * Declares replicas bad: they are not offered any more and the necromancer brings good copies back. Owners of the
 * scope and administrators may. Returns, by element, a sentence for each that could not be declared.
 */
export async function declareBad(
  lake: Lake,
  caller: Caller,
  replicas: readonly Named[],
  reason: string | null,
): Promise<Record<string, string[]>> {
  const problems: Record<string, string[]> = {};
  const complain = (rse: Rse, sentence: string) => {
    problems[rse.name] = [...(problems[rse.name] ?? []), sentence];
  };
  const byElement = new Map<Rse, Named[]>();
  for (const replica of replicas)
    byElement.set(replica.rse, [...(byElement.get(replica.rse) ?? []), replica]);
  await lake.database.transaction(async (transaction) => {
    for (const [rse, names] of byElement) {
      const known = new Map(
        (await filesOn(transaction, rse.id, names)).map((file) => [scopedName(file), file]),
      );
      const keys: ReplicaKey[] = [];
      for (const name of names) {
        const file = known.get(scopedName(name));
        if (!file || file.state === null) complain(rse, `${scopedName(name)} Unknown replica`);
        else if (file.state === 'D') complain(rse, `${scopedName(name)} Already declared`);
        else {
          const decision = decide(caller, { do: 'write in scope', scope: file.scope, ownerId: file.ownerId });
          if (!decision.allowed) throw new RucioError('AccessDenied', decision.reason);
          keys.push({ didId: file.didId, rseId: rse.id });
        }
      }
      if (keys.length > 0) await markBad(lake, transaction, keys, reason, caller.accountId);
    }
  });
  return problems;
}

/** Marks replicas bad, whoever found out. */
export async function markBad(
  lake: Lake,
  transaction: Transaction,
  replicas: readonly ReplicaKey[],
  reason: string | null,
  accountId: number | null,
): Promise<void> {
  const now = lake.clock.now();
  await depart(transaction, replicas);
  await sql`
    with wanted as (
      select * from unnest(${replicas.map(({ didId }) => didId)}::bigint[], ${replicas.map(({ rseId }) => rseId)}::int[])
        as wanted (did_id, rse_id)),
    marked as (
      update lake.replica r set state = 'D', updated_at = ${now} from wanted
      where r.did_id = wanted.did_id and r.rse_id = wanted.rse_id returning r.did_id, r.rse_id)
    insert into lake.bad_replica (did_id, rse_id, state, reason, account_id, created_at, updated_at)
    select did_id, rse_id, 'B', ${reason}, ${accountId}, ${now}, ${now} from marked`.execute(transaction);
  const rules = await moveLocks(transaction, replicas, 'R', null);
  await refreshStates(transaction, rules, now);
  await tellRules(lake, transaction, rules);
  await lake.wakeups.wake(transaction);
}
