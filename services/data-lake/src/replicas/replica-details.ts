import { sql } from '@vre/database';
import { type ReplicaDetail, replicaStates, rucioDate } from '@vre/protocol-rucio';
import type { Lake } from '../lake.ts';
import type { Rse } from '../rses/rse.ts';
import type { ReplicaStateLetter } from './replica-store.ts';

type DetailRecord = {
  readonly scope: string;
  readonly name: string;
  readonly bytes: number | null;
  readonly adler32: string | null;
  readonly rse_id: number;
  readonly state: ReplicaStateLetter;
  readonly lock_cnt: number;
  readonly damage: string | null;
  /** Elements with a good copy, for damaged replicas. */
  readonly sources: readonly number[];
  readonly error: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
};

/** Every replica of a DID's files. A damaged one stays so until its repair has arrived. */
export const streamReplicaDetails = (lake: Lake, didId: number): AsyncGenerator<DetailRecord> =>
  lake.database.stream(sql<DetailRecord>`
    with recursive below (id, type) as (
      select id, type from lake.did where id = ${didId}
      union select c.child_id, d.type from below b join lake.content c on c.parent_id = b.id
        join lake.did d on d.id = c.child_id where b.type <> 'F')
    select s.name as scope, d.name, d.bytes, d.adler32, r.rse_id, r.state, r.lock_cnt, r.created_at, r.updated_at,
      bad.damage,
      case when bad.damage is null then '{}' else array(
        select o.rse_id from lake.replica o where o.did_id = r.did_id and o.rse_id <> r.rse_id and o.state = 'A') end as sources,
      case when r.state = 'U' then coalesce(
        (select error from lake.request x where x.did_id = r.did_id and x.rse_id = r.rse_id),
        (select error from lake.lock x where x.did_id = r.did_id and x.rse_id = r.rse_id and x.error is not null limit 1))
      end as error
    from below b join lake.did d on d.id = b.id join lake.scope s on s.id = d.scope_id join lake.replica r on r.did_id = d.id
      left join lateral (
        select coalesce(x.reason, 'It was declared bad.') as damage from lake.bad_replica x
        where r.state in ('D', 'U') and x.did_id = r.did_id and x.rse_id = r.rse_id and x.state in ('B', 'L')
          and x.created_at >= r.created_at order by x.id desc limit 1) as bad on true
    where b.type = 'F' order by d.scope_id, d.name, r.rse_id`);

/** The wire form: names of elements, and a sentence where a closed element holds a copy up. */
export function replicaDetail(row: DetailRecord, byId: ReadonlyMap<number, Rse>): ReplicaDetail {
  const rse = byId.get(row.rse_id);
  const closed =
    row.state === 'U' && rse?.writable === false
      ? `${rse.name} does not accept data at present: the copy waits until an operator opens it.`
      : null;
  return {
    scope: row.scope,
    name: row.name,
    bytes: row.bytes,
    adler32: row.adler32,
    rse: rse?.name ?? '(removed)',
    state: replicaStates[row.state],
    locks: row.lock_cnt,
    damage: row.damage,
    sources: row.sources.flatMap((id) => byId.get(id)?.name ?? []),
    reason: row.error ?? closed,
    created_at: rucioDate(row.created_at),
    updated_at: rucioDate(row.updated_at),
  };
}
