import { type Queryable, sql } from '@vre/database';

/** Seconds that a start took of late, by card: the median of the last starts that got ready. */
export async function startSeconds(database: Queryable): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ profile: string; seconds: number }>`
    select profile, percentile_cont(0.5) within group (order by extract(epoch from ready_at - requested_at)) as seconds
    from hub.server where ready_at > requested_at group by profile`.execute(database);
  return new Map(rows.map(({ profile, seconds }) => [profile, Number(seconds)]));
}
