-- name: upload_insert : E_S3_NO_BUCKET
insert into store.upload (server, bucket, key, content_type, created, headers)
select $1, $2, $3, $4, utc($5), $6 from store.bucket where server = $1 and name = $2
returning id;

-- The lock keeps a part from coming while the upload is completed or given up.
-- name: upload_own : E_S3_NO_UPLOAD
select content_type, headers from store.upload
 where id = $4::uuid and server = $1 and bucket = $2 and key = $3
   for update;

-- name: part_list
select number, size, etag, path, us(modified) as modified, checksum from store.part where upload_id = $1::uuid order by number;

-- name: part_put
with old as (
    select path from store.part where upload_id = $1::uuid and number = $2
), put as (
    insert into store.part (upload_id, number, size, etag, path, modified, checksum)
    values ($1::uuid, $2, $3, $4, $5, utc($6), $7)
    on conflict (upload_id, number) do update
       set size = excluded.size, etag = excluded.etag, path = excluded.path, modified = excluded.modified,
           checksum = excluded.checksum
)
select coalesce((select path from old), '') as path;

-- name: upload_delete
delete from store.upload where id = $1::uuid;

-- name: upload_list_of
select id, key, us(created) as created from store.upload
 where server = $1 and bucket = $2 order by key, id limit 1000;

-- name: upload_delete_before
delete from store.upload where created < utc($1);
