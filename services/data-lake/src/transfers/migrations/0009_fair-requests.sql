-- The queue is read account by account, so that nobody waits behind another account's backlog.
drop index lake.request_queue;
create index request_queue on lake.request (account_id, priority desc, id) where state = 'Q';
