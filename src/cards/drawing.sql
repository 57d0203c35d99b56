-- name: cards_draw_begin
update cards.card set status = 'drawing', work = gen_random_uuid() where id = $1 and status in ('due', 'drawing') returning work as id;

-- name: cards_draw_row
select c.id, c.uuid, c.code, c.role, coalesce(c.title, r.title) as title, m.name, m.surname, m.latin_name,
       coalesce(c.number, m.number) as number, c.level, c.issued,
       r.background, coalesce(b.width, 0)::bigint as width, coalesce(b.height, 0)::bigint as height, l.body::text as layout,
       coalesce(r.layout_version, 0)::bigint as layout_version
  from cards.card c join cards.member m on m.id = c.member_id
       left join cards.role r on r.name = c.role left join cards.background b on b.sha256 = r.background
       left join cards.layout l on l.role = r.name and l.version = r.layout_version
 where c.id = $1;

-- name: cards_draw_done
-- No row: a change or another drawing has overtaken this one.
with drawn as (
    update cards.card
       set status = 'drawn', error = null, drawing = $3, layout_version = $4, drawn_at = utc($5), work = null
     where id = $1 and work = $2 and status = 'drawing'
    returning id
)
insert into cards.history (card_id, at, what, layout_version) select id, utc($5), 'drawn', $4 from drawn;

-- name: cards_drawn_tell
-- Once a code, by the bot, to whoever has its chat: a certificate, and ($2) any other card. The message is swept one day,
-- so the card says that it was told.
with whom as (
    select c.id as card_id, 'card/' || c.code as key, p.id as participant_id, p.telegram_id,
           case when c.programme_member_id is null then 'card' else 'certificate' end as kind,
           jsonb_build_object('name', p.name, 'url', '/c/' || c.code) as payload
      from cards.card c join cards.member m on m.id = c.member_id
           join programme.participant p on p.id = m.participant_id or (m.participant_id is null and p.account_id = m.account_id)
     where c.id = $1 and c.told_at is null and (c.programme_member_id is not null or $2) and not p.telegram_blocked
       and not m.hides_preview
), told as (
    update cards.card set told_at = now() where id in (select card_id from whom)
)
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select key, participant_id, telegram_id, kind, payload, 50 from whom
on conflict (key) do nothing;

-- name: cards_draw_failed
update cards.card set status = 'failed', error = $3, work = null where id = $1 and work = $2 and status = 'drawing';

-- name: cards_pictures_take
delete from cards.picture where card_id = $1 returning file_id as id;

-- name: cards_picture_add
insert into cards.picture (card_id, form, file_id, bytes) values ($1, $2, $3, $4);

-- name: cards_drawn_of : E_CARD_GONE
select c.code, c.role, m.name, m.surname, m.latin_name, coalesce(c.number, m.number, 0) as number, coalesce(c.level, 0)::bigint as level,
       coalesce(c.issued, current_date) as issued
  from cards.card c join cards.member m on m.id = c.member_id where c.uuid = $1;

-- name: cards_dress_of : E_CARD_ROLE_GONE
select r.title, r.background, b.width::bigint as width, b.height::bigint as height, l.body::text as layout
  from cards.role r join cards.background b on b.sha256 = r.background
       left join cards.layout l on l.role = r.name and l.version = r.layout_version
 where r.name = $1;
