-- Verify samovar:messenger_wake on pg
-- Selects what the change made, or divides by zero.

begin;

select 1 / count(*) from pg_proc where proname = 'sync_wake' and prosrc like '%messenger.sync_tx%';

rollback;
