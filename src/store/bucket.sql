-- name: bucket_add
insert into store.bucket (server, name, created) values ($1, $2, utc($3)) on conflict do nothing;

-- name: bucket_own : E_S3_NO_BUCKET
select name, us(created) as created from store.bucket where server = $1 and name = $2;

-- name: bucket_list
select name, us(created) as created from store.bucket where server = $1 order by name collate "C";

-- name: bucket_drop : E_S3_NO_BUCKET
delete from store.bucket where server = $1 and name = $2;
