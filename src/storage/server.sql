-- name: server_list_all
select coalesce('[' || string_agg(row_to_json(s)::text, ',' order by s.zone, s.name) || ']', '[]')
  from (select id, name, host, port, location, zone, latitude, longitude, is_on, is_active,
               iso(created) as created, iso(updated) as updated
          from storage.server where deleted_at is null) s;

-- name: server_insert
insert into storage.server (name, host, port, location, zone, latitude, longitude, is_on, is_active, created, updated)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, utc($10), utc($10))
returning id, us(created) as created, us(updated) as updated, false as is_unseen;

-- A deleted server that is not yet empty, at the address of the new one: it is there again, with what was set for the
-- address. What still is to be removed is removed first, and made anew.
-- name: server_revive
update storage.server s
   set name = $1, location = $4, zone = $5, latitude = $6, longitude = $7, is_on = $8, is_active = $9,
       created = utc($10), updated = utc($10), deleted_at = null, leaving_at = null,
       city = case when exists (select from storage.server o where o.id <> s.id and o.deleted_at is null
                                   and lower(s.city) in (lower(o.name), lower(o.city))) then $1 else s.city end
 where s.id = (select id from storage.server where deleted_at is not null and lower(host) = lower($2) and port = $3
                order by deleted_at desc limit 1 for update)
returning s.id, us(s.created) as created, us(s.updated) as updated, false as is_unseen;

-- Deleted servers that are being emptied at an address.
-- name: server_address_leaving
select count(*) from storage.server where deleted_at is not null and lower(host) = lower($1) and port = $2;

-- What was found at another address says nothing of this one.
-- name: server_update : E_SERVER_NOT_FOUND
with old as (
    select (host, port) <> ($3, $4) as moved, is_on from storage.server where id = $1 and deleted_at is null
), unknown as (
    delete from storage.health using old where server_id = $1 and moved
)
update storage.server
   set name = $2, host = $3, port = $4, location = $5, zone = $6, latitude = $7, longitude = $8, is_on = $9,
       is_active = $10, updated = utc($11)
 where id = $1 and deleted_at is null
returning id, us(created) as created, us(updated) as updated, (select moved or not is_on from old) as is_unseen;

-- name: server_by_id : E_SERVER_NOT_FOUND
select s.id, s.name, s.host, s.port, s.location, s.zone, s.latitude, s.longitude, s.is_on, s.is_active,
       us(s.created) as created, us(s.updated) as updated, s.public_url, s.region, s.tls, s.virtual_host,
       coalesce(s.rate, 0) as rate, coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false) as is_down,
       s.leaving_at is not null as is_leaving, s.deleted_at is not null as is_deleted
  from storage.server s left join storage.health h on h.server_id = s.id
 where s.id = $1;

-- Those that are deleted come last.
-- name: server_by_name
select s.id, s.name, s.host, s.port, s.location, s.zone, s.latitude, s.longitude, s.is_on, s.is_active,
       us(s.created) as created, us(s.updated) as updated, s.public_url, s.region, s.tls, s.virtual_host,
       coalesce(s.rate, 0) as rate, coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false) as is_down,
       s.leaving_at is not null as is_leaving, s.deleted_at is not null as is_deleted
  from storage.server s left join storage.health h on h.server_id = s.id
 where lower($1) in (lower(s.name), lower(s.city))
 order by s.deleted_at desc nulls first;

-- name: server_list_on
select s.id, s.name, s.host, s.port, s.location, s.zone, s.latitude, s.longitude, s.is_on, s.is_active,
       us(s.created) as created, us(s.updated) as updated, s.public_url, s.region, s.tls, s.virtual_host,
       coalesce(s.rate, 0) as rate, coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false) as is_down,
       s.leaving_at is not null as is_leaving, s.deleted_at is not null as is_deleted
  from storage.server s left join storage.health h on h.server_id = s.id
 where s.is_on
 order by s.zone, s.name;

-- What the row said before comes back, 1 for down. Most probes find what the last one found: those write seldom.
-- name: server_health_note
with old as (
    select is_up, probed_at from storage.health where server_id = $1
), note as (
    insert into storage.health (server_id, is_up, why)
    select s.id, $2, $3 from storage.server s where s.id = $1
    on conflict (server_id) do update
       set is_up = excluded.is_up, why = excluded.why, probed_at = now(), suspected_at = null,
           since = case when storage.health.is_up = excluded.is_up then storage.health.since else now() end
     where storage.health.is_up <> excluded.is_up or storage.health.suspected_at is not null
        or storage.health.why is distinct from excluded.why
        or storage.health.probed_at < now() - interval '20 seconds'
)
select coalesce((select not is_up from old), false)::int;

-- It has failed once; the prober looks at it now. $3: it is the prober that says so.
-- name: server_suspect
with suspected as (
    update storage.health set suspected_at = now(), why = $2
     where server_id = $1 and is_up and suspected_at is null
)
select pg_notify('probe', $1::text) where not $3::boolean;

-- As file_announce chooses, among those that hold a version: the best $7 of them. Who has the same tier is as good but for
-- the distance.
-- $5: for copies, which may also be taken from one that is being given up. A copy that is doubted is not given out for as
-- long as it takes to read it again.
-- name: server_choose_holder
select s.id, s.name, s.host, s.port, s.location, s.zone, s.latitude, s.longitude, s.is_on, s.is_active,
       us(s.created) as created, us(s.updated) as updated, s.public_url, s.region, s.tls, s.virtual_host,
       coalesce(s.rate, 0) as rate, coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false) as is_down,
       s.leaving_at is not null as is_leaving, s.deleted_at is not null as is_deleted,
       (t.health * 4 + t.deleted * 2 + t.doubted)::bigint as tier, coalesce(12742 * asin(sqrt(least(t.far, 1))), 0) as kilometres
  from storage.copy c join storage.server s on s.id = c.server_id
  left join storage.health h on h.server_id = s.id,
       lateral (select case when h.probed_at > now() - interval '1 minute'
                            then case when not h.is_up then 2 when h.suspected_at is null then 0 else 1 end else 1 end as health,
                       (s.deleted_at is not null)::int as deleted, (c.doubted_at is not null)::int as doubted,
                       case when $1 then power(sin(radians(s.latitude - $2) / 2), 2)
                            + cos(radians($2)) * cos(radians(s.latitude)) * power(sin(radians(s.longitude - $3) / 2), 2) end as far) t
 where c.version_id = $4 and c.doomed_at is null and s.is_on
   and ($5::boolean or c.doubted_at is null or c.doubted_at < now() - interval '10 minutes')
   and case when $5::boolean then s.is_active or s.leaving_at is not null or s.deleted_at is not null
            else s.is_active and s.deleted_at is null end
 order by tier, case when $1 then t.far when $6 then extract(epoch from s.created) else random() end, s.zone, s.name
 limit $7;

-- A server that was named otherwise than the city of the embedded store that answers at its address.
-- name: server_set_city
update storage.server s set city = $3
 where s.deleted_at is null and lower(s.host) = lower($1) and s.port = $2
   and not exists (select from storage.server o where o.id <> s.id and lower($3) in (lower(o.name), lower(o.city)))
   and (select count(*) from storage.server o where o.deleted_at is null and lower(o.host) = lower($1) and o.port = $2) = 1;

-- name: server_deleted
select id from storage.server where deleted_at is not null;
