-- Verify samovar:outbox_past on pg
-- Selects what the change made, or divides by zero.

begin;

select shift_id, day, sent from programme.outbox_past where false;
select 'programme.outbox_failed'::regclass;

rollback;
