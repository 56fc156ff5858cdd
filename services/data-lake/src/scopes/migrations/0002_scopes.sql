create table lake.scope (
  id int generated always as identity primary key,
  name text collate "C" not null unique,
  account_id int not null references lake.account,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index scope_account on lake.scope (account_id);
