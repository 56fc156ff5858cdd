-- Keys are hashes: people type passwords into the name field.
create table aai.attempt (
  key_hash bytea primary key,
  failures int not null,
  window_ends_at timestamptz not null
);
create index attempt_window on aai.attempt (window_ends_at);
