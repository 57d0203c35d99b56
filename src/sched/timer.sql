-- name: timer_known
insert into job.timer (name) values ($1) on conflict do nothing;

-- name: timer_ledger
with slot as (
    insert into job.timer_run (timer, slot, fired_by)
    select name, utc($2), $3 from job.timer t
     where name = $1 and enabled
       and not exists (select from job.timer_run r where r.timer = t.name
                          and r.slot >= utc($2) and r.slot < utc($2) + interval '40 days')
       and ($4::boolean or exists (select from job.timer_run r where r.timer = t.name))
    on conflict do nothing
    returning timer, slot
)
update job.timer t set last_slot = greatest(t.last_slot, s.slot) from slot s where t.name = s.timer;

-- name: timer_ledger_note
insert into job.timer_run (timer, slot, fired_by) values ($1, utc($2), $3) on conflict do nothing;

-- name: timer_job_id
select id from job.job where kind = $1 and key = $2;

-- name: timer_switch
insert into job.timer (name, enabled) values ($1, $2::boolean)
on conflict (name) do update set enabled = excluded.enabled;
