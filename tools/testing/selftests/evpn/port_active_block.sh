#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Blocked means blocked. The module is spoken to directly, no daemon decides; frames of every kind
# are looked for on both sides of PE2: on the wire to the CE and on the core.
#
#     ce --- wire --- pe2: bond0 - br0 - vx1 --- core --- host
#              ^            ^                      ^
#           looked at    sent into,             looked at
#                        redirected into

NEEDS="module"
ALL_TESTS="
	forwards
	blocked
	lacp_oos
	held_down
	late_vlan
	allow_list
	opens_again
	without_lacp
	plain_device
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "no frame enters or leaves a blocked port but what is allowed" A2 A12 A13 A14 A39
lab --evpnd no --ce lacp --standby lacp-oos

W=$(ns wire) C=$(ns core) P=$(ns pe2)
HOST_MAC=02:00:00:00:01:64
# what a bridge keeps for itself or drops, segment or not (IEEE 802.1Q reserved addresses)
LINK_LOCAL="pause lldp eapol slow vlan-lldp"

# seen OUTPUT COLUMN: the kinds that arrived in full at the Nth place looked at
seen() { awk -v c=$((3 + 2 * $2)) '$c == $3 { print $1 }' <<<"$1" | sort; }
# any OUTPUT COLUMN: the kinds of which anything at all arrived
any() { awk -v c=$((3 + 2 * $2)) '$c > 0 { print $1 }' <<<"$1" | sort; }
all_but() { "$FRAMES" -l | grep -vxF "$(tr ' ' '\n' <<<"$1${FEW:+ vlan}")" | sort; }
words() { tr '\n' ' ' <<<"$1"; }

# FEW: without the 4,094 frames, one for each VLAN
FEW=
frames() { "$FRAMES" "$@" ${FEW:+-k -vlan}; }
from_ce() { frames -f "$(ns ce),pe2" -t "$W,ce.pe2" -t "$C,pe2" -t "$P,bond0" -d "$HOST_MAC"; }
from_host() { frames -f "$(ns host),vx1" -t "$C,pe2" -t "$W,pe2.ce"; }
from_pe() { frames -f "$P,$1" -t "$W,pe2.ce" "${@:2}"; }

# passes: in both directions, and from the PE itself, whatever a bridge lets through
check_passes() {
	local out
	out=$(from_ce)
	check_eq "$(words "$(seen "$out" 2)")" "$(words "$(all_but "$LINK_LOCAL")")" "CE to core"
	out=$(from_host)
	check_eq "$(words "$(seen "$out" 2)")" "$(words "$(all_but "$LINK_LOCAL")")" "core to CE"
	out=$(from_pe bond0)
	check_eq "$(words "$(seen "$out" 1)")" "$(words "$(all_but "")")" "PE to CE"
}

# blocked BOND MEMBER: nothing passes but these kinds, at the bond and at its member
check_blocked() {
	local out dev at_bond=$1 at_member=$2
	# the frames did cross the wire to the PE, and did not come out behind it
	out=$(from_ce)
	check_eq "$(words "$(seen "$out" 1)")" "$(words "$(all_but "")")" "the CE's frames on the wire"
	check_eq "$(words "$(any "$out" 2)")" " " "CE to core"
	# what is allowed is for the port itself, so a program on the bond sees that and no more
	check_eq "$(words "$(any "$out" 3)")" "$(words "$at_member")" "CE to a packet socket on bond0"
	# the frames did reach the PE from the core, and did not leave for the CE
	out=$(from_host)
	check_eq "$(words "$(seen "$out" 1)")" "$(words "$(all_but "")")" "the host's frames at the PE"
	check_eq "$(words "$(any "$out" 2)")" " " "core to CE"
	# sent by the PE itself, on the bond and on its member, through the queue and past it
	out=$(from_pe bond0)
	check_eq "$(words "$(any "$out" 1)")" "$(words "$at_bond")" "packet socket on the bond"
	out=$(from_pe bond0 -q -k -vlan)
	check_eq "$(words "$(any "$out" 1)")" "$(words "$at_bond")" "packet socket on the bond, past the queue"
	out=$(from_pe ce -k -vlan)
	check_eq "$(words "$(any "$out" 1)")" "$(words "$at_member")" "packet socket on the member"
	out=$(from_pe ce -q -k -vlan)
	check_eq "$(words "$(any "$out" 1)")" "$(words "$at_member")" "packet socket on the member, past the queue"
}

# Frames that tc moves into the bond jump over the bond's own egress hook.
redirect() {
	tc -n "$P" qdisc add dev vx1 clsact
	tc -n "$P" filter add dev vx1 ingress matchall action mirred egress redirect dev bond0
}
unredirect() { tc -n "$P" qdisc del dev vx1 clsact; }

# segment ROLE [KEY=VALUE...]: on bond0 of PE2, until the case is over
segment() {
	nl pe2 es-new esi=$ESI1 ifname=bond0 mode=port-active role="$1" "${@:2}" >/dev/null
	defer nl pe2 es-del esi=$ESI1
	check_eq "$(nl_field pe2 state $ESI1)" bound "segment"
}

# The CE's MAC is behind PE2 as far as the host is concerned, so that unicast goes that way too.
behind_pe2() { bridge -n "$(ns host)" fdb replace 02:00:00:00:01:ce dev vx1 dst 192.0.2.2 static; }

behind_pe2
slowwait 10 ce_uses ce pe2
check_err $? "LACP does not come up"

forwards() {
	segment df standby=block
	slowwait 10 ce_uses ce pe2
	check_passes
	log_test "the DF passes every kind of frame, in both directions"
}

# policy STANDBY
lacp_since() { [ "$(wire_lacp pe2.ce)" -gt $(($1 + 1)) ]; }

policy() {
	local policy=$1 out before
	before=$(wire_lacp pe2.ce)
	segment df standby=block
	slowwait 10 ce_uses ce pe2
	# the module takes a member for one that LACP runs on, and not an ARP monitor, by its first LACPDU
	slowwait 10 lacp_since "$before"
	check_err $? "no LACPDU left the port"
	nl pe2 es-set esi=$ESI1 role=non-df standby=$policy >/dev/null
	check_eq "$(nl_field pe2 role $ESI1)" non-df "role"
	check_blocked lldp $'lldp\nslow'
	log_test "standby $policy: nothing passes but LLDP and slow protocols"

	# tc redirect into the bond: caught at the member
	redirect
	out=$(from_host)
	check_eq "$(words "$(any "$out" 2)")" "$(words $'lldp\nslow')" "redirected from the core"
	unredirect
	log_test "standby $policy: tc mirred redirect finds no way around"

	# live traffic of both ends for two seconds, counted by tc on the wire
	before=$(wire_other pe2.ce)
	bg host ping -q -f -c 200 -W 1 10.1.0.1 >/dev/null 2>&1
	in_ns host ping -q -c 2 -W 1 -b 10.1.10.255 >/dev/null 2>&1
	in_ns host ping -q -c 2 -W 1 -I vx1 ff02::1 >/dev/null 2>&1
	kill $! 2>/dev/null
	wait $! 2>/dev/null
	check_eq $(($(wire_other pe2.ce) - before)) 0 "frames towards the CE that are not LACP"
	[ "$policy" = down ] || [ "$(wire_lacp pe2.ce)" -gt 0 ]
	check_err $? "LACP ceased to leave the port"
	log_test "standby $policy: tc on the wire counts LACP and nothing else"
}

# A frame of the host's own may be dropped between the two.
reset_counts() {
	nl pe2 stats-get esi=$ESI1 reset >/dev/null
	[ "$(nl pe2 stats-get esi=$ESI1 | tr ' ' '\n' | sed -n 's/^egress.standby=//p')" = 0 ]
}

# Every VLAN is tried once, here; the other policies drop by the same rule. The module's own counters agree
# that it was the member where frames from the CE were dropped.
blocked() {
	local stats
	policy block
	stats=$(nl pe2 stats-get esi=$ESI1 reset | tr ' ' '\n')
	[ "$(sed -n 's/^ingress.standby-member=//p' <<<"$stats")" -gt 4000 ]
	check_err $? "ingress.standby-member: $stats"
	[ "$(sed -n 's/^egress.standby=//p' <<<"$stats")" -gt 4000 ]
	check_err $? "egress.standby: $stats"
	[ "$(sed -n 's/^allowed-egress=//p' <<<"$stats")" -gt 0 ]
	check_err $? "allowed-egress: $stats"
	slowwait 5 reset_counts
	check_err $? "after a reset: $(nl pe2 stats-get esi=$ESI1)"
	log_test "the counters name the place, and start again at zero"
}
lacp_oos() { FEW=y policy lacp-oos; }
held_down() { FEW=y policy down; }

# A sub-interface that appears while the port is blocked is blocked like the others.
late_vlan() {
	local before
	segment non-df standby=block
	ip -n "$P" link add link bond0 name bond0.30 type vlan id 30
	ip -n "$P" addr add 10.99.0.2/24 dev bond0.30
	ip -n "$P" link set bond0.30 up
	before=$(wire_other pe2.ce)
	in_ns pe2 ping -q -c 2 -W 1 10.99.0.1 >/dev/null
	check_eq $(($(wire_other pe2.ce) - before)) 0 "frames of the new VLAN on the wire"
	ip -n "$P" link del bond0.30
	log_test "a VLAN device that comes later is blocked too"
}

# Each protocol of the allow-list has its own switch.
allow_list() {
	local allow out FEW=y
	segment non-df standby=block
	for allow in eapol cfm; do
		nl pe2 es-set esi=$ESI1 allow=$allow >/dev/null
		out=$(from_pe bond0)
		check_eq "$(words "$(any "$out" 1)")" "$allow " "allowed with $allow"
	done
	nl pe2 es-set esi=$ESI1 allow=lldp >/dev/null
	log_test "EAPOL and CFM pass where they are allowed, and LLDP no longer where it is not"
}

# One message opens the whole port again.
opens_again() {
	segment non-df standby=lacp-oos
	slowwait 10 ce_uses_not ce pe2
	check_err $? "the CE uses the standby port"
	nl pe2 es-set esi=$ESI1 role=df >/dev/null
	slowwait 5 ce_uses ce pe2
	check_passes
	log_test "as DF again, every kind passes again"
}

# without_lacp_lab: the customer's bond has no LACP, from here on
OTHER=
without_lacp_lab() {
	[ -z "$OTHER" ] || return 0
	lab_down
	LAB_CE=broadcast LAB_STANDBY=block
	lab_up
	behind_pe2
	OTHER=y
}

# A bond without LACP
without_lacp() {
	local FEW=y
	without_lacp_lab
	segment df
	slowwait 5 in_ns ce ping -q -c 1 -W 1 10.1.0.100 >/dev/null
	check_passes
	nl pe2 es-set esi=$ESI1 role=non-df >/dev/null
	# bonding may be watching its link with ARP, tagged or not, so a member without LACP lets that pass; it ends there
	check_blocked lldp $'arp\nlldp\nslow\nvlan-arp'
	log_test "a bond without LACP is blocked the same way"
}

# A plain device: the segment's hooks are on the device itself.
plain_device() {
	local out FEW=y
	without_lacp_lab
	OTHER= # it is taken apart
	ip -n "$P" link set ce nomaster
	ip -n "$P" link set bond0 nomaster
	ip -n "$P" link del bond0
	ip -n "$P" link set ce name bond0
	ip -n "$P" link set bond0 master br0 up
	segment df
	slowwait 5 in_ns ce ping -q -c 1 -W 1 10.1.0.100 >/dev/null
	check_passes
	nl pe2 es-set esi=$ESI1 role=non-df >/dev/null
	out=$(from_ce)
	check_eq "$(words "$(any "$out" 2)")" " " "CE to core"
	out=$(from_host)
	check_eq "$(words "$(any "$out" 2)")" " " "core to CE"
	out=$(from_pe bond0)
	check_eq "$(words "$(any "$out" 1)")" "$(words $'lldp\nslow')" "packet socket"
	log_test "a plain Ethernet device is blocked the same way"
}

tests_run
finish
