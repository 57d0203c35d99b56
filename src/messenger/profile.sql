-- name: profile_state : E_MISSING
select account_id, commit_id, locked_at is not null as is_locked, deleted_at is not null as is_deleted, private, image_url
  from messenger.profile where id = $1;

-- name: profile_own
select json_agg(messenger.as_profile(p) order by p.id)
  from messenger.profile p where account_id = $1 and locked_at is null and deleted_at is null;

-- name: profile_show : E_MISSING
-- Who is 0 has no relation. A block counts whichever profile looks; the rest is of the acting one, or of any.
select p.commit_id, messenger.as_profile(p) as json,
       messenger.sees_profile(false, p.deleted_at is not null, p.private, p.account_id = $2, $4,
           exists (select from messenger.relation r where r.from_profile_id = p.id and r.to_account_id = $2 and r.status = 3),
           exists (select from messenger.relation r where r.to_profile_id = p.id and r.from_account_id = $2
                      and $3::bigint in (0, r.from_profile_id) and r.status in (1, 2)),
           exists (select from messenger.subscription s where s.card_profile_id = p.id and s.account_id = $2
                      and $3::bigint in (0, s.profile_id)),
           exists (select from messenger.relation r where r.from_profile_id = p.id and r.to_account_id = $2
                      and $3::bigint in (0, r.to_profile_id) and r.status in (1, 2, 4))) as is_seen
  from messenger.profile p where p.id = $1 and p.locked_at is null;

-- name: profile_count
select count(*) from messenger.profile where account_id = $1 and deleted_at is null;

-- name: profile_insert
insert into messenger.profile as p (account_id, name, team_name, description, data, email, phone, sns, address, private,
       can_annonymous_invite, created, modified)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10::boolean, true), coalesce($11::boolean, false), utc($12), utc($12))
returning p.commit_id, messenger.as_profile(p) as json;

-- name: profile_update : E_OTHER_COMMIT
update messenger.profile p
   set name = coalesce($3, name), team_name = coalesce($4, team_name), description = coalesce($5, description),
       data = coalesce($6, data), email = case when $6 is null then email else $7 end,
       phone = case when $6 is null then phone else $8 end, sns = case when $6 is null then sns else $9 end,
       address = case when $6 is null then address else $10 end, private = coalesce($11::boolean, private),
       can_annonymous_invite = coalesce($12::boolean, can_annonymous_invite)
 where id = $1 and commit_id = $2 and locked_at is null and deleted_at is null
returning p.commit_id, messenger.as_profile(p) as json;

-- name: profile_image : E_OTHER_COMMIT
update messenger.profile p set image_url = $3
 where id = $1 and commit_id = $2 and locked_at is null and deleted_at is null
returning p.commit_id, messenger.as_profile(p) as json;

-- name: profile_delete : E_OTHER_COMMIT
update messenger.profile set deleted_at = utc($3), why_deleted = 'DELETE_REQUESTED', deleted_by = $4
 where id = $1 and commit_id = $2 and locked_at is null and deleted_at is null;

-- name: profile_delete_cards
update messenger.card set deleted_at = utc($2), why_deleted = 'DELETE_REQUESTED', deleted_by = $3
 where profile_id = $1 and deleted_at is null;
