-- name: console_servers
with held as (
    select c.server_id, count(*) as files, sum(v.size) as bytes
      from storage.copy c join storage.file_version v on v.id = c.version_id group by c.server_id
), copying as (
    select split_part(key, '/', 2) as server, count(*) as n from job.job where kind = 'copy.make' and state = 'ready' group by 1
)
select coalesce(json_agg(json_build_object('id', s.id, 'name', s.name, 'host', s.host, 'port', s.port, 'location', s.location, 'zone', s.zone,
           'latitude', s.latitude, 'longitude', s.longitude, 'is_on', s.is_on, 'is_active', s.is_active, 'version', us(s.updated),
           'state', case when s.deleted_at is not null then 'deleted' when s.leaving_at is not null then 'leaving' when not s.is_on then 'off'
                         when not s.is_active then 'inactive' else 'usable' end,
           'health', case when not s.is_on then 'off' when h.is_up is false then 'down' when h.probed_at > now() - interval '2 minutes' then 'up' else 'unknown' end,
           'why', case when h.is_up is false then h.why end, 'since', iso(h.since),
           'files', coalesce(held.files, 0), 'bytes', coalesce(held.bytes, 0), 'copying', coalesce(copying.n, 0),
           'sole', case when s.leaving_at is not null and s.deleted_at is null then
               (select count(*) from storage.copy here join storage.file f on f.current_version = here.version_id and f.deleted_at is null
                 where here.server_id = s.id and here.doomed_at is null
                   and not exists (select from storage.holder o where o.version_id = here.version_id and o.server_id <> s.id)) end,
           'is_embedded', exists (select from store.bucket b where lower(b.server) in (lower(s.city), lower(s.name))))
           order by s.deleted_at is not null, s.zone, s.name), '[]')::text
  from storage.server s left join storage.health h on h.server_id = s.id left join held on held.server_id = s.id
  left join copying on copying.server = s.id::text;

-- name: console_server_version : E_SERVER_NOT_FOUND
select us(updated) from storage.server where id = $1 and deleted_at is null for update;
