-- state: A available, U unavailable (a transfer is under way), C copying (an upload is under way),
-- B being deleted, D bad, T temporarily unavailable.
create table lake.replica (
  did_id bigint not null references lake.did,
  rse_id int not null references lake.rse,
  state char(1) not null check (state in ('A', 'U', 'C', 'B', 'D', 'T')),
  lock_cnt int not null default 0 check (lock_cnt >= 0),
  path text,
  tombstone timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  accessed_at timestamptz,
  primary key (did_id, rse_id)
) with (fillfactor = 85);
create index replica_rse on lake.replica (rse_id, did_id);
create index replica_path on lake.replica (rse_id, path) where path is not null;
create index replica_tombstone on lake.replica (tombstone) where tombstone is not null;
create index replica_copying on lake.replica (updated_at) where state = 'C';
create index replica_deleting on lake.replica (updated_at) where state = 'B';
create index replica_bad on lake.replica (updated_at) where state = 'D';

-- state: B bad, R recovered, L lost, D deleted, S suspicious.
create table lake.bad_replica (
  id bigint generated always as identity primary key,
  did_id bigint not null,
  rse_id int not null references lake.rse,
  state char(1) not null check (state in ('B', 'R', 'L', 'D', 'S')),
  reason text,
  account_id int references lake.account,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index bad_replica_did on lake.bad_replica (did_id, rse_id, state);

-- Hints that a replica's bytes should be looked at; only the look decides.
create table lake.replica_suspicion (
  did_id bigint not null,
  rse_id int not null,
  created_at timestamptz not null,
  checked_at timestamptz,
  primary key (did_id, rse_id)
);
create index replica_suspicion_unchecked on lake.replica_suspicion (created_at) where checked_at is null;
