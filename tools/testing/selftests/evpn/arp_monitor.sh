#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A bond that watches its link with ARP or ND instead of LACP, in a VLAN or in none: blocked, it must
# not take its own link for dead, and still nobody gets through.
#
#	ce: m1 ---- m0: pe, bond0 (active-backup, ARP monitor), a segment

NEEDS="module fast"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "a blocked bond with an ARP or ND monitor" A12
lab_defaults
NSEXEC=$(lab_tool nsexec) || skip "nsexec does not build"
EVPN_NL=$(lab_tool evpn_nl) || skip "evpn_nl does not build"
pe() { $NSEXEC arp-pe "$@"; }
ce() { $NSEXEC arp-ce "$@"; }

for n in arp-ce arp-pe; do
	ip netns add $n
	defer "ip netns del $n"
done
ip -n arp-ce link add m1 type veth peer name m0 netns arp-pe
ip -n arp-ce addr add 192.0.2.2/24 dev m1
ip -n arp-ce link set m1 up
ip -n arp-pe link add name bond0 type bond mode active-backup arp_interval 100 \
	arp_ip_target 192.0.2.2 arp_validate all
ip -n arp-pe link set m0 master bond0
ip -n arp-pe link set bond0 up
ip -n arp-pe addr add 192.0.2.1/24 dev bond0

link_up() { pe grep -q 'Currently Active Slave: m0' /proc/net/bonding/bond0; }
pinged() { ce ping -q -c 1 -W 1 192.0.2.1 >/dev/null; }
failures() { pe awk '/Link Failure Count/ { print $NF }' /proc/net/bonding/bond0; }

slowwait 10 link_up && slowwait 5 pinged
check_err $? "the bond does not come up without a segment"
log_test "without a segment the link is up"

pe "$EVPN_NL" es-new esi=$ESI1 ifname=bond0 role=non-df >/dev/null
before=$(failures)
ce ping -q -c 20 -i 0.1 -W 1 192.0.2.1 >/dev/null
check_fail $? "a ping passes a blocked port"
link_up
check_err $? "the bond has taken its link for dead"
check_eq "$(failures)" "$before" "failures of the link"
log_test "blocked: the link stays up, nothing passes"

# The other host's ARP reaches the monitor and nobody behind it: no entry is learned from it.
learned() { ip -n arp-pe neigh show dev bond0 | grep -c lladdr; }
ip -n arp-pe neigh flush dev bond0
ip -n arp-ce neigh flush dev m1
ce ping -q -c 3 -i 0.2 -W 1 192.0.2.1 >/dev/null
check_eq "$(learned)" 0 "neighbours learned through a blocked port"
log_test "ARP ends at the bond"

pe "$EVPN_NL" es-set esi=$ESI1 role=df >/dev/null
slowwait 5 pinged
check_err $? "no ping as DF"
check_eq "$(learned)" 1 "neighbours learned as DF"
log_test "as DF everything passes again"

# other NAME TARGET-OPTION TARGET OWN VLAN: another target, which may be in a VLAN
other() {
	local at=bond0 to=m1
	pe "$EVPN_NL" es-del esi=$ESI1 >/dev/null
	ip -n arp-pe link del bond0
	ip -n arp-pe link set m0 down
	ip -n arp-ce addr flush dev m1
	if ! ip -n arp-pe link add name bond0 type bond mode active-backup arp_interval 100 "$2" "$3" 2>/dev/null; then
		log_skip "$1" "this bonding or iproute2 has no $2"
		return
	fi
	if [ "$5" ]; then
		at=bond0.$5 to=m1.$5
		ip -n arp-pe link add link bond0 name "$at" type vlan id "$5"
		ip -n arp-ce link add link m1 name "$to" type vlan id "$5"
		ip -n arp-ce link set "$to" up
	fi
	ip -n arp-pe link set m0 master bond0
	ip -n arp-pe link set bond0 up
	ip -n arp-pe link set "$at" up
	# "nodad" is refused of IPv4
	ip -n arp-pe addr add "$4" dev "$at" nodad 2>/dev/null || ip -n arp-pe addr add "$4" dev "$at"
	ip -n arp-ce addr add "$3/${4#*/}" dev "$to" nodad 2>/dev/null || ip -n arp-ce addr add "$3/${4#*/}" dev "$to"
	slowwait 10 link_up
	check_err $? "the bond does not come up without a segment"
	pe "$EVPN_NL" es-new esi=$ESI1 ifname=bond0 role=non-df >/dev/null
	before=$(failures)
	# as many as twenty of the monitor's intervals
	ce ping -q -c 20 -i 0.1 -W 1 "${4%/*}" >/dev/null
	check_fail $? "a ping passes a blocked port"
	link_up
	check_err $? "the bond has taken its link for dead"
	check_eq "$(failures)" "$before" "failures of the link"
	ip -n arp-ce link del "m1.$5" 2>/dev/null
	log_test "$1"
}
other "ARP in a VLAN: the link stays up, nothing passes" arp_ip_target 198.51.100.2 198.51.100.1/24 9
other "ND: the link stays up, nothing passes" ns_ip6_target 2001:db8:44::2 2001:db8:44::1/64 ""
other "ND in a VLAN: the link stays up, nothing passes" ns_ip6_target 2001:db8:45::2 2001:db8:45::1/64 9
finish
