import { type Database, sql } from '@vre/database';
import type { AuditFinding } from '@vre/service';
import type { Workspaces } from '../workspace/workspaces.ts';

/** Invariants between runs, jobs and workspaces. */
export async function auditRuns(
  database: Database,
  workspaces: Workspaces,
  now: Date,
): Promise<readonly AuditFinding[]> {
  const { rows } = await sql<AuditFinding>`
    select 'a running run has a live lease' as invariant, id::text as subject,
      'no worker has looked after it since ' || coalesce(lease_until::text, 'it was given back') as detail
    from workflows.run where status = 'running' and (lease_until is null or lease_until < ${now})
      and (resume_after is null or resume_after < ${now})
    union all
    select 'jobs of an ended run have ended', job.id::text, 'run ' || run.id || ' is ' || run.status || ', the job is ' || job.status
    from workflows.job join workflows.run on run.id = job.run_id
    where run.status in ('finished', 'failed', 'stopped', 'deleted') and job.status in ('created', 'queued', 'running')
    union all
    select 'jobs of a stopped run are gone', job.id::text, 'it could not be ended yet'
    from workflows.job join workflows.run on run.id = job.run_id
    where cancel_pending and coalesce(job.finished_at, job.created_at) < ${now}::timestamptz - interval '5 minutes'`.execute(
    database.direct,
  );
  const { rows: alive } = await sql<{ workspace_id: string }>`
    select distinct workspace_id from workflows.run where status <> 'deleted' or files_removed_at is null`.execute(
    database.direct,
  );
  const known = new Set(alive.map(({ workspace_id }) => workspace_id));
  const onDisk = await workspaces.all();
  const present = new Set(onDisk.map(({ workspaceId }) => workspaceId));
  const { rows: needed } = await sql<{ workspace_id: string }>`
    select distinct workspace_id from workflows.run where status <> 'deleted'`.execute(database.direct);
  return [
    ...rows,
    ...onDisk
      .filter(({ workspaceId }) => !known.has(workspaceId))
      .map(({ workspaceId }) => ({
        invariant: 'every workspace belongs to a run',
        subject: workspaceId,
        detail: 'the directory is there, its run is not',
      })),
    ...needed
      .filter(({ workspace_id }) => !present.has(workspace_id))
      .map(({ workspace_id }) => ({
        invariant: 'every run has its workspace',
        subject: workspace_id,
        detail: 'the directory is missing',
      })),
  ];
}
