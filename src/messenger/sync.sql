-- All that the copy of account $1 shall have of the profiles $2 (null: of all): profiles, cards, relations and
-- subscriptions, in the order in which they can be put. One statement, so one snapshot.
-- name: sync_rows
with mine as materialized (
    select id, deleted_at from messenger.profile where account_id = $1 and locked_at is null
), held as (
    select x.profile_id, bool_or(x.follows) as follows, bool_or(x.subscribes) as subscribes, bool_or(x.related) as related
      from (select r.to_profile_id as profile_id, r.status in (1, 2) as follows, false as subscribes, true as related
              from messenger.relation r join mine m on m.id = r.from_profile_id
             where r.from_account_id = $1 and ($2::bigint[] is null or r.to_profile_id = any ($2))
             union all
            select s.card_profile_id, false, true, false
              from messenger.subscription s join mine m on m.id = s.profile_id
              join messenger.card k on k.id = s.card_id and k.locked_at is null
             where s.account_id = $1 and ($2::bigint[] is null or s.card_profile_id = any ($2))) x
     group by x.profile_id
), other as materialized (
    -- The names of those whom one is related to stay, whatever else may be seen.
    select p.id, b.blocked,
           messenger.sees_profile(false, p.deleted_at is not null, p.private, false, false, b.blocked, h.follows, h.subscribes, false) as sees
      from held h join messenger.profile p on p.id = h.profile_id and p.locked_at is null and p.account_id <> $1
     cross join lateral (select exists (select from messenger.relation o
                                         where o.from_profile_id = p.id and o.to_account_id = $1 and o.status = 3) as blocked) b
     where h.related or not b.blocked
)
select 1 as kind, p.id as uuid, p.commit_id, floor(extract(epoch from p.created))::bigint as created_at,
       floor(extract(epoch from p.modified))::bigint as modified_at, p.name, p.team_name, p.description, p.data, p.image_url,
       p.email, p.phone, p.sns, p.address, coalesce(floor(extract(epoch from p.deleted_at))::bigint, 0) as deleted_at, p.why_deleted,
       p.private::int as private, 0 as status, 0 as one, 0 as two, 0 as three
  from messenger.profile p
 where p.account_id = $1 and p.locked_at is null and ($2::bigint[] is null or p.id = any ($2))
   -- Deleted ones of one's own: where rows below refer to them.
   and (p.deleted_at is null
        or exists (select from messenger.relation r where r.from_profile_id = p.id)
        or exists (select from messenger.relation r where r.to_profile_id = p.id and r.from_account_id = $1)
        or exists (select from messenger.card k where k.profile_id = p.id)
        or exists (select from messenger.subscription s where s.profile_id = p.id))
union all
select 1, p.id, p.commit_id, floor(extract(epoch from p.created))::bigint, floor(extract(epoch from p.modified))::bigint, p.name, p.team_name,
       p.description, p.data, p.image_url, p.email, p.phone, p.sns, p.address,
       coalesce(floor(extract(epoch from p.deleted_at))::bigint, 0), p.why_deleted, p.private::int, 0, 0, 0, 0
  from other o join messenger.profile p on p.id = o.id
 where o.sees
union all
select 1, p.id, '', 0, 0, p.name, null, null, '{}', null, null, null, null, null, 0, null, 1, 0, 0, 0, 0
  from other o join messenger.profile p on p.id = o.id
 where not o.sees
union all
select 2, k.id, k.commit_id, floor(extract(epoch from k.created))::bigint, floor(extract(epoch from k.modified))::bigint, k.name, null, null,
       k.data, k.preview_url, null, null, null, null, coalesce(floor(extract(epoch from k.deleted_at))::bigint, 0), k.why_deleted,
       k.private::int, 0, k.profile_id, 0, 0
  from messenger.card k join mine m on m.id = k.profile_id
 where k.account_id = $1 and k.locked_at is null and ($2::bigint[] is null or k.profile_id = any ($2))
union all
select 2, k.id, k.commit_id, floor(extract(epoch from k.created))::bigint, floor(extract(epoch from k.modified))::bigint, k.name, null, null,
       k.data, k.preview_url, null, null, null, null, coalesce(floor(extract(epoch from k.deleted_at))::bigint, 0), k.why_deleted,
       k.private::int, 0, k.profile_id, 0, 0
  from (select distinct s.card_id from messenger.subscription s join mine m on m.id = s.profile_id
         where s.account_id = $1 and s.card_account_id <> $1 and ($2::bigint[] is null or s.card_profile_id = any ($2))) s
  join messenger.card k on k.id = s.card_id
  join other o on o.id = k.profile_id
 where messenger.sees_card(k.locked_at is not null, k.deleted_at is not null, k.private, false, false, o.blocked, true)
union all
select 3, r.id, r.commit_id, floor(extract(epoch from r.created))::bigint, floor(extract(epoch from r.modified))::bigint, null, null, null, null,
       null, null, null, null, null, 0, null, 0, r.status, r.from_profile_id, r.to_profile_id, 0
  from messenger.relation r join mine m on m.id = r.from_profile_id
  join messenger.profile p on p.id = r.to_profile_id and p.locked_at is null
 where r.from_account_id = $1 and ($2::bigint[] is null or r.to_profile_id = any ($2))
union all
select 4, s.id, s.commit_id, floor(extract(epoch from s.created))::bigint, floor(extract(epoch from s.modified))::bigint, null, null, null, null,
       null, null, null, null, null, 0, null, 0, 0, s.card_profile_id, s.card_id, s.profile_id
  from messenger.subscription s join mine m on m.id = s.profile_id
  join messenger.card k on k.id = s.card_id and k.locked_at is null
 where s.account_id = $1 and ($2::bigint[] is null or s.card_profile_id = any ($2))
   and (exists (select from other o where o.id = s.card_profile_id and not o.blocked)
        or exists (select from mine o where o.id = s.card_profile_id));

-- Somebody asks for the copy: from now on it is kept in step. What is asked for all the time is noted once an hour.
-- name: sync_ask
insert into messenger.sync_file (account_id) values ($1)
on conflict (account_id) do update set asked_at = now()
 where sync_file.stale or sync_file.asked_at < now() - interval '1 hour';

-- Most of those who ask: there is nothing to be written, not even a lock of the row.
-- name: sync_fresh
select account_id, server_id, etag, coalesce(size, 0) as size, stale, failures
  from messenger.sync_file where account_id = $1 and not stale and asked_at >= now() - interval '1 hour';

-- name: sync_show
select account_id, server_id, etag, coalesce(size, 0) as size, stale, failures from messenger.sync_file where account_id = $1;

-- Not "for update": whoever notes what is due for this copy need not wait.
-- name: sync_lock
select account_id, server_id, etag, coalesce(size, 0) as size, stale, failures
  from messenger.sync_file where account_id = $1 for no key update;

-- name: sync_lock_free
select account_id, server_id, etag, coalesce(size, 0) as size, stale, failures
  from messenger.sync_file where account_id = $1 for no key update skip locked;

-- What is due goes in the transaction that does it. Profiles of one's own are looked at each time: they stay while
-- anything refers to them. 0: all of the copy.
-- name: sync_take_due
with due as (
    delete from messenger.sync_due where account_id = $1 returning profile_id
)
select coalesce(profile_id, 0) as profile_id from due
union
select p.id from messenger.profile p where p.account_id = $1 and exists (select from due);

-- name: sync_store
update messenger.sync_file
   set server_id = $2, etag = $3, size = $4, stale = false, failures = 0, last_error = null, built_at = now()
 where account_id = $1;

-- name: sync_fail
update messenger.sync_file set failures = least(failures + 1, 1000), last_error = left($2, 500) where account_id = $1;

-- name: sync_spoil
update messenger.sync_file set stale = true where account_id = $1 and etag is not distinct from $2;

-- Devices hear of a changed copy when no more is due for it.
-- name: sync_tell
insert into messenger.push (token, etag)
select distinct s.push_token, $2 from account.session s
 where s.account_id = $1 and s.face = 'messenger' and s.kind = 'refresh' and s.revoked_at is null and s.spent_at is null
   and s.expires > now() and s.push_token <> ''
   and not exists (select from messenger.sync_due d where d.account_id = $1);

-- The next thousand copies behind $2 that a transaction's changes are for. Those that nobody has asked for lately are
-- only said to be stale. Jobs come in the order of accounts, so that two of these do not wait for each other in turn.
-- name: sync_spread
with change as (
    select id, account_id, profile_id, card_id, created from messenger.sync_change where tx = $1::xid8
), audience as (
    select account_id, profile_id, created from change where account_id is not null
    union all
    select p.account_id, c.profile_id, c.created
      from change c join messenger.profile p on p.id = c.profile_id where c.account_id is null
    union all
    select r.from_account_id, c.profile_id, c.created
      from change c join messenger.relation r on r.to_profile_id = c.profile_id where c.account_id is null and c.card_id is null
    union all
    select s.account_id, c.profile_id, c.created
      from change c join messenger.subscription s on s.card_profile_id = c.profile_id
     where c.account_id is null and (c.card_id is null or c.card_id = s.card_id)
), piece as (
    select f.account_id, f.stale, f.asked_at > now() - make_interval(secs => $3::double precision) as active
      from messenger.sync_file f
     where f.account_id > $2 and f.account_id in (select account_id from audience)
     order by f.account_id limit 1000
), noted as (
    insert into messenger.sync_due (account_id, profile_id, since)
    select a.account_id, a.profile_id, min(a.created) from audience a join piece p on p.account_id = a.account_id and p.active
     group by a.account_id, a.profile_id
    returning account_id
), spoiled as (
    update messenger.sync_file f set stale = true from piece p where f.account_id = p.account_id and not p.active and not p.stale
), work as (
    insert into job.job (kind, subject, key, priority, max_tries, run_at)
    select 'sync.apply', account_id::text, account_id::text, $4::smallint, $5::smallint, now() + make_interval(secs => $6::double precision)
      from (select distinct account_id from noted order by account_id) n
    on conflict (kind, key) do update
       set again = job.job.lease_until is not null, state = 'ready',
           tries = case when job.job.state = 'parked' then 0 else job.job.tries end,
           run_at = case when job.job.state = 'parked' then excluded.run_at else job.job.run_at end
)
select case when count(*) = 1000 then max(account_id) else 0 end from piece;

-- name: sync_spread_end
delete from messenger.sync_change where tx = $1::xid8;

-- How far copies are behind.
-- name: sync_behind
select f.copies, f.stale, f.failing, d.accounts as due, coalesce(extract(epoch from now() - d.since)::bigint, 0) as behind_seconds,
       (select count(*) from messenger.sync_change) as unspread,
       (select count(*) from job.job where kind in ('sync.spread', 'sync.apply') and state = 'parked') as parked
  from (select count(*) as copies, count(*) filter (where stale) as stale, count(*) filter (where failures > 0) as failing
          from messenger.sync_file) f,
       (select count(distinct account_id) as accounts, min(since) as since from messenger.sync_due) d;

-- Copies to be built anew, in pieces; $5: only that account's, 0: all.
-- name: sync_rebuild_piece
with piece as (
    select account_id from messenger.sync_file
     where account_id > $1 and $5::bigint in (0, account_id) order by account_id limit $2
), noted as (
    insert into messenger.sync_due (account_id, since) select account_id, now() from piece
), work as (
    insert into job.job (kind, subject, key, priority, max_tries)
    select 'sync.apply', account_id::text, account_id::text, $3::smallint, $4::smallint from piece
    on conflict (kind, key) do update set again = job.job.lease_until is not null, state = 'ready', tries = 0, run_at = now()
)
select coalesce(max(account_id), 0) as last, count(*) as count from piece;
