-- Sessions, interactions, grants, codes and refresh tokens. The ids are bearer secrets: only their hashes are kept,
-- and the payload, which repeats them, is encrypted.
create table aai.provider_record (
  model text not null,
  id_hash bytea not null,
  sealed text not null,
  uid_hash bytea,
  user_code_hash bytea,
  grant_hash bytea,
  account_id uuid,
  client_id text,
  family bigint,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  consumed_at timestamptz,
  primary key (model, id_hash)
);
create index provider_record_uid on aai.provider_record (uid_hash) where uid_hash is not null;
create index provider_record_user_code on aai.provider_record (user_code_hash) where user_code_hash is not null;
create index provider_record_grant on aai.provider_record (grant_hash) where grant_hash is not null;
create index provider_record_account on aai.provider_record (account_id) where account_id is not null;
create index provider_record_expiry on aai.provider_record (expires_at);
