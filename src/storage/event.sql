-- Whom to ask about a key: the server of that name, or all ($1 null). Servers that are off are not asked, and one that
-- is deleted only if its name is not another's by now.
-- name: event_servers
select s.id as server_id, s.is_on from storage.server s
 where $1::text is null
    or (lower($1) in (lower(s.name), lower(s.city))
        and (s.deleted_at is null
             or not exists (select from storage.server o
                             where o.deleted_at is null and lower($1) in (lower(o.name), lower(o.city)))));

-- name: event_park_insert
insert into storage.parked_message (source, routing_key, body, reason, created) values ($1, $2, $3, $4, utc($5));

-- name: event_sweep_parked
delete from storage.parked_message where created < utc($1);

-- name: event_versions
select v.id as version_id, f.current_version = v.id and f.deleted_at is null as is_current
  from storage.file_version v join storage.file f on f.id = v.file_id where f.id = $1;
