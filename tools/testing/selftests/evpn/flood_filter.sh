#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One copy, no echo: what is flooded reaches a multihomed customer once, and never comes back to it;
# counted at the customer and at the hosts, for every form of bridge and tunnel. PE1 is DF, PE2 is not,
# the remote host is behind PE3.

NEEDS="module"
ALL_TESTS="
	without_segment
	plain
	vlan
	untagged
	vlan_device
	qinq
	ipv6
	one_device
	br_netfilter
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "flooded frames: one copy, no echo" B6 B7 E35 E37
flood_tools

# Without the module's help there are two copies and an echo: the lab can show what is wrong.
without_segment() {
	flood_lab || skip "no lab: $(ip -V)"
	from_host 3 b
	expect "leg of PE1" ce,p1 b 100
	expect "leg of PE2" ce,p2 b 100
	from_ce 2
	expect "echo on the leg of PE1" ce,p1 b 100
	log_test "without a segment the customer gets two copies, and its own frames back"
}

# check_flood: the whole of it
check_flood() {
	counters_reset
	from_host 3
	expect "from the remote host, leg of the DF" ce,p1 bmu 100
	expect "from the remote host, leg of the non-DF" ce,p2 bmu 0
	expect "from the remote host, host at the non-DF" h2,eth0 bmu 100
	check_eq "$(counter 2 non-df)" 300 "PE2 counts"
	check_eq "$(counter 1 non-df)" 0 "PE1 counts"
	# from the customer, through the non-DF and through the DF
	from_ce 2
	expect "the customer's own, back on the leg of the DF" ce,p1 b 0
	expect "the customer's, host at PE1" h1,eth0 b 100
	expect "the customer's, host at PE2" h2,eth0 b 100
	expect "the customer's, host at PE3" h3,eth0 b 100
	check_eq "$(counter 1 split-horizon)" 100 "PE1 counts"
	from_ce 1
	expect "the customer's own, back on the leg of the non-DF" ce,p2 b 0
	expect "the customer's, host at PE1" h1,eth0 b 100
	expect "the customer's, host at PE2" h2,eth0 b 100
	check_eq "$(counter 2 split-horizon)" 100 "PE2 counts"
	# local bias: a host at the non-DF is served there, and only there
	from_host 2
	expect "from the host at the non-DF, its own leg" ce,p2 bmu 100
	expect "from the host at the non-DF, other leg" ce,p1 bmu 0
	expect "from the host at the non-DF, remote" h3,eth0 bmu 100
	from_host 1
	expect "from the host at the DF, its own leg" ce,p1 bmu 100
	expect "from the host at the DF, other leg" ce,p2 bmu 0
	known
}

# Known unicast passes a non-DF, from a PE that shares the segment and from one that does not
known() {
	local p dev=bond0 vlan=
	[ $FL_BRIDGE != port ] || dev=bond0.10
	case $FL_BRIDGE in vlan | untagged | qinq) vlan="vlan 10" ;; esac
	for p in 1 2; do
		# shellcheck disable=SC2086
		bridge -n "${FL}pe$p" fdb replace $CE_MAC dev $dev master static $vlan
	done
	in_fl pe3 bridge fdb replace $CE_MAC dev vx dst "$(vtep 2)" self static ${FL_SVD:+src_vni 100}
	counters_reset
	from_host 3 k
	expect "known unicast on the leg of the non-DF" ce,p2 k 100
	expect "known unicast on the leg of the DF" ce,p1 k 0
	check_eq "$(counter 2 non-df)" 0 "PE2 counts"
	for p in 1 2; do
		# shellcheck disable=SC2086
		bridge -n "${FL}pe$p" fdb del $CE_MAC dev $dev master $vlan
	done
	in_fl pe3 bridge fdb del $CE_MAC dev vx dst "$(vtep 2)" self ${FL_SVD:+src_vni 100}
}

# variant NAME VARIABLE=VALUE...: all that in a lab of this form
variant() {
	local name=$1
	shift
	FL_BRIDGE=plain FL_VXLAN=vni FL_FAMILY=4 FL_SVD=
	eval "$*"
	[ $FL_VXLAN != svd ] || FL_SVD=y
	flood_lab || { log_skip "$name" "this lab cannot be raised: $*"; return 1; }
	segment 1 df >/dev/null
	segment 2 non-df >/dev/null
	check_flood
	log_test "$name"
}

# more NAME VARIABLE=VALUE...: a form in which the module does nothing else than in the others; left out
# where everything takes long
more() {
	local reason
	! reason=$(lacks system) || { log_skip "$1" "$reason"; return; }
	variant "$@"
}

plain() { variant "plain bridge, one VXLAN device for the VNI"; }
vlan() { variant "VLAN-aware bridge, tagged to the customer" FL_BRIDGE=vlan; }
untagged() { more "VLAN-aware bridge, untagged to the customer" FL_BRIDGE=untagged; }
vlan_device() { more "plain bridge with a VLAN device of the bond as its port" FL_BRIDGE=port; }
qinq() { more "QinQ" FL_BRIDGE=qinq; }
ipv6() { more "IPv6 underlay" FL_FAMILY=6; }
one_device() { variant "one external VXLAN device with a VNI filter" FL_BRIDGE=vlan FL_VXLAN=svd; }

br_netfilter() {
	local name="br_netfilter, its calls on"
	modprobe br_netfilter 2>/dev/null || { log_skip "$name" "br_netfilter is not a module here"; return; }
	defer modprobe -r br_netfilter
	variant "$name" FL_BRIDGE=vlan
}

tests_run
finish
