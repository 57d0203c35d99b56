-- name: link_insert
insert into storage.link (file_id, password, expire_at, created) values ($1, $2, utc($3), utc($4))
returning id, password is not null as is_secured, us(expire_at) as expire_at, us(created) as created;

-- name: link_list_of
select coalesce('[' || string_agg(row_to_json(o)::text, ',' order by l.created desc, l.id) || ']', '[]')
  from storage.link l join storage.file f on f.id = l.file_id,
       lateral (select f.id, f.name, f.size, iso(f.created) as created, iso(f.updated) as updated) file,
       lateral (select l.id, row_to_json(file) as file, l.password is not null as is_secured,
                       iso(l.expire_at) as expire_at, iso(l.created) as created) o
 where l.file_id = $1;

-- name: link_by_id : E_LINK_NOT_FOUND
select id, password is not null as is_secured, us(expire_at) as expire_at, us(created) as created, password
  from storage.link where id = $1 and file_id = $2 and (expire_at is null or expire_at > utc($3));

-- name: link_delete : E_LINK_NOT_FOUND
delete from storage.link where id = $1 and file_id = $2
returning id, password is not null as is_secured, us(expire_at) as expire_at, us(created) as created;

-- name: link_page
-- Of files of the account $1 (0: of all), made before the link $2, part of the file's name $3; $4 rows.
with page as materialized (
    select l.id, l.file_id, l.created, l.expire_at, l.password is not null as is_secured, f.name, f.size, f.account_id
      from storage.link l join storage.file f on f.id = l.file_id and f.deleted_at is null
     where ($1::bigint = 0 or f.account_id = $1)
       and ($2::uuid is null or (l.created, l.id) < (select created, id from storage.link where id = $2))
       and ($3::text is null or strpos(lower(f.name), lower($3)) > 0)
     order by l.created desc, l.id desc limit $4 + 1
), shown as (
    select * from page order by created desc, id desc limit $4
)
select json_build_object('data', coalesce((select json_agg(json_build_object('id', s.id, 'file', json_build_object('id', s.file_id,
        'name', s.name, 'size', s.size), 'owner', json_build_object('uuid', a.uuid,
        'name', coalesce(nullif(trim(a.name || ' ' || a.surname), ''), a.username::text, a.email::text, '')),
        'created', iso(s.created), 'expires', iso(s.expire_at), 'is_secured', s.is_secured,
        'page', '/files/' || s.file_id || '/links/' || s.id) order by s.created desc, s.id desc)
        from shown s join account.account a on a.id = s.account_id), '[]'),
    'next', case when (select count(*) from page) > $4 then (select id from shown order by created, id limit 1) end)::text;

-- name: link_revoke
-- Their owners' lists of actions tell of it.
with gone as (
    delete from storage.link l using storage.file f
     where f.id = l.file_id and l.id = any (string_to_array($2, ' ')::uuid[]) and ($1::bigint = 0 or f.account_id = $1)
    returning l.id, l.created, f.name, f.account_id
), told as (
    insert into storage.history (account_id, object_id, event, data, created)
    select account_id, id, 'FILE_SHARE_LINK.DELETED', jsonb_build_object('name', name, 'created', iso(created)), utc($3) from gone
)
select count(*) from gone;

-- name: link_change : E_LINK_NOT_FOUND
update storage.link l
   set expire_at = case when $3::boolean then utc($4) else expire_at end, password = case when $5::boolean then $6 else password end
  from storage.file f
 where f.id = l.file_id and l.id = $2 and ($1::bigint = 0 or f.account_id = $1)
   -- Whoever keeps others' links in order opens none of them.
   and (f.account_id = $7 or (l.expire_at is null or l.expire_at > utc($8)) and not ($5::boolean and $6::text is null));
