-- $1 null: the name stays.
-- name: db_tag
select set_config('application_name', coalesce($1, current_setting('application_name')), true);
