-- name: moderation_waiting
with page as materialized (
    select * from messenger.report where decision is null and id > $1 order by id limit $2 + 1
), shown as (
    select * from page order by id limit $2
)
select json_build_object('data', coalesce((select json_agg(json_build_object(
        'id', s.id, 'kind', case when s.profile_id is not null then 'profile' when s.card_id is not null then 'card' else 'message' end,
        'reason', s.reason, 'note', s.note, 'at', iso(s.created),
        'reporter', (select nickname from messenger.person where account_id = s.reporter_id),
        'times', (select count(*) from messenger.report o
                   where o.profile_id = s.profile_id or o.card_id = s.card_id or o.event_id = s.event_id),
        'owner', (select json_build_object('uuid', a.uuid, 'name', coalesce(w.nickname::text, a.username::text, ''),
                      'times', (select count(*) from messenger.report o join messenger.profile q on q.id = o.profile_id where q.account_id = a.id)
                             + (select count(*) from messenger.report o join messenger.card q on q.id = o.card_id where q.account_id = a.id))
                    from account.account a left join messenger.person w on w.account_id = a.id
                   where a.id = coalesce(p.account_id, k.account_id, t.account_id)),
        'title', coalesce(p.name, k.name, room.name), 'text', coalesce(p.description, k.data, ''),
        'around', (select json_agg(json_build_object('name', u.profile_name, 'text', n.message, 'at', iso(n.created), 'is_it', n.id = e.id)
                              order by n.event_index)
                     from messenger.event n join messenger.participant u on u.id = n.participant_id
                    where n.room_id = e.room_id and n.event_index between e.event_index - 5 and e.event_index + 5))
        order by s.id)
      from shown s
      left join messenger.profile p on p.id = s.profile_id
      left join messenger.card k on k.id = s.card_id
      left join messenger.event e on e.id = s.event_id
      left join messenger.participant t on t.id = e.participant_id
      left join messenger.room room on room.id = e.room_id), '[]'),
    'next', case when (select count(*) from page) > $2 then (select max(id) from shown) end)::text;

-- name: moderation_decide : E_MISSING
update messenger.report set decision = $2, decided_by = $3, decided_at = utc($4) where id = $1 and decision is null
returning coalesce(profile_id, 0) as profile_id, coalesce(card_id, 0) as card_id, coalesce(event_id, 0) as event_id,
          (select a.uuid::text from account.account a where a.id = reporter_id and a.email is not null) as reporter,
          (select a.language from account.account a where a.id = reporter_id) as language;

-- name: moderation_lock_profile
update messenger.profile set locked_at = utc($2), why_locked = 'REPORTED', locked_by = $3 where id = $1 and locked_at is null;

-- name: moderation_lock_card
update messenger.card set locked_at = utc($2), why_locked = 'REPORTED', locked_by = $3 where id = $1 and locked_at is null;

-- name: moderation_unlock_profile : E_PROFILE_NOT_FOUND
update messenger.profile set locked_at = null, why_locked = null, locked_by = null where id = $1 and why_locked = 'REPORTED';

-- name: moderation_unlock_card : E_CARD_NOT_FOUND
update messenger.card set locked_at = null, why_locked = null, locked_by = null where id = $1 and why_locked = 'REPORTED';

-- name: moderation_remove
update messenger.event set event_type = 'MESSAGE_DELETED', message = $2 where id = $1;
