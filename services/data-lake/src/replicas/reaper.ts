import type { Daemon, Outcome } from '@vre/daemon';
import { mayDeleteFiles, sql } from '@vre/database';
import { StorageError } from '@vre/storage-port';
import type { Lake } from '../lake.ts';
import type { Rse } from '../rses/rse.ts';
import { noteIfAway } from '../transfers/element-watch.ts';
import { queueRequests } from '../transfers/request-store.ts';
import { depart } from './replica-arrival.ts';
import { locationOf } from './stored-bytes.ts';

const batch = 200;
const abandonedMilliseconds = 600_000;

type Doomed = {
  readonly didId: number;
  readonly rseId: number;
  readonly scope: string;
  readonly name: string;
  readonly path: string | null;
};

/**
 * Deletes what no rule keeps any more: claims replicas whose tombstone has passed, removes their bytes, then the rows;
 * a file without replicas loses its name. Between claim and end a replica is BEING_DELETED and nobody reads it; a rule
 * that came meanwhile gets a new copy. What lies on an element that is away waits until that answers again; any other
 * failure is tried again after ten minutes.
 */
export function createReaper(lake: Lake): Daemon {
  return {
    name: 'reaper',
    idleMilliseconds: 10_000,
    // The transaction holds nothing but the right to delete, from the claim to the end: a backup waits for it, and
    // nothing is claimed while a backup copies.
    step: (signal) =>
      lake.database.transaction(async (transaction) =>
        (await mayDeleteFiles(transaction)) ? reap(lake, signal) : 'idle',
      ),
  };
}

async function reap(lake: Lake, signal: AbortSignal): Promise<Outcome> {
  const doomed = await claim(lake);
  if (doomed.length === 0) return 'idle';
  const byId = await lake.rses.byId();
  const away = new Set<number>();
  const gone: Doomed[] = [];
  const waiting: Doomed[] = [];
  for (const [index, replica] of doomed.entries()) {
    if (signal.aborted) {
      waiting.push(...doomed.slice(index));
      break;
    }
    const end = away.has(replica.rseId) ? 'away' : await erase(lake, byId.get(replica.rseId), replica);
    if (end === 'gone') gone.push(replica);
    if (end !== 'away') continue;
    away.add(replica.rseId);
    waiting.push(replica);
  }
  if (waiting.length > 0) await release(lake, waiting);
  if (gone.length > 0) await bury(lake, gone);
  return gone.length > 0 ? 'worked' : 'idle';
}

const claim = (lake: Lake): Promise<readonly Doomed[]> =>
  lake.database.transaction(async (transaction) => {
    const now = lake.clock.now();
    const abandoned = new Date(now.getTime() - abandonedMilliseconds);
    const { rows } = await sql<Doomed & { state: string }>`
      select r.did_id as "didId", r.rse_id as "rseId", r.state, r.path, d.name, s.name as scope
      from lake.replica r join lake.rse e on e.id = r.rse_id and e.availability_delete
        join lake.did d on d.id = r.did_id join lake.scope s on s.id = d.scope_id
      where ((r.tombstone <= ${now} and r.lock_cnt = 0 and r.state <> 'B')
        or (r.state = 'B' and r.updated_at <= ${abandoned}))
        and not exists (select from lake.rse_outage o where o.rse_id = r.rse_id)
      order by r.tombstone limit ${batch} for update of r skip locked`.execute(transaction);
    if (rows.length === 0) return rows;
    await depart(
      transaction,
      rows.filter(({ state }) => state === 'A'),
    );
    await sql`
      update lake.replica r set state = 'B', updated_at = ${now}
      from unnest(${rows.map(({ didId }) => didId)}::bigint[], ${rows.map(({ rseId }) => rseId)}::int[]) as doomed (did_id, rse_id)
      where r.did_id = doomed.did_id and r.rse_id = doomed.rse_id`.execute(transaction);
    return rows;
  });

/** Gives claimed replicas back: they are due again as soon as their element is there. */
async function release(lake: Lake, replicas: readonly Doomed[]): Promise<void> {
  const due = new Date(lake.clock.now().getTime() - abandonedMilliseconds);
  await sql`
    update lake.replica r set updated_at = ${due}
    from unnest(${replicas.map(({ didId }) => didId)}::bigint[], ${replicas.map(({ rseId }) => rseId)}::int[]) as kept (did_id, rse_id)
    where r.did_id = kept.did_id and r.rse_id = kept.rse_id and r.state = 'B'`.execute(lake.database.direct);
}

/**
 * `gone`: the bytes are removed, or out of reach for good; `away`: their element does not answer, and is watched from
 * now on; `kept`: they could not be removed.
 */
async function erase(lake: Lake, rse: Rse | undefined, replica: Doomed): Promise<'gone' | 'away' | 'kept'> {
  const storage = rse && lake.storage(rse.name);
  if (!rse || !storage) return 'gone';
  try {
    await storage.remove(locationOf(rse, replica));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'not-found') return 'gone';
    lake.log.warn(
      { rse: rse.name, name: `${replica.scope}:${replica.name}`, err: error },
      'cannot delete a replica',
    );
    const since = error.code === 'unavailable' ? await noteIfAway(lake, rse) : undefined;
    return since === undefined ? 'kept' : 'away';
  }
  return 'gone';
}

async function bury(lake: Lake, gone: readonly Doomed[]): Promise<void> {
  await lake.database.transaction(async (transaction) => {
    const now = lake.clock.now();
    const keys = sql`unnest(${gone.map(({ didId }) => didId)}::bigint[], ${gone.map(({ rseId }) => rseId)}::int[]) as gone (did_id, rse_id)`;
    await sql`
      delete from lake.replica r using ${keys}
      where r.did_id = gone.did_id and r.rse_id = gone.rse_id and r.state = 'B' and r.lock_cnt = 0`.execute(
      transaction,
    );
    // A rule came while the bytes went: the replica has to be brought back.
    const { rows: wanted } = await sql<{ did_id: number }>`
      update lake.replica r set state = 'U', tombstone = null, updated_at = ${now} from ${keys}
      where r.did_id = gone.did_id and r.rse_id = gone.rse_id and r.state = 'B' returning r.did_id`.execute(
      transaction,
    );
    if (wanted.length > 0)
      await queueRequests(lake, transaction, { didIds: wanted.map(({ did_id }) => did_id) }, now);
    await forgetNames(
      transaction,
      gone.map(({ didId }) => didId),
      now,
    );
  });
}

/** Files without replicas and rules disappear, from their datasets as well. */
async function forgetNames(
  transaction: Parameters<typeof depart>[0],
  ids: readonly number[],
  now: Date,
): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    select d.id from lake.did d where d.id = any(${[...new Set(ids)]}::bigint[]) and d.type = 'F'
      and not exists (select from lake.replica r where r.did_id = d.id)
      and not exists (select from lake.rule r where r.did_id = d.id) order by d.id for update`.execute(
    transaction,
  );
  const lone = rows.map(({ id }) => id);
  if (lone.length === 0) return;
  await sql`
    with left_behind as (delete from lake.content where child_id = any(${lone}::bigint[]) returning *),
    kept as (
      insert into lake.content_history (parent_id, scope, name, type, bytes, adler32, md5, created_at, deleted_at)
      select l.parent_id, s.name, d.name, d.type, d.bytes, d.adler32, d.md5, l.created_at, ${now}
      from left_behind l join lake.did d on d.id = l.child_id join lake.scope s on s.id = d.scope_id)
    insert into lake.updated_did (did_id, created_at) select distinct parent_id, ${now}::timestamptz from left_behind`.execute(
    transaction,
  );
  await sql`delete from lake.replica_suspicion where did_id = any(${lone}::bigint[])`.execute(transaction);
  await sql`delete from lake.did where id = any(${lone}::bigint[])`.execute(transaction);
}
