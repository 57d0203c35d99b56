-- Verify samovar:messenger_push_token on pg
-- Selects what the change made, or divides by zero.

begin;

select 1 / count(*) from pg_class where oid = 'messenger.push_token'::regclass;

rollback;
