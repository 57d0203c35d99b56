-- Verify samovar:messenger_import on pg
-- Selects what the change made, or divides by zero.

begin;

select old_id, account_id from messenger.imported_account where false;
select 1 / (messenger.unwrapped('"{\"a\": 1}"') = '{"a": 1}')::int;

rollback;
