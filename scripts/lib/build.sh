# shellcheck shell=sh
# usage: . scripts/lib/build.sh, after common.sh, with REPO set
# From the sources to an installed tree.

# build DIR PREFIX [CONFIGURE-OPTION...]: builds out of tree in DIR and installs
# to PREFIX. Only one at a time for a clone, because autogen.sh writes there.
# shellcheck disable=SC2094 # the clone itself is the lock
build() {
	build_dir=$1 build_prefix=$2
	shift 2
	mkdir -p "$build_dir"
	(
		flock 8
		[ -x "$REPO/configure" ] || (cd "$REPO" && ./autogen.sh)
		cd "$build_dir"
		[ -f Makefile ] || "$REPO/configure" --prefix="$build_prefix" "$@"
		make -j"$(nproc)"
		make install prefix="$build_prefix"
		for folder in sql web docs; do
			rm -rf "$build_prefix/share/samovar/$folder"
			mkdir -p "$build_prefix/share/samovar"
			cp -r "$REPO/$folder" "$build_prefix/share/samovar/"
		done
	) 8<"$REPO" >"$build_dir/build.log" 2>&1 || {
		tail -n 30 "$build_dir/build.log" >&2
		die "the build failed, see $build_dir/build.log"
	}
}
