import { type Queryable, sql } from '@vre/database';
import type { CullingPolicy } from './server-culling.ts';
import { type OwnedRow, type OwnedServer, ownedServer, ownerColumns, serverColumns } from './server-store.ts';

/** Running servers that may have to be warned of or stopped now; the exact decision is `cullingDecision`'s. */
export async function dueForCulling(
  database: Queryable,
  policy: CullingPolicy,
  now: Date,
  limit: number,
): Promise<readonly OwnedServer[]> {
  const { rows } = await sql<OwnedRow>`
    select ${serverColumns}, ${ownerColumns} from hub.server join hub.account on account.id = server.account_id
    where state = 'ready' and (
      (greatest(server.last_activity_at, ready_at) <= ${now}::timestamptz - make_interval(secs => ${policy.idleSeconds - policy.warningSeconds})
        and (keep_until is null or keep_until <= ${now}::timestamptz + make_interval(secs => ${policy.warningSeconds})))
      or ready_at <= ${now}::timestamptz - make_interval(secs => ${policy.longestLifeSeconds - policy.warningSeconds}))
      and (warned_at is null or warned_at <= ${now}::timestamptz - make_interval(secs => ${policy.warningSeconds})
        or ready_at <= ${now}::timestamptz - make_interval(secs => ${policy.longestLifeSeconds}))
    order by greatest(server.last_activity_at, ready_at) limit ${limit}`.execute(database);
  return rows.map(ownedServer);
}

/** False when somebody else was faster, or the server does not run any more. */
export async function markWarned(transaction: Queryable, id: string, now: Date): Promise<boolean> {
  const { rows } = await sql`
    update hub.server set warned_at = ${now} where id = ${id} and state = 'ready' and warned_at is null returning 1`.execute(
    transaction,
  );
  return rows.length > 0;
}

/** Something computes in the server. */
export async function markActive(database: Queryable, id: string, now: Date): Promise<void> {
  await sql`
    update hub.server set last_activity_at = greatest(last_activity_at, ${now}::timestamptz), warned_at = null
    where id = ${id} and state = 'ready'`.execute(database);
}
