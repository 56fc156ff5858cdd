import { type Queryable, sql } from '@vre/database';
import type { RunStatus } from '@vre/protocol-reana';

/** A run that a worker has taken on. */
export type ClaimedRun = { readonly id: string; readonly before: RunStatus };

/**
 * Takes on runs that nobody works on: queued ones, and running ones whose worker has not been heard of. People with
 * fewer running runs come first. `skip locked` lets several workers ask at once.
 */
export async function claimRuns(
  transaction: Queryable,
  claim: { readonly worker: string; readonly now: Date; readonly until: Date; readonly limit: number },
): Promise<readonly ClaimedRun[]> {
  const { rows } = await sql<ClaimedRun>`
    with waiting as (
      select id, status from workflows.run
      where status in ('queued', 'pending', 'running')
        and (lease_until is null or lease_until < ${claim.now})
        and (resume_after is null or resume_after <= ${claim.now})
      order by (select count(*) from workflows.run as other
                where other.account_id = run.account_id and other.status = 'running'), queued_at
      limit ${claim.limit} for update skip locked)
    update workflows.run set lease_owner = ${claim.worker}, lease_until = ${claim.until}, status = 'running',
      started_at = coalesce(started_at, ${claim.now})
    from waiting where run.id = waiting.id
    returning run.id, waiting.status as before`.execute(transaction);
  return rows;
}

/** Extends the leases of a worker; returns the runs that are still its own. Stopped runs are not. */
export async function renewLeases(
  database: Queryable,
  worker: string,
  runIds: readonly string[],
  until: Date,
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    update workflows.run set lease_until = ${until}
    where id = any(${[...runIds]}::uuid[]) and lease_owner = ${worker} and status = 'running' returning id`.execute(
    database,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Gives a run back, so that the next worker need not wait for the lease to end. */
export async function releaseRun(database: Queryable, worker: string, id: string): Promise<void> {
  await sql`
    update workflows.run set lease_owner = null, lease_until = null
    where id = ${id} and lease_owner = ${worker}`.execute(database);
}

/** Gives a run back after an error of the platform; returns how often that has happened. */
export async function postponeRun(
  database: Queryable,
  worker: string,
  id: string,
  resumeAfter: Date,
): Promise<number> {
  const { rows } = await sql<{ lives: number }>`
    update workflows.run set lease_owner = null, lease_until = null, failed_lives = failed_lives + 1,
      resume_after = ${resumeAfter}
    where id = ${id} and lease_owner = ${worker} and status = 'running' returning failed_lives as lives`.execute(
    database,
  );
  return rows[0]?.lives ?? 0;
}

/** The number of planned jobs only grows. */
export async function setPlanned(database: Queryable, id: string, totalJobs: number): Promise<void> {
  await sql`update workflows.run set total_jobs = greatest(total_jobs, ${totalJobs}) where id = ${id}`.execute(
    database,
  );
}

export async function setProgress(
  database: Queryable,
  id: string,
  command: string,
  stepName: string,
): Promise<void> {
  await sql`
    update workflows.run set current_command = ${command}, current_step_name = ${stepName} where id = ${id}`.execute(
    database,
  );
}
