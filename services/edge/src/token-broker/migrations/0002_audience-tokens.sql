-- Access tokens in use, encrypted, so that several copies of the edge share one refresh.
create table edge.audience_token (
  session_id uuid not null references edge.session (id) on delete cascade,
  audience text collate "C" not null,
  token text not null,
  expires_at timestamptz not null,
  primary key (session_id, audience)
);
