-- Deploy samovar:account_twelve to pg
-- Leave superusers the twelve permissions that the storage contract knows; can_view_film they have anyway

begin;

delete from account.permission p using account.account a
 where a.id = p.account_id and a.is_superuser and p.name = 'can_view_film';

commit;
