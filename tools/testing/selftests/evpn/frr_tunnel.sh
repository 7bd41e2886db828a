#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tunnels that newer releases of FRR can have: one VXLAN device for all VNIs, and IPv6 VTEPs. What
# is shown is that of frr_flood.sh, in short: roles as zebra's, one copy, no echo, no difference.
# Then a tie, which not all releases decide alike. Each case has a lab of its own.

NEEDS="system frr"
ALL_TESTS="
	one_device
	ipv6
	ipv6_one_device
	tie
"
# shellcheck disable=SC2034
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=frr_lib.sh
. "$(dirname "$0")/frr_lib.sh"
begin "under FRR: what differs by release" R1 R2 R3 R5 B6 B7
flood_tools
frr_possible || skip "FRR is not installed"
VERSION=$(frr_version)
log_info "FRR $VERSION"

# since RELEASE: this FRR is not older (one device came between 8.4 and 10.3)
since() { [ "$(printf '%s\n' "$1" "$VERSION" | sort -V | head -n 1)" = "$1" ]; }

raise() {
	frr_down
	defer frr_down
	frr_lab
	frr_evpnd_start pe1
	frr_evpnd_start pe2
}

# tunnel NAME RELEASE VXLAN FAMILY
tunnel() {
	since "$2" || { log_skip "$1" "FRR is $VERSION, this takes $2"; return; }
	local FRR_VXLAN=$3 FRR_FAMILY=$4
	raise
	both df non-df
	check_eq "$(fl_nl pe2 es-get esi=$FRR_ESI | tr ' ' '\n' | grep '^peers')" "peers=$(frr_vtep pe1)" "PE2's segment"
	flood 1 2
	vlan_20 1 2
	frr_agrees 1
	check_err $? "PE1: $(cat /run/frr-check)"
	frr_agrees 2
	check_err $? "PE2: $(cat /run/frr-check)"
	[ "$RET" = 0 ] || on_failure
	log_test "$1"
}
one_device() { tunnel "one VXLAN device for all VNIs" 10.3 svd 4; }
ipv6() { tunnel "IPv6 VTEPs" 10.6 vni 6; }
ipv6_one_device() { tunnel "IPv6 VTEPs, one VXLAN device" 10.6 svd 6; }

# Who is lower differs by release: 10.0.1.1 by memory, 10.0.0.2 by number
tie() {
	local FRR_ADDRESSES="10.0.1.1 10.0.0.2 10.0.0.3" FRR_PREFERENCE="300 300"
	raise
	if since 10.6; then both non-df df; else both df non-df; fi
	log_test "a tie goes to the lowest address as this release compares"
}

tests_run
finish
