-- name: cli_cards
select c.uuid, m.number, m.name || ' ' || m.surname as name, c.role, c.level, s.state as status, array_to_string(c.missing, ' ') as missing,
       c.error, c.code
  from cards.card c join cards.member m on m.id = c.member_id join cards.shown s on s.id = c.id
 where ($1::text is null or c.role = $1) and ($2::text is null or s.state = $2)
 order by c.id desc limit $3;

-- name: cli_cards_due
select c.uuid, m.number, m.name || ' ' || m.surname as name, c.role, c.status,
       case when c.status = 'incomplete' then 'waits for ' || array_to_string(c.missing, ', ')
            when c.status = 'failed' then 'waits for a change: ' || c.error
            when r.background is null then 'cannot be drawn: the role has no background'
            when r.layout_version = 0 then 'cannot be drawn: the role has no layout'
            else 'is drawn with layout ' || r.layout_version end as what
  from cards.card c join cards.member m on m.id = c.member_id left join cards.role r on r.name = c.role
 where c.status in ('incomplete', 'due', 'drawing', 'failed') order by c.id limit 10000;

-- name: cli_cards_wake
update job.job set run_at = now() where kind = 'card.draw' and state = 'ready' and lease_until is null;
