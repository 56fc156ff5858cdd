create schema hub;
create table hub.outbox (
  id bigint generated always as identity primary key,
  transaction xid8 not null default pg_current_xact_id(),
  topic text not null,
  account_id text,
  data jsonb not null,
  at timestamptz not null default now()
);
create index outbox_order on hub.outbox (transaction, id);
create index outbox_at on hub.outbox (at);

-- One row a person who ever came. `name` is what stands in paths (/user/NAME) and never changes;
-- `username` is a copy of the claim it was made from.
create table hub.account (
  id uuid primary key,
  issuer text not null,
  subject text not null,
  name text collate "C" not null unique,
  username text not null,
  full_name text not null default '',
  email text not null default '',
  -- Group paths as in wlcg.groups, with leading slash.
  groups text[] not null default '{}',
  claims_read_at timestamptz,
  created_at timestamptz not null,
  last_activity_at timestamptz,
  -- Small and never reused: back-ends derive the account's own unprivileged uid from it.
  number int generated always as identity unique,
  unique (issuer, subject)
);
