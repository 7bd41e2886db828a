#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds evpn.ko against the newest installed Debian 6.1 headers, in a copy of
# the sources, and accepts no warning.
#   module.sh build     with W=1, linked to the end
#   module.sh sparse    sparse over every file
cd "$(dirname "$0")/../.." || exit 1
out=${O:-$PWD/build}/check/module.$1
kdir=$(ls -d /lib/modules/6.1.*-amd64/build 2>/dev/null | sort -V | tail -n1)
[ -n "$kdir" ] || { echo "module: no headers of a 6.1 kernel installed" >&2; exit 1; }
rm -rf "$out"
mkdir -p "$out"
tar -c --exclude='*.o' --exclude='*.ko' --exclude='*.mod' --exclude='*.mod.c' --exclude='.*.cmd' \
	--exclude=compat-autoconf.h Makefile Kbuild kernel include | tar -x -C "$out" || exit 1
case $1 in
build) goal=module ;;
sparse) goal=sparse ;;
*) echo "usage: module.sh build|sparse" >&2; exit 1 ;;
esac
make -C "$out" KDIR="$kdir" "$goal" 2>&1 | tee "$out/log"
[ "${PIPESTATUS[0]}" = 0 ] || exit 1
if grep -E 'warning:|error:|WARNING:' "$out/log" >/dev/null; then
	echo "module: warnings with ${kdir%/build}" >&2
	exit 1
fi
[ "$1" = sparse ] || [ -e "$out/kernel/evpn.ko" ] || { echo "module: no evpn.ko" >&2; exit 1; }
