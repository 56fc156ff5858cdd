-- state: R replicating, O OK, S stuck, U suspended, W waiting for approval, I to be injected.
create table lake.rule (
  id bigint generated always as identity primary key,
  uuid text collate "C" not null unique,
  did_id bigint not null references lake.did,
  account_id int not null references lake.account,
  state char(1) not null check (state in ('R', 'O', 'S', 'U', 'W', 'I')),
  error text,
  expression text not null,
  copies int not null check (copies > 0),
  grouping char(1) not null check (grouping in ('A', 'D', 'N')),
  weight text,
  expires_at timestamptz,
  locked boolean not null default false,
  locks_ok int not null default 0 check (locks_ok >= 0),
  locks_replicating int not null default 0 check (locks_replicating >= 0),
  locks_stuck int not null default 0 check (locks_stuck >= 0),
  source_expression text,
  activity text not null,
  notification text not null default 'NO',
  priority int not null default 3,
  purge_replicas boolean not null default false,
  ignore_availability boolean not null default false,
  comments text,
  child_uuid text,
  meta jsonb,
  stuck_at timestamptz,
  eol_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (did_id, account_id, expression, copies)
) with (fillfactor = 70);
create index rule_account on lake.rule (account_id);
create index rule_expires on lake.rule (expires_at) where expires_at is not null;
create index rule_inject on lake.rule (id) where state = 'I';
create index rule_stuck on lake.rule (stuck_at) where state = 'S';

-- Lock of a rule on a replica. state: O OK, R replicating, S stuck. group_id: the dataset whose files stay together,
-- or the file itself.
create table lake.lock (
  rule_id bigint not null references lake.rule,
  did_id bigint not null,
  rse_id int not null,
  group_id bigint not null,
  state char(1) not null check (state in ('O', 'R', 'S')),
  bytes bigint not null,
  error text,
  primary key (rule_id, did_id, rse_id),
  foreign key (did_id, rse_id) references lake.replica
) with (fillfactor = 85);
create index lock_replica on lake.lock (did_id, rse_id);
create index lock_group on lake.lock (group_id, rse_id);

create table lake.rule_history (
  rule_uuid text not null,
  scope text not null,
  name text not null,
  account text not null,
  expression text not null,
  state char(1) not null,
  locks_ok int not null,
  locks_replicating int not null,
  locks_stuck int not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index rule_history_did on lake.rule_history (scope, name);
create index rule_history_rule on lake.rule_history (rule_uuid);
