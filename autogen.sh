#!/bin/sh
# usage: ./autogen.sh    makes ./configure; needs autoconf, automake and pkg-config
set -e
cd "$(dirname "$0")"
mkdir -p build-aux
scripts/lib/source-lists >sources.am.new
if cmp -s sources.am.new sources.am; then
	rm sources.am.new
else
	mv sources.am.new sources.am
fi
exec autoreconf --install --force --warnings=all,no-portability
