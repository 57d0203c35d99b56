-- name: relation_get : E_MISSING
select p.account_id, p.private as is_private, p.deleted_at is not null as is_deleted, coalesce(r.status, 0) as status,
       own.locked_at is null and own.deleted_at is null as is_live,
       exists (select from messenger.relation b where b.from_profile_id = p.id and b.to_account_id = own.account_id and b.status = 3) as blocks
  from messenger.profile p join messenger.profile own on own.id = $1
  left join messenger.relation r on r.from_profile_id = $1 and r.to_profile_id = p.id
 where p.id = $2 and p.locked_at is null;

-- name: relation_insert
insert into messenger.relation (from_profile_id, from_account_id, to_profile_id, to_account_id, status, created, modified)
select own.id, own.account_id, p.id, p.account_id, $3, utc($4), utc($4)
  from messenger.profile own, messenger.profile p where own.id = $1 and p.id = $2;

-- name: relation_update : E_SAME_RELATION
update messenger.relation set status = $4 where from_profile_id = $1 and to_profile_id = $2 and status = $3;

-- name: relation_delete : E_NOT_RELATED
delete from messenger.relation where from_profile_id = $1 and to_profile_id = $2;

-- name: relation_requests
select json_agg(messenger.as_profile(p) order by p.id)
  from messenger.relation r join messenger.profile p on p.id = r.from_profile_id
 where r.to_profile_id = $1 and r.status = 4 and p.locked_at is null and p.deleted_at is null;

-- name: relation_accept : E_MISSING
update messenger.relation set status = 1 where from_profile_id = $2 and to_profile_id = $1 and status = 4;

-- name: relation_decline : E_MISSING
delete from messenger.relation where from_profile_id = $2 and to_profile_id = $1 and status = 4;
