#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A segment outlives what happens to its device: it is there before and after it, follows it through
# renames and re-enslaving, and never lets a frame through on the way. Everything that can die under
# it dies, in every order, under traffic.
#
#     ce --- wire --- pe2: ce, bond0 (segment), br0 --- core --- host
#              ^                                            |
#        counted here <------------- flood -----------------+

NEEDS="module"
ALL_TESTS="
	control
	waits
	renamed
	reenslaved
	down_and_up
	made_again
	taken
	any_order
	moved
	namespace_dies
	module_goes
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "the segment and the life of its device" A2 A6 A7 A12
lab --evpnd no --ce lacp --standby lacp-oos

P=$(ns pe2)
pe2() { ip -n "$P" "$@"; }
field() { nl_field pe2 "$1" $ESI1; }
members() { nl pe2 es-get esi=$ESI1 | tr ' ' '\n' | sed -n 's/^member=\([^/]*\).*/\1/p' | sort | tr '\n' ' '; }

# A bond like the lab's own.
make_bond() {
	pe2 link add name "${1:-bond0}" address 44:38:39:00:01:01 mtu 9000 type bond mode 802.3ad miimon 10 \
		lacp_rate fast ad_actor_sys_prio 100 ad_actor_system 44:38:39:00:00:01 ad_user_port_key 1
}

# Broadcasts from the host reach PE2's bridge 200 times a second, those of VLAN 10 100 times.
flood_start() {
	bg host ping -q -b -i 0.005 10.1.0.255 >/dev/null 2>&1
	FLOOD=$!
	bg host ping -q -b -i 0.01 10.1.10.255 >/dev/null 2>&1
	FLOOD="$FLOOD $!"
	sleep 0.3
}
flood_stop() { kill $FLOOD; wait $FLOOD; } 2>/dev/null

# frames that the core sent to PE2
core_sent() { ip -n "$(ns core)" -j -s link show dev pe2 | jq '.[0].stats64.tx.packets'; }

# nothing_leaks WHAT COMMAND...: while it runs nothing but LACP enters the wire at PE2, and the
# flood did arrive at the PE meanwhile
nothing_leaks() {
	local what=$1 before arrived
	shift
	flood_start
	before=$(wire_other pe2.ce)
	arrived=$(core_sent)
	"$@"
	sleep 0.3
	check_eq $(($(wire_other pe2.ce) - before)) 0 "frames that leaked: $what"
	[ $(($(core_sent) - arrived)) -gt 20 ]
	check_err $? "there was no traffic to leak"
	flood_stop
}

# segment [DEVICE]: of PE2, the standby, until the case is over
segment() {
	nl pe2 es-new esi=$ESI1 ifname="${1:-bond0}" standby=lacp-oos >/dev/null
	defer nl pe2 es-del esi=$ESI1
}

# rebuild: the lab's bond where a case has taken it apart; fresh: everything, where a namespace has gone
rebuild() {
	local d
	for d in bond0 br9 m0; do
		pe2 link del $d
	done
	make_bond
	pe2 link set ce down
	pe2 link set ce master bond0
	pe2 link set ce up
	pe2 link set bond0 master br0 up
}
fresh() {
	lab_down
	lab_up
	slowwait 10 ce_uses ce pe2
}

slowwait 10 ce_uses ce pe2
check_err $? "LACP does not come up"

# The control: without a segment the flood does leave.
control() {
	local before
	flood_start
	before=$(wire_other pe2.ce)
	slowwait 5 eval '[ $(($(wire_other pe2.ce) - before)) -gt 50 ]'
	check_err $? "the flood does not reach the CE even without a segment"
	flood_stop
	log_test "without a segment the flood reaches the CE"
}

# A segment for a device that does not exist, which then comes.
waits() {
	nl pe2 es-new esi=$ESI1 ifname=later0 standby=lacp-oos >/dev/null
	check_eq "$(field state)" unbound "state"
	pe2 link add name later0 type bond mode 802.3ad miimon 10
	check_eq "$(field state) $(field device)" "bound later0" "state"
	pe2 link del later0
	check_eq "$(field state)" unbound "state after the deletion"
	nl pe2 es-del esi=$ESI1 >/dev/null
	log_test "a segment waits for its device, binds when it comes, waits again when it goes"
}

rename() {
	pe2 link set bond0 down
	pe2 link set bond0 name lag7
	pe2 link set lag7 up
}
rename_back() {
	pe2 link set lag7 down
	pe2 link set lag7 name bond0
	pe2 link set bond0 up
}

# A rename, with the bond down and up again around it.
renamed() {
	segment
	check_eq "$(field state) $(members)" "bound ce " "state and members"
	nothing_leaks "rename" rename
	check_eq "$(field state) $(field device) $(field ifname)" "bound lag7 bond0" "after the rename"
	slowwait 10 ce_uses_not ce pe2
	check_err $? "the CE uses the standby port"
	nothing_leaks "rename back" rename_back
	check_eq "$(field device)" bond0 "after the rename back"
	log_test "a renamed device keeps its segment, blocked all the time"
}

reenslave() {
	local i
	for i in $(seq 10); do
		pe2 link set ce nomaster
		pe2 link set ce master bond0
		pe2 link set ce up
	done
}

# A member leaves and comes back, a hundred times; and a second one joins.
reenslaved() {
	segment
	nothing_leaks "re-enslaving" reenslave
	check_eq "$(members)" "ce " "members"
	pe2 link add name extra type veth peer name extra-peer
	pe2 link set extra master bond0
	check_eq "$(members)" "ce extra " "members with a second one"
	pe2 link del extra
	check_eq "$(members)" "ce " "members without it"
	log_test "members that come and go are hooked and let go, without a leak"
}

updown() {
	local i
	for i in $(seq 5); do
		pe2 link set bond0 down
		pe2 link set bond0 up
	done
}

# Down and up.
down_and_up() {
	segment
	nothing_leaks "down and up" updown
	check_eq "$(field state) $(nl_field pe2 oper $ESI1)" "bound blocked,lacp-oos" "state"
	log_test "down and up change nothing"
}

again() {
	pe2 link del bond0
	[ "$(field state)" = unbound ] || check_err 1 "unbound was expected: $(field state)"
	make_bond
	pe2 link set ce down
	pe2 link set ce master bond0
	pe2 link set ce up
	pe2 link set bond0 master br0 up
}

# The bond is deleted and made again under the same name, members, bridge and all.
made_again() {
	segment
	nothing_leaks "deletion and creation" again
	check_eq "$(field state) $(members)" "bound ce " "state and members"
	log_test "deleted and created again, it is the segment again, without a leak"
}

# Two names for one device, and one device for two segments.
taken() {
	segment
	check_eq "$(nl pe2 es-new esi=$ESI2 ifname=bond0)" \
		"error=EBUSY message=\"bond0 already belongs to segment 00:11:22:33:44:55:66:77:88:01\" attribute=ifname" "refusal"
	check_eq "$(nl pe2 es-new esi=$ESI2 ifname=ce)" \
		"error=EBUSY message=\"ce is a member of bond0; name that\" attribute=ifname" "refusal of a member"
	log_test "a device that is taken, or a member, is refused with a sentence"
}

order() {
	local what=$1
	shift
	"$@"
	check_err $? "$what"
	check_eq "$(field state)" unbound "$what: state"
	pe2 link del bond0 2>/dev/null
	pe2 link del br9 2>/dev/null
	pe2 link del m0 2>/dev/null
	make_bond
	pe2 link add name m0 type veth peer name m1
	pe2 link set m0 master bond0
	pe2 link add name br9 type bridge
	pe2 link set bond0 master br9
	pe2 link add link bond0 name bond0.5 type vlan id 5
	check_eq "$(field state) $(members)" "bound m0 " "$what: bound again"
}
bond_then_member() { pe2 link del bond0 && pe2 link del m0; }
member_then_bond() { pe2 link del m0 && pe2 link del bond0; }
bridge_then_bond() { pe2 link del br9 && pe2 link del bond0; }
vlan_bridge_member_bond() { pe2 link del bond0.5 && pe2 link del br9 && pe2 link del m0 && pe2 link del bond0; }
peer_then_bond() { pe2 link del m1 && pe2 link del bond0; }

# Everything dies in every order; each time the segment says what it lost, and nothing is left.
any_order() {
	segment
	defer rebuild
	pe2 link set ce nomaster
	pe2 link set bond0 nomaster
	flood_start
	order "the bond alone" pe2 link del bond0
	order "bond, member" bond_then_member
	order "member, bond" member_then_bond
	order "bridge, bond" bridge_then_bond
	order "vlan, bridge, member, bond" vlan_bridge_member_bond
	order "the member's peer, bond" peer_then_bond
	flood_stop
	log_test "devices may die in any order"
}

# A device that moves to another namespace leaves its segment behind.
moved() {
	defer rebuild
	pe2 link del bond0
	segment ce
	check_eq "$(field state)" bound "a plain device"
	ip -n "$P" link set ce netns "$(ns host)"
	check_eq "$(field state)" unbound "after it moved"
	check_eq "$(nl host es-get)" "" "segments where it went"
	ip -n "$(ns host)" link set ce netns "$P"
	check_eq "$(field state)" bound "after it came back"
	log_test "a device that moves to another namespace loses its segment there"
}

gone() { ! ip -n "$(ns core)" link show dev pe2 >/dev/null 2>&1; }

# A namespace dies with live segments, under traffic.
namespace_dies() {
	local p
	defer fresh
	for p in pe1 pe2; do nl $p es-new esi=$ESI1 ifname=bond0 role=non-df standby=down >/dev/null; done
	flood_start
	ip netns del "$(ns pe2)"
	slowwait 10 gone
	check_err $? "the namespace lives on"
	check_eq "$(nl_field pe1 state $ESI1)" bound "the neighbour's segment"
	flood_stop
	log_test "a namespace with a live segment is deleted under traffic"
}

operstate() { ip -n "$(ns pe1)" -j link show bond0 | jq -r '.[0].operstate'; }

# The module goes under traffic and comes back.
module_goes() {
	local before
	[ -n "${EVPN_KO:-}" ] || { log_skip "rmmod under traffic" "where the module is, is not known (EVPN_KO)"; return; }
	nl pe1 es-new esi=$ESI1 ifname=bond0 role=non-df standby=down >/dev/null
	slowwait 10 ce_uses_not ce pe1
	check_err $? "the CE uses the standby port"
	flood_start
	before=$(wire_other pe1.ce)
	rmmod evpn
	check_err $? "rmmod"
	check_eq "$(operstate)" UP "operstate without the module"
	slowwait 5 eval '[ $(($(wire_other pe1.ce) - before)) -gt 50 ]'
	check_err $? "the port is still blocked without the module"
	slowwait 2 ce_uses ce pe1
	check_err $? "the CE's port is still out of sync"
	insmod "$EVPN_KO" dyndbg=+p
	check_err $? "insmod"
	check_eq "$(nl pe1 es-get)" "" "segments after the reload"
	nl pe1 es-new esi=$ESI1 ifname=bond0 role=non-df standby=block >/dev/null
	flood_stop
	sleep 0.2
	before=$(wire_other pe1.ce)
	in_ns host ping -q -c 3 -i 0.1 -W 1 -b 10.1.0.255 >/dev/null 2>&1
	check_eq $(($(wire_other pe1.ce) - before)) 0 "frames after the reload"
	log_test "rmmod under traffic opens the port and leaves nothing; the module comes back"
}

tests_run
finish
