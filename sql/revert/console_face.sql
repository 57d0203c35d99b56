-- Revert samovar:console_face from pg

begin;

drop index programme.report_of_day;
delete from account.session where face = 'console';
comment on column account.session.jti is null;
alter table account.session
	drop constraint session_face_check,
	add constraint session_face_check
		check (face in ('storage', 'programme', 'messenger', 'cards', 'catalogue', 'people'));

commit;
