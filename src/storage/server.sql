-- name: server_list_all
select coalesce('[' || string_agg(row_to_json(s)::text, ',' order by s.zone, s.name) || ']', '[]')
  from (select id, name, host, port, location, zone, latitude, longitude, is_on, is_active,
               iso(created) as created, iso(updated) as updated
          from storage.server) s;

-- name: server_insert
insert into storage.server (name, host, port, location, zone, latitude, longitude, is_on, is_active, created, updated)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, utc($10), utc($10))
returning id, us(created) as created, us(updated) as updated;

-- name: server_update : E_SERVER_GONE
update storage.server
   set name = $2, host = $3, port = $4, location = $5, zone = $6, latitude = $7, longitude = $8, is_on = $9,
       is_active = $10, updated = utc($11)
 where id = $1
returning id, us(created) as created, us(updated) as updated;

-- name: server_by_id : E_SERVER_GONE
select id, name, host, port, location, zone, latitude, longitude, is_on, is_active, us(created) as created,
       us(updated) as updated, public_url
  from storage.server where id = $1;

-- name: server_by_name
select id, name, host, port, location, zone, latitude, longitude, is_on, is_active, us(created) as created,
       us(updated) as updated, public_url
  from storage.server where lower(name) = lower($1);

-- Live files that are on this server only.
-- name: server_sole_copies
select count(*) from storage.copy here
  join storage.file f on f.current_version = here.version_id and f.deleted_at is null
 where here.server_id = $1 and here.doomed_at is null
   and not exists (select from storage.copy other
                    where other.version_id = here.version_id and other.server_id <> $1 and other.doomed_at is null);

-- name: server_forget_copies
delete from storage.copy where server_id = $1;

-- name: server_delete : E_SERVER_GONE
delete from storage.server where id = $1;

-- The haversine without its last steps, which do not change the order.
-- name: server_choose : E_SERVER_GONE
select id, name, host, port, location, zone, latitude, longitude, is_on, is_active, us(created) as created,
       us(updated) as updated, public_url
  from storage.server
 where is_on and is_active
 order by case when $1 then power(sin(radians(latitude - $2) / 2), 2)
                 + cos(radians($2)) * cos(radians(latitude)) * power(sin(radians(longitude - $3) / 2), 2)
               else random() end,
          zone, name
 limit 1;

-- name: server_choose_holder : E_SERVER_GONE
select s.id, s.name, s.host, s.port, s.location, s.zone, s.latitude, s.longitude, s.is_on, s.is_active,
       us(s.created) as created, us(s.updated) as updated, s.public_url
  from storage.copy c join storage.server s on s.id = c.server_id
 where c.version_id = $4 and c.doomed_at is null and s.is_on and s.is_active
 order by case when $1 then power(sin(radians(latitude - $2) / 2), 2)
                 + cos(radians($2)) * cos(radians(latitude)) * power(sin(radians(longitude - $3) / 2), 2)
               else random() end,
          zone, name
 limit 1;
