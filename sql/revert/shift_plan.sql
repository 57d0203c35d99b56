-- Revert samovar:shift_plan from pg

begin;

comment on column programme.shift.tasks is 'Plan, fixed for life: day of the month, "1" to "31", to the id of its task.';



commit;
