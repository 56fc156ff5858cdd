create table workflows.kept_token (
  issuer text not null,
  subject text not null,
  refresh_token text not null,
  updated_at timestamptz not null default now(),
  primary key (issuer, subject)
);

-- One authorization that is under way. `secret` is sealed: the PKCE verifier, or the device code.
create table workflows.connect_attempt (
  id uuid primary key,
  account_id uuid not null references workflows.account,
  flow text not null check (flow in ('code', 'device')),
  state_hash bytea unique,
  secret text not null,
  nonce text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  poll_after timestamptz,
  poll_seconds int not null default 5
);
