-- The members of an object, without its braces.
-- name: console_health
select substr(o, 2, length(o) - 2)
  from (select json_build_object(
    'database', json_build_object('bytes', pg_database_size(current_database()), 'version', current_setting('server_version'),
        'connections', (select count(*) from pg_stat_activity where datname = current_database()),
        'most', current_setting('max_connections')::integer),
    'programs', (select coalesce(json_agg(json_build_object('name', name, 'connections', n) order by name), '[]')
                   from (select split_part(application_name, ' ', 1) as name, count(*) as n from pg_stat_activity
                          where datname = current_database() and application_name like 'samovar%' group by 1) p),
    'servers', (select coalesce(json_agg(json_build_object('name', s.name, 'is_on', s.is_on, 'is_up', h.is_up, 'why', h.why) order by s.name), '[]')
                  from storage.server s left join storage.health h on h.server_id = s.id where s.deleted_at is null),
    'peers', json_build_array(
        json_build_object('name', 'bot', 'last', (select iso(sent_at) from programme.outbox where state = 'sent' order by created desc limit 1),
                          'waiting', (select count(*) from programme.outbox where state = 'waiting')),
        json_build_object('name', 'mail', 'last', null, 'waiting', (select count(*) from job.job where kind = 'mail.send'))))::text as o) h;
