-- Verify samovar:lists_at_size on pg

begin;

select shift_id, part, members from programme.shift_size where false;
select id from storage.files_with(0, 'x', null, 1);
select 1 / (count(*) = 2)::int from pg_trigger where tgname in ('shift_count_insert', 'shift_count_delete');

rollback;
