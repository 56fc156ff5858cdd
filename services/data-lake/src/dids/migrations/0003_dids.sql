-- One table for files, datasets and containers: a name is unique within its scope whatever it names.
-- type: F file, D dataset, C container; availability: A available, L lost, D deleted.
create table lake.did (
  id bigint generated always as identity primary key,
  scope_id int not null references lake.scope,
  name text collate "C" not null,
  type char(1) not null check (type in ('F', 'D', 'C')),
  account_id int not null references lake.account,
  is_open boolean,
  monotonic boolean not null default false,
  suppressed boolean not null default false,
  availability char(1) not null default 'A' check (availability in ('A', 'L', 'D')),
  purge_replicas boolean not null default true,
  bytes bigint,
  length bigint,
  adler32 text,
  md5 text,
  guid uuid,
  meta jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  closed_at timestamptz,
  expired_at timestamptz,
  accessed_at timestamptz,
  unique (scope_id, name)
);
create index did_expired on lake.did (expired_at) where expired_at is not null;
create index did_guid on lake.did (guid) where guid is not null;

create table lake.content (
  parent_id bigint not null references lake.did,
  child_id bigint not null references lake.did,
  created_at timestamptz not null,
  primary key (parent_id, child_id)
);
create index content_child on lake.content (child_id);

create table lake.content_history (
  parent_id bigint not null,
  scope text not null,
  name text not null,
  type char(1) not null,
  bytes bigint,
  adler32 text,
  md5 text,
  created_at timestamptz not null,
  deleted_at timestamptz not null
);
create index content_history_parent on lake.content_history (parent_id);

-- What the judge-evaluator has to look at again.
create table lake.updated_did (
  id bigint generated always as identity primary key,
  did_id bigint not null,
  created_at timestamptz not null
);
