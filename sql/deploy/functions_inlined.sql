-- Deploy samovar:functions_inlined to pg
-- requires: programme_wire account_claimed
-- Functions of hot statements that the planner puts in place

begin;

-- A function is put in place only if it is no less volatile than what it calls and has no sub-select; if not, its body
-- is parsed and planned anew by every statement that calls it, which costs more than most of them.
-- extract() and json_build_object() are stable, so these are, too.
create or replace function public.us(timestamptz) returns bigint
language sql stable strict parallel safe
return (extract(epoch from $1) * 1000000)::bigint;

create or replace function programme.as_shift(programme.shift) returns json
language sql stable parallel safe
return json_build_object('id', ($1).id, 'status', ($1).status, 'title', ($1).title,
	'final_message', ($1).final_message, 'started_at', ($1).started_at, 'finished_at', ($1).finished_at,
	'sequence_number', ($1).sequence_number);

create or replace function programme.as_task(programme.task) returns json
language sql stable parallel safe
return json_build_object('id', ($1).id, 'url', ($1).url, 'title', ($1).title, 'is_archived', ($1).is_archived,
	'sequence_number', ($1).sequence_number);

create or replace function catalogue.short_film(id uuid, title text, rating double precision, whole boolean) returns text
language sql stable parallel safe
return '{"uuid":"' || id || '","title":' || to_json(title)::text
	|| ',"imdb_rating":' || coalesce(case when whole then to_json(rating)::text end, 'null') || '}';

-- What stood in a sub-select is given by the statement, which joins it. The older forms stay for programs that still
-- run while a host is upgraded. Where one parameter has a name all have: pg_dump writes an unnamed one beside it as "",
-- which no server takes back.
create view account.permission_list as
select account_id, json_agg(name order by name) as names from account.permission group by account_id;
comment on view account.permission_list is 'The names that an account holds, as a JSON array; no row: none.';

create function account.as_user(person account.account, permissions json) returns json
language sql stable parallel safe
return json_build_object('username', coalesce((person).username, ''), 'email', coalesce((person).email, (person).email_claimed, ''),
	'first_name', (person).name, 'last_name', (person).surname, 'is_superuser', (person).is_superuser,
	'permissions', coalesce(permissions, '[]'::json));
comment on function account.as_user(account.account, json) is 'User of the storage contract, 4.1: exactly these six members.';
create or replace function account.as_user(account.account) returns json
language sql stable parallel safe
return account.as_user($1, account.permissions_of(($1).id));

create function programme.as_request(programme.request, programme.participant) returns json
language sql stable parallel safe
return json_build_object('request_id', ($1).id, 'user_id', ($2).id, 'name', ($2).name, 'surname', ($2).surname,
	'date_of_birth', ($2).date_of_birth, 'city', ($2).city, 'phone_number', ($2).phone_number,
	'request_status', ($1).status, 'user_status', ($2).status);
comment on function programme.as_request(programme.request, programme.participant) is 'Request of the programme contract, 4.5.';
create or replace function programme.as_request(programme.request) returns json
language sql stable parallel safe
return (select programme.as_request($1, p) from programme.participant p where p.id = ($1).participant_id);

create function programme.as_report(report programme.report, updated_by uuid) returns json
language sql stable parallel safe
return json_build_object('shift_id', (report).shift_id, 'task_id', (report).task_id, 'member_id', (report).member_id,
	'updated_by', updated_by, 'reviewed_at', (report).reviewed_at,
	'task_date', (report).task_date, 'status', (report).status, 'report_url', (report).report_url,
	'uploaded_at', (report).uploaded_at, 'number_attempt', (report).number_attempt);
comment on function programme.as_report(programme.report, uuid) is 'Report of the programme contract, 4.6; it has no id.';
create or replace function programme.as_report(programme.report) returns json
language sql stable parallel safe
return programme.as_report($1, (select uuid from account.account where id = ($1).reviewed_by));

commit;
