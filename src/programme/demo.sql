-- name: demo_families
select coalesce(json_agg(json_build_object('chat', telegram_id, 'name', name, 'last', last) order by at desc nulls last, telegram_id), '[]')::text
  from (select p.telegram_id, p.name || ' ' || p.surname as name, o.at, o.payload ->> 'text' as last
          from programme.shift s
          join programme.member m on m.shift_id = s.id and m.status = 'active'
          join programme.participant p on p.id = m.participant_id
          left join lateral (select payload, created as at from programme.outbox
                              where participant_id = p.id and kind <> 'note' order by id desc limit 1) o on true
         where s.status = 'started' order by o.at desc nulls last, p.telegram_id limit 30) f;

-- name: demo_messages
select o.id, o.chat_id, o.tries, o.kind, o.payload, null as file_id
  from programme.outbox o where o.participant_id = (select id from programme.participant where telegram_id = $1::bigint)
   and o.kind <> 'note' order by o.id desc limit 50;

-- name: demo_family
select count(*) from programme.participant where telegram_id = $1::bigint;
