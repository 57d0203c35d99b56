-- name: certificate_due
-- Who was in the shift to its end.
select m.id as member_id
  from programme.shift s join programme.member m on m.shift_id = s.id and m.status = 'active'
       join programme.participant p on p.id = m.participant_id and p.erased_at is null
 where s.id = $1 and s.status = 'finished' and not exists (select from cards.card c where c.programme_member_id = m.id)
 order by m.id;

-- name: certificate_give
-- 0: they have it, or are erased; whoever is just being erased finds what is made here.
with who as (
    select m.id, p.id as participant_id, p.name, p.surname, m.numbers_lombaryers as points, s.title, s.finished_at,
           (select count(*) from programme.report r where r.member_id = m.id and r.status = 'approved') as days
      from programme.member m join programme.participant p on p.id = m.participant_id join programme.shift s on s.id = m.shift_id
     where m.id = $1 and p.erased_at is null
       for share of p
), holder as (
    insert into cards.member (name, surname, participant_id, created, updated)
    select left(name, 100), left(surname, 100), participant_id, utc($4), utc($4) from who
    on conflict (participant_id) where participant_id is not null do update
       set name = excluded.name, surname = excluded.surname, updated = excluded.updated
    returning id
), card as (
    insert into cards.card (code, member_id, role, level, number, title, issued, programme_member_id, created, updated)
    select $2, holder.id, $3, least(who.points, 999999), who.days, who.title, who.finished_at, who.id, utc($4), utc($4)
      from who, holder
    on conflict (programme_member_id) where programme_member_id is not null do nothing
    returning id
), history as (
    insert into cards.history (card_id, at, what) select id, utc($4), 'made' from card
)
select coalesce((select id from card), 0)::bigint;

-- name: certificate_erase
-- What is drawn goes with the next sweep.
with holder as (
    update cards.member set name = '', surname = '', latin_name = null, updated = utc($2) where participant_id = $1 returning id
)
update cards.card c
   set status = 'withdrawn', withdrawn_at = coalesce(withdrawn_at, utc($2)), withdrawn_why = 'erased', version = version + 1,
       updated = utc($2)
  from holder where c.member_id = holder.id;
