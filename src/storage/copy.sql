-- The lock on the file keeps events of its versions in a row. $5: the server, or null if only its name $2 is known: of
-- several the one that the upload's link led to, or for a removal ($6 false) that was told to; then who is not deleted.
-- name: copy_version
select v.id, v.file_id, v.state::text, v.etag, s.id as server_id, f.deleted_at is not null as deleted,
       s.deleted_at is not null as leaving, f.current_version, v.server_id as origin_id, v.lost_at is not null as lost, coalesce(v.size, -1) as size,
       -- nobody can upload it any more, not even a body that has long been on its way
       coalesce(v.link_expires < utc($4) - interval '1 hour', true) as closed,
       -- a copier has, or is about to have, put it there, and will tell
       exists (select from job.job j where j.kind = 'copy.make' and j.key = v.id || '/' || s.id
                  and j.lease_until is not null) as being_copied,
       exists (select from storage.copy k where k.version_id = v.id and k.server_id = s.id and k.etag = $3
                  and k.doomed_at is null) as known,
       coalesce((select cur.created > v.created from storage.file_version cur where cur.id = f.current_version), false)
           as outdated,
       f.kind = 'picture' as is_picture
  from storage.file_version v join storage.file f on f.id = v.file_id
 cross join lateral (select s.id, s.deleted_at from storage.server s
                      where case when $5::uuid is null then lower($2) in (lower(s.name), lower(s.city)) else s.id = $5::uuid end
                      order by case when $6::boolean then s.id is not distinct from v.server_id
                                    else exists (select from storage.copy k where k.version_id = v.id and k.server_id = s.id
                                                    and k.doomed_at is not null) end desc,
                               s.deleted_at desc nulls first
                      limit 1) s
 where v.key = $1
   for update of f;

-- 1 if the object is more than its owner may have: larger than announced, or more was announced in the meantime.
-- $3: the general quota.
-- name: version_too_much
select (coalesce(q.bytes, $3::bigint) > 0
        and $2::bigint - f.counted + (select coalesce(sum(bytes), 0) from storage.usage u where u.account_id = f.account_id)
            > coalesce(q.bytes, $3::bigint))::int
  from storage.file_version v join storage.file f on f.id = v.file_id
  left join storage.quota q on q.account_id = f.account_id
 where v.id = $1;

-- Before a change is read that another may have read too: each finds what the one before it has made.
-- $1: the event of the embedded store that tells of it.
-- name: copy_lock
select count(*) from (select from storage.file f join storage.file_version v on v.file_id = f.id
                       where v.key = (select key from store.event where id = $1) for update of f) locked;

-- What is there now counts again; on a server that is deleted until another has it.
-- name: copy_insert
insert into storage.copy (version_id, server_id, etag, created) values ($1, $2, $3, utc($4))
on conflict (version_id, server_id) do update
   set etag = excluded.etag, doomed_at = null,
       doubted_at = case when not $5::boolean then storage.copy.doubted_at end;

-- name: copy_delete
delete from storage.copy where version_id = $1 and server_id = $2;

-- Replicas of bytes that the origin has replaced under the same key: overwritten by a copy, or removed with the file. Without
-- an ETag they are no bytes of the version.
-- name: copy_doom_others
update storage.copy set etag = null, doomed_at = coalesce(doomed_at, utc($3)) where version_id = $1 and server_id <> $2;

-- The same of one server, whether it was known to have the version or not.
-- name: copy_doom_one
insert into storage.copy (version_id, server_id, created, doomed_at) values ($1, $2, utc($3), utc($3))
on conflict (version_id, server_id) do update
   set etag = null, doomed_at = coalesce(storage.copy.doomed_at, excluded.doomed_at);

-- name: copy_elsewhere
select count(*) from storage.copy where version_id = $1 and server_id <> $2 and doomed_at is null;

-- Nobody has a live file's bytes any more.
-- name: version_lose
update storage.file_version v set lost_at = now()
 where v.id = $1 and v.state = 'stored' and v.lost_at is null
   and exists (select from storage.file f where f.current_version = v.id and f.deleted_at is null)
   and not exists (select from storage.copy c where c.version_id = v.id and c.doomed_at is null)
returning v.id;

-- name: version_find
update storage.file_version set lost_at = null where id = $1;

-- The hash is of the bytes of its etag.
-- name: version_store
update storage.file_version
   set state = 'stored', size = $2, sha256 = case when etag = $3 then sha256 end, etag = $3,
       stored_at = coalesce(stored_at, utc($4))
 where id = $1;

-- name: version_supersede
update storage.file_version set state = 'superseded', superseded_at = coalesce(superseded_at, utc($2)) where id = $1;

-- name: file_serve
update storage.file set current_version = $2, size = $3 where id = $1;

-- The picture that has come as this file.
-- name: copy_picture
select id from account.picture where upload_id = $1 and state = 'announced';

-- name: copy_doom
update storage.copy set doomed_at = coalesce(doomed_at, utc($2)) where version_id = $1
returning version_id, server_id;

-- name: copy_doom_all
update storage.copy c set doomed_at = coalesce(c.doomed_at, utc($2))
  from storage.file_version v
 where v.file_id = $1 and c.version_id = v.id
returning c.version_id, c.server_id;

-- name: copy_found
select o.server, s.id as server_id, o.key, true as created, o.size, o.etag
  from storage.file_version v
  join storage.server s on s.id = v.server_id
  join store.object o on o.key = v.key and lower(o.server) = lower(s.city) and o.bucket = $2
                     and o.damaged_at is null
 where v.file_id = $1 and v.state = 'announced'
 order by v.created desc limit 1;

-- What a usable server lacks of the live files of its zone. $1 version, $2 server: only those; null: all.
-- name: copy_missing
select v.id as version_id, target.id as server_id
  from storage.file_version v
  join storage.file f on f.current_version = v.id and f.deleted_at is null
  join storage.server target on target.is_on and target.is_active and target.leaving_at is null
                                 and target.deleted_at is null
 where ($1::uuid is null or v.id = $1) and ($2::uuid is null or target.id = $2)
   and v.state = 'stored'
   and exists (select from storage.copy c join storage.server s on s.id = c.server_id
                where c.version_id = v.id and c.doomed_at is null and s.zone = target.zone and s.is_on and s.is_active)
   and not exists (select from storage.copy c where c.version_id = v.id and c.server_id = target.id and c.doomed_at is null)
 limit $3;

-- A doomed copy of what a live file serves is overwritten, not removed, unless its server is being given up. A server that
-- is down is told when it is up again. One whose job is running is told once more: it may just have given up.
-- name: copy_to_remove
select c.version_id, c.server_id
  from storage.copy c join storage.server s on s.id = c.server_id
  join storage.file_version v on v.id = c.version_id
  join storage.file f on f.id = v.file_id
  left join storage.health h on h.server_id = s.id
 where c.doomed_at is not null and s.is_on and ($1::uuid is null or s.id = $1)
   and (s.leaving_at is not null or s.deleted_at is not null or f.deleted_at is not null
        or f.current_version is distinct from v.id or v.state <> 'stored')
   and not coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false)
   and not exists (select from job.job j where j.kind = 'copy.remove' and j.key = c.version_id || '/' || c.server_id
                      and j.state = 'ready' and j.lease_until is null)
 limit $2;

-- Copies in parts that were begun and are not wanted any more, or not there: whoever makes them gives them up.
-- name: copy_to_give_up
select t.version_id, t.server_id
  from storage.transfer t join storage.server s on s.id = t.server_id
  join storage.file_version v on v.id = t.version_id
  join storage.file f on f.id = v.file_id
 where s.is_on and ($1::uuid is null or s.id = $1)
   and (not s.is_active or s.leaving_at is not null or s.deleted_at is not null or f.deleted_at is not null
        or f.current_version is distinct from v.id or v.state <> 'stored'
        or exists (select from storage.copy c where c.version_id = v.id and c.server_id = s.id and c.doomed_at is null))
   and not exists (select from job.job j where j.kind = 'copy.make' and j.key = t.version_id || '/' || t.server_id
                      and j.state = 'ready')
 limit $2;

-- Live files that are nowhere else, each with the nearest server that can take it: of its zone if there is one.
-- name: copy_moves
select f.current_version as version_id, t.id as server_id
  from storage.copy here
  join storage.file f on f.current_version = here.version_id and f.deleted_at is null
  join storage.server s on s.id = here.server_id,
       lateral (select o.id from storage.server o left join storage.health h on h.server_id = o.id
                 where o.is_on and o.is_active and o.leaving_at is null and o.deleted_at is null and o.id <> s.id
                 order by coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false), o.zone <> s.zone,
                          power(sin(radians(o.latitude - s.latitude) / 2), 2) + cos(radians(s.latitude))
                            * cos(radians(o.latitude)) * power(sin(radians(o.longitude - s.longitude) / 2), 2)
                 limit 1) t
 where here.server_id = $1 and here.doomed_at is null
   and not exists (select from storage.holder other where other.version_id = here.version_id and other.server_id <> $1)
 limit $2;
