-- Revert samovar:functions_inlined from pg

begin;

create or replace function programme.as_report(programme.report) returns json
language sql stable parallel safe
return json_build_object('shift_id', ($1).shift_id, 'task_id', ($1).task_id, 'member_id', ($1).member_id,
	'updated_by', (select uuid from account.account where id = ($1).reviewed_by), 'reviewed_at', ($1).reviewed_at,
	'task_date', ($1).task_date, 'status', ($1).status, 'report_url', ($1).report_url,
	'uploaded_at', ($1).uploaded_at, 'number_attempt', ($1).number_attempt);
drop function programme.as_report(programme.report, uuid);

create or replace function programme.as_request(programme.request) returns json
language sql stable parallel safe
return (select json_build_object('request_id', ($1).id, 'user_id', p.id, 'name', p.name, 'surname', p.surname,
	'date_of_birth', p.date_of_birth, 'city', p.city, 'phone_number', p.phone_number,
	'request_status', ($1).status, 'user_status', p.status)
	from programme.participant p where p.id = ($1).participant_id);
drop function programme.as_request(programme.request, programme.participant);

create or replace function account.as_user(account.account) returns json
language sql stable parallel safe
return json_build_object('username', coalesce(($1).username, ''), 'email', coalesce(($1).email, ($1).email_claimed, ''),
	'first_name', ($1).name, 'last_name', ($1).surname, 'is_superuser', ($1).is_superuser,
	'permissions', account.permissions_of(($1).id));
drop function account.as_user(account.account, json);
drop view account.permission_list;

create or replace function catalogue.short_film(id uuid, title text, rating double precision, whole boolean) returns text
language sql immutable parallel safe
return '{"uuid":"' || id || '","title":' || to_json(title)::text
	|| ',"imdb_rating":' || coalesce(case when whole then to_json(rating)::text end, 'null') || '}';

create or replace function programme.as_task(programme.task) returns json
language sql immutable parallel safe
return json_build_object('id', ($1).id, 'url', ($1).url, 'title', ($1).title, 'is_archived', ($1).is_archived,
	'sequence_number', ($1).sequence_number);

create or replace function programme.as_shift(programme.shift) returns json
language sql immutable parallel safe
return json_build_object('id', ($1).id, 'status', ($1).status, 'title', ($1).title,
	'final_message', ($1).final_message, 'started_at', ($1).started_at, 'finished_at', ($1).finished_at,
	'sequence_number', ($1).sequence_number);

create or replace function public.us(timestamptz) returns bigint
language sql immutable strict parallel safe
return (extract(epoch from $1) * 1000000)::bigint;

commit;
