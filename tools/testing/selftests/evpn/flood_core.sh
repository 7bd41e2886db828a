#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What of split horizon can be read and set: mark, ports, peers and what was dropped, by VLAN; who else
# uses the mark is said, and what cannot be is refused. PE1 is DF, PE2 is not.

NEEDS="module"
ALL_TESTS="
	readable
	warned
	at_once
	refusals
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "flooded frames: the core's side" B7 E34 E35 E37
flood_tools

flood_lab || skip "no lab: $(ip -V)"
segment 1 df >/dev/null
segment 2 non-df >/dev/null

readable() {
	check_eq "$(fl_nl pe2 core-get | tr ' ' '\n' | grep -E 'mask|port|used' | xargs)" \
		"mark-mask=4278190080 peers-used=1 port=4789" "core"
	check_eq "$(fl_nl pe2 es-get esi=$ESI1 | tr ' ' '\n' | grep -E '^peers|^unknown' | xargs)" \
		"unknown-unicast=filter peers=192.0.2.1" "segment"
	counters_reset
	from_host 3
	check_eq "$(fl_nl pe2 vlan-stats-get esi=$ESI1 dump | sed 's/.* vlan=/vlan=/')" "vlan=0 egress.non-df=300" "by VLAN"
	from_host 3 b -t 20
	from_host 3 b
	check_eq "$(fl_nl pe2 vlan-stats-get esi=$ESI1 dump | sed 's/.* vlan=/vlan=/' | xargs)" \
		"vlan=0 egress.non-df=400 vlan=20 egress.non-df=100" "by VLAN, in turns"
	log_test "what is in force can be read, and what was dropped by VLAN"
}

# What split horizon cannot bear is said
warnings() { in_fl pe2 "$LAB_BUILD/evpnctl" -j kernel show core | jq -r '.warnings[]' | cut -d: -f1,2 | sort; }

warned() {
	check_eq "$(warnings)" "" "warnings about this lab"
	fl_ip pe2 rule add fwmark 0x10/0xff pref 100 table 100
	fl_ip pe2 rule add fwmark 0x1000000/0xff000000 pref 101 table 100
	fl_ip pe2 -6 rule add fwmark 0x1 pref 102 table 100
	fl_ip pe2 link add vxgbp type vxlan id 200 local "$(vtep 2)" dstport 4789 gbp
	fl_ip pe3 link add vxmoved type vxlan id 201 local "$(vtep 3)" dstport 4789
	fl_ip pe3 link set vxmoved netns "${FL}pe2"
	tc -n "${FL}pe2" actions add action mirred egress redirect dev bond0 index 7
	tc -n "${FL}pe2" actions add action mirred egress mirror dev m0 index 8
	tc -n "${FL}pe2" actions add action mirred ingress redirect dev bond0 index 9
	check_eq "$(warnings)" "$(cat <<-END
		IPv4 rule 101 looks at fwmark 0x1000000/0xff000000, which overlaps with mark-mask 0xff000000: choose other bits for one of them
		IPv6 rule 102 looks at fwmark 0x1/0xffffffff, which overlaps with mark-mask 0xff000000: choose other bits for one of them
		tc action mirred 7 redirects packets to bond0: the kernel takes them past the filter of the segment
		tc action mirred 8 copies packets to m0: the kernel takes them past the filter of the segment
		vxgbp: VXLAN with group policy (gbp) overwrites the packet's mark; what comes through it has no split horizon
		vxmoved: its tunnels end in another network namespace, and the packet's mark is lost between the two; what comes through it has no split horizon
	END
	)" "warnings"
	fl_ip pe2 rule del pref 100
	fl_ip pe2 rule del pref 101
	fl_ip pe2 -6 rule del pref 102
	fl_ip pe2 link del vxgbp
	fl_ip pe2 link del vxmoved
	tc -n "${FL}pe2" actions flush action mirred
	log_test "who else uses the mark, and where it is lost, is said"
}

at_once() {
	fl_nl pe1 es-set esi=$ESI1 peers= >/dev/null
	from_ce 2
	expect "the customer's own, without peers" ce,p1 b 100
	fl_nl pe1 es-set esi=$ESI1 peers=192.0.2.2,2001:db8::2 >/dev/null
	fl_nl pe1 core-set mark-mask=0x0ff00000 port=4789 port=8472 >/dev/null
	from_ce 2
	expect "the customer's own, with another mask" ce,p1 b 0
	fl_nl pe1 core-set port=8472 >/dev/null
	from_ce 2
	expect "the customer's own, with a port nobody uses" ce,p1 b 100
	fl_nl pe1 core-set port=4789 mark-mask=0xff000000 >/dev/null
	log_test "peers, mask and ports take effect at once"
}

refused() { check_eq "$(fl_nl pe1 "${@:2}")" "$1" "$3"; }

refusals() {
	refused 'error=EINVAL message="mark mask 0x5 is not 2 to 16 bits in a row" attribute=mark-mask' core-set mark-mask=5
	refused 'error=EINVAL message="mark mask 0x1ffff is not 2 to 16 bits in a row" attribute=mark-mask' core-set mark-mask=0x1ffff
	refused 'error=EINVAL message="65536 is no UDP port" attribute=port' core-set port=65536
	fl_nl pe1 es-set esi=$ESI1 peers=192.0.2.2,192.0.2.3,192.0.2.4,192.0.2.5 >/dev/null
	[[ "$(fl_nl pe1 core-set mark-mask=3)" == 'error=ENOSPC message="mark mask 0x3 can tell 2 PEs apart, number '[3-9]' is in use" attribute=mark-mask' ]]
	check_err $? "a mask too narrow"
	fl_nl pe1 es-set esi=$ESI1 peers=192.0.2.2 >/dev/null
	fl_nl pe1 core-set mark-mask=3 >/dev/null
	[[ "$(fl_nl pe1 es-set esi=$ESI1 peers=192.0.2.2,192.0.2.3,192.0.2.4,192.0.2.5)" == *'mark mask 0x3 can tell 2 PEs apart, not one more'* ]]
	check_err $? "one PE too many"
	check_eq "$(fl_nl pe1 es-get esi=$ESI1 | tr ' ' '\n' | grep ^peers)" "peers=192.0.2.2" "nothing has changed"
	[[ "$(fl_nl pe1 es-set esi=$ESI1 peers=224.0.0.1)" == *'is not the address of one peer'* ]]
	check_err $? "a group as a peer"
	fl_nl pe1 core-set mark-mask=0xff000000 >/dev/null
	log_test "what cannot be is refused in a sentence, and changes nothing"
}

tests_run
finish
