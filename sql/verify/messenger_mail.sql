-- Verify samovar:messenger_mail on pg

begin;

select 1 / count(*) from pg_constraint where conname = 'email_token_purpose_check' and pg_get_constraintdef(oid) like '%phone_reset%';

rollback;
