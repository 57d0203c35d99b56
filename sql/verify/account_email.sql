-- Verify samovar:account_email on pg

begin;

select email_confirmed_at, email_pending, email_trouble, confirm_by, language from account.account where false;
select id, account_id, purpose, address, token_hash, code_hash, code_expires, tries, is_repeat, created, expires, used_at
  from account.email_token where false;

rollback;
