-- name: file_list_own
-- Plain columns: written as JSON there, each row costs more than all the rest of the request.
select id, name, size, us(created) as created, us(updated) as updated
  from storage.file where account_id = $1 and deleted_at is null
 order by storage.file.created, id;

-- One more than asked for says that there is a next page.
-- name: file_page_own
with page as (
    select f.id, f.name, f.size, f.created, f.updated, row_number() over (order by f.created, f.id) as n
      from storage.files_with($1, coalesce($2::text, ''), $3::uuid, $4::bigint + 1) f
)
select json_build_object(
    'data', coalesce((select json_agg(o order by n) from page,
                             lateral (select id, name, size, iso(created) as created, iso(updated) as updated) o
                       where n <= $4::bigint), '[]'),
    'next', (select id from page where n = $4::bigint and exists (select from page where n > $4::bigint)))::text;

-- What the live files have, without the one of a name ($3), and what they may have: $2 unless a row says. A file counts
-- with what is announced or with what is served still, whichever is more.
-- name: file_usage
-- Any size up to 2^63 - 1 may be announced, so the sum may be larger than that.
select least(coalesce((select sum(bytes) from storage.usage where account_id = $1), 0)
             - coalesce((select counted from storage.file where account_id = $1 and name = $3::text and deleted_at is null), 0),
             9223372036854775807)::bigint as used,
       coalesce((select bytes from storage.quota where account_id = $1), $2::bigint) as quota;

-- Files whose weight is not what the trigger would make it.
-- name: file_reweigh
update storage.file f set counted = 0
 where f.counted <> case when f.deleted_at is null
                         then greatest(f.size, (select v.size from storage.file_version v where v.id = f.current_version))
                         else 0 end;

-- Accounts whose counter was not the sum of their files, and is now. Under a lock of the counters: whoever has changed a
-- file has changed the counter in the same transaction, or has yet to do both.
-- name: file_recount
with truth as (
    select account_id, sum(counted) as bytes from storage.file where counted <> 0 group by account_id
), said as (
    select account_id, sum(bytes) as bytes from storage.usage group by account_id
), wrong as (
    select coalesce(t.account_id, s.account_id) as account_id, coalesce(s.bytes, 0) as said, coalesce(t.bytes, 0) as bytes
      from truth t full join said s on s.account_id = t.account_id
     where coalesce(s.bytes, 0) <> coalesce(t.bytes, 0)
), mend as (
    insert into storage.usage as u (account_id, part, bytes)
    select account_id, 0, bytes - said from wrong
    on conflict (account_id, part) do update set bytes = u.bytes + excluded.bytes
)
select coalesce(a.username, a.email, '#' || a.id)::text as account, w.said as counted, w.bytes
  from wrong w join account.account a on a.id = w.account_id order by a.id;

-- name: file_quota_lock
select pg_advisory_xact_lock(1396788591, $1::bigint::int);

-- name: file_quota_put
insert into storage.quota (account_id, bytes) values ($1, $2)
on conflict (account_id) do update set bytes = excluded.bytes;

-- name: file_quota_drop
delete from storage.quota where account_id = $1;

-- name: file_by_id : E_FILE_NOT_FOUND
select f.id, f.name, f.size, us(f.created) as created, us(f.updated) as updated, f.account_id, f.content_type,
       v.id as version_id, v.key
  from storage.file f left join storage.file_version v on v.id = f.current_version
 where f.id = $1 and f.deleted_at is null and ($2::bigint = 0 or f.account_id = $2);

-- One step, as every round trip costs as much as most of its parts: the server, the file, the version, the look at it
-- in case nobody tells that it has come, and the line of the history. No row: no server is usable. file_id is null if the
-- server is down, or if the account has a quota and nobody has looked whether there is room ($12).
-- Of the usable servers who is known to be up comes first, who is down last; between them who has failed once, and who has
-- not been asked yet, or for long. The distance is the haversine without its last steps, which do not change the order.
-- Until the link is noted down its server cannot vanish.
-- $15: looks are for all that were announced within a few seconds, so whoever comes first orders it; the others do not
-- touch its row, which would make them wait for each other. One that is running runs again.
-- name: file_announce : E_SERVER_NOT_FOUND
with server as materialized (
    select s.id, s.name, s.host, s.port, s.public_url, s.region, s.tls, s.virtual_host, coalesce(s.rate, 0) as rate,
           coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false) as is_down
      from storage.server s left join storage.health h on h.server_id = s.id
     where s.is_on and s.is_active and s.leaving_at is null and s.deleted_at is null
     order by case when h.probed_at > now() - interval '1 minute' then case when not h.is_up then 2 when h.suspected_at is null then 0 else 1 end else 1 end,
              case when $7 then power(sin(radians(s.latitude - $8) / 2), 2)
                   + cos(radians($8)) * cos(radians(s.latitude)) * power(sin(radians(s.longitude - $9) / 2), 2)
                   when $10 then extract(epoch from s.created) else random() end,
              s.zone, s.name
     limit 1
       for key share of s
), file as (
    insert into storage.file (account_id, name, size, content_type, created, updated)
    select $1, $2, $3, $4, utc($5), utc($5) from server
     where not is_down and ($12::boolean or coalesce((select bytes from storage.quota where account_id = $1), $11::bigint) = 0)
    on conflict (account_id, name) where deleted_at is null do update
       set size = excluded.size, updated = excluded.updated, content_type = excluded.content_type
    returning id, name, size, created, updated
), version as (
    insert into storage.file_version (id, file_id, key, announced_size, server_id, link_expires, created)
    select v, file.id, file.id || '/' || v, $3, server.id, utc($6), utc($5) from file, server, gen_random_uuid() v
    returning id, key
), look as (
    insert into job.job (kind, subject, key, priority, max_tries, request_id, run_at)
    select 'upload.poll', $15::text, $15::text, $13::smallint, $14::smallint, $17, now() + make_interval(secs => $16::double precision)
      from version
     where not exists (select from job.job where kind = 'upload.poll' and key = $15::text and lease_until is null)
    on conflict (kind, key) do update set again = job.job.lease_until is not null
), history as (
    insert into storage.history (account_id, object_id, event, data, created)
    select $1, id, 'FILE.UPLOADED', jsonb_build_object('name', name), utc($5) from file
)
select s.id as server_id, s.name as server_name, s.host as server_host, s.port as server_port, s.public_url as server_public_url,
       s.region as server_region, s.tls as server_tls, s.virtual_host as server_virtual_host, s.rate as server_rate,
       s.is_down as server_is_down, f.id as file_id, f.name as file_name, f.size as file_size, us(f.created) as file_created,
       us(f.updated) as file_updated, $1::bigint as file_account_id, v.id as file_version_id, v.key as file_key
  from server s left join (file f cross join version v) on true;

-- name: file_set_name : E_FILE_NOT_FOUND
with old as (
    select id, name from storage.file
     where id = $1 and account_id = $2 and deleted_at is null for update
)
update storage.file f set name = $3, updated = utc($4) from old where f.id = old.id
returning f.id, f.name, f.size, us(f.created) as created, us(f.updated) as updated, old.name as old_name;

-- name: file_set_deleted : E_FILE_NOT_FOUND
update storage.file set deleted_at = utc($3)
 where id = $1 and account_id = $2 and deleted_at is null
returning id, name, size, us(created) as created, us(updated) as updated;

-- name: version_supersede_all
update storage.file_version set state = 'superseded', superseded_at = utc($2)
 where file_id = $1 and state <> 'superseded'
returning id;

-- name: file_servers_own
select coalesce('[' || string_agg(row_to_json(o)::text, ',' order by s.zone, s.name) || ']', '[]')
  from storage.file f
  join storage.copy c on c.version_id = f.current_version and c.doomed_at is null
  join storage.server s on s.id = c.server_id and s.deleted_at is null,
       lateral (select s.id, s.name, s.host, s.port, s.location, s.zone, s.latitude, s.longitude, s.is_on,
                       s.is_active, iso(s.created) as created, iso(s.updated) as updated) o
 where f.id = $1 and f.account_id = $2 and f.deleted_at is null;

-- Versions that never came; the size of their file is again that of what is served.
-- name: version_expire
with past as (
    update storage.file_version set state = 'superseded', superseded_at = utc($2)
     where state = 'announced' and link_expires < utc($1)
    returning file_id
)
update storage.file f set size = v.size
  from past, storage.file_version v
 where f.id = past.file_id and v.id = f.current_version and v.size is not null
   and not exists (select from storage.file_version other
                    where other.file_id = f.id and other.state = 'announced' and other.link_expires >= utc($1));

-- name: file_expire_empty
update storage.file f set deleted_at = utc($2)
 where deleted_at is null and current_version is null and updated < utc($1)
   and not exists (select from storage.file_version v
                    where v.file_id = f.id and v.state = 'announced' and v.link_expires >= utc($1));

-- name: file_held
select exists (select from storage.copy where version_id = $1 and doomed_at is null)::int;
