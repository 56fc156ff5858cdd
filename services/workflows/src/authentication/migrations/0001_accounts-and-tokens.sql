create schema workflows;
create table workflows.outbox (
  id bigint generated always as identity primary key,
  transaction xid8 not null default pg_current_xact_id(),
  topic text not null,
  account_id text,
  data jsonb not null,
  at timestamptz not null default now()
);
create index outbox_order on workflows.outbox (transaction, id);
create index outbox_at on workflows.outbox (at);

-- One row a person who ever showed a valid token. Names and mail are copies of claims.
create table workflows.account (
  id uuid primary key,
  issuer text not null,
  subject text not null,
  username text not null,
  full_name text not null default '',
  email text not null default '',
  claims_read_at timestamptz,
  created_at timestamptz not null,
  -- Small and never reused: back-ends derive the account's own unprivileged uid from it.
  number int generated always as identity unique,
  unique (issuer, subject)
);

-- REANA tokens; only the SHA-256 of a token is kept.
create table workflows.token (
  id uuid primary key,
  account_id uuid not null references workflows.account,
  hash bytea not null unique,
  label text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index token_account on workflows.token (account_id);
