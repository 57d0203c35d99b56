-- Uploads and removals of one person go one after the other; only of somebody who is here anything is taken in ($2).
-- name: picture_lock : E_ACCOUNT_NOT_FOUND
select id from account.account where id = $1 and (not $2::boolean or status <> 'deactivated') for no key update;

-- name: picture_repeated
select p.id, p.state::text, p.reason, p.account_id, null as account_uuid, null as visibility, p.bytes, coalesce(p.width, 0) as width, coalesce(p.height, 0) as height,
       p.done, p.format, us(p.created) as created, us(p.ready_at) as ready_at
  from account.picture p where p.account_id = $1 and p.idempotency_key = $2;

-- How many of a day there are, and when the first of the last $3 was.
-- name: picture_today
select count(*) as count, us(min(created)) as first
  from (select created from account.picture where account_id = $1 and created > utc($2) - interval '1 day'
         order by created desc limit $3) p;

-- Whose job runs at this moment finds that it is not wanted any more.
-- name: picture_replace_waiting
with old as (
    update account.picture set state = 'replaced', changed = utc($2)
     where account_id = $1 and state in ('received', 'processing')
    returning id
)
delete from account.picture_bytes b using old where b.picture_id = old.id;

-- name: picture_is_in_work
select exists (select from account.picture where account_id = $1 and state in ('received', 'processing'))::int;

-- name: picture_insert
with picture as (
    insert into account.picture (account_id, state, bytes, crop_x, crop_y, crop_width, crop_height, idempotency_key, created, changed, made_of)
    values ($1, 'received', $2, nullif($3::integer, -1), nullif($4::integer, -1), nullif($5::integer, -1), nullif($6::integer, -1),
            $7, utc($8), utc($8), $9)
    returning *
), bytes as (
    insert into account.picture_bytes (picture_id, bytes) select id, $10::bytea from picture
)
select id, state::text, reason, account_id, null as account_uuid, null as visibility, bytes, 0 as width, 0 as height, done, format,
       us(created) as created, us(ready_at) as ready_at
  from picture;

-- name: picture_announced
insert into account.picture (account_id, state, bytes, server_id, created, changed)
select $1, 'announced', $2, $3, utc($4), utc($4)
returning id, state::text, reason, account_id, (select uuid from account.account where id = $1) as account_uuid, null as visibility,
          bytes, 0 as width, 0 as height, done, format, us(created) as created, us(ready_at) as ready_at;

-- name: picture_comes_as
update account.picture set upload_id = $2 where id = $1;

-- Whose it is, locked as by picture_lock.
-- name: picture_owner
select a.id from account.picture p join account.account a on a.id = p.account_id
 where p.id = $1 and p.state = 'announced' for no key update of a;

-- name: picture_receive
update account.picture set state = 'received', changed = utc($2) where id = $1 and state = 'announced';

-- name: picture_by_id : E_PICTURE_GONE
select p.id, p.state::text, p.reason, p.account_id, a.uuid as account_uuid, coalesce(a.picture_visibility::text, $2) as visibility,
       p.bytes, coalesce(p.width, 0) as width, coalesce(p.height, 0) as height, p.done, p.format, us(p.created) as created,
       us(p.ready_at) as ready_at
  from account.picture p join account.account a on a.id = p.account_id
 where p.id = $1;

-- name: picture_shown_of
select p.id, p.state::text, p.reason, p.account_id, a.uuid as account_uuid, coalesce(a.picture_visibility::text, $2) as visibility,
       p.bytes, p.width, p.height, p.done, p.format, us(p.created) as created, us(p.ready_at) as ready_at
  from account.picture p join account.account a on a.id = p.account_id
 where p.account_id = $1 and p.state = 'ready';

-- name: picture_files_of
select f.variant, f.extension, f.etag, f.width, f.height, f.bytes, null as version_id, null as key
  from account.picture_file f where f.picture_id = $1
 order by left(f.variant, 1) desc, nullif(regexp_replace(f.variant, '[^0-9]', '', 'g'), '')::integer desc, f.extension desc;

-- name: picture_file_shown : E_PICTURE_GONE
-- Who is deactivated shows nothing, whatever address or signature somebody has.
select f.variant, f.extension, f.etag, f.width, f.height, f.bytes, v.id as version_id, v.key
  from account.picture p
  join account.account a on a.id = p.account_id and a.status <> 'deactivated'
  join account.picture_file f on f.picture_id = p.id
  join storage.file s on s.id = f.file_id
  join storage.file_version v on v.id = s.current_version
 where p.id = $1 and p.state = 'ready' and f.variant = $2 and f.extension = $3;

-- name: picture_take_away
with gone as (
    update account.picture set state = 'removed', changed = utc($2)
     where account_id = $1 and state in ('announced', 'received', 'processing', 'ready')
    returning id
), bytes as (
    delete from account.picture_bytes b using gone where b.picture_id = gone.id
)
select id from gone;

-- name: picture_show_to
update account.account set picture_visibility = $2::account.picture_visibility, updated = utc($3) where id = $1;

-- Nobody will take these up again: their job has been parked or taken off the queue, or their bytes never came.
-- name: picture_fail_abandoned
with dead as (
    update account.picture p
       set state = case when p.state = 'announced' then 'removed' else 'failed' end::account.picture_state, changed = utc($1)
     where p.state in ('announced', 'received', 'processing')
       and p.changed < utc($1) - case when p.state = 'announced' then interval '1 day' else interval '1 hour' end
       and not exists (select from job.job j where j.kind = 'picture.make' and j.key = p.id::text and j.state = 'ready')
    returning id
), bytes as (
    delete from account.picture_bytes b using dead where b.picture_id = dead.id
)
select id from dead;

-- name: picture_unclean
select id from account.picture p
 where p.state in ('refused', 'failed', 'replaced', 'removed') and p.changed < utc($1) - interval '1 hour'
   and (p.server_id is not null or p.upload_id is not null)
 limit 10000;

-- name: picture_forget
delete from account.picture p
 where p.state in ('refused', 'failed', 'replaced', 'removed') and p.changed < utc($1) - interval '30 days'
   and p.server_id is null and p.upload_id is null
   and not exists (select from account.picture_file f where f.picture_id = p.id);
