-- name: rights_card
select k.locked_at is null and p.locked_at is null as exists, k.deleted_at is not null as deleted, k.private,
       k.account_id = $2::bigint as own,
       messenger.sees_card(k.locked_at is not null or p.locked_at is not null, k.deleted_at is not null, k.private,
           k.account_id = $2::bigint, $3::boolean, exists (select from messenger.relation b where b.from_profile_id = k.profile_id and b.to_account_id = $2::bigint and b.status = 3),
           exists (select from messenger.subscription s where s.card_id = k.id and s.account_id = $2::bigint)) as sees, k.commit_id
  from messenger.card k join messenger.profile p on p.id = k.profile_id
 where k.id = $1;

-- name: rights_act
select count(*) from messenger.profile where id = $1 and account_id = $2 and deleted_at is null and locked_at is null;
