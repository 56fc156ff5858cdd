create table lake.rse (
  id int generated always as identity primary key,
  uuid text collate "C" not null unique,
  name text collate "C" not null unique,
  type text not null default 'DISK' check (type in ('DISK', 'TAPE')),
  deterministic boolean not null default true,
  volatile boolean not null default false,
  staging_area boolean not null default false,
  availability_read boolean not null default true,
  availability_write boolean not null default true,
  availability_delete boolean not null default true,
  qos_class text,
  place jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);

create table lake.rse_attribute (
  rse_id int not null references lake.rse,
  key text collate "C" not null,
  value jsonb not null,
  primary key (rse_id, key)
);

create table lake.rse_protocol (
  id int generated always as identity primary key,
  rse_id int not null references lake.rse,
  scheme text not null,
  hostname text not null,
  port int not null,
  prefix text not null,
  impl text not null,
  domains jsonb not null,
  extended_attributes jsonb,
  unique (rse_id, scheme, hostname, port)
);

create table lake.rse_distance (
  source_id int not null references lake.rse,
  destination_id int not null references lake.rse,
  distance int not null,
  primary key (source_id, destination_id)
);

create table lake.rse_limit (
  rse_id int not null references lake.rse,
  name text not null,
  value bigint not null,
  primary key (rse_id, name)
);

-- What others report about an element; the lake's own counters are below.
create table lake.rse_usage (
  rse_id int not null references lake.rse,
  source text not null,
  used bigint,
  free bigint,
  files bigint,
  updated_at timestamptz not null,
  primary key (rse_id, source)
);

create table lake.account_limit (
  account_id int not null references lake.account,
  rse_id int not null references lake.rse,
  bytes bigint,
  primary key (account_id, rse_id)
);

create table lake.account_global_limit (
  account_id int not null references lake.account,
  expression text not null,
  bytes bigint,
  primary key (account_id, expression)
);

-- Counters: the sum of the folded row and its deltas is exact at any time; abacus only shortens the deltas.
create table lake.rse_counter (
  rse_id int primary key references lake.rse,
  files bigint not null,
  bytes bigint not null,
  updated_at timestamptz not null
);
create table lake.rse_counter_delta (
  id bigint generated always as identity primary key,
  rse_id int not null,
  files bigint not null,
  bytes bigint not null
);
create table lake.account_counter (
  account_id int not null references lake.account,
  rse_id int not null references lake.rse,
  files bigint not null,
  bytes bigint not null,
  updated_at timestamptz not null,
  primary key (account_id, rse_id)
);
create table lake.account_counter_delta (
  id bigint generated always as identity primary key,
  account_id int not null,
  rse_id int not null,
  files bigint not null,
  bytes bigint not null
);
create index account_counter_delta_account on lake.account_counter_delta (account_id, rse_id);
create view lake.account_usage as
  select account_id, rse_id, sum(files)::bigint as files, sum(bytes)::bigint as bytes
  from (select account_id, rse_id, files, bytes from lake.account_counter
        union all select account_id, rse_id, files, bytes from lake.account_counter_delta) as part
  group by account_id, rse_id;
create view lake.rse_content as
  select rse_id, sum(files)::bigint as files, sum(bytes)::bigint as bytes
  from (select rse_id, files, bytes from lake.rse_counter
        union all select rse_id, files, bytes from lake.rse_counter_delta) as part
  group by rse_id;
