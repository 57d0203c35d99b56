-- Revert samovar:account_email from pg

begin;

delete from account.session where face = 'people';
alter table account.session
	drop constraint session_face_check,
	add constraint session_face_check check (face in ('storage', 'programme', 'messenger', 'cards', 'catalogue'));
drop table account.email_token;
alter table account.account
	drop email_confirmed_at,
	drop email_pending,
	drop email_trouble,
	drop confirm_by,
	drop language;

commit;
