-- name: verify_looked
insert into cards.look (day, state, count) values ($1::date, $2, 1)
on conflict (day, state) do update set count = cards.look.count + 1;
