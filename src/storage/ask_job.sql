-- name: copy_held
select count(*) from storage.copy c join storage.file_version v on v.id = c.version_id
 where c.server_id = $1 and v.key = $2;

-- name: copy_mark_doubted
update storage.copy c set doubted_at = now() from storage.file_version v
 where v.id = c.version_id and v.key = $2 and c.server_id = $1;

-- name: copy_city
select city from storage.server where id = $1;

-- name: version_known
select count(*) from storage.file_version where key = $1;

-- Those of a slot (upload_slot_of) that nobody has told of, server by server.
-- name: upload_pending_in
select v.id from storage.file_version v join storage.file f on f.id = v.file_id and f.deleted_at is null
 where v.state = 'announced' and v.server_id is not null and v.link_expires >= utc($1) and v.link_expires < utc($2)
 order by v.server_id, v.id;

-- name: upload_pending
select v.key, v.server_id, us(v.created) as created, us(v.link_expires) as link_expires
  from storage.file_version v
  join storage.file f on f.id = v.file_id and f.deleted_at is null
 where v.id = $1 and v.state = 'announced' and v.server_id is not null;
