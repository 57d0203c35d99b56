-- name: round_alive
update cards.round set seen = utc($2) where id = $1;

-- name: round_refused
-- Of the last round that has seen all.
select unnest(refused) as id from (select refused from cards.round where whole order by id desc limit 1) last limit 500;

-- name: round_since
-- What was changed since then has not been seen; '' where nothing ever was. Clocks differ by less than five minutes.
select coalesce((select to_char((began - interval '5 minutes') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                   from cards.round where whole order by id desc limit 1), '');

-- name: round_tidy
-- Who stood for the user of a record that had none.
delete from cards.member m
 where m.source = 'airtable' and m.record_id is null and m.account_id is null and m.number is null and m.name = ''
   and not exists (select from cards.card c where c.member_id = m.id);
