-- Verify samovar:people_search on pg

begin;

select account.searched(a) from account.account a where false;
select 1 / (count(*) = 3)::int from pg_class where relname in ('account_searched', 'account_superuser', 'account_pending');

rollback;
