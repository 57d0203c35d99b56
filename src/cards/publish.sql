-- name: publish_left
-- What is not in Dropbox as it should be: drawn and not there ($3), or there and not to be seen any more.
select c.id, c.uuid, c.drawing, p.file_id::text, seen.wanted
  from cards.card c join cards.member m on m.id = c.member_id
       cross join lateral (select c.status <> 'withdrawn' and not m.hides_preview as wanted) seen
       left join cards.picture p on p.card_id = c.id and p.form = 'jpg'
 where c.id > $1 and c.programme_member_id is null and seen.wanted = $3
   and case when seen.wanted then c.status = 'drawn' and p.file_id is not null and c.dropbox_drawing is distinct from c.drawing
            else c.dropbox_drawing is not null end
   and (c.dropbox_refused is null or c.dropbox_refused < utc($2) - interval '1 hour')
 order by c.id limit 100;

-- name: publish_begin
-- Whoever is killed from now on may have left a file there.
update cards.card set dropbox_drawing = '' where id = $1 and dropbox_drawing is null;

-- name: publish_done
update cards.card set dropbox_url = $2, dropbox_drawing = $3, dropbox_refused = null where id = $1;

-- name: publish_refused
update cards.card set dropbox_refused = utc($2) where id = $1;

-- name: publish_paused
select coalesce((select paused_until > utc($1) from cards.dropbox), false)::int;

-- name: publish_pause
insert into cards.dropbox (paused_until) values (utc($1)) on conflict (one) do update set paused_until = excluded.paused_until;
