-- Verify samovar:storage_copy_doubt on pg
-- Selects what the change made, or divides by zero.

begin;

select doubted_at from storage.copy where false;

rollback;
