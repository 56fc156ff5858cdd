create table workflows.run (
  id uuid primary key,
  account_id uuid not null references workflows.account,
  name text collate "C" not null,
  run_major int not null,
  run_minor int not null,
  status text not null check (status in ('created','running','finished','failed','deleted','stopped','queued','pending')),
  -- As the client sent them: JSON text tells 1.0 from 1, which the substitution of parameters shows.
  specification text not null,
  start_request text,
  warnings text[] not null default '{}',
  -- The first run of a restart chain; its workspace is theirs.
  workspace_id uuid not null,
  workspace_bytes bigint not null default 0,
  created_at timestamptz not null,
  queued_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  stopped_at timestamptz,
  deleted_at timestamptz,
  -- Set once the files of a deleted run are gone.
  files_removed_at timestamptz,
  reason text,
  total_jobs int not null default 0,
  current_command text,
  current_step_name text,
  lease_owner text,
  lease_until timestamptz,
  -- Lives of the run that ended with an error of the platform, and when the next may begin.
  failed_lives int not null default 0,
  resume_after timestamptz,
  unique (account_id, name, run_major, run_minor)
);
create index run_by_account on workflows.run (account_id, created_at desc);
create index run_to_do on workflows.run (queued_at) where status in ('queued', 'pending', 'running');
create index run_to_clean on workflows.run (deleted_at) where status = 'deleted' and files_removed_at is null;
create index run_workspace on workflows.run (workspace_id);

-- The engine's log, one row a line; rendered as text when it is read.
create table workflows.engine_log (
  id bigint generated always as identity primary key,
  run_id uuid not null references workflows.run,
  at timestamptz not null,
  logger text not null,
  level text not null,
  message text not null
);
create index engine_log_run on workflows.engine_log (run_id, id);
