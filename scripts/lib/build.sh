# shellcheck shell=sh
# usage: . scripts/lib/build.sh, after common.sh, with REPO set
# From the sources to an installed tree.

# console_tools: node and npm for the console's pages, unless CONSOLE is no or a tarball has them built.
console_tools() {
	[ "$CONSOLE" != no ] && [ ! -d "$REPO/web/console-pages" ] || return 0
	command -v npm >/dev/null || "$REPO/scripts/install-packages" node
}

# CONSOLE: are the console's pages built? yes, no or auto (Makefile.am).
CONSOLE=auto

# build DIR PREFIX [CONFIGURE-OPTION...]: builds out of tree in DIR and installs
# to PREFIX; .env.example of the clone is made, too. Only one at a time for a clone, because autogen.sh writes there.
# shellcheck disable=SC2094 # the clone itself is the lock
build() {
	build_dir=$1 build_prefix=$2
	shift 2
	mkdir -p "$build_dir"
	(
		flock 8
		# make alone would remake these too, but adds no auxiliary file that is new.
		if [ ! -x "$REPO/configure" ] ||
			[ -n "$(find "$REPO/configure.ac" -newer "$REPO/configure")" ] ||
			[ -n "$(find "$REPO/Makefile.am" -newer "$REPO/Makefile.in")" ] ||
			! "$LIB/source-lists" | cmp -s - "$REPO/sources.am"; then
			(cd "$REPO" && ./autogen.sh)
		fi
		cd "$build_dir"
		[ -f Makefile ] || "$REPO/configure" --prefix="$build_prefix" "$@"
		make -j"$(nproc)" CONSOLE="$CONSOLE"
		make install prefix="$build_prefix" CONSOLE="$CONSOLE"
		cmp -s env.example "$REPO/.env.example" || cp env.example "$REPO/.env.example"
	) 8<"$REPO" >"$build_dir/build.log" 2>&1 || {
		tail -n 30 "$build_dir/build.log" >&2
		die "the build failed, see $build_dir/build.log"
	}
}
