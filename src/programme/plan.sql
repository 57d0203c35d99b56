-- name: plan_lock : E_SHIFT_NOT_FOUND
-- Not while the task of $2 is being issued (day_shift).
select s.status, s.tasks::text as tasks, us(s.updated) as version,
       case when s.status = 'started' and $2::date between s.started_at and s.finished_at then s.tasks ->> extract(day from $2::date)::text end as today
  from programme.shift s where s.id = $1 for update;

-- name: plan_set : E_INPUT
with planned as (
    select u.id::uuid as id, u.day from unnest(string_to_array($2, ' ')) with ordinality u(id, day)
), known as (
    select count(*) = (select count(distinct id) from planned) as all_of_them
      from programme.task t, programme.shift s
     where s.id = $1 and t.id in (select id from planned)
       and (not t.is_archived or t.id::text in (select value from jsonb_each_text(s.tasks)))
)
update programme.shift set tasks = (select jsonb_object_agg(day::text, id) from planned), updated = utc($3)
 where id = $1 and (select all_of_them from known)
returning tasks::text;
