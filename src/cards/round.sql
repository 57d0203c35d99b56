-- name: round_close
-- One that has not been seen for long was somebody's who was killed.
update cards.round set ended = utc($1), errors = '[{"record": null, "detail": "broken off"}]'
 where ended is null and seen < utc($1) - interval '5 minutes';

-- name: round_begin
-- No row: another one is on its way.
insert into cards.round (began, seen) values (utc($1), utc($1)) on conflict ((true)) where ended is null do nothing returning id;

-- name: round_runs
select (exists (select from cards.round where ended is null and seen > utc($1) - interval '5 minutes'))::int;

-- name: round_end
update cards.round set ended = utc($2), figures = $3::jsonb, errors = $4::jsonb, whole = $5, refused = string_to_array($6, ' ') where id = $1;

-- name: round_forget
delete from cards.round where began < utc($1) - interval '7 days';

-- name: round_paused
select coalesce((select (figures ->> 'paused_until')::timestamptz > utc($1) from cards.round where ended is not null
                  order by id desc limit 1), false)::int;

-- name: round_last
select (select json_build_object('began', began, 'ended', ended, 'figures', figures, 'errors', errors)
          from cards.round order by id desc limit 1)::text;
