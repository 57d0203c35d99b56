-- name: console_messages
-- $1 "waiting" has those that are being sent, too. Words of staff are shown, what a family is told of itself is not.
-- Each state by itself, so that the few that wait or failed are found by the indexes of such.
with page as (
    (select o.* from programme.outbox o
      where $1 = 'waiting' and o.state in ('waiting', 'claimed', 'dispatched') and ($2::bigint = 0 or o.id < $2) order by o.id desc limit $3)
    union all
    (select o.* from programme.outbox o
      where $1 in ('failed', 'presumed') and o.state in ('failed', 'presumed') and o.state = $1::programme.outbox_state
        and ($2::bigint = 0 or o.id < $2) order by o.id desc limit $3)
    union all
    (select o.* from programme.outbox o
      where $1 = 'sent' and o.state = 'sent' and ($2::bigint = 0 or o.id < $2) order by o.id desc limit $3)
)
select json_build_object('data', coalesce(json_agg(json_build_object('id', o.id, 'kind', o.kind, 'name', p.name || ' ' || p.surname,
           'words', case when o.broadcast_id is not null then left(o.payload ->> 'text', 200) end,
           'why', o.last_error, 'tries', o.tries, 'created', o.created,
           'at', case when o.state = 'sent' then o.sent_at when o.state = 'waiting' then o.not_before end) order by o.id desc), '[]'),
       'next', case when count(*) = $3 then min(o.id) end)::text
  from page o left join programme.participant p on p.id = o.participant_id;

-- name: console_broadcasts
select json_build_object('data', coalesce((
           select json_agg(json_build_object('id', b.id, 'text', b.text, 'shift', s.title, 'status', b.member_status, 'city', b.city,
                      'unreported', b.is_unreported, 'total', b.total, 'sent', b.past_sent + o.sent, 'failed', b.past_failed + o.failed,
                      'waiting', o.waiting, 'send_at', b.send_at, 'stopped_at', b.stopped_at,
                      'by', nullif(trim(a.name || ' ' || a.surname), '')) order by b.id desc)
             from (select * from programme.broadcast order by id desc limit 100) b
             join programme.shift s on s.id = b.shift_id
             left join account.account a on a.id = b.created_by
             cross join lateral (
                 select count(*) filter (where state in ('sent', 'presumed')) as sent, count(*) filter (where state = 'failed') as failed,
                        count(*) filter (where state in ('waiting', 'claimed', 'dispatched')) as waiting
                   from programme.outbox where broadcast_id = b.id) o), '[]'),
       'paused_at', (select held_at from programme.bot_state),
       'per_second', (select count(*) from programme.outbox where sent_at > now() - interval '10 seconds') / 10.0,
       'limit', $1::bigint)::text;

-- name: console_segments
select coalesce(json_agg(json_build_object('id', s.id, 'title', s.title, 'status', s.status,
           'cities', (select coalesce(json_agg(distinct p.city order by p.city), '[]')
                        from programme.member m join programme.participant p on p.id = m.participant_id
                       where m.shift_id = s.id and p.erased_at is null)) order by s.status = 'started' desc, s.started_at desc), '[]')::text
  from (select * from programme.shift where status <> 'cancelled' order by status = 'started' desc, started_at desc limit 10) s;
