create table aai.user_group (
  id uuid primary key,
  -- WLCG profile: '/' and a name, repeated; a child is only there with its parent.
  path text collate "C" not null unique check (path ~ '^(/[a-zA-Z0-9][a-zA-Z0-9_.-]*)+$' and length(path) <= 200),
  parent_id uuid references aai.user_group,
  description text not null default '',
  -- Optional groups are asserted only when a client asks for them by name.
  optional boolean not null default false,
  created_at timestamptz not null
);
create index user_group_parent on aai.user_group (parent_id);

create table aai.membership (
  group_id uuid not null references aai.user_group on delete cascade,
  account_id uuid not null references aai.account,
  since timestamptz not null,
  primary key (account_id, group_id)
);
create index membership_group on aai.membership (group_id);
