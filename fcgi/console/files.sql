-- name: console_file : E_FILE_NOT_FOUND
-- A file of $2: what it was and is, where it is, what was done with it.
select json_build_object('id', f.id, 'name', f.name, 'size', f.size, 'created', iso(f.created), 'updated', iso(f.updated),
           'content_type', f.content_type, 'state', case when f.current_version is null then 'announced'
                when exists (select from storage.file_version v where v.id = f.current_version and v.lost_at is not null) then 'lost' else 'stored' end,
           'links', (select count(*) from storage.link l where l.file_id = f.id and (l.expire_at is null or l.expire_at > now())),
           'places', (select coalesce(json_agg(json_build_object('server', s.name, 'location', s.location, 'since', iso(c.created),
                         'health', case when not s.is_on then 'off' when h.is_up is false then 'down' when h.is_up then 'up' else 'unknown' end,
                         'goes', c.doomed_at is not null) order by s.name), '[]')
                        from storage.copy c join storage.server s on s.id = c.server_id left join storage.health h on h.server_id = s.id
                       where c.version_id = f.current_version and s.deleted_at is null),
           'versions', (select coalesce(json_agg(json_build_object('at', iso(v.created), 'size', coalesce(v.size, v.announced_size), 'state', v.state,
                           'is_served', v.id = f.current_version, 'sha256', encode(v.sha256, 'hex')) order by v.created desc), '[]')
                          from (select * from storage.file_version where file_id = f.id order by created desc limit 20) v),
           'history', (select coalesce(json_agg(json_build_object('at', iso(y.created), 'event', y.event, 'name', y.data ->> 'name') order by y.created desc), '[]')
                         from (select * from storage.history where account_id = $2 and object_id = f.id order by created desc limit 30) y))::text
  from storage.file f where f.id = $1 and f.account_id = $2 and f.deleted_at is null and f.kind = 'file';

-- name: console_upload : E_FILE_NOT_FOUND
-- The newest upload of a file of $2 that has been announced; from now on it may last another $4 seconds, but no longer
-- than $5 from its beginning. One whose link has expired goes on.
update storage.file_version v
   set link_expires = greatest(v.link_expires, least(utc($3) + $4 * interval '1 second', v.created + $5 * interval '1 second'))
 where v.state = 'announced' and v.created + $5 * interval '1 second' > utc($3)
   and v.id = (select o.id from storage.file_version o join storage.file f on f.id = o.file_id
                where f.id = $1 and f.account_id = $2 and f.deleted_at is null order by o.created desc limit 1)
returning v.id, v.key, v.server_id, v.announced_size as size;
