create schema aai;

create table aai.outbox (
  id bigint generated always as identity primary key,
  transaction xid8 not null default pg_current_xact_id(),
  topic text not null,
  account_id text,
  data jsonb not null,
  at timestamptz not null default now()
);
create index outbox_order on aai.outbox (transaction, id);
create index outbox_at on aai.outbox (at);

create table aai.account (
  id uuid primary key,
  username text collate "C" not null unique check (username ~ '^[a-z][a-z0-9_-]{1,24}$'),
  name text,
  email text,
  email_verified boolean not null default false,
  administrator boolean not null default false,
  state text not null default 'active' check (state in ('active', 'disabled')),
  password_hash text not null,
  must_change_password boolean not null default false,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  signed_in_at timestamptz
);

-- Names of data, homes and rules outlive a person: a name is never given to somebody else.
create function aai.keep_identity() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'accounts are disabled, never deleted: %', old.username;
  end if;
  if new.id <> old.id or new.username <> old.username then
    raise exception 'id and username of an account never change: %', old.username;
  end if;
  return new;
end $$;
create trigger keep_identity before update or delete on aai.account
  for each row execute function aai.keep_identity();
