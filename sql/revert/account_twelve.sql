-- Revert samovar:account_twelve from pg

begin;

insert into account.permission (account_id, name)
select id, 'can_view_film' from account.account where is_superuser on conflict do nothing;

commit;
