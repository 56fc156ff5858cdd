-- One row a server of a person, running or not; '' is the default server.
create table hub.server (
  id uuid primary key,
  account_id uuid not null references hub.account,
  name text collate "C" not null,
  display_name text not null default '',
  state text not null check (state in ('requested', 'preparing', 'starting', 'ready', 'stopping', 'stopped', 'failed')),
  -- Counts starts: what belongs to one start carries it.
  start_number int not null default 0,
  profile text not null,
  options jsonb not null default '{}',
  -- What happened since the start was requested: [{at, percent, message}].
  progress jsonb not null default '[]',
  -- Why it ended without being asked: a sentence with what to do, and the last lines of its log.
  failure text,
  failure_log text[] not null default '{}',
  -- The job and where it listens; null unless one exists.
  job jsonb,
  directory text,
  port int,
  environment text not null default '',
  isolation text not null default '',
  lease_holder text,
  lease_until timestamptz,
  requested_at timestamptz,
  ready_at timestamptz,
  ended_at timestamptz,
  last_activity_at timestamptz,
  -- When it is stopped for being idle; told to the person before.
  warned_at timestamptz,
  -- Keeps the culler away until then, up to the longest life.
  keep_until timestamptz,
  tokens_renew_at timestamptz,
  tokens_expire_at timestamptz,
  unique (account_id, name)
);
create index server_due on hub.server (state, lease_until) where state not in ('stopped', 'failed');
create index server_renewal on hub.server (tokens_renew_at) where state = 'ready';
