-- Verify samovar:storage_suspected on pg
-- Selects what the change made, or divides by zero.

begin;

select suspected_at from storage.health where false;

rollback;
