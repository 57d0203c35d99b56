-- Verify samovar:photo_look on pg
-- Selects what the change made, or divides by zero.

begin;

select photo_id, whole, views from programme.photo_look where false;
select similar_likeness from programme.report_photo where false;

rollback;
