# shellcheck shell=sh
# usage: . scripts/lib/database.sh, after services.sh
# A private PostgreSQL cluster and Redis, both on unix sockets in run/ only. That
# folder is the service user's alone, so the sockets ask for no password.

PG_BIN=/usr/lib/postgresql/15/bin

postgres_make() {
	rm -rf "$STATE/pg.new"
	[ ! -s "$STATE/pg/PG_VERSION" ] || return 0
	if [ -e "$STATE/pg" ] && ! rmdir "$STATE/pg" 2>/dev/null; then
		mv "$STATE/pg" "$STATE/pg.broken.$(date +%s)"
		warn "$STATE/pg is no database cluster: moved aside, making a new one"
	fi
	state_folder pg.new 700
	as_service "$PG_BIN/initdb" -D "$STATE/pg.new" -U samovar -E UTF8 --locale=C.UTF-8 \
		--auth=trust --no-sync >"$STATE/log/initdb.log" 2>&1 || {
		last_words initdb
		die "cannot make a database cluster"
	}
	sync -f "$STATE/pg.new"
	mv "$STATE/pg.new" "$STATE/pg"
}

# What PostgreSQL would say of a statement that fails quotes values: the row that is
# there already, the text that is no date. The programs log name and state of each
# statement that fails themselves; those of sessions end with them, and what is about
# the server as a whole stays.
quiet_settings() {
	cat <<'END'
log_min_messages = log
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
END
}

postgres_start() {
	postgres_make
	# After a power cut the lock file may name a process that is somebody else's now.
	pid=$(head -n 1 "$STATE/pg/postmaster.pid" 2>/dev/null) || pid=
	if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" != "$STATE/pg" ]; then
		rm -f "$STATE/pg/postmaster.pid"
	fi
	# shellcheck disable=SC2046 # a list of words
	keep postgres INT "$PG_BIN/postgres" -D "$STATE/pg" -c listen_addresses= \
		-c dynamic_shared_memory_type=mmap -c "unix_socket_directories=$STATE/run" -c unix_socket_permissions=0700 \
		-c max_connections=200 -c shared_buffers=256MB -c timezone=UTC -c log_timezone=UTC \
		$(quiet_settings | sed 's/^/-c /; s/ = /=/')
	until_true 30 as_service "$PG_BIN/pg_isready" -q -h "$STATE/run" || {
		last_words postgres
		die "PostgreSQL does not start"
	}
	[ -n "$(sql postgres "select 1 from pg_database where datname = 'samovar'")" ] ||
		sql postgres "create database samovar" >/dev/null
}

# sql DATABASE STATEMENT
sql() {
	as_service "$PG_BIN/psql" -X -q -A -t -h "$STATE/run" -U samovar -d "$1" \
		-v ON_ERROR_STOP=1 -c "$2"
}

migrate() {
	control migrate up >"$STATE/log/migrate.log" 2>&1 || {
		last_words migrate
		die "the database cannot be migrated"
	}
}

redis_start() {
	keep redis TERM redis-server --port 0 --unixsocket "$STATE/run/redis.sock" \
		--unixsocketperm 700 --dir "$STATE/redis" --save '' --appendonly no \
		--daemonize no --hz 1 --maxmemory 256mb --maxmemory-policy volatile-lru
	until_true 10 as_service redis-cli -s "$STATE/run/redis.sock" ping || {
		last_words redis
		die "Redis does not start"
	}
}
