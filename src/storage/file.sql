-- name: file_list_own
select coalesce('[' || string_agg(row_to_json(o)::text, ',' order by f.created, f.id) || ']', '[]')
  from storage.file f,
       lateral (select f.id, f.name, f.size, iso(f.created) as created, iso(f.updated) as updated) o
 where f.account_id = $1 and f.deleted_at is null;

-- One more than asked for says that there is a next page.
-- name: file_page_own
with page as (
    select f.id, f.name, f.size, f.created, f.updated, row_number() over (order by f.created, f.id) as n
      from storage.file f
     where f.account_id = $1 and f.deleted_at is null
       and ($2::text is null or strpos(lower(f.name), lower($2)) > 0)
       and ($3::uuid is null or (f.created, f.id) > (select a.created, a.id from storage.file a
                                                      where a.id = $3 and a.account_id = $1))
     order by f.created, f.id limit $4::bigint + 1
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
select least(coalesce((select sum(greatest(f.size, v.size))
                         from storage.file f left join storage.file_version v on v.id = f.current_version
                        where f.account_id = $1 and f.deleted_at is null and ($3::text is null or f.name <> $3)), 0),
             9223372036854775807)::bigint as used,
       coalesce((select bytes from storage.quota where account_id = $1), $2::bigint) as quota;

-- name: file_quota_lock
select pg_advisory_xact_lock(1396788591, $1::bigint::int);

-- name: file_quota_put
insert into storage.quota (account_id, bytes) values ($1, $2)
on conflict (account_id) do update set bytes = excluded.bytes;

-- name: file_quota_drop
delete from storage.quota where account_id = $1;

-- name: file_by_id : E_FILE_GONE
select f.id, f.name, f.size, us(f.created) as created, us(f.updated) as updated, f.account_id, f.content_type,
       v.id as version_id, v.key
  from storage.file f left join storage.file_version v on v.id = f.current_version
 where f.id = $1 and f.deleted_at is null and ($2::bigint = 0 or f.account_id = $2);

-- name: file_upsert
insert into storage.file (account_id, name, size, content_type, created, updated)
values ($1, $2, $3, $5, utc($4), utc($4))
on conflict (account_id, name) where deleted_at is null do update
   set size = excluded.size, updated = excluded.updated, content_type = excluded.content_type
returning id, name, size, us(created) as created, us(updated) as updated, account_id, content_type,
          current_version as version_id;

-- name: version_announce
insert into storage.file_version (id, file_id, key, announced_size, server_id, link_expires, created)
select v, $1::uuid, $1::uuid || '/' || v, $2, $3, utc($4), utc($5) from gen_random_uuid() v
returning id as version_id, key;

-- name: file_set_name : E_FILE_GONE
with old as (
    select id, name from storage.file
     where id = $1 and account_id = $2 and deleted_at is null for update
)
update storage.file f set name = $3, updated = utc($4) from old where f.id = old.id
returning f.id, f.name, f.size, us(f.created) as created, us(f.updated) as updated, old.name as old_name;

-- name: file_set_deleted : E_FILE_GONE
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
