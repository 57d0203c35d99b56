-- Has the database the newest change that this program was built with ($1), and room for further connections?
-- name: ready
select exists (select from sqitch.changes where change = $1) as schema,
       (select count(*) from pg_stat_activity where backend_type = 'client backend')
           < current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer as room;

-- name: queue_metrics
with jobs as (
    select kind, state::text, count(*) as n,
           extract(epoch from now() - min(run_at))::bigint as oldest
      from job.job group by kind, state
), outbox as (
    select state::text, count(*) as n from programme.outbox
     where state in ('waiting', 'claimed', 'dispatched', 'failed', 'presumed') group by state
)
select concat(
    E'# TYPE samovar_server_up gauge\n',
    (select string_agg(format(E'samovar_server_up{server="%s"} %s\n', s.name, (h.is_up is not false)::int), '' order by s.name)
       from storage.server s left join storage.health h on h.server_id = s.id where s.is_on and s.deleted_at is null),
    E'# TYPE samovar_healed_objects gauge\n',
    (select string_agg(format(E'samovar_healed_objects{what="%s"} %s\n', what, n), '')
       from (select coalesce(sum(unheard), 0), coalesce(sum(lost), 0), coalesce(sum(altered), 0), coalesce(sum(orphans), 0),
                    coalesce(sum(uploads), 0), coalesce(sum(damaged), 0) from storage.reconciliation) r
                (unheard, lost, altered, orphans, uploads, damaged),
            lateral (values ('unheard', unheard), ('lost', lost), ('altered', altered), ('orphans', orphans),
                            ('uploads', uploads), ('damaged', damaged)) v (what, n)),
    E'# TYPE samovar_damaged_objects gauge\n',
    (select string_agg(format(E'samovar_damaged_objects{server="%s"} %s\n', server, n), '' order by server)
       from (select b.server, (select count(*) from store.object o where o.server = b.server and o.damaged_at is not null) as n
               from (select distinct server from store.bucket) b) d),
    format(E'# TYPE samovar_lost_files gauge\nsamovar_lost_files %s\n',
           (select count(*) from storage.file_version v
              join storage.file f on f.current_version = v.id and f.deleted_at is null where v.lost_at is not null)),
    format(E'# TYPE samovar_parked_messages gauge\nsamovar_parked_messages %s\n', (select count(*) from storage.parked_message)),
    E'# TYPE samovar_jobs gauge\n',
    (select string_agg(format(E'samovar_jobs{kind="%s",state="%s"} %s\n', kind, state, n), '') from jobs),
    E'# TYPE samovar_job_delay_seconds gauge\n',
    (select string_agg(format(E'samovar_job_delay_seconds{kind="%s"} %s\n', kind, greatest(oldest, 0)), '')
       from jobs where state = 'ready'),
    E'# TYPE samovar_outbox gauge\n',
    (select string_agg(format(E'samovar_outbox{state="%s"} %s\n', state, n), '') from outbox));
