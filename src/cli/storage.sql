-- Of those that are deleted, what is left there.
-- name: storage_server_table
select s.name, s.location, s.zone,
       case when s.deleted_at is not null then 'deleted' when not s.is_on then 'off' when s.leaving_at is not null then 'leaving'
            when not s.is_active then 'inactive' else 'usable' end as state,
       case when not s.is_on then '-' when not h.is_up then 'down'
            when h.probed_at > now() - interval '2 minutes' then 'up' else 'unknown' end as health,
       n.files, n.bytes, s.host || ':' || s.port as address,
       concat_ws(' ', 'public ' || s.public_url, case when s.tls then 'tls' end,
                 case when s.virtual_host then 'virtual-host' end, 'region ' || s.region, 'rate ' || s.rate,
                 case when h.is_up is false then h.why end) as more
  from storage.server s left join storage.health h on h.server_id = s.id,
       lateral (select count(*) as files, coalesce(sum(v.size), 0) as bytes
                  from storage.copy c join storage.file_version v on v.id = c.version_id
                 where c.server_id = s.id and (c.doomed_at is null or s.deleted_at is not null)) n
 order by s.deleted_at is not null, s.zone, s.name, s.deleted_at;

-- name: storage_city
select (select b.server from storage.server s join store.bucket b on lower(b.server) = lower(s.city)
         where s.id = $1 order by b.server limit 1);

-- name: storage_server_set : E_SERVER_NOT_FOUND
update storage.server
   set public_url = case when $2::text is null then public_url else nullif($2::text, 'none') end,
       region = case when $3::text is null then region else nullif($3::text, 'none') end,
       tls = coalesce($4::boolean, tls), virtual_host = coalesce($5::boolean, virtual_host),
       rate = case when $6::bigint is null then rate else nullif($6::bigint, 0) end, updated = utc($7)
 where lower(name) = lower($1) and deleted_at is null;

-- name: storage_file_table
select * from (
    select f.id, f.size, a.username as owner,
           case when f.current_version is null then 'announced'
                when (select lost_at from storage.file_version where id = f.current_version) is not null then 'lost'
                else 'stored' end as state,
           (select string_agg(s.name, ',' order by s.name) from storage.copy c
              join storage.server s on s.id = c.server_id and s.deleted_at is null
             where c.version_id = f.current_version and c.doomed_at is null) as servers,
           iso(f.created) as created, f.name
      from storage.file f left join account.account a on a.id = f.account_id
     where f.deleted_at is null and (f.kind = 'file' or $4) and ($1::bigint = 0 or f.account_id = $1)
       and ($2::text is null or strpos(lower(f.name), lower($2)) > 0)
       and (not $4 or f.current_version in (select id from storage.file_version where lost_at is not null))
     order by f.created desc, f.id limit $3) o
 order by created, id;

-- name: storage_copies
select v.id as version_id, v.key, v.size, c.etag, encode(v.sha256, 'hex') as sha256, s.id as server_id
  from storage.copy c
  join storage.file_version v on v.id = c.version_id
  join storage.file f on f.current_version = v.id and f.deleted_at is null
  join storage.server s on s.id = c.server_id and s.is_on and s.deleted_at is null
 where c.doomed_at is null and ($1::text is null or lower($1) in (lower(s.name), lower(s.city)))
   and (v.id, s.id) > (coalesce($2::uuid, '00000000-0000-0000-0000-000000000000'),
                       coalesce($3::uuid, '00000000-0000-0000-0000-000000000000'))
 order by v.id, s.id limit 500;

-- name: storage_copy_count
select count(*) from storage.copy c
  join storage.file f on f.current_version = c.version_id and f.deleted_at is null
  join storage.server s on s.id = c.server_id and s.is_on and s.deleted_at is null
 where c.doomed_at is null and ($1::text is null or lower($1) in (lower(s.name), lower(s.city)));

-- name: storage_parked_table
select * from (
    select id, iso(created) as created, source, routing_key, reason, left(body, 200) as body
      from storage.parked_message order by id desc limit $1) o
 order by id;

-- Objects and copies in parts.
-- name: storage_left
select (select count(*) from storage.copy where server_id = $1) + (select count(*) from storage.transfer where server_id = $1);
