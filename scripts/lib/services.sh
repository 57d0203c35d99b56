# shellcheck shell=sh
# usage: . scripts/lib/services.sh, after state.sh
# Starting, watching and stopping the programs of one state directory.

# In the order of their start; they stop in the opposite one.
SERVICES="postgres redis rabbitmq samovar-fcgi samovar-worker samovar-scheduler nginx"

# keep NAME SIGNAL COMMAND...: COMMAND as the service user, kept alive; $keeper is
# the process that does so.
keep() {
	name=$1 signal=$2
	shift 2
	(
		cd "$STATE" || exit 1
		exec 9>&- # the lock of scripts/run, which this outlives
		exec setsid "$LIB/keep" "$name" "$signal" "$STATE" \
			"$LIB/as-service" "$SERVICE" "$STATE" "$@"
	) &
	# shellcheck disable=SC2034 # for scripts/run
	keeper=$!
	until_true 5 test -s "$STATE/run/$name.pid" || die "cannot start $name"
}

# pid_of FILE: the process it names, if that process works in this state directory
# (a process id of last week may be somebody else's today).
pid_of() {
	pid=$(cat "$STATE/run/$1" 2>/dev/null) && [ -n "$pid" ] &&
		case $(readlink "/proc/$pid/cwd" 2>/dev/null) in
		"$STATE" | "$STATE"/*) echo "$pid" ;;
		*) return 1 ;;
		esac
}

running() {
	pid_of "$1.keeper" >/dev/null || pid_of "$1.pid" >/dev/null
}

any_running() {
	for service in $SERVICES; do
		running "$service" && return 0
	done
	return 1
}

stopped() {
	! running "$1"
}

# stop_service NAME: politely, and after 15 seconds not.
stop_service() {
	running "$1" || { rm -f "$STATE/run/$1.pid" "$STATE/run/$1.keeper"; return 0; }
	stop_by TERM "$1"
	until_true 15 stopped "$1" || {
		warn "$1 does not stop, killing it"
		stop_by KILL "$1"
		until_true 5 stopped "$1" || true
	}
	rm -f "$STATE/run/$1.pid" "$STATE/run/$1.keeper"
}

# The keeper passes TERM on; without a keeper its command is told directly.
stop_by() {
	if pid=$(pid_of "$2.keeper"); then
		kill -s "$1" "$pid" 2>/dev/null || true
		[ "$1" = KILL ] || return 0
	fi
	if pid=$(pid_of "$2.pid"); then
		kill -s "$1" -- "-$pid" 2>/dev/null || kill -s "$1" "$pid" 2>/dev/null || true
	fi
}

stop_all() {
	reversed=
	for service in $SERVICES; do
		reversed="$service $reversed"
	done
	for service in $reversed; do
		stop_service "$service"
	done
	rabbitmq_stop_mapper
}

# last_words NAME: the end of its log, for the person who has to mend it.
last_words() {
	warn "The last lines of $STATE/log/$1.log:"
	tail -n 15 "$STATE/log/$1.log" >&2 || true
}

# rabbitmq_start PORT: a node of its own; PORT and the two behind it are its.
rabbitmq_start() {
	state_folder rabbitmq 700
	printf 'loopback_users = none\ndefault_vhost = storage\n' | state_file rabbitmq/rabbit.conf 600
	echo '[].' | state_file rabbitmq/plugins 600
	keep rabbitmq TERM env "HOME=$STATE/rabbitmq" "RABBITMQ_NODENAME=samovar-$1@localhost" \
		RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 "RABBITMQ_NODE_PORT=$1" \
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}" \
		"RABBITMQ_DIST_PORT=$(($1 + 1))" "ERL_EPMD_PORT=$(($1 + 2))" ERL_EPMD_ADDRESS=127.0.0.1 \
		"RABBITMQ_MNESIA_BASE=$STATE/rabbitmq" "RABBITMQ_LOG_BASE=$STATE/rabbitmq" \
		"RABBITMQ_ENABLED_PLUGINS_FILE=$STATE/rabbitmq/plugins" \
		"RABBITMQ_CONFIG_FILE=$STATE/rabbitmq/rabbit" RABBITMQ_CONF_ENV_FILE=/dev/null \
		/usr/lib/rabbitmq/bin/rabbitmq-server
	echo "$(($1 + 2))" | state_file run/epmd-port 644
}

# The port mapper is a daemon of its own and knows no keeper.
rabbitmq_stop_mapper() {
	[ -e "$STATE/run/epmd-port" ] || return 0
	epmd -port "$(cat "$STATE/run/epmd-port")" -kill >/dev/null 2>&1 || true
	rm -f "$STATE/run/epmd-port"
}
