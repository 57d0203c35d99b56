-- A page of a listing (three arrays, in step) beside what is known of its keys on server $1. What fits is left out.
-- name: reconcile_page
select k.key, v.id as version_id, c.version_id is not null as known, c.doomed_at is not null as doomed,
       f.deleted_at is null and v.state = 'stored' and f.current_version = v.id as wanted,
       v.server_id = $1::uuid as origin, k.size, k.etag,
       -- an older object under the key, while another server has the bytes that count
       v.state = 'stored' and v.server_id is distinct from $1::uuid and (v.size, v.etag) is distinct from (k.size, k.etag)
           and exists (select from storage.copy x where x.version_id = v.id and x.server_id <> $1::uuid
                          and x.doomed_at is null) as stale
  from unnest($2::text[], $3::bigint[], $4::text[]) as k (key, size, etag)
  left join storage.file_version v on v.key = k.key
  left join storage.file f on f.id = v.file_id
  left join storage.copy c on c.version_id = v.id and c.server_id = $1::uuid
 where c.version_id is null or c.doomed_at is not null or v.size is distinct from k.size
    or (k.etag <> '' and c.etag is distinct from k.etag);

-- Between the backup (of a time that is not known: ever) and its restoration; nothing else: from 0 to 0.
-- name: reconcile_unknown
select case when restored_at is null then 0 else coalesce(us(backup_at), 0) end as since,
       coalesce(us(restored_at), 0) as until
  from installation.state;

-- name: reconcile_seen
update storage.copy c set checked_at = now()
  from storage.file_version v
 where c.server_id = $1 and v.id = c.version_id and v.key = any($2::text[]);

-- Copies that a complete listing has not shown, older than the listing.
-- name: reconcile_unseen
select v.key from storage.copy c join storage.file_version v on v.id = c.version_id
 where c.server_id = $1 and c.doomed_at is null and c.created < utc($2)
   and (c.checked_at is null or c.checked_at < utc($2))
 order by v.key limit 10000;

-- What an embedded city has told of its disk since the last look. $2: the bucket.
-- name: reconcile_damaged
select count(e.id) as damaged, greatest(coalesce(max(e.id), 0), last.event_id) as event_id
  from storage.server s
 cross join (select coalesce(max(event_id), 0) as event_id from storage.reconciliation where server_id = $1) last
  left join store.event e on lower(e.server) = lower(s.city) and e.id > last.event_id and e.bucket = $2
        and e.name = 's3:ObjectRemoved:Damaged'
 where s.id = $1
 group by last.event_id;

-- Damaged objects of files that are no more: what is not listed cannot be found otherwise.
-- name: reconcile_unwanted
select o.key
  from storage.server s join store.object o on lower(o.server) = lower(s.city) and o.bucket = $2
 where s.id = $1 and o.damaged_at < now() - interval '1 hour'
   and not exists (select from storage.file_version v join storage.file f on f.current_version = v.id
                    where v.key = o.key and f.deleted_at is null)
 limit 10000;

-- name: reconcile_uploads
select t.upload_id as id
  from storage.transfer t
  join storage.file_version v on v.id = t.version_id
  join storage.file f on f.current_version = v.id and f.deleted_at is null
 where t.server_id = $1;

-- name: reconcile_report
insert into storage.reconciliation (began, ended, server_id, server, objects, unheard, lost, altered, doomed, orphans,
                                    uploads, why, damaged, event_id)
values (utc($1), now(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: reconcile_sweep
delete from storage.reconciliation where began < utc($1);

-- name: reconcile_now
select us(now());
