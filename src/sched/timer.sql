-- name: timer_known
insert into job.timer (name) values ($1) on conflict do nothing;

-- name: timer_ledger
with slot as (
    insert into job.timer_run (timer, slot, fired_by)
    select name, utc($2), $3 from job.timer where name = $1 and enabled
    on conflict do nothing
    returning timer, slot
)
update job.timer t set last_slot = greatest(t.last_slot, s.slot) from slot s where t.name = s.timer;

-- name: timer_ledger_note
insert into job.timer_run (timer, slot, fired_by) values ($1, utc($2), $3) on conflict do nothing;

-- name: timer_job_id
select id from job.job where kind = $1 and key = $2;
