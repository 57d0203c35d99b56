-- name: messenger_report_add
insert into messenger.report (reporter_id, profile_id, card_id, event_id, reason, note, created)
values ($1, nullif($2::bigint, 0), nullif($3::bigint, 0), nullif($4::bigint, 0), $5, $6, utc($7))
returning id;

-- name: messenger_report_event : E_MISSING
select e.id from messenger.event e
  join messenger.participant p on p.room_id = e.room_id and p.account_id = $1 and p.left_at is null
 where e.room_id = $2 and e.id = $3 limit 1;

-- name: messenger_reports
-- Of a message, itself and five before and behind it, and nothing else of its room.
select r.id, case when r.profile_id is not null then 'profile ' || r.profile_id
                  when r.card_id is not null then 'card ' || r.card_id else 'message ' || r.event_id end as what,
       r.reason, r.note, r.reporter_id as by, to_char(r.created at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at,
       coalesce((select name || coalesce(': ' || description, '') from messenger.profile where id = r.profile_id),
                (select name from messenger.card where id = r.card_id),
                (select string_agg(case when n.id = e.id then '>> ' else '' end || t.profile_name || ': ' || n.message, E'\n' order by n.event_index)
                   from messenger.event e
                   join messenger.event n on n.room_id = e.room_id and n.event_index between e.event_index - 5 and e.event_index + 5
                   join messenger.participant t on t.id = n.participant_id
                  where e.id = r.event_id)) as content
  from messenger.report r
 where r.decision is null and r.id > $1 order by r.id limit $2;
