-- Verify samovar:messenger_import_ended on pg
-- Selects what the change made, or divides by zero.

begin;

select id from messenger.imported_relation where false;
select id from messenger.imported_subscription where false;

rollback;
