#!/bin/sh
# usage: tests/sql/test_migrations.sh
# The migrations in a PostgreSQL cluster of their own: deploy, verify, revert one by one, deploy again.
# Needs sqitch and the PostgreSQL server; as root it works as the user nobody.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(pg_config --bindir)
[ -x "$bin/initdb" ] || bin=$(dirname "$(command -v initdb)")
tmp=$(mktemp -d)
chmod 711 "$tmp"
mkdir "$tmp/pg" "$tmp/log"

as_owner() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
	chown nobody "$tmp/pg" "$tmp/log"
	as_owner() { runuser -u nobody -- "$@"; }
fi

stop() {
	as_owner "$bin/pg_ctl" -D "$tmp/pg/data" -m immediate stop >/dev/null 2>&1 || :
	rm -rf "$tmp"
}
trap stop EXIT
trap 'exit 1' INT TERM

as_owner "$bin/initdb" -D "$tmp/pg/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >"$tmp/log/initdb" 2>&1 ||
	{ cat "$tmp/log/initdb" >&2; exit 1; }
as_owner "$bin/pg_ctl" -D "$tmp/pg/data" -w -l "$tmp/log/pg" \
	-o "-k $tmp/pg -c listen_addresses= -c fsync=off -c log_min_messages=warning" start >/dev/null ||
	{ cat "$tmp/log/pg" >&2; exit 1; }

# Whoever migrates owns the database and is no more than that, as on a host.
export PGHOST="$tmp/pg" PGUSER=samovar PGDATABASE=samovar
createuser -U postgres --no-superuser --no-createdb --no-createrole samovar
createdb -U postgres -T template0 -O samovar samovar
target="db:pg://samovar@/samovar?host=$tmp/pg"

run() {
	echo "# sqitch $*"
	sqitch --chdir "$top/sql" --quiet "$@" "$target" >"$tmp/out" 2>&1 || { cat "$tmp/out" >&2; exit 1; }
}
fail() {
	echo "not ok: $1" >&2
	exit 1
}
# Everything that is not PostgreSQL's, an extension's or sqitch's own.
ours() {
	psql -qAtc "
		select 'relation ' || c.oid::regclass from pg_class c join pg_namespace n on n.oid = relnamespace
		 where nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'sqitch')
		union all
		select 'function ' || p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = pronamespace
		 where nspname not in ('pg_catalog', 'information_schema', 'sqitch')
		   and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
		union all
		select 'type ' || t.oid::regtype from pg_type t join pg_namespace n on n.oid = typnamespace
		 where nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'sqitch')
		union all
		select 'schema ' || nspname from pg_namespace
		 where nspname !~ '^pg_' and nspname not in ('information_schema', 'sqitch', 'public')
		 order by 1"
}
# The text of the schema, as pg_dump sees it.
schema() { pg_dump --schema-only --no-owner --exclude-schema=sqitch | grep -Ev '^(--|\\(un)?restrict|$)'; }

run deploy --verify
run verify
schema >"$tmp/first"

# Names of before, in the other form: brought into ours, and where that one is taken they get a number.
run revert -y --to text_normal_form^
psql -qAt >/dev/null <<'SQL'
insert into account.account (id, username, name, surname) overriding system value
values (1, 'e' || chr(769) || 'lan', 'И' || chr(774), ''), (2, 'x', '', ''), (3, chr(233) || '2', '', ''), (4, 'e' || chr(769) || '2', '', '');
insert into storage.file (account_id, name, size, created) values
(1, 'е' || chr(776) || 'ж.txt', 1, '2020-01-01'), (1, 'ёж.txt', 1, '2020-01-02'), (1, 'е' || chr(776) || 'ж (2).txt', 1, '2020-01-03'),
(2, 'е' || chr(776) || 'ж', 1, now());
SQL
run deploy --verify
names=$(psql -qAtc "select string_agg(name, ' ' order by account_id, created) from storage.file")
[ "$names" = "ёж (2).txt ёж.txt ёж (2) (2).txt ёж" ] || fail "file names after the migration: $names"
names=$(psql -qAtc "select string_agg(username || name, ' ' order by id) from account.account")
[ "$names" = "élanЙ x é2 $(printf 'e\314\201')2" ] || fail "account names after the migration: $names"
psql -qAtc "delete from storage.file; delete from account.account" >/dev/null

# Titles that differ by case only were two before: the later one gets a number that is free.
run revert -y --to task_titles^
psql -qAtc "insert into programme.task (url, title) values
	('/a.jpg', 'Уборка'), ('/b.jpg', 'УБОРКА'), ('/c.jpg', 'уборка (2)'), ('/d.jpg', 'Посуда')" >/dev/null
run deploy --verify
titles=$(psql -qAtc "select string_agg(title, ', ' order by sequence_number) from programme.task where url ~ '^/[a-d].jpg'")
[ "$titles" = "Уборка, УБОРКА (3), уборка (2), Посуда" ] || fail "titles of tasks after the migration: $titles"
psql -qAtc "delete from programme.task where url ~ '^/[a-d].jpg'" >/dev/null

# One change at a time, so that a revert that leaves something behind shows where it stands.
changes=$(grep -Ec '^[a-z]' "$top/sql/sqitch.plan")
while [ "$changes" -gt 1 ]; do
	run revert -y --to @HEAD^
	changes=$((changes - 1))
done
run revert -y
left=$(ours)
[ -z "$left" ] || fail "the reverts leave behind: $left"

run deploy --verify
run verify
schema >"$tmp/second"
cmp -s "$tmp/first" "$tmp/second" || { diff "$tmp/first" "$tmp/second"; fail "the second deploy differs"; }

# A catalogue that was loaded before its words were cut in one way is found in the new way after it.
run revert -y --to catalogue_cut^
psql -qAtc "
	insert into catalogue_next.raw_film (id, title) values (gen_random_uuid(), 'Face/Off'), (gen_random_uuid(), '七人の侍');
	select catalogue.load_films(), catalogue.load_people(), catalogue.load_spelling(), catalogue.load_indexes();
	select catalogue.load_publish('test')" >/dev/null
run deploy --verify
found=$(psql -qAtc "select string_agg(title, ' ' order by title) from catalogue.film where id in (
	select id from catalogue.find_films('faceoff', 9) union select id from catalogue.find_films('七人', 9))")
[ "$found" = "Face/Off 七人の侍" ] || fail "films that were there before catalogue_cut are not found: $found"
run verify

# A backup can be restored.
createdb -U postgres -T template0 -O samovar restored
pg_dump -Fc | pg_restore -U postgres --exit-on-error -d restored >"$tmp/out" 2>&1 ||
	{ cat "$tmp/out" >&2; fail "a dump cannot be restored"; }

bare=$(psql -qAtc "
	select c.oid::regclass from pg_class c join pg_namespace n on n.oid = relnamespace
	 where relkind = 'r' and nspname in ('account', 'job', 'programme', 'storage', 'store', 'messenger', 'cards', 'catalogue')
	   and obj_description(c.oid, 'pg_class') is null")
[ -z "$bare" ] || fail "tables without a comment: $bare"

zoneless=$(psql -qAtc "
	select table_schema || '.' || table_name || '.' || column_name from information_schema.columns
	 where data_type = 'timestamp without time zone'
	   and table_schema not in ('pg_catalog', 'information_schema', 'sqitch')")
[ -z "$zoneless" ] || fail "times without a zone: $zoneless"

# Deleting a row must not read a whole table that refers to it.
unindexed=$(psql -qAtc "
	select conrelid::regclass || ' ' || conname from pg_constraint c
	 where contype = 'f' and connamespace::regnamespace::text not in ('sqitch')
	   and not exists (select from pg_index
		 where indrelid = conrelid and indkey[0] = any (conkey)
		   and (indpred is null or pg_get_expr(indpred, indrelid) like '% IS NOT NULL)'))")
[ -z "$unindexed" ] || fail "foreign keys without an index: $unindexed"

silent=$(grep -hnE 'references ' "$top"/sql/deploy/*.sql | grep -v 'on delete' | grep -vE 'references programme.member|references storage.file_version|^[0-9]+:--' || :)
[ -z "$silent" ] || fail "references that do not say on delete: $silent"

"$top/scripts/draw-docs" --check || fail "a drawing in docs/ is not current"

echo "ok: migrations"
