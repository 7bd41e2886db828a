#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Interoperability: evpnd against FRR, GoBGP, ExaBGP, a neighbour that sends octets by hand, and
# Wireshark's dissector. Needs no module and no guest: network namespaces on the machine itself.
# Prints TAP.
#
#   run.sh                 everything
#   run.sh frr gobgp       only these: frr frr-mh gobgp exabgp rr raw memory wire flood bfd
#
# O=DIR: where evpnd and evpnctl were built.

cd "$(dirname "$0")/../../.." || exit 1
HERE=$PWD/tools/testing/interop
for part in lib frr gobgp exabgp rr raw memory wire flood bfd; do
	# shellcheck source=/dev/null
	. "$HERE/$part.sh"
done

bail() {
	echo "1..0 # SKIP $1"
	exit 0
}

[ "$(id -u)" = 0 ] || bail "needs root for network namespaces"
[ -x "$BUILD/evpnd" ] && [ -x "$BUILD/evpnctl" ] || { echo "Bail out! evpnd is not built: make user"; exit 1; }
command -v jq >/dev/null || bail "the package jq is not installed"
ip netns add "$DUT.probe" 2>/dev/null || bail "no network namespaces here"
ip netns del "$DUT.probe"

TMP=$(mktemp -d)
finish() {
	wire_down
	rm -rf "$TMP"
}
trap finish EXIT
trap 'exit 130' INT TERM

wire_up || { echo "Bail out! the namespaces cannot be made"; exit 1; }
[ $# -gt 0 ] || set -- raw memory wire gobgp exabgp rr frr flood bfd
for part in "$@"; do
	case $part in
	frr | gobgp | exabgp | rr | raw | memory | wire | flood | bfd) "${part}_cases" ;;
	frr-mh) frr_mh_cases ;;
	*) echo "Bail out! no part $part"; exit 1 ;;
	esac
done
echo "1..$count"
echo "# $((count - failed - skipped)) passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
