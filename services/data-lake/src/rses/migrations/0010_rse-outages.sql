-- Elements of this host that did not answer, until they do again.
create table lake.rse_outage (
  rse_id int primary key references lake.rse on delete cascade,
  since timestamptz not null,
  probes int not null default 0,
  probe_at timestamptz not null
);
