-- Servers that take objects: those that are not known to be down first.
-- name: place_servers
select s.id
  from storage.server s left join storage.health h on h.server_id = s.id
 where s.is_on and s.is_active and s.deleted_at is null and s.leaving_at is null
 order by coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false), s.created, s.id
 limit 4;

-- name: place_holder
select coalesce((select s.id::text
  from storage.server s left join storage.health h on h.server_id = s.id
 where s.id = any (string_to_array($1, ' ')::uuid[]) and s.is_on and s.deleted_at is null
 order by coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false), array_position(string_to_array($1, ' ')::uuid[], s.id)
 limit 1), '');

-- name: place_note
insert into cards.object (key, server_id, card_id, created) values ($1, $2, nullif($3::bigint, 0), utc($4))
on conflict (key, server_id) do update set created = excluded.created;
