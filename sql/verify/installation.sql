-- Verify samovar:installation on pg
-- Selects what the change made, or divides by zero.

begin;

select id, one, former_id, cluster, database, fenced_at, reason, backup_at, restored_at from installation.state where false;
select claimed_by, fenced from storage.server where false;
select 1 / count(*) from pg_proc where pronamespace = 'installation'::regnamespace and proname in ('fence', 'enter', 'live')
having count(*) = 3;

rollback;
