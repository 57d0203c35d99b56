# shellcheck shell=sh
# usage: . scripts/lib/common.sh
# What every script here shares: words for the person who waits, deadlines, and
# the user that services run as.

say() {
	printf '%s\n' "$*"
}

warn() {
	printf '%s\n' "$*" >&2
}

die() {
	warn "$(basename "$0"): $*"
	exit 1
}

# plain_path PATH: autoconf and make take no blanks and no letters beyond ASCII. Said before
# anything is installed or made.
plain_path() {
	case $1 in
	*[!A-Za-z0-9_./+,@%=-]*)
		die "the build tools take no such path: $1 (use letters A to Z, digits and _ . - only)"
		;;
	esac
}

# until_true SECONDS COMMAND...: polls until COMMAND succeeds, 1 when it never did.
until_true() {
	until_tries=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		until_tries=$((until_tries - 1))
		[ "$until_tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

# free_port PORT: nobody listens there, on any address.
free_port() {
	hex=$(printf '%04X' "$1")
	! cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
		awk -v port=":$hex" '
			$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 }
			END { exit !found }'
}

# task_pictures PREFIX DIR OWNER: the pictures of the first tasks that DIR lacks.
task_pictures() {
	for picture in "$1"/share/samovar/tasks/*.jpg; do
		file=$2/$(basename "$picture")
		[ ! -e "$file" ] || continue
		cp "$picture" "$file.new"
		chmod 644 "$file.new"
		[ "$(id -u)" -ne 0 ] || chown "$3" "$file.new"
		mv "$file.new" "$file"
	done
}

# Services never run as root: root hands them to the user samovar.
service_user() {
	if [ "$(id -u)" -ne 0 ]; then
		id -un
		return
	fi
	getent passwd samovar >/dev/null ||
		useradd --system --user-group --home-dir /nonexistent \
			--shell /usr/sbin/nologin samovar
	echo samovar
}

# as_service COMMAND...: as the service user, see scripts/lib/as-service.
as_service() {
	"$LIB/as-service" "$SERVICE" "$STATE" "$@"
}
