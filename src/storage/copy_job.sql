-- name: task_own
select v.id as version_id, v.key, v.etag, encode(v.sha256, 'hex') as sha256, coalesce(v.size, 0) as size,
       f.deleted_at is null and v.state = 'stored' and f.current_version is not distinct from v.id as wanted,
       c.doomed_at is not null as doomed, c.version_id is not null and c.doomed_at is null as held,
       exists (select from job.job j where j.kind = 'copy.remove' and j.key = v.id || '/' || $2::uuid
                  and j.lease_until is not null) as being_removed,
       -- the bytes of a live file that no other server has
       f.deleted_at is null and v.state = 'stored' and f.current_version is not distinct from v.id and c.etag is not null
           and not exists (select from storage.holder other where other.version_id = v.id and other.server_id <> $2) as is_last,
       exists (select from storage.server s join storage.server o on lower(o.host) = lower(s.host) and o.port = s.port
                where s.id = $2 and s.deleted_at is not null and o.deleted_at is null) as is_shared
  from storage.file_version v
  join storage.file f on f.id = v.file_id
  left join storage.copy c on c.version_id = v.id and c.server_id = $2
 where v.id = $1;

-- Another server that should have the version, the one that was heard of last.
-- name: task_other_holder
select h.server_id as id from storage.holder h join storage.server s on s.id = h.server_id
  left join storage.health l on l.server_id = s.id
 where h.version_id = $1 and h.server_id <> $2 order by l.probed_at desc nulls last, s.id limit 1;

-- What a power cut forgets is only removed again.
-- name: task_removed
with quick as (
    select set_config('synchronous_commit', 'off', true)
)
delete from storage.copy using quick where version_id = $1 and server_id = $2;

-- Deleted servers that have waited for another copy of a version.
-- name: task_waiting
select s.id from storage.copy c join storage.server s on s.id = c.server_id
 where c.version_id = $1 and c.doomed_at is null and s.deleted_at is not null;

-- name: task_spare
update storage.copy set doomed_at = null where version_id = $1 and server_id = $2;

-- name: task_doomed_left
select exists (select from storage.copy where server_id = $1 and doomed_at is not null)::int;

-- name: copy_etag
select etag from storage.copy where version_id = $1 and server_id = $2;

-- name: version_note_sha256
update storage.file_version set sha256 = decode($2, 'hex') where id = $1 and sha256 is null and etag is not distinct from $3;

-- name: transfer_own
select upload_id, part_bytes from storage.transfer where version_id = $1 and server_id = $2;

-- name: transfer_add
insert into storage.transfer (version_id, server_id, upload_id, part_bytes) values ($1, $2, $3, $4);

-- name: transfer_drop
delete from storage.transfer where version_id = $1 and server_id = $2;

-- name: transfer_parts
select number, etag from storage.transfer_part where version_id = $1 and server_id = $2 order by number;

-- name: transfer_part_add
insert into storage.transfer_part (version_id, server_id, number, etag) values ($1, $2, $3, $4)
on conflict (version_id, server_id, number) do update set etag = excluded.etag;
