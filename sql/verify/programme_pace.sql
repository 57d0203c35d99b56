-- Verify samovar:programme_pace on pg
-- Selects what the change made, or divides by zero.

begin;

select 1 / (a < b)::int from (select public.uuid_in_order() as a, pg_sleep(0.002), public.uuid_in_order() as b) made;
select 1 / (count(*) = 2)::int from pg_trigger where tgname in ('task_stays', 'participant_gone');
select 1 / (pg_get_constraintdef(oid) = 'UNIQUE (task_date, member_id)')::int from pg_constraint where conname = 'report_taken';
select 'programme.report_of_member'::regclass;
select 1 / (count(*) = 0)::int from pg_constraint
 where conname in ('report_shift_id_fkey', 'report_task_id_fkey', 'outbox_participant_id_fkey');

rollback;
