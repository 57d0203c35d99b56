-- name: tasks_list
select json_strip_nulls(coalesce(json_agg(programme.as_task(t) order by sequence_number), '[]')) from programme.task t;

-- name: task_show : E_TASK_NOT_FOUND
select json_strip_nulls(programme.as_task(t)) from programme.task t where id = $1;
