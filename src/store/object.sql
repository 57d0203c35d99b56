-- The row lock keeps the bucket from being dropped meanwhile. Two who put the same name at once may
-- both read the same old path; the file that nobody names then is swept. That old is named in put has it read before.
-- $12 and $13 are the condition: the where of the update judges what another has put since old was read.
-- The jobs that follow stand here, too, for fewer round trips. It runs in a transaction all the same: of a program that
-- dies while it waits nothing remains. $17: priority and tries of each job.
-- name: object_put
with bucket as materialized (
    select from store.bucket where server = $1 and name = $2 for key share
), old as materialized (
    select path, etag, damaged_at from store.object where server = $1 and bucket = $2 and key = $3 for update
), put as (
    insert into store.object (server, bucket, key, size, etag, content_type, path, modified, parts, headers, checksum, upload_id)
    select $1, $2, $3, $4, $5, $6, $7, utc($8), $11::bigint[], $14, $15, $16::uuid from bucket, (select count(*) from old) before
     where $12::text is distinct from 'match' or exists (select from old)
    on conflict (server, bucket, key) do update
       set size = excluded.size, etag = excluded.etag, content_type = excluded.content_type,
           path = excluded.path, modified = excluded.modified, parts = excluded.parts,
           headers = excluded.headers, checksum = excluded.checksum, upload_id = excluded.upload_id,
           md5 = null, damaged_at = null, damage = null, scrubbed_at = now()
     where case $12::text when 'absent' then object.damaged_at is not null
                          when 'match' then object.damaged_at is null and $13::text in (object.etag, '*')
                          else true end
    returning size, etag
), event as (
    insert into store.event (server, bucket, key, name, size, etag, at)
    select $1, $2, $3, $10, size, etag, utc($9) from put
    returning id
), tell as (
    insert into job.job (kind, subject, priority, max_tries, request_id)
    select 'store.event', id::text, ($17::smallint[])[1], ($17::smallint[])[2], $18 from event
), unlink as (
    insert into job.job (kind, subject, priority, max_tries, request_id, run_at)
    select 'store.unlink', old.path, ($17::smallint[])[3], ($17::smallint[])[4], $18,
           now() + make_interval(secs => $19::double precision) from old, put
)
select id from event;

-- name: object_own : E_S3_NO_OBJECT
select size, etag, content_type, path, us(modified) as modified, array_to_string(parts, ',') as parts,
       damage, headers, checksum, upload_id, md5, us(greatest(scrubbed_at, 'epoch')) as scrubbed_at
  from store.object where server = $1 and bucket = $2 and key = $3;

-- name: object_drop
with gone as (
    delete from store.object where server = $1 and bucket = $2 and key = $3
    returning path
), event as (
    insert into store.event (server, bucket, key, name, at)
    select $1, $2, $3, 's3:ObjectRemoved:Delete', utc($4) from gone
    returning id
)
select event.id as event, gone.path as old_path from gone, event;

-- The path says that it is still the file that was looked at. Marked already, it is not told once more.
-- name: object_mark
with old as materialized (
    select damaged_at from store.object where server = $1 and bucket = $2 and key = $3 and path = $4 for update
), mark as (
    update store.object o set damaged_at = now(), damage = $5, scrubbed_at = now()
      from old
     where o.server = $1 and o.bucket = $2 and o.key = $3
    returning old.damaged_at is null as is_new
), event as (
    insert into store.event (server, bucket, key, name, at)
    select $1, $2, $3, 's3:ObjectRemoved:Damaged', now() from mark where is_new
    returning id
)
select id as event, null as old_path from event;

-- name: object_unmark
with mend as (
    update store.object
       set damaged_at = null, damage = null, scrubbed_at = case when $6 then now() else '-infinity' end
     where server = $1 and bucket = $2 and key = $3 and path = $4 and damage = $5
    returning size, etag
), event as (
    insert into store.event (server, bucket, key, name, size, etag, at)
    select $1, $2, $3, 's3:ObjectCreated:Mended', size, etag, now() from mend
    returning id
), told as (
    select pg_notify('scrub', '') from mend where not $6
)
select id as event, null as old_path from event left join told on true;

-- Somebody had doubts, and its bytes are what they were.
-- name: object_confirm
with event as (
    insert into store.event (server, bucket, key, name, size, etag, at)
    select server, bucket, key, 's3:ObjectCreated:Mended', size, etag, now() from store.object
     where server = $1 and bucket = $2 and key = $3 and path = $4
    returning id
)
select id as event, null as old_path from event;

-- It has not been read for long: soon, but after what is doubted.
-- name: object_read_soon
with soon as (
    update store.object set scrubbed_at = '1969-01-01Z'
     where server = $1 and bucket = $2 and key = $3 and scrubbed_at >= 'epoch'
    returning path
)
select pg_notify('scrub', '') from soon;

-- name: object_read_next
with doubted as (
    update store.object set scrubbed_at = '-infinity' where server = $1 and bucket = $2 and key = $3
    returning path
)
select pg_notify('scrub', '') from doubted;

-- name: object_count_one
select exists (select from store.object where server = $1 and damaged_at is null)::int;

-- One step of the index an entry: from a common prefix on to the first key behind all that share it.
-- U+10FFFF is the last character there is. $3 prefix, $4 delimiter, $5 after, $6 most.
-- name: object_list
with recursive step (key, common, size, etag, modified) as (
    (select key, case when $4 <> '' and strpos(substr(key, length($3) + 1), $4) > 0
                      then left(key, length($3) + strpos(substr(key, length($3) + 1), $4) + length($4) - 1) end,
            size, etag, modified
       from store.object
      where server = $1 and bucket = $2 and damaged_at is null
        and key > $5 collate "C" and key >= $3 collate "C"
        and key < $3 || chr(1114111) collate "C"
      order by key limit 1)
    union all
    select next.* from step, lateral (
        select key, case when $4 <> '' and strpos(substr(key, length($3) + 1), $4) > 0
                         then left(key, length($3) + strpos(substr(key, length($3) + 1), $4) + length($4) - 1) end,
               size, etag, modified
          from store.object
         where server = $1 and bucket = $2 and damaged_at is null
           and key > coalesce(step.common || chr(1114111), step.key) collate "C"
           and key < $3 || chr(1114111) collate "C"
         order by key limit 1) next
)
select common is not null as prefix, coalesce(common, key) as key, size, etag, us(modified) as modified
  from step limit $6::bigint + 1;

-- The newest of its key: jobs may run in another order than the events have happened.
-- name: event_own
select e.server, e.bucket, e.key, e.name like 's3:ObjectCreated:%' as created, coalesce(e.size, 0) as size, e.etag
  from store.event told join store.event e on e.server = told.server and e.bucket = told.bucket and e.key = told.key
 where told.id = $1
 order by e.id desc limit 1;

-- Paths that neither an object nor a part has, of a batch given as an array's text.
-- name: object_strays
select path from unnest($1::text[]) path
 where not exists (select from store.object o where o.path = path.path)
   and not exists (select from store.part p where p.path = path.path);

-- name: event_sweep
delete from store.event where at < utc($1);
