create table hub.kept_token (
  issuer text not null,
  subject text not null,
  refresh_token text not null,
  updated_at timestamptz not null default now(),
  primary key (issuer, subject)
);

-- A sign-in under way. `verifier` is sealed; `browser_hash` binds it to the browser that began.
create table hub.sign_in (
  state_hash bytea primary key,
  browser_hash bytea not null,
  verifier text not null,
  nonce text not null,
  next_path text not null,
  expires_at timestamptz not null
);
create index sign_in_expiry on hub.sign_in (expires_at);

-- A browser that is signed in to the hub; only the hash of its cookie is kept.
create table hub.session (
  id uuid primary key,
  hash bytea not null unique,
  account_id uuid not null references hub.account,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null
);
create index session_account on hub.session (account_id);
create index session_expiry on hub.session (expires_at);
