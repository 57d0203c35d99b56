-- Deploy samovar:task_titles to pg
-- Titles of tasks are one whatever their case

begin;

-- Of titles that differ by case only, the later ones get a number.
do $$
declare
	t record;
	n integer;
begin
	for t in select id, title from programme.task a
	          where exists (select from programme.task e where lower(e.title) = lower(a.title) and e.sequence_number < a.sequence_number)
	          order by sequence_number loop
		n := 2;
		while exists (select from programme.task where lower(title) = lower(left(t.title, 140) || ' (' || n || ')')) loop
			n := n + 1;
		end loop;
		update programme.task set title = left(t.title, 140) || ' (' || n || ')' where id = t.id;
	end loop;
end $$;

alter table programme.task drop constraint task_title_taken;
create unique index task_title_taken on programme.task (lower(title));

commit;
