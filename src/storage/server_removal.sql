-- Who may be deleted is asked by one after the other, and beside no edit of a server.
-- name: server_removal_lock
select count(*) from (select from storage.server order by id for no key update) s;

-- Live files that are on this server only.
-- name: server_removal_sole
select count(*) from storage.copy here
  join storage.file f on f.current_version = here.version_id and f.deleted_at is null
 where here.server_id = $1 and here.doomed_at is null
   and not exists (select from storage.holder other
                    where other.version_id = here.version_id and other.server_id <> $1);

-- Other servers at the same address: the objects are theirs, too.
-- name: server_removal_shared
select count(*) from storage.server s join storage.server o on lower(o.host) = lower(s.host) and o.port = s.port
 where s.id = $1 and o.id <> s.id and o.deleted_at is null;

-- name: server_removal_hide : E_SERVER_NOT_FOUND
update storage.server set deleted_at = now() where id = $1 and deleted_at is null;

-- name: server_removal_forget_copies
delete from storage.copy where server_id = $1;

-- name: server_removal_row : E_SERVER_NOT_FOUND
delete from storage.server where id = $1;

-- The only copy of a live file is kept until another server has one.
-- name: server_removal_doom
update storage.copy c set doomed_at = now()
  from (select here.version_id from storage.copy here
         where here.server_id = $1 and here.doomed_at is null
           and (not exists (select from storage.file f where f.current_version = here.version_id and f.deleted_at is null)
                or exists (select from storage.holder other
                            where other.version_id = here.version_id and other.server_id <> $1))
         limit $2) here
 where c.version_id = here.version_id and c.server_id = $1;

-- What is left on a deleted server. A body may arrive an hour after its link has run out. $2: so many seconds without
-- any answer are enough.
-- name: server_removal_left : E_SERVER_NOT_FOUND
select (select count(*) from storage.copy c where c.server_id = s.id) as copies,
       (select count(*) from storage.transfer t where t.server_id = s.id) as transfers,
       exists (select from storage.file_version v
                where v.server_id = s.id and v.link_expires > now() - interval '1 hour') as links,
       coalesce(not h.is_up and greatest(h.since, s.deleted_at) < now() - make_interval(secs => $2::double precision), false)
           as is_late
  from storage.server s left join storage.health h on h.server_id = s.id
 where s.id = $1;

-- Waits for uploads that are being announced there.
-- name: server_removal_close
select id from storage.server where id = $1 and deleted_at is not null for update;

-- name: server_removal_leave : E_SERVER_NOT_FOUND
update storage.server set leaving_at = coalesce(leaving_at, utc($2)), updated = utc($2) where id = $1 and deleted_at is null;

-- name: server_removal_stay : E_SERVER_NOT_FOUND
update storage.server set leaving_at = null, updated = utc($2) where id = $1 and deleted_at is null;
