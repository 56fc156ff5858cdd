-- Set when the owner removed the rule and it waits for its end: its replicas get the grace, those of an expired rule do not.
alter table lake.rule add column removed_at timestamptz;
