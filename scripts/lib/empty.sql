-- Takes everything out of the database, in the transaction of whoever restores.
set client_min_messages = error;
do $$
declare
	name text;
begin
	for name in
		select nspname from pg_namespace
		 where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')
	loop
		execute format('drop schema %I cascade', name);
	end loop;
	for name in select extname from pg_extension where extname <> 'plpgsql' loop
		execute format('drop extension %I cascade', name);
	end loop;
	for name in
		select oid::regprocedure::text from pg_proc where pronamespace = 'public'::regnamespace
	loop
		execute 'drop routine ' || name || ' cascade';
	end loop;
	for name in
		select oid::regclass::text from pg_class
		 where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
	loop
		execute 'drop table if exists ' || name || ' cascade';
	end loop;
end $$;
