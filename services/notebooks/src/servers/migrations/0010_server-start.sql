-- What belongs to one start: the hub token (asked with for busy kernels) and the id of the REANA token, sealed. Null
-- once the start has ended and its tokens are revoked.
alter table hub.server add column sealed_secrets text;
-- What the person should know about a running server, such as: sign in again.
alter table hub.server add column notice text;
-- The row goes as soon as nothing of the server is left.
alter table hub.server add column remove_pending boolean not null default false;
create index server_left on hub.server (ended_at) where state in ('stopped', 'failed') and (sealed_secrets is not null or remove_pending);
