-- Verify samovar:programme_closed_day on pg

begin;

select shift_id, day, closed_at, closed_by from programme.closed_day where false;

rollback;
