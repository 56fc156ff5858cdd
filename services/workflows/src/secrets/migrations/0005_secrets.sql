create table workflows.secret (
  account_id uuid not null references workflows.account,
  name text collate "C" not null,
  kind text not null check (kind in ('env', 'file')),
  -- Sealed; the plaintext is the value in base64.
  value text not null,
  updated_at timestamptz not null,
  primary key (account_id, name)
);
