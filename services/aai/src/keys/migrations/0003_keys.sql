create table aai.signing_key (
  kid text primary key,
  alg text not null check (alg in ('ES256', 'RS256')),
  public_jwk jsonb not null,
  sealed_private_jwk text not null,
  created_at timestamptz not null
);
create table aai.kept_secret (
  name text primary key,
  sealed text not null,
  created_at timestamptz not null
);
