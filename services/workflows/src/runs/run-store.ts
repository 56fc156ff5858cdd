import { type Queryable, sql } from '@vre/database';
import type { RunStatus } from '@vre/protocol-reana';
import { statesBefore } from '@vre/protocol-reana';
import type { Run } from './run.ts';
import type { RunReference } from './run-lookup.ts';

type RunRow = {
  readonly id: string;
  readonly account_id: string;
  readonly name: string;
  readonly run_major: number;
  readonly run_minor: number;
  readonly status: RunStatus;
  readonly specification: string;
  readonly start_request: string | null;
  readonly warnings: string[];
  readonly workspace_id: string;
  readonly workspace_bytes: number;
  readonly created_at: Date;
  readonly queued_at: Date | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly stopped_at: Date | null;
  readonly reason: string | null;
  readonly total_jobs: number;
  readonly current_command: string | null;
  readonly current_step_name: string | null;
};

const columns =
  sql.raw(`run.id, run.account_id, run.name, run_major, run_minor, run.status, specification, start_request,
  warnings, workspace_id, workspace_bytes, run.created_at, queued_at, run.started_at, run.finished_at, stopped_at,
  reason, total_jobs, current_command, current_step_name`);

const runOf = (row: RunRow): Run => ({
  id: row.id,
  accountId: row.account_id,
  name: row.name,
  major: row.run_major,
  minor: row.run_minor,
  status: row.status,
  specification: row.specification,
  startRequest: row.start_request,
  warnings: row.warnings,
  workspaceId: row.workspace_id,
  workspaceBytes: row.workspace_bytes,
  createdAt: row.created_at,
  queuedAt: row.queued_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  stoppedAt: row.stopped_at,
  reason: row.reason,
  totalJobs: row.total_jobs,
  currentCommand: row.current_command,
  currentStepName: row.current_step_name,
});

/** A run of the account; without a number the latest that is not deleted, else the latest. */
export async function findRun(
  database: Queryable,
  accountId: string,
  reference: RunReference,
): Promise<Run | undefined> {
  const which =
    reference.by === 'id'
      ? sql`run.id = ${reference.id}`
      : reference.by === 'number'
        ? sql`name = ${reference.name} and run_major = ${reference.major} and run_minor = ${reference.minor}`
        : sql`name = ${reference.name}`;
  const { rows } = await sql<RunRow>`
    select ${columns} from workflows.run where account_id = ${accountId} and ${which}
    order by status = 'deleted', run_major desc, run_minor desc limit 1`.execute(database);
  return rows[0] && runOf(rows[0]);
}

export async function findRunById(database: Queryable, id: string): Promise<Run | undefined> {
  const { rows } = await sql<RunRow>`select ${columns} from workflows.run where id = ${id}`.execute(database);
  return rows[0] && runOf(rows[0]);
}

/** Numbers of one name are given out one at a time: the lock lasts until the transaction ends. */
export async function lockRunNumbers(transaction: Queryable, accountId: string, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`workflows.run ${accountId} ${name}`}, 0))`.execute(
    transaction,
  );
}

/** Major number of a new run; numbers of deleted runs are not used again. Call under {@link lockRunNumbers}. */
export async function nextMajor(transaction: Queryable, accountId: string, name: string): Promise<number> {
  const { rows } = await sql<{ next: number }>`
    select coalesce(max(run_major), 0) + 1 as next from workflows.run
    where account_id = ${accountId} and name = ${name}`.execute(transaction);
  return rows[0]?.next ?? 1;
}

/** Minor number of a restart. Call under {@link lockRunNumbers}. */
export async function nextMinor(
  transaction: Queryable,
  accountId: string,
  name: string,
  major: number,
): Promise<number> {
  const { rows } = await sql<{ next: number }>`
    select coalesce(max(run_minor), 0) + 1 as next from workflows.run
    where account_id = ${accountId} and name = ${name} and run_major = ${major}`.execute(transaction);
  return rows[0]?.next ?? 1;
}

export async function insertRun(
  transaction: Queryable,
  run: Pick<
    Run,
    | 'id'
    | 'accountId'
    | 'name'
    | 'major'
    | 'minor'
    | 'status'
    | 'specification'
    | 'startRequest'
    | 'warnings'
    | 'workspaceId'
    | 'createdAt'
    | 'queuedAt'
  >,
): Promise<void> {
  await sql`
    insert into workflows.run (id, account_id, name, run_major, run_minor, status, specification, start_request,
                               warnings, workspace_id, created_at, queued_at)
    values (${run.id}, ${run.accountId}, ${run.name}, ${run.major}, ${run.minor}, ${run.status}, ${run.specification},
            ${run.startRequest}, ${[...run.warnings]}, ${run.workspaceId}, ${run.createdAt}, ${run.queuedAt})`.execute(
    transaction,
  );
}

/** Moves a run on; false when it was in no state from which that is allowed (see the state table). */
export async function moveRun(
  transaction: Queryable,
  id: string,
  to: RunStatus,
  changes: {
    readonly now: Date;
    readonly reason?: string | null;
    readonly startRequest?: string;
    /** Only if this worker still holds the run. */
    readonly leaseOwner?: string;
  },
): Promise<boolean> {
  const { now } = changes;
  const time = {
    queued: sql`, queued_at = ${now}, start_request = ${changes.startRequest ?? null}`,
    running: sql`, started_at = coalesce(started_at, ${now})`,
    finished: sql`, finished_at = ${now}`,
    failed: sql`, finished_at = ${now}`,
    stopped: sql`, stopped_at = ${now}`,
    deleted: sql`, deleted_at = ${now}`,
    created: sql``,
    pending: sql``,
  }[to];
  const reason = changes.reason === undefined ? sql`` : sql`, reason = ${changes.reason}`;
  const release = to === 'running' ? sql`` : sql`, lease_owner = null, lease_until = null`;
  const held = changes.leaseOwner === undefined ? sql`` : sql` and lease_owner = ${changes.leaseOwner}`;
  const { rows } = await sql`
    update workflows.run set status = ${to} ${time} ${reason} ${release}
    where id = ${id} and status = any(${[...statesBefore(to)]}::text[]) ${held} returning 1`.execute(
    transaction,
  );
  return rows.length > 0;
}

export type RunFilter = {
  readonly accountId: string;
  readonly statuses: readonly string[] | undefined;
  /** Part of the name, in any case. */
  readonly search: string | undefined;
  readonly reference: RunReference | undefined;
  readonly order: 'asc' | 'desc' | 'disk-desc' | 'cpu-desc';
  readonly offset: number;
  readonly limit: number | undefined;
};

/** One page and the number of all that match. */
export async function listRuns(
  database: Queryable,
  filter: RunFilter,
): Promise<{ readonly runs: readonly Run[]; readonly total: number }> {
  const { reference } = filter;
  const conditions = sql.join(
    [
      sql`account_id = ${filter.accountId}`,
      ...(filter.statuses ? [sql`status = any(${[...filter.statuses]}::text[])`] : []),
      ...(filter.search ? [sql`position(lower(${filter.search}) in lower(name)) > 0`] : []),
      ...(reference?.by === 'id' ? [sql`run.id = ${reference.id}`] : []),
      ...(reference !== undefined && reference.by !== 'id' ? [sql`name = ${reference.name}`] : []),
      ...(reference?.by === 'number'
        ? [sql`run_major = ${reference.major} and run_minor = ${reference.minor}`]
        : []),
    ],
    sql` and `,
  );
  const order = {
    asc: sql`created_at asc, name, run_major, run_minor`,
    desc: sql`created_at desc, name desc, run_major desc, run_minor desc`,
    'disk-desc': sql`workspace_bytes desc, created_at desc`,
    'cpu-desc': sql`coalesce(finished_at, stopped_at) - started_at desc nulls last, created_at desc`,
  }[filter.order];
  const { rows } = await sql<RunRow>`
    select ${columns} from workflows.run where ${conditions}
    order by ${order} limit ${filter.limit ?? null} offset ${filter.offset}`.execute(database);
  const counted = await sql<{ total: number }>`
    select count(*) as total from workflows.run where ${conditions}`.execute(database);
  return { runs: rows.map(runOf), total: counted.rows[0]?.total ?? 0 };
}

/** All numbers of a name that are not deleted. */
export async function runsNamed(
  database: Queryable,
  accountId: string,
  name: string,
): Promise<readonly Run[]> {
  const { rows } = await sql<RunRow>`
    select ${columns} from workflows.run
    where account_id = ${accountId} and name = ${name} and status <> 'deleted'`.execute(database);
  return rows.map(runOf);
}

export async function setWorkspaceBytes(
  database: Queryable,
  workspaceId: string,
  bytes: number,
): Promise<void> {
  await sql`update workflows.run set workspace_bytes = ${bytes} where workspace_id = ${workspaceId}`.execute(
    database,
  );
}

/** Counts what an upload or a removal changed; the exact number is taken when a run ends. */
export async function addWorkspaceBytes(
  database: Queryable,
  workspaceId: string,
  change: number,
): Promise<void> {
  await sql`
    update workflows.run set workspace_bytes = greatest(workspace_bytes + ${change}, 0)
    where workspace_id = ${workspaceId}`.execute(database);
}
