-- A server that takes objects: the one that has it, else the oldest that is not known to be down.
-- name: kept_choose : E_SERVER_NOT_FOUND
select s.id
  from storage.server s left join storage.health h on h.server_id = s.id
 where s.is_on and s.is_active and s.deleted_at is null and s.leaving_at is null
 order by coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false), s.id = $1::uuid desc nulls last, s.created, s.id
 limit 1;

-- name: kept_insert
with file as (
    insert into storage.file (id, account_id, kind, name, size, content_type, current_version, created, updated)
    values (gen_random_uuid(), null, $1, $2, $3, $4, gen_random_uuid(), utc($7), utc($7))
    returning id, current_version
), version as (
    insert into storage.file_version (id, file_id, key, state, announced_size, size, etag, server_id, created, stored_at)
    select current_version, id, $2, 'stored', $3, $3, $5, $6, utc($7), utc($7) from file
), copy as (
    insert into storage.copy (version_id, server_id, etag, created) select current_version, $6, $5, utc($7) from file
)
select id as file_id, current_version as version_id from file;

-- name: kept_announced
with file as (
    insert into storage.file (account_id, kind, name, size, content_type, created, updated)
    values (null, $1, $2, $3, $4, utc($6), utc($6))
    returning id
), version as (
    insert into storage.file_version (file_id, key, announced_size, server_id, link_expires, created)
    select id, $2, $3, $5, utc($7), utc($6) from file
    returning id, file_id
)
select file_id, id as version_id from version;

-- name: kept_served : E_FILE_NOT_FOUND
select v.id as version_id, v.key, coalesce(v.size, 0) as size
  from storage.file f left join storage.file_version v on v.id = f.current_version where f.id = $1;

-- name: kept_delete
update storage.file set deleted_at = utc($2) where id = $1 and deleted_at is null and kind <> 'file';

-- name: kept_supersede
update storage.file_version set state = 'superseded', superseded_at = utc($2) where file_id = $1 and state <> 'superseded';

-- name: kept_stray
select (not exists (select from storage.file_version where key = $1))::int;
