-- name: cards_draw_row
select c.id, c.uuid, c.version, c.status, c.code, c.role, r.title, m.name, m.surname, m.latin_name, m.number, c.level, c.issued,
       r.background, coalesce(b.width, 0)::bigint as width, coalesce(b.height, 0)::bigint as height, l.body::text as layout,
       coalesce(r.layout_version, 0)::bigint as layout_version
  from cards.card c join cards.member m on m.id = c.member_id
       left join cards.role r on r.name = c.role left join cards.background b on b.sha256 = r.background
       left join cards.layout l on l.role = r.name and l.version = r.layout_version
 where c.id = $1;

-- name: cards_draw_begin
update cards.card set status = 'drawing' where id = $1 and version = $2 and status in ('due', 'drawing');

-- name: cards_draw_done
with drawn as (
    update cards.card
       set status = 'drawn', error = null, drawing = $3, layout_version = $4, server_ids = $5::text::uuid[], sizes = $6::text::bigint[],
           drawn_at = utc($7)
     where id = $1 and version = $2 and status = 'drawing'
    returning id
)
insert into cards.history (card_id, at, what, layout_version) select id, utc($7), 'drawn', $4 from drawn;

-- name: cards_draw_failed
update cards.card set status = 'failed', error = $3 where id = $1 and version = $2 and status in ('due', 'drawing');

-- name: cards_left_behind
-- Objects of ours that no card shows, of more than ten minutes ago: what is being drawn now is younger. Prints and archives last a day.
select o.key, o.server_id::text as server
  from cards.object o left join cards.card c on c.id = o.card_id
 where (o.created < utc($1) - interval '10 minutes' and o.key like 'cards/picture/%'
        and (c.id is null or c.drawing is null or position(c.drawing in o.key) = 0 or c.status = 'withdrawn'))
    or (o.created < utc($1) - interval '1 day' and o.key like 'cards/batch/%')
 order by o.created limit 1000;

-- name: cards_object_gone
delete from cards.object where key = $1 and server_id = $2;

-- name: cards_drawn_of : E_CARD_GONE
select c.code, c.role, m.name, m.surname, m.latin_name, coalesce(m.number, 0) as number, coalesce(c.level, 0)::bigint as level,
       coalesce(c.issued, current_date) as issued
  from cards.card c join cards.member m on m.id = c.member_id where c.uuid = $1;

-- name: cards_dress_of : E_CARD_ROLE_GONE
select r.title, r.background, b.width::bigint as width, b.height::bigint as height, l.body::text as layout
  from cards.role r join cards.background b on b.sha256 = r.background
       left join cards.layout l on l.role = r.name and l.version = r.layout_version
 where r.name = $1;
