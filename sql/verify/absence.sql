-- Verify samovar:absence on pg

begin;

select member_id, day, kind, added_by, is_staffs, replaced, created from programme.absence where false;

rollback;
