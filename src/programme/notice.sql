-- name: notice_people : E_SHIFT_NOT_FOUND
-- $2 status of the members or null, $3 their ids or null, $4 their city or null, $5 whether only who has not reported
-- the task of the day $6
select count(m.id) filter (where not p.telegram_blocked) as count,
       count(m.id) filter (where p.telegram_blocked) as unreachable,
       encode(sha256(convert_to(coalesce(string_agg(m.id::text, ',' order by m.id) filter (where not p.telegram_blocked), ''),
                                'UTF8')), 'hex') as digest
  from programme.shift s
  left join programme.member m on m.shift_id = s.id and ($2::text is null or m.status = $2::programme.member_status)
                              and ($3::uuid[] is null or m.id = any($3::uuid[]))
                              and ($4::text is null or exists (select from programme.participant q where q.id = m.participant_id and q.city = $4))
                              and (not $5::boolean or exists (select from programme.report r where r.member_id = m.id
                                                                 and r.task_date = $6::date and r.status = 'waiting'))
  left join programme.participant p on p.id = m.participant_id
 where s.id = $1
 group by s.id;

-- name: notice_sent
-- A token that has been used: the nonce is $1, the rest as notice_add has it.
select total as count, us(send_at) as send_at from programme.broadcast
 where nonce = $1 and text = $2 and shift_id = $3 and created_by is not distinct from nullif($4::bigint, 0);

-- name: notice_add
-- The same people; of two calls with one token the second one adds nothing.
with b as (
    insert into programme.broadcast (nonce, text, shift_id, member_status, city, is_unreported, send_at, created_by, total)
    values ($7, $8::text, $1::uuid, $2::programme.member_status, $4, $5::boolean, coalesce(utc($9), now()), nullif($10::bigint, 0), $11::integer)
    on conflict (nonce) do nothing
    returning id, send_at
)
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority, broadcast_id, not_before)
select 'notice/' || $7 || '/' || m.id, p.id, p.telegram_id, 'text', jsonb_build_object('text', $8::text), 60, b.id, b.send_at
  from b
  join programme.member m on m.shift_id = $1
  join programme.participant p on p.id = m.participant_id
 where ($2::text is null or m.status = $2::programme.member_status)
   and ($3::uuid[] is null or m.id = any($3::uuid[])) and ($4::text is null or p.city = $4)
   and (not $5::boolean or exists (select from programme.report r where r.member_id = m.id
                                      and r.task_date = $6::date and r.status = 'waiting'))
   and not p.telegram_blocked
on conflict (key) do nothing;

-- name: notice_try
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select 'notice-try/' || $2, p.id, p.telegram_id, 'text', jsonb_build_object('text', $3::text), 10
  from programme.participant p where p.account_id = $1::bigint and not p.telegram_blocked;

-- name: notice_stop : E_MISSING
update programme.broadcast set stopped_at = utc($2) where id = $1 returning id::text;

-- name: notice_drop_waiting
delete from programme.outbox where broadcast_id = $1 and state = 'waiting';

-- name: notice_retry
-- What has been stopped goes on, if anything does.
with again as (
    update programme.outbox o set state = 'waiting', tries = 0, not_before = utc($2), last_error = null
     where o.broadcast_id = $1 and o.state = 'failed'
       and not exists (select from programme.participant p where p.id = o.participant_id and p.telegram_blocked)
    returning 1
), resumed as (
    update programme.broadcast set stopped_at = null where id = $1 and stopped_at is not null and exists (select from again)
)
select count(*) from again;
