-- Verify samovar:job_wake_due on pg

begin;

select 1 / (tgnewtable = 'added')::int from pg_trigger where tgname = 'job_wake' and tgrelid = 'job.job'::regclass;
insert into job.job (kind, run_at) values ('verify', now()), ('verify', now() + interval '1 day');

rollback;
