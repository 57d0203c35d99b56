-- A server that takes objects: the one that has it, else the oldest that is not known to be down.
-- name: object_server : E_SERVER_NOT_FOUND
select s.id
  from storage.server s left join storage.health h on h.server_id = s.id
 where s.is_on and s.is_active and s.deleted_at is null and s.leaving_at is null
 order by coalesce(not h.is_up and h.probed_at > now() - interval '1 minute', false), s.id = $1::uuid desc nulls last, s.created, s.id
 limit 1;
