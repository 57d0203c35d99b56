-- name: cards_shown_get : E_CARD_GONE
select id, uuid, version, state as status, code, json from cards.shown where uuid = $1 and ($2::bigint = 0 or account_id = $2);

-- name: cards_member_by_user
-- A member's uuid, or an account's that has a member or gets one.
select m.id from cards.member m where m.uuid = $1
union all
select m.id from account.account a join cards.member m on m.account_id = a.id where a.uuid = $1
limit 1;

-- name: cards_member_of_account
insert into cards.member (name, surname, account_id, number, created, updated)
select left(coalesce($2, a.name), 100), left(coalesce($3, a.surname), 100), a.id,
       coalesce(nullif($4::bigint, -1), (select coalesce(max(number), 0) + 1 from cards.member)), utc($5), utc($5)
  from account.account a where a.uuid = $1 and a.status <> 'deactivated'
returning id;

-- name: cards_member_by_number
select id, name, surname from cards.member where number = $1;

-- name: cards_member_insert
insert into cards.member (name, surname, latin_name, number, created, updated)
values (coalesce($1, ''), coalesce($2, ''), $3, nullif($4::bigint, -1), utc($5), utc($5))
returning id;

-- name: cards_member_change
update cards.member
   set name = coalesce($2, name), surname = coalesce($3, surname),
       latin_name = case when $5 then null else coalesce($4, latin_name) end,
       number = coalesce(nullif($6::bigint, -1), number), updated = utc($7)
 where id = $1
   and (name, surname, latin_name, number) is distinct from
       (coalesce($2, name), coalesce($3, surname), case when $5 then null else coalesce($4, latin_name) end,
        coalesce(nullif($6::bigint, -1), number));

-- name: cards_card_insert
insert into cards.card (code, member_id, role, level, issued, valid_until, replaces, created, updated)
values ($1, $2, $3, nullif($4::int, -1), $5::date, $6::date, (select id from cards.card where uuid = $7::uuid), utc($8), utc($8))
returning uuid;

-- name: cards_card_change : E_CHANGED
update cards.card
   set role = coalesce($2, role), level = coalesce(nullif($3::int, -1), level), issued = coalesce($4::date, issued),
       valid_until = case when $6 then null else coalesce($5::date, valid_until) end, version = version + 1, updated = utc($8)
 where id = $1 and ($7::bigint = 0 or version = $7);

-- name: cards_settle
-- What a card lacks, and what follows: incomplete, or due with everything to be drawn.
with lacks as (
    select c.id, array_remove(array[
               case when m.name = '' then 'name' end, case when m.surname = '' then 'surname' end,
               case when coalesce(c.number, m.number) is null then 'number' end, case when c.role is null then 'role' end,
               case when c.level is null then 'level' end, case when c.issued is null then 'card_issued_date' end], null)
               || c.record_lacks as missing
      from cards.card c join cards.member m on m.id = c.member_id
     where c.id = $1 and c.status <> 'withdrawn'
), settled as (
    update cards.card c
       set missing = l.missing, error = null,
           status = case when l.missing = '{}' then 'due'::cards.status else 'incomplete' end
      from lacks l where c.id = l.id
    returning c.status
)
select coalesce((select status = 'due' from settled), false)::int;

-- name: cards_of_member
select c.id, c.uuid, c.version, c.status, c.code, ''::text as json from cards.card c
 where c.member_id = $1 and c.status <> 'withdrawn' and c.id <> $2;

-- name: cards_bump
update cards.card set version = version + 1, updated = utc($2) where id = $1;

-- name: cards_lock : E_CARD_GONE
select c.id, c.uuid, c.version, c.status, c.code, c.member_id::text as json from cards.card c where c.uuid = $1 for update;

-- name: cards_withdraw
update cards.card set status = 'withdrawn', withdrawn_at = utc($2), withdrawn_why = $3, version = version + 1, updated = utc($2)
 where id = $1;

-- name: cards_recode
with former as (
    insert into cards.former_code (code, card_id, retired) select code, id, utc($3) from cards.card where id = $1
)
update cards.card set code = $2, told_at = null, version = version + 1, updated = utc($3) where id = $1;

-- name: cards_history_add
insert into cards.history (card_id, at, actor, what, layout_version, data)
values ($1, utc($2), nullif($3::bigint, 0), $4, nullif($5::int, 0), $6::jsonb);

-- name: cards_page
-- By key: behind the card whose uuid is $4.
with found as not materialized (
    select c.id, c.uuid
      from cards.card c join cards.member m on m.id = c.member_id
     where ($1::text is null or c.role = $1)
       and ($2::text is null or case $2 when 'expired' then c.status = 'drawn' and c.valid_until < current_date
                                        when 'drawn' then c.status = 'drawn' and (c.valid_until is null or c.valid_until >= current_date)
                                        else c.status = $2::cards.status end)
       and ($3::text is null or cards.searched(m) like '%' || lower(replace(replace(replace($3, '!', '!!'), '%', '!%'), '_', '!_')) || '%' escape '!')
       and ($5::bigint = 0 or m.account_id = $5)
), page as (
    select id, uuid from found
     where $4::uuid is null or id > (select id from cards.card where uuid = $4::uuid)
     order by id limit $6 + 1
), numbered as (
    select id, uuid, row_number() over (order by id) as place from page
)
select format('{"data":%s,"next":%s%s}',
       coalesce((select json_agg(s.json order by s.id) from cards.shown s join numbered n on n.id = s.id where n.place <= $6), '[]'),
       coalesce((select to_json(n.uuid) from numbered n where n.place = $6 and exists (select from numbered where place = $6 + 1)), 'null'),
       case when $7 then ',"total":' || (select count(*) from found) else '' end);

-- name: cards_redraw_role
with again as (
    update cards.card set status = 'due', error = null
     where role = $1 and status in ('due', 'drawing', 'drawn', 'failed')
    returning id
)
insert into job.job (kind, subject, key, priority, max_tries, request_id)
select 'card.draw', id, id, $2::smallint, $3::smallint, $4 from again
on conflict (kind, key) do update
   set again = job.job.lease_until is not null, state = 'ready',
       tries = case when job.job.state = 'parked' then 0 else job.job.tries end,
       run_at = case when job.job.lease_until is null then least(job.job.run_at, excluded.run_at) else job.job.run_at end;
