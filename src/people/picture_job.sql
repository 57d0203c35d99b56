-- name: picture_begin
-- Whoever takes it up once more puts the files where the one before has.
update account.picture p set state = 'processing', server_id = $2, done = 0, changed = utc($3)
  from account.account a
 where p.id = $1 and p.state in ('received', 'processing') and a.id = p.account_id
returning p.id, p.account_id, a.uuid as account_uuid, coalesce(p.crop_x, 0) as crop_x, coalesce(p.crop_y, 0) as crop_y,
          coalesce(p.crop_width, 0) as crop_width, coalesce(p.crop_height, 0) as crop_height,
          coalesce(p.upload_id::text, '') as upload_id, coalesce(p.made_of, '') as made_of, us(p.created) as created;

-- name: picture_place
-- The server that was chosen before, '' if there is none; 'announced', whose bytes have come, is received first.
select coalesce(server_id::text, '') as id, state = 'announced' as announced from account.picture where id = $1;

-- name: picture_original : E_PICTURE_GONE
select encode(bytes, 'hex') from account.picture_bytes where picture_id = $1;

-- name: picture_progress
update account.picture set done = $2 where id = $1 and state = 'processing';

-- name: picture_refuse
with picture as (
    update account.picture
       set state = 'refused', reason = $2, width = nullif($3::integer, 0), height = nullif($4::integer, 0), format = $5,
           changed = utc($6)
     where id = $1 and state = 'processing'
    returning id
)
delete from account.picture_bytes b using picture where b.picture_id = picture.id;

-- name: picture_fail
with picture as (
    update account.picture set state = 'failed', changed = utc($2) where id = $1 and state in ('received', 'processing')
    returning id
)
delete from account.picture_bytes b using picture where b.picture_id = picture.id;

-- In the order of picture_remove(): the person first.
-- name: picture_own
select a.id from account.picture p join account.account a on a.id = p.account_id
 where p.id = $1 and p.state = 'processing' for no key update of a;

-- name: picture_still_wanted
select id from account.picture where id = $1 and state = 'processing' for update;

-- name: picture_supersede
update account.picture set state = 'replaced', changed = utc($3)
 where account_id = $1 and state = 'ready' and id <> $2
returning id;

-- name: picture_file_add
insert into account.picture_file (picture_id, variant, extension, width, height, bytes, etag, file_id)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: picture_show
with bytes as (
    delete from account.picture_bytes where picture_id = $1
)
update account.picture
   set state = 'ready', width = $2, height = $3, format = $4, done = $5, ready_at = utc($6), changed = utc($6), upload_id = null
 where id = $1;

-- name: picture_over
-- What is to be cleaned up: $1 is over.
select p.id, p.account_id, a.uuid as account_uuid, coalesce(p.server_id::text, '') as server_id
  from account.picture p join account.account a on a.id = p.account_id
 where p.id = $1 and p.state in ('refused', 'failed', 'replaced', 'removed');

-- name: picture_drop_files
-- The objects of a picture that is over, with that it came as.
with picture as (
    select id, upload_id from account.picture where id = $1 and state in ('refused', 'failed', 'replaced', 'removed') for update
), file as (
    delete from account.picture_file f using picture where f.picture_id = picture.id returning f.file_id
), upload as (
    update account.picture p set upload_id = null from picture where p.id = picture.id and picture.upload_id is not null
    returning picture.upload_id
)
select file_id as id from file union all select upload_id from upload;

-- name: picture_crop : E_PICTURE_GONE
select crop_x is not null as cropped, coalesce(crop_x, 0) as x, coalesce(crop_y, 0) as y, coalesce(crop_width, 0) as width,
       coalesce(crop_height, 0) as height
  from account.picture where id = $1;

-- name: picture_cleaned
-- Where it is still being made something may come yet: whoever makes it orders this once more, or the sweep does.
update account.picture p set server_id = null
 where p.id = $1
   and not exists (select from job.job j where j.kind = 'picture.make' and j.key = p.id::text and j.state = 'ready');
