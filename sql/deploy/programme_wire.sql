-- Deploy samovar:programme_wire to pg
-- requires: programme
-- How the programme's objects are shown: one place for the members of each object of the contract.

begin;

create function programme.as_shift(programme.shift) returns json
language sql immutable parallel safe
return json_build_object('id', ($1).id, 'status', ($1).status, 'title', ($1).title,
	'final_message', ($1).final_message, 'started_at', ($1).started_at, 'finished_at', ($1).finished_at,
	'sequence_number', ($1).sequence_number);
comment on function programme.as_shift is 'Shift of the programme contract, 4.4.';

create function programme.as_request(programme.request) returns json
language sql stable parallel safe
return (select json_build_object('request_id', ($1).id, 'user_id', p.id, 'name', p.name, 'surname', p.surname,
	'date_of_birth', p.date_of_birth, 'city', p.city, 'phone_number', p.phone_number,
	'request_status', ($1).status, 'user_status', p.status)
	from programme.participant p where p.id = ($1).participant_id);
comment on function programme.as_request is 'Request of the programme contract, 4.5.';

create function programme.as_report(programme.report) returns json
language sql stable parallel safe
return json_build_object('shift_id', ($1).shift_id, 'task_id', ($1).task_id, 'member_id', ($1).member_id,
	'updated_by', (select uuid from account.account where id = ($1).reviewed_by), 'reviewed_at', ($1).reviewed_at,
	'task_date', ($1).task_date, 'status', ($1).status, 'report_url', ($1).report_url,
	'uploaded_at', ($1).uploaded_at, 'number_attempt', ($1).number_attempt);
comment on function programme.as_report is 'Report of the programme contract, 4.6; it has no id.';

create function programme.as_task(programme.task) returns json
language sql immutable parallel safe
return json_build_object('id', ($1).id, 'url', ($1).url, 'title', ($1).title, 'is_archived', ($1).is_archived,
	'sequence_number', ($1).sequence_number);
comment on function programme.as_task is 'Task of the programme contract, 4.7.';

alter table programme.report_photo add column phashes bigint[] not null default '{}';
comment on column programme.report_photo.phashes is 'Perceptual hashes of the whole picture and of its middle, each in eight positions: turned and mirrored.';
alter table programme.report_photo add column similar_to bigint references programme.report_photo on delete set null;
comment on column programme.report_photo.similar_to is 'The photo that it resembles, for the reviewer; null: none.';
alter table programme.report_photo add column similar_bits smallint;
comment on column programme.report_photo.similar_bits is 'In how many of 64 bits the two differ.';
create index report_photo_similar on programme.report_photo (similar_to) where similar_to is not null;

create table programme.photo_intake (
	id bigint generated always as identity primary key,
	report_id uuid not null references programme.report on delete cascade,
	chat_id bigint not null,
	file_id text not null,
	unique_id text not null,
	received timestamptz not null default now(),
	constraint photo_intake_taken unique (report_id, unique_id)
);
comment on table programme.photo_intake is 'Photos that have been sent to the bot and are still to be fetched from Telegram.';
create index photo_intake_received on programme.photo_intake (received);

commit;
