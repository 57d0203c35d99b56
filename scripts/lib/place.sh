# shellcheck shell=sh
# usage: . scripts/lib/place.sh, after common.sh, with REPO and LIB set
# What backup and restore work on: a state directory of scripts/run, or this host as
# scripts/provision made it.

# place_open STATE: an empty name is the host. Sets DATA, where objects and pictures
# are, and SETTINGS, the files that belong to a backup.
# shellcheck disable=SC2034 # DATA and SETTINGS are for backup and restore
place_open() {
	place_state=$1
	if [ -n "$place_state" ]; then
		for part in state services database nginx programs; do
			# shellcheck source=/dev/null
			. "$LIB/$part.sh"
		done
		[ -d "$place_state/pg" ] || die "there is no state of scripts/run in $place_state"
		state_open "$place_state"
		DATA=$STATE
		SETTINGS="$STATE/samovar.conf $STATE/samovar.env $STATE/secret"
	else
		[ "$(id -u)" -eq 0 ] || die "run this as root, or use --state"
		[ -r /etc/samovar/samovar.conf ] || die "this is no host of scripts/provision: use --state"
		DATA=/var/lib/samovar
		SETTINGS="/etc/samovar/samovar.conf /etc/samovar/samovar.env /etc/samovar/cities"
	fi
}

# place_control WORDS...: samovarctl with the settings of the place.
place_control() {
	if [ -n "$place_state" ]; then
		control "$@"
	else
		/usr/local/sbin/samovar "$@"
	fi
}

# The database must answer; a state that is not running gets it for a while.
place_database_up() {
	place_started=no
	[ -n "$place_state" ] || return 0
	running postgres || {
		postgres_start
		place_started=yes
	}
}

place_database_down() {
	[ "$place_started" = no ] || stop_service postgres
}
