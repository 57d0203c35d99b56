# shellcheck shell=sh
# usage: . scripts/lib/state.sh, after common.sh, with REPO set
# The state directory: everything that a private Samovar owns.

# default_state: var/ of the clone, or, for root in a clone that the service user
# cannot reach, a folder of its own under /var/lib.
default_state() {
	if [ "$(id -u)" -ne 0 ] || reachable "$REPO"; then
		echo "$REPO/var"
	else
		echo "/var/lib/samovar-demo-$(printf %s "$REPO" | cksum | cut -d' ' -f1)"
	fi
}

# reachable DIR: the service user may walk into it.
reachable() {
	[ "$(id -u)" -ne 0 ] ||
		setpriv --reuid "$(service_user)" --regid "$(service_user)" \
			--init-groups -- test -x "$1"
}

# state_open DIR: sets STATE (absolute), SERVICE, and PREFIX, where the programs are
# installed. With SAMOVAR_PREFIX they are there already, built by somebody else.
state_open() {
	mkdir -p "$1" || die "cannot make the state directory $1"
	STATE=$(cd "$1" && pwd -P)
	SERVICE=$(service_user)
	PREFIX=$STATE/prefix
	# A unix socket's path has at most 107 characters.
	[ ${#STATE} -le 80 ] || die "the path $STATE is too long for sockets; use --state"
}

# state_make CITIES: the folders, owned by the service user. Repairs what is half made.
state_make() {
	owner=$(stat -c %U "$STATE/secret" 2>/dev/null || echo "$SERVICE")
	if [ "$owner" != "$SERVICE" ] || [ ! -w "$STATE" ]; then
		die "what is in $STATE belongs to $(stat -c %U "$STATE"), and this would run as $SERVICE: start it as before, or use --state"
	fi
	[ "$(id -u)" -ne 0 ] || chown "$SERVICE:" "$STATE"
	chmod 755 "$STATE"
	reachable "$STATE" || die "the user $SERVICE cannot reach $STATE: use --state with a folder that everybody may enter"
	[ ! -L "$PREFIX" ] || rm "$PREFIX"
	if [ -n "${SAMOVAR_PREFIX:-}" ]; then
		rm -rf "$PREFIX"
		ln -s "$SAMOVAR_PREFIX" "$PREFIX"
	fi
	for folder in run secret redis nginx mail bot push photos; do
		state_folder "$folder" 700
	done
	for folder in objects static static/tasks; do
		state_folder "$folder" 755
	done
	state_logs
	cities_choose "$1"
	for city in $(city_names); do
		state_folder "objects/$city" 700
		state_folder "objects/$city/incoming" 700 # the demo puts pictures there before nginx has made it
	done
}

# state_logs: for the service user and its group only; also those that this script and
# nginx's own test of its configuration are the first to write.
state_logs() {
	state_folder log 750
	for name in access initdb migrate demo nginx; do
		: >>"$STATE/log/$name.log"
		[ "$(id -u)" -ne 0 ] || chown "$SERVICE:" "$STATE/log/$name.log"
	done
	find "$STATE/log" -type f ! -perm 640 -exec chmod 640 {} +
}

state_folder() {
	mkdir -p "$STATE/$1" 2>/dev/null || die "$STATE/$1 is in the way: it is not a folder"
	chmod "$2" "$STATE/$1"
	[ "$(id -u)" -ne 0 ] || chown "$SERVICE:" "$STATE/$1"
}

# state_file NAME MODE: standard input becomes the file, whole or not at all.
state_file() {
	cat >"$STATE/$1.new"
	chmod "$2" "$STATE/$1.new"
	[ "$(id -u)" -ne 0 ] || chown "$SERVICE:" "$STATE/$1.new"
	mv -f "$STATE/$1.new" "$STATE/$1"
}

# secret NAME BYTES: made once, kept with the state.
secret() {
	[ -s "$STATE/secret/$1" ] || openssl rand -hex "$2" | state_file "secret/$1" 600
	cat "$STATE/secret/$1"
}

# The cities of the embedded store, in the order of their ports.
city_names() {
	case $(cat "$STATE/cities" 2>/dev/null) in
	3) echo s3_1 s3_2 s3_3 ;;
	*) echo s1_1 s1_2 s1_3 s2_1 s3_1 ;;
	esac
}

# cities_choose COUNT: which cities this state has, once and for all; COUNT may be empty.
cities_choose() {
	[ -e "$STATE/cities" ] || echo "${1:-5}" | state_file cities 644
	[ "${1:-$(cat "$STATE/cities")}" = "$(cat "$STATE/cities")" ] ||
		die "$STATE has $(cat "$STATE/cities") cities already: use another --state"
}
