-- One folder of shared files a group of an issuer. The number names its directory and the group of its files, and is
-- never reused.
create table hub.project (
  number integer generated always as identity primary key,
  issuer text not null,
  group_name text not null,
  unique (issuer, group_name)
);
-- Bytes of the person's home when the server was started; null until it was looked at.
alter table hub.server add column home_bytes bigint;
