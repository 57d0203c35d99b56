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
