-- Revert samovar:messenger_mail from pg

begin;

delete from account.email_token where purpose in ('phone_confirm', 'phone_reset');
alter table account.email_token
	drop constraint email_token_purpose_check,
	add constraint email_token_purpose_check
		check (purpose in ('confirm', 'change_old', 'change_new', 'undo', 'reset'));
comment on column account.email_token.purpose is 'confirm: the address of an account; change_old, change_new: consent of the old and of the new side to email_pending; undo: the old side takes the change back; reset: a new password.';

commit;
