-- Has the database the newest change that this program was built with ($1), and room for further connections?
-- name: ready
select exists (select from sqitch.changes where change = $1) as schema,
       (select count(*) from pg_stat_activity where backend_type = 'client backend')
           < current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer as room;

-- What /metrics counts in the database; $1: the kinds of jobs, each with a blank behind it.
-- name: queue_metrics
with kinds as (
    select kind from job.job union select unnest(string_to_array(trim($1), ' '))
), job_states as (
    select kind, state::text, count(j.id) as n, extract(epoch from now() - min(j.run_at)) as delay
      from kinds cross join unnest(enum_range(null::job.state)) state left join job.job j using (kind, state)
     group by kind, state
), healed as (
    select sum(unheard) as unheard, sum(lost) as lost, sum(altered) as altered, sum(orphans) as orphans,
           sum(uploads) as uploads, sum(damaged) as damaged
      from storage.reconciliation
)
select 'samovar_server_up' as name, format('{server="%s"}', s.name) as labels, (h.is_up is not false)::int as value
  from storage.server s left join storage.health h on h.server_id = s.id
 where s.is_on and s.deleted_at is null
union all
select 'samovar_healed_objects', format('{what="%s"}', what), coalesce(n, 0)::bigint
  from healed, lateral (values ('unheard', unheard), ('lost', lost), ('altered', altered), ('orphans', orphans),
                               ('uploads', uploads), ('damaged', damaged)) v (what, n)
union all
select 'samovar_damaged_objects', format('{server="%s"}', server),
       (select count(*) from store.object o where o.server = b.server and o.damaged_at is not null)
  from (select distinct server from store.bucket) b
union all
select 'samovar_lost_files', '', count(*)
  from storage.file_version v join storage.file f on f.current_version = v.id and f.deleted_at is null
 where v.lost_at is not null
union all
select 'samovar_parked_messages', '', count(*) from storage.parked_message
union all
select 'samovar_jobs', format('{kind="%s",state="%s"}', kind, state), n from job_states
union all
select 'samovar_job_delay_seconds', format('{kind="%s"}', kind), greatest(coalesce(delay, 0), 0)::bigint
  from job_states where state = 'ready'
union all
select 'samovar_outbox', format('{state="%s"}', s), (select count(*) from programme.outbox where state = s)
  from unnest(array['waiting', 'claimed', 'dispatched', 'failed', 'presumed']::programme.outbox_state[]) s
union all
select 'samovar_pushes', format('{state="%s"}', state), n
  from (select count(*) filter (where failed_at is null) as waiting, count(*) filter (where failed_at is not null) as failed
          from messenger.push) p, lateral (values ('waiting', waiting), ('failed', failed)) v (state, n)
union all
select 'samovar_phone_copies', format('{state="%s"}', state), n
  from (select count(*) filter (where not stale) as kept, count(*) filter (where stale) as stale,
               count(*) filter (where failures > 0) as failing from messenger.sync_file) f,
       lateral (values ('kept', kept), ('stale', stale), ('failing', failing)) v (state, n)
union all
select 'samovar_phone_copies_behind_seconds', '', coalesce(extract(epoch from now() - least((select min(since) from messenger.sync_due),
       (select created from messenger.sync_change order by id limit 1))), 0)::bigint
union all
select 'samovar_reports_waiting', '', count(*) from messenger.report where decision is null
union all
select m.metric, m.labels, coalesce((select sum(value) from installation.counted c where c.name = m.name and c.label = m.label), 0)::bigint
  from (values ('samovar_registrations_total', '', 'registrations', ''), ('samovar_confirmations_total', '', 'confirmations', ''),
               ('samovar_mails_total', '{result="sent"}', 'mails', 'sent'), ('samovar_mails_total', '{result="refused"}', 'mails', 'refused'),
               ('samovar_mails_total', '{result="failed"}', 'mails', 'failed')) m (metric, labels, name, label)
union all
select 'samovar_pictures', format('{state="%s",reason="%s"}', k.state, k.reason), count(p.id)
  from (select s as state, '' as reason from unnest(enum_range(null::account.picture_state)) s where s <> 'refused'
        union all
        select 'refused', r from unnest(array['not_an_image', 'broken', 'too_small', 'too_large', 'too_many_pixels', 'bad_shape',
                                              'too_heavy', 'crop_outside']) r) k
  left join account.picture p on p.state = k.state and coalesce(p.reason, '') = k.reason
 group by k.state, k.reason
union all
select 'samovar_picture_ready_seconds_bucket', format('{le="%s"}', b.le),
       coalesce((select sum(value) from installation.counted c where c.name = 'picture_ready'
                    and case c.label when '+Inf' then 'Infinity' else c.label end::numeric <= b.bound), 0)::bigint
  from (values ('1', 1::numeric), ('2', 2), ('3', 3), ('5', 5), ('10', 10), ('30', 30), ('60', 60), ('300', 300),
               ('+Inf', 'Infinity')) b (le, bound)
union all
select 'samovar_picture_ready_seconds_count', '', coalesce(sum(value), 0)::bigint from installation.counted where name = 'picture_ready'
union all
select 'samovar_picture_ready_seconds_sum', '', coalesce(round(sum(value) / 1000.0), 0)::bigint
  from installation.counted where name = 'picture_ready_ms'
 order by 1, 2;
