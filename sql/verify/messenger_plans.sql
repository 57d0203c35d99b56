-- Verify samovar:messenger_plans on pg
-- Selects what the change made, or divides by zero.

begin;

select 1 / (count(*) = 3)::int from pg_proc p join pg_language l on l.oid = p.prolang
 where l.lanname = 'plpgsql' and p.oid::regproc::text in ('messenger.as_profile_for', 'messenger.as_room', 'messenger.events_of');

rollback;
