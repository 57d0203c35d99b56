-- Verify samovar:text_normal_form on pg

begin;

select username_skeleton from account.account where false;

do $$
begin
	assert not exists (select from storage.file where deleted_at is null and name is not nfc normalized);
end $$;

rollback;
