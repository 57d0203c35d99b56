-- Cards of account $1, of its profile $2 only unless that is 0.
-- name: cards_own
select json_agg(messenger.as_card(k, p.name) order by k.id)::text
  from messenger.card k join messenger.profile p on p.id = k.profile_id
 where k.account_id = $1 and ($2::bigint = 0 or k.profile_id = $2::bigint) and k.deleted_at is null and k.locked_at is null
   and p.locked_at is null;

-- Cards of profile $1 that account $2 (0: nobody) may see.
-- name: cards_of_profile
select json_agg(messenger.as_card(k, p.name) order by k.id)::text
  from messenger.card k join messenger.profile p on p.id = k.profile_id
 where k.profile_id = $1
   and messenger.sees_card(k.locked_at is not null or p.locked_at is not null, k.deleted_at is not null,
           k.private, k.account_id = $2::bigint, $3::boolean, exists (select from messenger.relation b where b.from_profile_id = p.id and b.to_account_id = $2::bigint and b.status = 3),
           exists (select from messenger.subscription s where s.card_id = k.id and s.account_id = $2::bigint));

-- name: card_count
select count(*) from messenger.card where account_id = $1 and deleted_at is null;

-- name: card_insert
insert into messenger.card (profile_id, account_id, name, data, preview_url, private)
values ($1, $2, $3, $4, $5, $6)
returning id, commit_id;

-- A picture of one's own that phones can load.
-- name: card_preview
select count(*) from messenger.upload
 where account_id = $1 and '/uploads/' || filename = $2 and deleted_at is null and locked_at is null;

-- name: card_show
select messenger.as_card(k, p.name)::text as json, k.commit_id
  from messenger.card k join messenger.profile p on p.id = k.profile_id where k.id = $1;

-- What is sent without a change of the row's commit_id since it was read is written, else nothing.
-- name: card_change : E_OTHER_COMMIT
update messenger.card
   set name = coalesce($4, name), data = coalesce($5, data), private = coalesce($6::boolean, private), preview_url = coalesce($7, preview_url)
 where id = $1 and account_id = $2 and commit_id = $3 and deleted_at is null and locked_at is null
returning id, commit_id;

-- name: card_delete : E_OTHER_COMMIT
update messenger.card set deleted_at = now(), deleted_by = $2, why_deleted = 'DELETE_REQUESTED'
 where id = $1 and commit_id = $3 and deleted_at is null and locked_at is null;

-- What a profile and a card are to each other. blocked: in either direction.
-- name: card_relation
select k.locked_at is null and p.locked_at is null as exists, k.deleted_at is null and p.deleted_at is null as live,
       k.private as private, k.account_id = $3::bigint as own, k.profile_id, k.account_id,
       exists (select from messenger.relation b where b.from_profile_id = k.profile_id and b.to_account_id = $3::bigint and b.status = 3) or exists (select from messenger.relation b where b.from_profile_id = $2::bigint and b.to_account_id = k.account_id and b.status = 3) as blocked,
       exists (select from messenger.subscription s where s.card_id = k.id and s.profile_id = $2::bigint) as subscribed
  from messenger.card k join messenger.profile p on p.id = k.profile_id
 where k.id = $1;

-- The subscription; two profiles that are nothing to each other follow each other from then on.
-- name: card_subscribe
with new as (
    insert into messenger.subscription (card_id, card_profile_id, card_account_id, profile_id, account_id)
    values ($1, $2, $3, $4, $5)
    on conflict (card_id, profile_id) do nothing
    returning id
), related as (
    insert into messenger.relation (from_profile_id, from_account_id, to_profile_id, to_account_id)
    select x.* from new, (values ($2::bigint, $3::bigint, $4::bigint, $5::bigint), ($4::bigint, $5::bigint, $2::bigint, $3::bigint)) x
     where not exists (select from messenger.relation r
                        where (r.from_profile_id, r.to_profile_id) in (($2::bigint, $4::bigint), ($4::bigint, $2::bigint)))
    on conflict (from_profile_id, to_profile_id) do nothing
)
select count(*) from new;

-- name: card_unsubscribe : E_NOT_SUBSCRIBED
delete from messenger.subscription where card_id = $1 and profile_id = $2;
