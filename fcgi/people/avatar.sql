-- name: avatar_named : E_ACCOUNT_NOT_FOUND
select a.uuid, a.name, a.surname, a.username, a.id, coalesce(a.picture_visibility::text, $2) as visibility, p.id as picture_id
  from account.account a left join account.picture p on p.account_id = a.id and p.state = 'ready'
 where a.uuid = $1 and a.status <> 'deactivated';
