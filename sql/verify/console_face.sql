-- Verify samovar:console_face on pg

begin;

select 1 / (pg_get_constraintdef(oid) like '%console%')::int from pg_constraint
 where conrelid = 'account.session'::regclass and conname = 'session_face_check';
select 1 / (to_regclass('programme.report_of_day') is not null)::int;

rollback;
