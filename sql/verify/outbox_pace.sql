-- Verify samovar:outbox_pace on pg

begin;

select 'programme.outbox_chat_dispatched'::regclass;
select 1 / count(*) from pg_trigger where tgname = 'outbox_wake' and tgrelid = 'programme.outbox'::regclass;

rollback;
