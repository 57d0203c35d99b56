-- name: phone_file_server : E_SERVER_DOWN
select s.id
  from storage.server s left join storage.health h on h.server_id = s.id
 where s.is_on and s.is_active and s.deleted_at is null and s.leaving_at is null
 order by coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false), s.created, s.id
 limit 1;

-- name: phone_file_used
select coalesce(sum(size), 0)::bigint from messenger.upload where account_id = $1 and deleted_at is null;

-- name: phone_file_turn
select 1 from pg_advisory_xact_lock(7250200, hashint8($1));

-- name: phone_file_insert
insert into messenger.upload (account_id, filename, original_filename, mimetype, size, etag, server_id, alternative_data, private, created, modified)
values ($1, $2, left($3, 250), $4, $5, $6, $7, $8, $9, utc($10), utc($10));

-- name: phone_file_get : E_MISSING
select u.id, u.account_id, u.filename, u.mimetype, u.etag, u.server_id, u.size, u.private, us(u.modified) as modified,
       json_build_object('resource', 'file', 'uploaded_by', json_build_object('uuid', u.account_id, 'nickname', p.nickname),
           'private', u.private, 'mimetype', u.mimetype, 'size', u.size, 'filename', u.filename, 'url', '/uploads/' || u.filename,
           'additional_data', u.additional_data, 'alternative_data', u.alternative_data) as json
  from messenger.upload u left join messenger.person p on p.account_id = u.account_id
 where u.filename = $1 and u.deleted_at is null and u.locked_at is null;

-- name: phone_file_delete
update messenger.upload set deleted_at = utc($2), deleted_by = $3 where id = $1 and deleted_at is null
returning server_id;

-- name: phone_file_came
update messenger.upload set server_id = $2, etag = $3, size = $4 where id = $1 and deleted_at is null;

-- Is there a file of this name?
-- name: phone_file_kept
select count(*) from messenger.upload where filename = $1 and deleted_at is null;
