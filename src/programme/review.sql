-- name: review_release
-- A decision whose job an operator has dropped is none any more: its photo waits again.
with dropped as (
    delete from programme.review_decision d
     where not exists (select from job.job j where j.kind = 'review.settle' and j.subject = d.id::text)
)
delete from programme.review_claim where account_id = $1 and report_id <> all (string_to_array($2, ' ')::uuid[]);

-- name: review_claim
-- First what one holds already. Two who claim at once pass over what the other has locked, or find its claim.
with free as (
    select r.id from programme.report r
      left join programme.review_claim own on own.report_id = r.id and own.account_id = $1
     where r.status = 'reviewing' and r.id <> all (string_to_array($4, ' ')::uuid[])
       and not exists (select from programme.review_decision d where d.report_id = r.id)
       and not exists (select from programme.review_claim c where c.report_id = r.id and c.account_id <> $1 and c.until > utc($5))
     order by own.report_id is null, r.uploaded_at, r.id
     limit $2
       for update of r skip locked
), claimed as (
    insert into programme.review_claim as c (report_id, account_id, until)
    select id, $1, utc($5) + $3 * interval '1 second' from free
    on conflict (report_id) do update set account_id = excluded.account_id, until = excluded.until
     where c.account_id = excluded.account_id or c.until <= utc($5)
    returning report_id
)
select r.id, r.shift_id, s.title as shift_title, t.title as task_title, t.url as task_url, p.id as child_id, p.name, p.surname,
       r.report_url as photo_url, r.task_date, us(r.uploaded_at) as uploaded_at, r.number_attempt as attempt, $6::bigint as attempts,
       coalesce(l.alike, 0) as alike, coalesce(l.likeness, 0) as likeness
  from claimed
  join programme.report r on r.id = claimed.report_id
  join programme.shift s on s.id = r.shift_id
  join programme.task t on t.id = r.task_id
  join programme.member m on m.id = r.member_id
  join programme.participant p on p.id = m.participant_id
  left join lateral (select count(*) as alike, max(o.likeness) as likeness
                       from programme.report_photo own
                       cross join lateral (
                           select own.similar_likeness as likeness where own.similar_to is not null
                           union all
                           select x.similar_likeness from programme.report_photo x where x.similar_to = own.id) o
                      where own.report_id = r.id) l on true
 order by r.uploaded_at, r.id;

-- name: review_past
select r.id as report_id, o.id, o.status, t.title as task_title, o.report_url as photo_url, o.task_date
  from programme.report r
  cross join lateral (select * from programme.report x
                       where x.member_id = r.member_id and x.task_date < r.task_date and x.report_url is not null
                       order by x.task_date desc limit 6) o
  join programme.task t on t.id = o.task_id
 where r.id = any (string_to_array($1, ' ')::uuid[])
 order by r.id, o.task_date desc;

-- name: review_state : E_REPORT_NOT_FOUND
-- Locked, so that what is decided is what was seen; the shift before the report, so that one that ends hears the decision.
with shift as materialized (
    select s.id from programme.shift s join programme.report r on r.shift_id = s.id where r.id = $1 for key share of s
)
select r.status, r.number_attempt as attempt,
       exists (select from programme.review_claim c where c.report_id = r.id and c.account_id <> $2 and c.until > utc($3)) as is_others,
       coalesce((select d.id from programme.decline_reason d where d.id = $4 and not d.is_archived), 0) as reason
  from shift join programme.report r on r.shift_id = shift.id where r.id = $1 for update of r;

-- name: review_decide
insert into programme.review_decision (report_id, account_id, attempt, approved, reason_id)
values ($1, $2, $3, $4, nullif($5::integer, 0))
returning id;

-- name: review_forget_claim
delete from programme.review_claim where report_id = $1;

-- name: review_undo
with gone as (
    delete from programme.review_decision where report_id = $1 and account_id = $2 returning report_id
)
insert into programme.review_claim (report_id, account_id, until)
select report_id, $2, utc($3) + $4 * interval '1 second' from gone
on conflict (report_id) do update set account_id = excluded.account_id, until = excluded.until;

-- name: review_lock_shift
-- Before the decision, in the order of those who end a shift.
select s.id from programme.review_decision d
  join programme.report r on r.id = d.report_id
  join programme.shift s on s.id = r.shift_id
 where d.id = $1 for no key update of s;

-- name: review_pending
select d.id::text from programme.review_decision d join programme.report r on r.id = d.report_id where r.shift_id = $1 order by d.id;

-- name: review_settle
-- The photo that was looked at may have been replaced since, and then nothing is decided.
with gone as (
    delete from programme.review_decision where id = $1 returning *
)
select g.report_id, g.account_id, g.approved, coalesce(g.reason_id, 0) as reason
  from gone g join programme.report r on r.id = g.report_id
 where r.status = 'reviewing' and r.number_attempt = g.attempt;

-- name: review_reasons
select coalesce(json_agg(json_build_object('id', id, 'position', position, 'title', title, 'message', message) order by position), '[]')
  from programme.decline_reason where not is_archived;

-- name: review_drop_reason
update programme.decline_reason set is_archived = true where position = $1 and not is_archived;

-- name: review_add_reason
insert into programme.decline_reason (position, title, message) values ($1, $2, $3);
