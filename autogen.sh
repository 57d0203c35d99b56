#!/bin/sh
# usage: ./autogen.sh    makes ./configure; needs autoconf, automake and pkg-config
set -e
cd "$(dirname "$0")"
mkdir -p build-aux
exec autoreconf --install --force --warnings=all,no-portability
