-- Tokens of the hub; only the SHA-256 of a token is kept. `kind`: made by a person, of one start of a server, or
-- given to a server by the OAuth flow for the browser session that came.
create table hub.token (
  id bigint generated always as identity primary key,
  hash bytea not null unique,
  kind text not null check (kind in ('api', 'server', 'oauth')),
  account_id uuid not null references hub.account,
  server_id uuid references hub.server on delete cascade,
  session_id uuid references hub.session on delete cascade,
  oauth_client text not null default '',
  note text not null default '',
  scopes text[] not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz
);
create index token_account on hub.token (account_id);
create index token_server on hub.token (server_id) where server_id is not null;
create index token_session on hub.token (session_id) where session_id is not null;
