-- Up to $2 pushes that are due, for sender $1; it has them for $3 seconds.
-- name: pusher_take
with due as (
    select id from messenger.push where failed_at is null and next_at <= now()
     order by next_at, id limit $2 for update skip locked
), quick as (
    select set_config('synchronous_commit', 'off', true)
), mine as (
    update messenger.push p set claimed_by = $1, tries = p.tries + 1, next_at = now() + make_interval(secs => $3::double precision)
      from due, quick where p.id = due.id
    returning p.id, p.token, p.event_id, p.etag, p.tries, p.created
)
select m.id, m.token, m.tries, m.created < now() - interval '1 day' as outdated, m.etag,
       e.message, case when e.event_type = 'MESSAGE_POSTED' then r.name end as title,
       case when e.id is not null then json_build_object('resource', 'chat_event', 'uuid', e.id::text, 'room_id', e.room_id::text,
           'caused_by_profile_id', t.profile_id::text, 'caused_by_participant_id', e.participant_id::text, 'encrypted', 'False',
           'event_index', e.event_index::text, 'event_type', e.event_type::text,
           'created_at', to_char(e.created at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
           'modified_at', to_char(e.modified at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), 'modified', 'False',
           'created_at_int', floor(extract(epoch from e.created))::bigint::text,
           'modified_at_int', floor(extract(epoch from e.modified))::bigint::text, 'commit_id', e.commit_id)
       else json_build_object('resource', 'dbsync_event', 'etag', m.etag) end::text as data
  from mine m
  left join messenger.event e on e.id = m.event_id
  left join messenger.participant t on t.id = e.participant_id
  left join messenger.room r on r.id = e.room_id
 order by m.id;

-- name: pusher_done
with quick as (
    -- A push that is sent once more does no harm.
    select set_config('synchronous_commit', 'off', true)
)
delete from messenger.push p using quick where p.id = any ($1::bigint[]);

-- Later, or never. $5: it was a try.
-- name: pusher_put_back
update messenger.push
   set tries = case when $5::boolean then tries else greatest(tries - 1, 0) end, next_at = now() + make_interval(secs => $2::double precision), claimed_by = null, last_error = left($3, 300),
       failed_at = case when $4::boolean then now() end
 where id = $1;

-- name: pusher_give_back
update messenger.push set next_at = now(), tries = greatest(tries - 1, 0), claimed_by = null where claimed_by = $1 and failed_at is null;

-- A device that is not there any more.
-- name: pusher_forget
with session as (
    update account.session set push_token = null where push_token = $1
)
delete from messenger.push where token = $1;

-- name: pusher_sweep
delete from messenger.push where failed_at < now() - interval '7 days';
