-- Authorization codes of servers, as clients of the hub: single use, five minutes.
create table hub.oauth_code (
  hash bytea primary key,
  client_id text not null,
  server_id uuid not null references hub.server on delete cascade,
  account_id uuid not null references hub.account,
  session_id uuid not null references hub.session on delete cascade,
  redirect_uri text not null,
  challenge text,
  scopes text[] not null,
  expires_at timestamptz not null
);
create index oauth_code_expiry on hub.oauth_code (expires_at);
