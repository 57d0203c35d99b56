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
update cards.round set ended = utc($2), figures = $3::jsonb, errors = $4::jsonb, whole = $5 where id = $1;

-- name: round_since
-- What was changed since then has not been seen; '' where nothing ever was. Clocks differ by less than five minutes.
select coalesce((select to_char((began - interval '5 minutes') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                   from cards.round where whole order by id desc limit 1), '');

-- name: round_tidy
-- Who stood for the user of a record that had none.
delete from cards.member m
 where m.source = 'airtable' and m.record_id is null and m.account_id is null and m.number is null and m.name = ''
   and not exists (select from cards.card c where c.member_id = m.id);

-- name: round_forget
delete from cards.round where began < utc($1) - interval '7 days';

-- name: round_paused
select coalesce((select (figures ->> 'paused_until')::timestamptz > utc($1) from cards.round where ended is not null
                  order by id desc limit 1), false)::int;

-- name: round_last
select (select json_build_object('began', began, 'ended', ended, 'figures', figures, 'errors', errors)
          from cards.round order by id desc limit 1)::text;

-- name: round_unwritten
-- Not of those who hide their pictures: Airtable could not fetch them.
select c.id, c.code, c.drawing, c.record_id from cards.card c join cards.member m on m.id = c.member_id
 where c.source = 'airtable' and c.status = 'drawn' and c.record_written is distinct from c.drawing and not m.hides_preview
   and c.record_id is not null
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
