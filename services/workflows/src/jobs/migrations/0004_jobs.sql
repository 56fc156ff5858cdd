create table workflows.job (
  id uuid primary key,
  ordinal bigint generated always as identity,
  run_id uuid not null references workflows.run,
  -- The engine's name of the job, stable between lives of the run.
  key text not null,
  step_name text not null,
  image text not null,
  command text not null,
  environment text not null default '',
  backend text not null default '',
  isolation text not null default '',
  status text not null check (status in ('created','running','finished','failed','stopped','queued')),
  attempt int not null default 1,
  directory text,
  reference jsonb,
  exit_code int,
  sentence text not null default '',
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  -- The job must be ended for real; a worker that takes it on claims it for a while.
  cancel_pending boolean not null default false,
  cancel_claimed_until timestamptz,
  unique (run_id, key)
);
create index job_to_cancel on workflows.job (id) where cancel_pending;
