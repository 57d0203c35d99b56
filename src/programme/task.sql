-- name: task_lock_titles
select pg_advisory_xact_lock(hashtext('programme.task'));

-- name: task_same_title
-- Looked for first: an insert that is refused would use up a number all the same.
select count(*) from programme.task where lower(title) = lower($1) and id is distinct from $2::uuid;

-- name: task_insert
insert into programme.task (url, title, picture_sha256, created, updated)
values ($1, $2, decode($3, 'hex'), utc($4), utc($4))
returning id, url, encode(picture_sha256, 'hex') as sha256;

-- name: task_lock : E_TASK_NOT_FOUND
select id, url, encode(picture_sha256, 'hex') as sha256 from programme.task where id = $1 for update;

-- name: task_update
update programme.task
   set title = $2, url = $3, picture_sha256 = coalesce(decode($4, 'hex'), picture_sha256),
       telegram_file_id = case when url = $3 then telegram_file_id end, updated = utc($5)
 where id = $1;

-- name: task_archive : E_TASK_NOT_FOUND
update programme.task set is_archived = not is_archived, updated = utc($2) where id = $1;

-- name: task_said : E_TASK_NOT_FOUND
-- For the audit trail.
select json_build_object('title', title, 'url', url, 'is_archived', is_archived)::text from programme.task where id = $1;

-- name: task_json : E_TASK_NOT_FOUND
select json_strip_nulls(programme.as_task(t)) from programme.task t where id = $1;
