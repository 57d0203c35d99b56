-- name: batch_cards
-- How many of what is asked for there are, and how many of them can be had.
select count(*)::bigint as found, count(*) filter (where c.status = 'drawn')::bigint as drawn,
       coalesce(array_agg(c.id order by a.place, c.id) filter (where c.status = 'drawn'), '{}')::text as ids
  from cards.card c left join unnest(string_to_array($1, ' ')::uuid[]) with ordinality a (uuid, place) on a.uuid = c.uuid
 where case when $1::text is null then c.role = $2 and c.status = 'drawn' else c.uuid = any (string_to_array($1, ' ')::uuid[]) end;

-- name: batch_insert
insert into cards.batch (kind, cards, created, created_by) values ($1, $2::text::bigint[], utc($3), nullif($4::bigint, 0)) returning uuid;

-- name: batch_get : E_MISSING
select kind, state, file_id::text, done::bigint as done, cardinality(cards)::bigint as total, error
  from cards.batch where uuid = $1 and ($2::bigint = 0 or created_by = $2);

-- name: batch_items
select c.uuid, p.file_id::text, coalesce(c.number, m.number, 0) as number, c.role
  from cards.batch t, unnest(t.cards) with ordinality i (id, place)
       join cards.card c on c.id = i.id join cards.member m on m.id = c.member_id
       join cards.picture p on p.card_id = c.id and p.form = 'jpg'
 where t.uuid = $1 and c.status <> 'withdrawn'
 order by i.place;

-- name: batch_running
update cards.batch set state = 'running', done = $2 where uuid = $1 and state in ('waiting', 'running');

-- name: batch_ready
update cards.batch set state = 'ready', done = $2, file_id = $3, bytes = $4 where uuid = $1 and state <> 'ready';

-- name: batch_failed
update cards.batch set state = 'failed', error = $2 where uuid = $1;

-- name: batch_old
delete from cards.batch where created < utc($1) - interval '1 day';
