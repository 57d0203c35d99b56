-- Verify samovar:username_typed on pg

begin;

select username_typed from account.account where false;

do $$
begin
	assert to_regclass('account.account_typed') is not null and to_regclass('account.account_without_look') is not null;
end $$;

rollback;
