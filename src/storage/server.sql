-- name: server_list_all
select coalesce('[' || string_agg(row_to_json(s)::text, ',' order by s.zone, s.name) || ']', '[]')
  from (select id, name, host, port, location, zone, latitude, longitude, is_on, is_active,
               iso(created) as created, iso(updated) as updated
          from storage.server) s;

-- name: server_insert
insert into storage.server (name, host, port, location, zone, latitude, longitude, is_on, is_active, created, updated)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, utc($10), utc($10))
returning id, us(created) as created, us(updated) as updated;

-- What was found at another address says nothing of this one.
-- name: server_update : E_SERVER_GONE
with moved as (
    delete from storage.health h using storage.server s
     where h.server_id = $1 and s.id = $1 and (s.host, s.port) <> ($3, $4)
)
update storage.server
   set name = $2, host = $3, port = $4, location = $5, zone = $6, latitude = $7, longitude = $8, is_on = $9,
       is_active = $10, updated = utc($11)
 where id = $1
returning id, us(created) as created, us(updated) as updated;

-- name: server_by_id : E_SERVER_GONE
select s.id, s.name, s.host, s.port, s.location, s.zone, s.latitude, s.longitude, s.is_on, s.is_active,
       us(s.created) as created, us(s.updated) as updated, s.public_url, s.region, s.tls, s.virtual_host,
       coalesce(s.rate, 0) as rate, coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false) as is_down,
       s.leaving_at is not null as is_leaving
  from storage.server s left join storage.health h on h.server_id = s.id
 where s.id = $1;

-- name: server_by_name
select s.id, s.name, s.host, s.port, s.location, s.zone, s.latitude, s.longitude, s.is_on, s.is_active,
       us(s.created) as created, us(s.updated) as updated, s.public_url, s.region, s.tls, s.virtual_host,
       coalesce(s.rate, 0) as rate, coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false) as is_down,
       s.leaving_at is not null as is_leaving
  from storage.server s left join storage.health h on h.server_id = s.id
 where lower($1) in (lower(s.name), lower(s.city));

-- name: server_list_on
select s.id, s.name, s.host, s.port, s.location, s.zone, s.latitude, s.longitude, s.is_on, s.is_active,
       us(s.created) as created, us(s.updated) as updated, s.public_url, s.region, s.tls, s.virtual_host,
       coalesce(s.rate, 0) as rate, coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false) as is_down,
       s.leaving_at is not null as is_leaving
  from storage.server s left join storage.health h on h.server_id = s.id
 where s.is_on
 order by s.zone, s.name;

-- Live files that are on this server only.
-- name: server_sole_copies
select count(*) from storage.copy here
  join storage.file f on f.current_version = here.version_id and f.deleted_at is null
 where here.server_id = $1 and here.doomed_at is null
   and not exists (select from storage.copy other join storage.server s on s.id = other.server_id
                    where other.version_id = here.version_id and other.server_id <> $1 and other.doomed_at is null
                      and s.is_on);

-- name: server_forget_copies
delete from storage.copy where server_id = $1;

-- name: server_delete : E_SERVER_GONE
delete from storage.server where id = $1;

-- What the row said before comes back, 1 for down. Most probes find what the last one found: those write seldom.
-- name: server_health_note
with old as (
    select is_up, probed_at from storage.health where server_id = $1
), note as (
    insert into storage.health (server_id, is_up, why)
    select s.id, $2, $3 from storage.server s where s.id = $1
    on conflict (server_id) do update
       set is_up = excluded.is_up, why = excluded.why, probed_at = now(),
           since = case when storage.health.is_up = excluded.is_up then storage.health.since else now() end
     where storage.health.is_up <> excluded.is_up or storage.health.why is distinct from excluded.why
        or storage.health.probed_at < now() - interval '20 seconds'
)
select coalesce((select not is_up from old), false)::int;

-- The haversine without its last steps, which do not change the order. Who is known to be up comes first, who is down
-- last; between them who has not been asked yet, or for long.
-- name: server_choose : E_SERVER_GONE
select s.id, s.name, s.host, s.port, s.location, s.zone, s.latitude, s.longitude, s.is_on, s.is_active,
       us(s.created) as created, us(s.updated) as updated, s.public_url, s.region, s.tls, s.virtual_host,
       coalesce(s.rate, 0) as rate, coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false) as is_down,
       s.leaving_at is not null as is_leaving
  from storage.server s left join storage.health h on h.server_id = s.id
 where s.is_on and s.is_active and s.leaving_at is null
 order by case when h.probed_at > now() - interval '1 minute' then case when h.is_up then 0 else 2 end else 1 end,
          case when $1 then power(sin(radians(latitude - $2) / 2), 2)
               + cos(radians($2)) * cos(radians(latitude)) * power(sin(radians(longitude - $3) / 2), 2)
               else random() end,
          zone, name
 limit 1;

-- name: server_choose_holder : E_SERVER_GONE
select s.id, s.name, s.host, s.port, s.location, s.zone, s.latitude, s.longitude, s.is_on, s.is_active,
       us(s.created) as created, us(s.updated) as updated, s.public_url, s.region, s.tls, s.virtual_host,
       coalesce(s.rate, 0) as rate, coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false) as is_down,
       s.leaving_at is not null as is_leaving
  from storage.copy c join storage.server s on s.id = c.server_id
  left join storage.health h on h.server_id = s.id
 where c.version_id = $4 and c.doomed_at is null and s.is_on and s.is_active
 order by case when h.probed_at > now() - interval '1 minute' then case when h.is_up then 0 else 2 end else 1 end,
          case when $1 then power(sin(radians(latitude - $2) / 2), 2)
               + cos(radians($2)) * cos(radians(latitude)) * power(sin(radians(longitude - $3) / 2), 2)
               else random() end,
          zone, name
 limit 1;
