-- name: record_known
select (exists (select from cards.card where record_id = $1))::int;

-- name: record_member_known
select (exists (select from cards.member where record_id = $1))::int;

-- name: record_member : E_CARD_NUMBER
-- The member of a user's record; changed: another one was shown before.
with before as (
    select number, name, surname from cards.member where record_id = $1
), put as (
    insert into cards.member (number, name, surname, source, record_id, created, updated)
    values (nullif($2::bigint, -1), coalesce($3, ''), coalesce($4, ''), 'airtable', $1, utc($5), utc($5))
    on conflict (record_id) do update
       set number = excluded.number, name = excluded.name, surname = excluded.surname, updated = excluded.updated
    returning id, number, name, surname
)
select put.id, before.name is not null and before is distinct from (put.number, put.name, put.surname) as changed
  from put left join before on true;

-- name: record_nobody
-- The member of a card whose record names no user: who it was, else one without a name.
with card as (
    select member_id from cards.card where record_id = $1
), made as (
    insert into cards.member (source, created, updated) select 'airtable', utc($2), utc($2) where not exists (select from card)
    returning id
)
select coalesce((select member_id from card), (select id from made));

-- name: record_card
-- A card that is as it was stays so: 0 then, else its id.
with put as (
    insert into cards.card as c (code, member_id, role, level, issued, source, record_id, created, updated, record_lacks)
    values ($1, $2, $3, nullif($4::int, -1), $5::date, 'airtable', $6, utc($7), utc($7), string_to_array($8, ','))
    on conflict (record_id) do update
       set member_id = excluded.member_id, role = excluded.role, level = excluded.level, issued = excluded.issued,
           record_lacks = excluded.record_lacks, version = c.version + 1, updated = excluded.updated, record_written = null
     where c.status <> 'withdrawn'
       and (c.member_id, c.role, c.level, c.issued, c.record_lacks)
           is distinct from (excluded.member_id, excluded.role, excluded.level, excluded.issued, excluded.record_lacks)
    returning id
)
select coalesce((select id from put), 0)::bigint;

-- name: record_emptied
-- Somebody has emptied what had arrived: it is written once more. What was written this minute may not be there yet.
update cards.card set record_written = null
 where record_id = $1 and status = 'drawn' and record_written is not null and record_written_at is null;

-- name: record_swaps
-- Of the users $1 who want the numbers $2 those of $3 whose number is free, or held by one of $3.
select distinct on (w.number) w.id
  from unnest(string_to_array($1, ' '), string_to_array($2, ' ')::bigint[]) w (id, number)
       left join cards.member m on m.number = w.number
 where w.id = any (string_to_array($3, ' ')) and (m.id is null or m.record_id = any (string_to_array($3, ' ')))
 order by w.number, w.id;

-- name: record_let_go
update cards.member set number = null where record_id = any (string_to_array($1, ' '));
