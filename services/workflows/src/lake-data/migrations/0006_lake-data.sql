-- Files that travel between the lake and a run's workspace, written before the first byte moves.
create table workflows.lake_transfer (
  run_id uuid not null references workflows.run,
  direction text not null check (direction in ('input', 'output')),
  ordinal int not null,
  scope text collate "C" not null,
  name text collate "C" not null,
  path text not null,
  bytes bigint,
  adler32 text,
  status text not null check (status in ('waiting', 'running', 'done', 'failed')),
  sentence text not null default '',
  primary key (run_id, direction, path, scope, name)
);
