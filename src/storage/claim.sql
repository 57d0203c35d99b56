-- name: claim_state
select i.id, coalesce(s.claimed_by = i.id, false) as known
  from installation.state i, storage.server s
 where s.id = $1;

-- name: claim_note
update storage.server set claimed_by = $2 where id = $1;
