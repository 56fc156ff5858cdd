import type { JobRef } from '@vre/compute-port';
import { type Queryable, sql } from '@vre/database';
import type { JobStatus } from '@vre/protocol-reana';
import type { Job } from './job.ts';

type JobRow = {
  readonly id: string;
  readonly run_id: string;
  readonly key: string;
  readonly step_name: string;
  readonly image: string;
  readonly command: string;
  readonly environment: string;
  readonly backend: string;
  readonly isolation: string;
  readonly status: JobStatus;
  readonly attempt: number;
  readonly directory: string | null;
  readonly reference: JobRef | null;
  readonly exit_code: number | null;
  readonly sentence: string;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
};

const columns =
  sql.raw(`id, run_id, key, step_name, image, command, environment, backend, isolation, status, attempt,
  directory, reference, exit_code, sentence, created_at, started_at, finished_at`);

const jobOf = (row: JobRow): Job => ({
  id: row.id,
  runId: row.run_id,
  key: row.key,
  stepName: row.step_name,
  image: row.image,
  command: row.command,
  environment: row.environment,
  backend: row.backend,
  isolation: row.isolation,
  status: row.status,
  attempt: row.attempt,
  directory: row.directory,
  reference: row.reference,
  exitCode: row.exit_code,
  sentence: row.sentence,
  createdAt: row.created_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
});

/** Jobs of runs in the order in which they were made. */
export async function jobsOfRuns(database: Queryable, runIds: readonly string[]): Promise<readonly Job[]> {
  const { rows } = await sql<JobRow>`
    select ${columns} from workflows.job where run_id = any(${[...runIds]}::uuid[]) order by ordinal`.execute(
    database,
  );
  return rows.map(jobOf);
}

/** The job of this key, made now if it is new. */
export async function openJob(
  transaction: Queryable,
  job: Pick<Job, 'id' | 'runId' | 'key' | 'stepName' | 'image' | 'command' | 'createdAt'>,
): Promise<Job> {
  const { rows } = await sql<JobRow>`
    insert into workflows.job (id, run_id, key, step_name, image, command, status, created_at)
    values (${job.id}, ${job.runId}, ${job.key}, ${job.stepName}, ${job.image}, ${job.command}, 'created', ${job.createdAt})
    on conflict (run_id, key) do update set key = excluded.key
    returning ${columns}`.execute(transaction);
  return jobOf(rows[0] as JobRow);
}

/** Where and how the job is about to run; before it is submitted, so that it can be found whatever happens. */
export async function prepareJob(
  database: Queryable,
  id: string,
  prepared: Pick<Job, 'directory' | 'environment' | 'backend' | 'isolation'>,
): Promise<boolean> {
  const { rows } = await sql`
    update workflows.job set directory = ${prepared.directory}, environment = ${prepared.environment},
      backend = ${prepared.backend}, isolation = ${prepared.isolation}
    where id = ${id} and status = 'created' returning 1`.execute(database);
  return rows.length > 0;
}

/** False when the job was stopped meanwhile: then the caller ends what it has started. */
export async function jobStarted(
  transaction: Queryable,
  id: string,
  reference: JobRef,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update workflows.job set status = 'running', reference = ${JSON.stringify(reference)}::jsonb,
      started_at = coalesce(started_at, ${now})
    where id = ${id} and status in ('created', 'running') returning 1`.execute(transaction);
  return rows.length > 0;
}

/** False when the job had ended before, for instance because the run was stopped. */
export async function jobFinished(
  transaction: Queryable,
  id: string,
  end: {
    readonly status: 'finished' | 'failed' | 'stopped';
    readonly exitCode: number | null;
    readonly sentence: string;
    readonly startedAt: Date | undefined;
    readonly finishedAt: Date;
  },
): Promise<boolean> {
  const { rows } = await sql`
    update workflows.job set status = ${end.status}, exit_code = ${end.exitCode}, sentence = ${end.sentence},
      started_at = coalesce(${end.startedAt ?? null}, started_at), finished_at = ${end.finishedAt}
    where id = ${id} and status in ('created', 'queued', 'running') returning 1`.execute(transaction);
  return rows.length > 0;
}

/** A lost job gets another attempt in a folder of its own. */
export async function nextAttempt(database: Queryable, id: string): Promise<Job | undefined> {
  const { rows } = await sql<JobRow>`
    update workflows.job set attempt = attempt + 1, status = 'created', reference = null, directory = null
    where id = ${id} and status in ('created', 'running') returning ${columns}`.execute(database);
  return rows[0] && jobOf(rows[0]);
}

/** Ends the rows of a run's open jobs and asks the workers to end the jobs themselves. Returns their ids. */
export async function stopJobsOfRun(
  transaction: Queryable,
  runId: string,
  now: Date,
  sentence: string,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    update workflows.job set status = 'stopped', sentence = ${sentence}, finished_at = ${now},
      cancel_pending = directory is not null
    where run_id = ${runId} and status in ('created', 'queued', 'running') returning id`.execute(transaction);
  return rows.map(({ id }) => id);
}

/** Takes on jobs that must be ended; another worker may do so again when this one has not reported by `until`. */
export async function claimCancellations(
  database: Queryable,
  now: Date,
  until: Date,
): Promise<readonly Job[]> {
  const { rows } = await sql<JobRow>`
    update workflows.job set cancel_claimed_until = ${until}
    where id in (select id from workflows.job
                 where cancel_pending and (cancel_claimed_until is null or cancel_claimed_until < ${now})
                 limit 50 for update skip locked)
    returning ${columns}`.execute(database);
  return rows.map(jobOf);
}

export async function cancellationDone(database: Queryable, id: string): Promise<void> {
  await sql`update workflows.job set cancel_pending = false where id = ${id}`.execute(database);
}
