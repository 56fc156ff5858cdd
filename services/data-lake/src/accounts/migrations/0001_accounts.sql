create schema lake;

create table lake.outbox (
  id bigint generated always as identity primary key,
  transaction xid8 not null default pg_current_xact_id(),
  topic text not null,
  account_id text,
  data jsonb not null,
  at timestamptz not null default now()
);
create index outbox_order on lake.outbox (transaction, id);
create index outbox_at on lake.outbox (at);

create table lake.kept_token (
  issuer text not null,
  subject text not null,
  refresh_token text not null,
  updated_at timestamptz not null default now(),
  primary key (issuer, subject)
);

create table lake.account (
  id int generated always as identity primary key,
  name text collate "C" not null unique,
  type text not null check (type in ('USER', 'GROUP', 'SERVICE')),
  status text not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED', 'DELETED')),
  email text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  suspended_at timestamptz,
  deleted_at timestamptz
);

create table lake.account_attribute (
  account_id int not null references lake.account,
  key text collate "C" not null,
  value jsonb not null,
  primary key (account_id, key)
);

create table lake.identity (
  id int generated always as identity primary key,
  name text collate "C" not null,
  type text not null check (type in ('X509', 'GSS', 'USERPASS', 'SSH', 'SAML', 'OIDC')),
  email text,
  password_hash text,
  created_at timestamptz not null,
  unique (name, type)
);

create table lake.account_identity (
  identity_id int not null references lake.identity on delete cascade,
  account_id int not null references lake.account,
  is_default boolean not null default false,
  primary key (identity_id, account_id)
);
create index account_identity_account on lake.account_identity (account_id);
