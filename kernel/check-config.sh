#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Does the kernel of a build directory have what the module needs? Names what is missing.
#   check-config.sh KDIR
set -eu
kdir=$1

if [ ! -e "$kdir/Makefile" ]; then
	echo "check-config: no kernel to build against in $kdir" >&2
	echo "check-config: install its headers (Debian: apt install linux-headers-amd64) or set KDIR" >&2
	exit 1
fi
for config in "$kdir/include/config/auto.conf" "$kdir/.config" ''; do
	[ -n "$config" ] || { echo "check-config: $kdir is not configured" >&2; exit 1; }
	[ ! -e "$config" ] || break
done

missing=0
# $1 option, $2 why
need() {
	grep -q "^CONFIG_$1=[ym]" "$config" && return
	echo "check-config: CONFIG_$1 is missing: $2" >&2
	missing=1
}
need MODULES "evpn is a module"
need NET "the network"
need NETFILTER_INGRESS "frames that enter a segment are judged in this hook"
need NETFILTER_EGRESS "frames that leave a segment are judged in this hook"
exit $missing
