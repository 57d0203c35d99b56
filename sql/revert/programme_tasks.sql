-- Revert samovar:programme_tasks from pg
-- Takes the seeded tasks away, edited or not; a task that a report points to stops the revert.

begin;

delete from programme.task where sequence_number <= 31;

commit;
