-- name: console_settings_lock
select pg_advisory_xact_lock(hashtext('console.settings'));
