-- name: installation_lines
select concat_ws(E'\n',
           'installation  ' || s.id,
           'state         ' || case when s.fenced_at is null then 'live'
                                    else 'fenced since ' || iso(s.fenced_at) || ': ' || s.reason end,
           'copy of       ' || s.former_id,
           'restored      ' || iso(s.restored_at) || coalesce(' from a backup of ' || iso(s.backup_at), ''),
           (select 'waiting       ' || count(*) || ' servers that the fence switched off' from storage.server
             where fenced having count(*) > 0),
           case when s.fenced_at is not null then
               E'\nNothing outside is called: mails and bot messages are files, S3 servers are off.\n'
               'If the original is gone: samovarctl installation live --take-over\n'
               'If this is a new installation with servers of its own: samovarctl installation live' end)
  from installation.state s;

-- name: installation_fenced
select (fenced_at is not null)::int from installation.state;

-- name: installation_note_backup
update installation.state set backup_at = utc($1), restored_at = now();

-- name: installation_fence
select installation.fence($1) is null;

-- name: installation_unfence
select installation.live($1) is null;

-- name: installation_wake
select count(pg_terminate_backend(pid)) from pg_stat_activity
 where datname = current_database() and usename = current_user and pid <> pg_backend_pid();
