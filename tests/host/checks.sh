# shellcheck shell=sh
# usage: . tests/host/checks.sh, after host.sh, with REPO set and as root
# A booted host and what is checked of it, for tests/host/run and tests/host/package.
# shellcheck disable=SC2034 # fresh and tree are theirs

work=$(mktemp -d /var/tmp/samovar-host.XXXXXX)
fresh=${SAMOVAR_HOST_TREE:-$work/fresh}
tree=$work/host
host='' init=''
passed=0 failed=0
SERVICES="samovar-fcgi samovar-worker@1 samovar-scheduler samovar-nginx"

cleanup() {
	status=$?
	trap - EXIT
	[ -z "$host" ] || host_off
	rm -rf "$work"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# check CLAIM COMMAND...
check() {
	claim=$1
	shift
	if ("$@") >"$work/said" 2>&1; then
		passed=$((passed + 1))
		say "ok: $claim"
	else
		failed=$((failed + 1))
		say "FAILED: $claim"
		tail -n 40 "$work/said"
	fi
}

status_of() {
	host_do curl -s -m 10 -o /dev/null -w '%{http_code}' "http://127.0.0.1$1"
}

ready() {
	[ "$(status_of /readyz)" = 200 ]
}

console_is_served() {
	[ "$(status_of /console/)" = 200 ]
}

becomes_ready() {
	until_true 30 ready
}

units_are_active() {
	for unit in samovar.target samovar.socket samovar-migrate $SERVICES; do
		host_do systemctl is-active "$unit" || {
			host_do systemctl status --no-pager -l "$unit"
			return 1
		}
	done
}

nothing_failed() {
	! host_do systemctl --failed --plain --no-legend --no-pager | grep .
}

# survives_kill UNIT: it comes back by itself, as another process, and serves.
survives_kill() {
	before=$(host_do systemctl show -P MainPID "$1")
	host_do systemctl kill -s KILL "$1"
	until_true 30 came_back "$1" "$before" && becomes_ready
}

came_back() {
	now=$(host_do systemctl show -P MainPID "$1")
	[ "$now" -ne 0 ] && [ "$now" -ne "$2" ] && host_do systemctl is-active --quiet "$1"
}

# without_a_failed_request COMMAND...: while visitors come and go.
without_a_failed_request() {
	rm -f "$work/stop"
	nsenter -t "$init" -n /usr/bin/python3 "$REPO/tests/host/load.py" \
		http://127.0.0.1/ "$work/stop" >"$work/load" 2>&1 &
	load=$!
	until_true 10 some_visitors
	status=0
	"$@" || status=$?
	: >"$work/stop"
	wait "$load" || status=1
	cat "$work/load"
	[ "$status" -eq 0 ] || host_do journalctl -q --no-pager -n 400 -u samovar-fcgi -u samovar-nginx |
		grep -vE 'status=(200|40[0-9]) '
	return "$status"
}

some_visitors() {
	[ "$(host_do journalctl -q -u samovar-nginx --since -2s | grep -c readyz)" -gt 5 ]
}

control() {
	host_do samovar "$@"
}

# A person signs in; a file goes to the embedded store and comes back, byte for byte.
file_goes_round() {
	nsenter -t "$init" -n /usr/bin/python3 "$REPO/tests/host/visit.py" http://127.0.0.1 \
		boss correct-horse-1
}

file_was_kept() {
	file_goes_round >"$work/visit" 2>&1 || { cat "$work/visit"; return 1; }
	! grep stored "$work/visit"
}

# As docs/deploy.md has it: the first administrator and the first city. What doctor misses (mail, a bot) is no fault here.
first_steps() {
	printf 'correct-horse-1\n' | host_do samovar setup --yes --admin boss@example.org --admin-name boss \
		--city main --city-host 127.0.0.1 >"$work/setup" || true
	cat "$work/setup"
	grep -q 'city main at 127.0.0.1:9001' "$work/setup" && grep -q 'ok  *there is an administrator' "$work/setup"
}
