-- Deploy samovar:shift_plan to pg
-- The plan of a shift can be changed

begin;

comment on column programme.shift.tasks is 'Plan: day of the month, "1" to "31", to the id of its task. It may change for days that have not been issued.';



commit;
