-- name: task_own
select v.id as version_id, s.id as server_id, v.key, v.etag, coalesce(v.size, 0) as size,
       f.deleted_at is null and f.current_version = v.id as wanted,
       c.doomed_at is not null as doomed, c.version_id is not null and c.doomed_at is null as held,
       s.name, s.host, s.port, s.is_on, s.is_active, s.latitude, s.longitude
  from storage.file_version v
  join storage.file f on f.id = v.file_id
 cross join storage.server s
  left join storage.copy c on c.version_id = v.id and c.server_id = s.id
 where v.id = $1 and s.id = $2;

-- name: claim_own
select s.name, s.host, s.port, s.is_on, c.version_id is not null as held
  from storage.file_version v cross join storage.server s
  left join storage.copy c on c.version_id = v.id and c.server_id = s.id
 where s.id = $1 and v.key = $2;

-- name: task_removed
delete from storage.copy where version_id = $1 and server_id = $2;

-- name: upload_pending
select v.key, s.name, s.host, s.port, s.is_on, us(v.created) as created, us(v.link_expires) as link_expires
  from storage.file_version v
  join storage.file f on f.id = v.file_id and f.deleted_at is null
  join storage.server s on s.id = v.server_id
 where v.id = $1 and v.state = 'announced';
