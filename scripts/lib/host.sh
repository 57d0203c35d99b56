# shellcheck shell=sh
# usage: . scripts/lib/host.sh, after common.sh, with REPO set
# A fresh Debian 12 in a folder, and booting it with its own systemd. Needs root.

# host_tree DIR: a fresh system with what scripts/packages lists, from the mirror that
# this machine itself uses.
host_tree() {
	[ -e "$1/made" ] || host_bare "$1"
	host_sources "$1"
	host_command "$1" /opt/samovar/scripts/install-packages build run
}

# host_bare DIR: Debian and no more.
host_bare() {
	rm -rf "$1"
	debian_tree "$1" systemd-sysv,dbus,ca-certificates
	: >"$1/made"
}

# debian_tree DIR PACKAGES: the least of a Debian and these, from our mirror.
debian_tree() {
	release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	mirror=$(debian_sources | sed -n "s/^deb \([^ ]*\) $release main$/\1/p" | head -n 1)
	[ -n "$mirror" ] || die "cannot tell which mirror this machine uses"
	debootstrap --variant=minbase --include="$2" "$release" "$1" "$mirror"
	debian_sources >"$1/etc/apt/sources.list"
	apt-config dump | grep -E '^Acquire::(http|https)::Proxy|^Acquire::Check-' \
		>"$1/etc/apt/apt.conf.d/90this-machine" || true
}

# The mirror's lines for Debian itself, as apt has understood its configuration.
debian_sources() {
	# shellcheck disable=SC2016 # apt's own words
	apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' \
		'Created-By: Packages' | sed -n 's|/* \([^ ]*\) main Debian$| \1 main|p' | sort -u
}

# host_sources DIR: this clone, as it is, in /opt/samovar of the system, with the console's pages as a tarball has them: a
# booted system has no network, and npm wants one.
host_sources() {
	rm -rf "$1/opt/samovar"
	mkdir -p "$1/opt/samovar"
	(cd "$REPO" && git ls-files -z --cached --others --exclude-standard |
		tar -c --null --files-from=- --ignore-failed-read) | tar -x -C "$1/opt/samovar"
	command -v npm >/dev/null || "$REPO/scripts/install-packages" node
	"$REPO/scripts/build-console" "$1.console"
	cp -R "$1.console/pages" "$1/opt/samovar/web/console-pages"
	chown -R 0:0 "$1/opt/samovar"
}

# host_command DIR COMMAND...: in the system, without booting it, with our network.
host_command() {
	host_folder=$1
	shift
	systemd-nspawn --quiet --register=no --keep-unit --pipe --resolv-conf=copy-host \
		-D "$host_folder" "$@" </dev/null
}

# host_boot DIR CONSOLE: with a network of its own; sets host (nspawn's process).
host_boot() {
	systemd-nspawn --quiet --boot --register=no --keep-unit --private-network \
		--resolv-conf=off --hostname=samovar -D "$1" >"$2" 2>&1 </dev/null &
	host=$!
	until_true 60 host_is_up || {
		tail -n 30 "$2" >&2
		die "the host does not boot"
	}
}

host_is_up() {
	init=$(pgrep -o -P "$host") || return 1
	case $(host_do systemctl is-system-running) in running | degraded) ;; *) return 1 ;; esac
}

# host_do COMMAND...: in the booted system, as its root.
host_do() {
	nsenter -t "$init" -m -u -i -n -p -C -- env -i \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root LANG=C.UTF-8 "$@"
}

# host_off: a clean shutdown.
host_off() {
	kill -s RTMIN+4 "$init" 2>/dev/null || true # systemd's word for poweroff
	until_true 90 host_is_off || kill -s KILL "$host" 2>/dev/null || true
	wait "$host" 2>/dev/null || true
}

host_is_off() {
	! kill -0 "$host" 2>/dev/null
}
