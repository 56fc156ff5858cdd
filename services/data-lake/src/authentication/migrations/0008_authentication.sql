create table lake.signing_key (
  kid text primary key,
  public_jwk jsonb not null,
  private_jwk text not null,
  created_at timestamptz not null
);

-- A login that waits for a person in a browser. Codes are stored as SHA-256 only.
-- state: waiting -> redirected (to the issuer) -> signed-in -> ready once the person has confirmed -> (row deleted when
-- the client has fetched its token).
create table lake.oidc_login (
  code_hash bytea primary key,
  state_hash bytea unique,
  -- Of the secret in the confirmation form, which only the browser that signed in has seen.
  confirm_hash bytea unique,
  state text not null check (state in ('waiting', 'redirected', 'signed-in', 'ready', 'failed')),
  polling boolean not null,
  account text,
  client_name text not null,
  client_address text not null,
  scope text not null,
  audience text not null,
  verifier text,
  nonce text,
  token text,
  refresh_token text,
  expires_at timestamptz not null,
  created_at timestamptz not null
);
create index oidc_login_expires on lake.oidc_login (expires_at);
