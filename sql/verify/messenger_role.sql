-- Verify samovar:messenger_role on pg

begin;

select 1 / (count(*) = 0)::int from pg_proc where pronamespace = 'messenger'::regnamespace and proname = 'role_of';

rollback;
