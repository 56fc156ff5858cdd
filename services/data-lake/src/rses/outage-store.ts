import { type Queryable, sql } from '@vre/database';

const firstProbe = 5_000;
const longestPause = 30_000;

/** Notes that an element did not answer. Returns since when it is away. */
export async function noteOutage(q: Queryable, rseId: number, now: Date): Promise<Date> {
  const { rows } = await sql<{ since: Date }>`
    insert into lake.rse_outage as o (rse_id, since, probe_at)
    values (${rseId}, ${now}, ${new Date(now.getTime() + firstProbe)})
    on conflict (rse_id) do update set since = o.since returning since`.execute(q);
  return (rows[0] as { since: Date }).since;
}

/** Elements that are away and due to be asked again; others asking at the same time leave them out. */
export async function dueOutages(q: Queryable, now: Date): Promise<readonly { readonly rse_id: number }[]> {
  const { rows } = await sql<{ rse_id: number }>`
    select rse_id from lake.rse_outage where probe_at <= ${now} order by rse_id for update skip locked`.execute(
    q,
  );
  return rows;
}

/** Still away: the pause doubles from 5 to 30 s. */
export async function postponeProbe(q: Queryable, rseId: number, now: Date): Promise<void> {
  await sql`
    update lake.rse_outage set probes = probes + 1,
      probe_at = ${now}::timestamptz + least(${firstProbe} * 2 ^ least(probes + 1, 10), ${longestPause}) * interval '1 millisecond'
    where rse_id = ${rseId}`.execute(q);
}

/** The element answers again. Returns since when it was away, `undefined` when nobody missed it. */
export async function endOutage(q: Queryable, rseId: number): Promise<Date | undefined> {
  const { rows } = await sql<{ since: Date }>`
    delete from lake.rse_outage where rse_id = ${rseId} returning since`.execute(q);
  return rows[0]?.since;
}
