-- Deploy samovar:console_face to pg
-- Sign-in of the console

begin;

alter table account.session
	drop constraint session_face_check,
	add constraint session_face_check
		check (face in ('storage', 'programme', 'messenger', 'cards', 'catalogue', 'people', 'console'));
comment on column account.session.jti is 'Names the token. Console: the first 128 bits of the SHA-256 of the secret in its cookie.';

create index report_of_day on programme.report (shift_id, task_date);

commit;
