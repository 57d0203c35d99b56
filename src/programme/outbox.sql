-- name: outbox_take
with due as (
    select o.id from programme.outbox o
     where not exists (select from programme.bot_state where held_at is not null)
       and o.state = 'waiting' and o.not_before <= now() and (o.not_after is null or o.not_after > utc($3))
       -- A note is no message: it is shown at once, keeps no order and nobody waits for it.
       and (o.kind = 'note' or not exists (
               select from programme.outbox e where e.chat_id = o.chat_id and e.id < o.id and e.kind <> 'note'
                  and e.state in ('waiting', 'claimed', 'dispatched')
                  -- What is kept for a later hour holds nothing up; what is to be tried again does.
                  and not (e.state = 'waiting' and e.last_error is null and e.not_before > now())))
       -- Not "not exists": the planner would hash what all chats have ever been sent.
       and (o.kind = 'note' or coalesce((
               select r.dispatched_at from programme.outbox r
                where r.chat_id = o.chat_id and r.kind <> 'note' and r.dispatched_at is not null
                order by r.dispatched_at desc limit 1), '-infinity') <= now() - interval '1.05 seconds')
     order by o.priority, o.not_before, o.id limit $2
       for update skip locked
), quick as (
    select set_config('synchronous_commit', 'off', true)
)
update programme.outbox o set state = 'claimed', claimed_by = $1, claimed_at = now()
  from quick
 where o.id = any (array(select id from due))
returning o.id, o.chat_id, o.tries, o.kind, o.payload, o.priority,
          (select t.telegram_file_id from programme.task t where t.id = (o.payload ->> 'task_id')::uuid) as file_id;

-- name: outbox_lock_shift
-- Before its reports: src/programme/shift.sql.
select count(*) from (select id from programme.shift where status = 'started' for key share) locked;

-- name: outbox_expire
-- The day of a task that was certainly never sent counts for nobody.
with late as (
    update programme.outbox set state = 'failed', last_error = 'too late'
     where state = 'waiting' and not_after <= utc($1)
    returning key, kind, tries
), task as (
    select split_part(key, '/', 2)::date as day, split_part(key, '/', 3)::uuid as member from late where kind = 'task' and tries = 0
)
update programme.report r set status = 'not_participate', updated = utc($1)
  from task where r.member_id = task.member and r.task_date = task.day and r.status = 'waiting'
   and not exists (select from programme.photo_intake i where i.report_id = r.id);

-- name: outbox_mark_dispatched : E_CONFLICT
with quick as (
    -- The death of a process cannot take back a commit; only that of the machine could.
    select set_config('synchronous_commit', 'off', true)
)
update programme.outbox set state = 'dispatched', dispatched_at = now(), tries = tries + 1
  from quick
 where id = $1 and state = 'claimed' and claimed_by = $2;

-- name: outbox_mark_sent
with sent as (
    update programme.outbox
       set state = 'sent', sent_at = now(), message_id = nullif($2::bigint, 0), last_error = null
     where id = $1 and state in ('dispatched', 'presumed')
    returning payload
)
update programme.task t set telegram_file_id = $3
  from sent where t.id = (sent.payload ->> 'task_id')::uuid and $3::text is not null
   and t.telegram_file_id is distinct from $3;

-- name: outbox_put_back
-- Nothing of a broadcast that is stopped waits again.
update programme.outbox o
   set state = case when x.is_stopped then 'failed' else 'waiting' end::programme.outbox_state,
       not_before = now() + make_interval(secs => $2::double precision), last_error = case when x.is_stopped then 'stopped' else $3 end,
       tries = tries - case when $4::boolean or state = 'claimed' then 0 else 1 end
  from (select exists (select from programme.outbox i join programme.broadcast b on b.id = i.broadcast_id
                        where i.id = $1 and b.stopped_at is not null) as is_stopped) x
 where o.id = $1 and o.state in ('claimed', 'dispatched', 'presumed');

-- name: outbox_give_up
update programme.outbox set state = 'failed', last_error = $2
 where id = $1 and state in ('claimed', 'dispatched', 'presumed');

-- name: outbox_close_chat
with closed as (
    update programme.participant set telegram_blocked = true, updated = now()
     where telegram_id = $2 and not telegram_blocked
)
update programme.outbox set state = 'failed', last_error = $3
 where (id = $1 and state in ('claimed', 'dispatched'))
    or (chat_id = $2 and state = 'waiting' and kind in ('task', 'remind', 'excluded'));

-- name: outbox_picture_gone
update programme.task t set telegram_file_id = null
  from programme.outbox o where o.id = $1 and t.id = (o.payload ->> 'task_id')::uuid;

-- name: outbox_recover_claimed
update programme.outbox set state = 'waiting' where state = 'claimed';

-- name: outbox_recover_dispatched
with left_behind as (
    select id, coalesce(claimed_by like '%:' || $1::text and id <> all ($2::bigint[]), false) as unwritten,
           coalesce(claimed_by like '%:' || $1::text and id = any ($3::bigint[]), false) and tries < $4::bigint as hung
      from programme.outbox where state = 'dispatched'
)
update programme.outbox o
   set state = case when l.unwritten or l.hung then 'waiting' else 'presumed' end::programme.outbox_state,
       tries = o.tries - case when l.unwritten then 1 else 0 end,
       last_error = case when l.unwritten then 'the sender died just before it was sent'
                         when l.hung then 'the sender died while Telegram did not answer'
                         else 'the sender died while it was on its way' end
  from left_behind l where l.id = o.id;

-- name: outbox_recover_stopped
-- What so waits again, and is of a broadcast that has been stopped meanwhile.
update programme.outbox o set state = 'failed', last_error = 'stopped'
  from programme.broadcast b
 where b.stopped_at is not null and o.broadcast_id = b.id and o.state = 'waiting';

-- name: outbox_resend_all_presumed
update programme.outbox o set state = 'waiting', tries = 0, not_before = now(), last_error = null
 where o.state = 'presumed' and o.kind <> 'note' and (o.not_after is null or o.not_after > utc($2))
   and (o.kind not in ('task', 'remind')
        or exists (select from programme.member m join programme.report r on r.member_id = m.id
                    where m.participant_id = o.participant_id and m.status = 'active'
                      and r.task_date = $1::date and r.status = 'waiting' and split_part(o.key, '/', 2) = $1::date::text));

-- name: outbox_until_due
-- greatest() passes over null, so it stands outside of the coalesce.
select least($1::bigint, greatest(0, coalesce((select ceil(extract(epoch from min(not_before) - now()) * 1000)::bigint
           from programme.outbox where state = 'waiting'), $1::bigint)));

-- name: outbox_sweep_old
-- At most $2 that have been settled for $1 seconds. No key is needed any more by then: who would add such a message again
-- would have to hear an update of last week, or issue a task whose report is there. But a shift that still waits for
-- reviews must not say farewell twice.
with old as (
    select id from programme.outbox o
     where o.state in ('sent', 'failed', 'presumed') and o.created < now() - make_interval(secs => $1::double precision)
       and coalesce(o.sent_at, o.dispatched_at, o.created) < now() - make_interval(secs => $1::double precision)
       and not (o.kind = 'final' and exists (select from programme.shift where status = 'ready_for_complete'))
     limit $2::bigint
), gone as (
    delete from programme.outbox o using old where o.id = old.id and o.state in ('sent', 'failed', 'presumed')
    returning o.key, o.state, o.broadcast_id
), forgotten as (
    update programme.broadcast b set past_sent = past_sent + n.sent, past_failed = past_failed + n.failed
      from (select broadcast_id, count(*) filter (where state <> 'failed') as sent, count(*) filter (where state = 'failed') as failed
              from gone where broadcast_id is not null group by broadcast_id) n
     where b.id = n.broadcast_id
), counted as (
    insert into programme.outbox_past (shift_id, day, sent)
    select m.shift_id, split_part(gone.key, '/', 2)::date, count(*)
      from gone
      join programme.member m
        on m.id = case when gone.key ~ '^task/[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9a-f-]{36}$' then split_part(gone.key, '/', 3)::uuid end
     where gone.state <> 'failed'
     group by 1, 2
    on conflict (shift_id, day) do update set sent = outbox_past.sent + excluded.sent
)
select count(*) from gone;

-- name: outbox_hold
-- 0: it is so already.
with held as (
    update programme.bot_state set held_at = case when $1::boolean then now() end
     where (held_at is not null) <> $1::boolean returning 1
)
select count(*) from held;
