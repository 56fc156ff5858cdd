-- A replica that has to come into being: one request a replica, however many rules want it.
-- state: Q queued, S submitted (a worker copies it until claimed_until at most).
create table lake.request (
  id bigint generated always as identity primary key,
  uuid text collate "C" not null unique,
  did_id bigint not null,
  rse_id int not null,
  state char(1) not null default 'Q' check (state in ('Q', 'S')),
  source_rse_id int,
  activity text not null,
  priority int not null,
  account_id int not null,
  rule_uuid text,
  attempts int not null default 0,
  error text,
  not_before timestamptz not null,
  claimed_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (did_id, rse_id),
  foreign key (did_id, rse_id) references lake.replica on delete cascade
) with (fillfactor = 70);
create index request_queue on lake.request (priority desc, id) where state = 'Q';
create index request_claims on lake.request (claimed_until) where state = 'S';

-- state: D done, F failed, N no sources.
create table lake.request_history (
  uuid text not null,
  did_id bigint not null,
  rse_id int not null,
  state char(1) not null,
  source_rse_id int,
  activity text not null,
  account_id int not null,
  rule_uuid text,
  attempts int not null,
  error text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index request_history_replica on lake.request_history (did_id, rse_id, updated_at);
create index request_history_at on lake.request_history (updated_at);
