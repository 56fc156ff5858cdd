create schema edge;

create table edge.outbox (
  id bigint generated always as identity primary key,
  transaction xid8 not null default pg_current_xact_id(),
  topic text not null,
  account_id text,
  data jsonb not null,
  at timestamptz not null default now()
);
create index outbox_order on edge.outbox (transaction, id);
create index outbox_at on edge.outbox (at);

-- One browser that is signed in. The cookie's value is not here, only its SHA-256; tokens are encrypted.
create table edge.session (
  id uuid primary key,
  id_hash bytea not null unique,
  issuer text collate "C" not null,
  subject text collate "C" not null,
  username text collate "C" not null,
  name text,
  email text,
  groups text[] not null,
  is_administrator boolean not null,
  refresh_token text not null,
  id_token text not null,
  user_agent text not null,
  address text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index session_person on edge.session (issuer, subject);
create index session_expires_at on edge.session (expires_at);
create index session_last_seen_at on edge.session (last_seen_at);
