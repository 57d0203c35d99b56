-- name: day_balance
select coalesce((select m.numbers_lombaryers from programme.member m join programme.shift s on s.id = m.shift_id
                  where m.participant_id = $1 and s.status in ('started', 'ready_for_complete')
                  order by s.status = 'started' desc limit 1), 0) as points,
       exists (select from programme.request where participant_id = $1 and status = 'pending') as applies;

-- name: day_skip
update programme.report set status = 'skipped', updated = utc($2) where id = $1 and status = 'waiting';
