-- name: round_close
-- One that began long ago was somebody's who was killed.
update cards.round set ended = utc($1), errors = '[{"record": null, "detail": "broken off"}]'
 where ended is null and began < utc($1) - interval '5 minutes';

-- name: round_begin
-- No row: another one is on its way.
insert into cards.round (began) values (utc($1)) on conflict ((true)) where ended is null do nothing returning id;

-- name: round_runs
select (exists (select from cards.round where ended is null and began > utc($1) - interval '5 minutes'))::int;

-- name: round_end
update cards.round set ended = utc($2), figures = $3::jsonb, errors = $4::jsonb where id = $1;

-- name: round_forget
delete from cards.round where began < utc($1) - interval '7 days';

-- name: round_paused
select coalesce((select (figures ->> 'paused_until')::timestamptz > utc($1) from cards.round where ended is not null
                  order by id desc limit 1), false)::int;

-- name: round_last
select (select json_build_object('began', began, 'ended', ended, 'figures', figures, 'errors', errors)
          from cards.round order by id desc limit 1)::text;

-- name: round_member : E_CARD_NUMBER
-- The member of a record.
insert into cards.member as m (number, name, surname, source, record_id, created, updated)
values ($2, $3, $4, 'airtable', $1, utc($5), utc($5))
on conflict (record_id) do update set number = excluded.number, name = excluded.name, surname = excluded.surname, updated = excluded.updated
returning id;

-- name: round_card
-- A card that is as it was stays so: 0 then, else its id.
with put as (
    insert into cards.card as c (code, member_id, role, level, issued, source, record_id, created, updated)
    values ($1, $2, $3, nullif($4::int, -1), $5::date, 'airtable', $6, utc($7), utc($7))
    on conflict (record_id) do update
       set member_id = excluded.member_id, role = excluded.role, level = excluded.level, issued = excluded.issued,
           version = c.version + 1, updated = excluded.updated, record_written = null
     where c.status <> 'withdrawn'
       and (c.member_id, c.role, c.level, c.issued) is distinct from (excluded.member_id, excluded.role, excluded.level, excluded.issued)
    returning id
)
select coalesce((select id from put), 0)::bigint;

-- name: round_unwritten
select c.id, c.code, c.drawing, c.record_id from cards.card c
 where c.source = 'airtable' and c.status = 'drawn' and c.record_written is distinct from c.drawing
 order by c.id limit 1000;

-- name: round_written
update cards.card set record_written = drawing, record_written_at = utc($2)
 where id = any (string_to_array($1, ' ')::bigint[]);

-- name: round_to_check
select c.id, c.record_id, c.code, c.drawing from cards.card c
 where c.record_written_at is not null and c.record_written_at < utc($1) - interval '60 seconds' and c.record_written is not null
 order by c.id limit 500;

-- name: round_checked
-- What has arrived need not be looked at again; what has not is written once more.
update cards.card set record_written = case when $2 then record_written end, record_written_at = null where id = $1;
