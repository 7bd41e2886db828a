# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# The small lab of the neighbour scenarios: one PE with one segment and its customer; the other PE
# is the scenario itself, which says what that one has learned.
#
#     pe: bond0 (segment)  10.9.0.254/24, 2001:db8:9::254/64   --- ce:  10.9.0.1
#         bond0.1 (VRF red)   10.0.0.254/24, 2001:db8::254/64  --- ce1: 10.0.0.1, VLAN 1
#         bond0.2 (VRF blue)  10.0.0.254/24, 2001:db8::254/64  --- ce2: 10.0.0.1, VLAN 2
#         bond0.100.50        10.5.0.254/24                    --- ce5: VLAN 50 in 100
#
# The customers' own addresses end in 1; each also has one that ends in 9, and a MAC address of
# its own. quiet CE makes one silent: it takes packets, and answers no ARP nor ND.

TAG_QINQ=$((100 << 12 | 50))

lab_defaults
N_PE=$(ns npe)
n_ce() { ns "n$1"; }
pe() { $NSEXEC "$N_PE" "$@"; }
pe_ip() { ip -n "$N_PE" "$@"; }
neigh() { pe "$EVPN_NL" neigh-"$@"; }
ifindex() { pe_ip -j link show dev "$1" | jq '.[].ifindex'; }
say() { $NSEXEC "$(n_ce "$1")" "$NEIGH_SAY" "${@:2}"; }

neigh_lab_down() {
	local n
	for n in "$N_PE" "$(n_ce ce)" "$(n_ce ce1)" "$(n_ce ce2)" "$(n_ce ce5)"; do
		ip netns del "$n"
	done
} 2>/dev/null

# customer NAME DEVICE IPV4 IPV6-PREFIX MAC
customer() {
	local n
	n=$(n_ce "$1")
	ip -n "$n" link set "$2" address "$5" up
	ip -n "$n" link set lo up
	ip -n "$n" addr add "$3.1/24" dev "$2"
	ip -n "$n" addr add "$3.9/24" dev "$2"
	[ -z "$4" ] || ip -n "$n" addr add "${4}9/64" dev "$2" nodad
	# What it sends goes to the PE without a question, so that only the PE's are seen.
	ip -n "$n" neigh replace "$3.254" lladdr "$MAC_PE" dev "$2" nud permanent
	[ -z "$4" ] || ip -n "$n" neigh replace "${4}254" lladdr "$MAC_PE" dev "$2" nud permanent
}

neigh_lab() {
	local c d v
	need_module
	NSEXEC=$(lab_tool nsexec) || skip "nsexec does not build"
	EVPN_NL=$(lab_tool evpn_nl) || skip "evpn_nl does not build"
	NEIGH_RTNL=$(lab_tool neigh_rtnl) || skip "neigh_rtnl does not build"
	NEIGH_SAY=$(lab_tool neigh_say) || skip "neigh_say does not build"
	modprobe -a bonding vrf 8021q 2>/dev/null
	defer neigh_lab_down
	for c in ce ce1 ce2 ce5; do
		ip netns add "$(n_ce $c)"
	done
	ip netns add "$N_PE" || skip "no network namespaces"
	pe_ip link set lo up
	pe_ip link add bond0 type bond mode active-backup miimon 10 || skip "no bonding"
	pe_ip link add m0 type veth peer name ce netns "$(n_ce ce)"
	pe_ip link set m0 master bond0
	MAC_PE=02:00:00:00:ff:01
	pe_ip link set bond0 address $MAC_PE
	for v in red blue; do
		pe_ip link add $v type vrf table $((10 + ${#v})) || skip "no VRF"
		pe_ip link set $v up
	done
	for v in 1 2 100; do
		pe_ip link add link bond0 name bond0.$v type vlan id $v
		ip -n "$(n_ce ce)" link add link ce name ce.$v type vlan id $v
	done
	pe_ip link set bond0.1 master red
	pe_ip link set bond0.2 master blue
	pe_ip link add link bond0.100 name bond0.100.50 type vlan id 50
	ip -n "$(n_ce ce)" link set ce up
	ip -n "$(n_ce ce)" link set ce.100 up
	ip -n "$(n_ce ce)" link add link ce.100 name ce.50 type vlan id 50
	for c in 1 2; do
		ip -n "$(n_ce ce)" link set ce.$c netns "$(n_ce ce$c)"
	done
	ip -n "$(n_ce ce)" link set ce.50 netns "$(n_ce ce5)"
	for d in m0 bond0 bond0.1 bond0.2 bond0.100 bond0.100.50; do
		pe_ip link set $d up
	done
	pe_ip addr add 10.9.0.254/24 dev bond0
	pe_ip addr add 2001:db8:9::254/64 dev bond0 nodad
	for d in 1 2; do
		pe_ip addr add 10.0.0.254/24 dev bond0.$d
		pe_ip addr add 2001:db8::254/64 dev bond0.$d nodad
	done
	pe_ip addr add 10.5.0.254/24 dev bond0.100.50
	customer ce ce 10.9.0 2001:db8:9:: 02:00:00:00:00:01
	customer ce1 ce.1 10.0.0 2001:db8:: 02:00:00:00:01:01
	customer ce2 ce.2 10.0.0 2001:db8:: 02:00:00:00:02:01
	customer ce5 ce.50 10.5.0 "" 02:00:00:00:05:01
	# Addresses of the link settle, and nobody is known to anybody
	sleep 1
	pe_ip neigh flush all
	pe "$EVPN_NL" es-new esi=$ESI1 ifname=bond0 role=df >/dev/null
}

# quiet CE DEVICE / loud CE DEVICE: it answers neither ARP nor ND / it does again
quiet() {
	local n
	n=$(n_ce "$1")
	$NSEXEC "$n" nft -f - <<-END
		table netdev quiet {
			chain in {
				type filter hook ingress device $2 priority 0;
				ether type arp drop
				icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } drop
			}
		}
	END
}
loud() { $NSEXEC "$(n_ce "$1")" nft delete table netdev quiet; }

# wish KEY=VALUE...: of the other PE, prints the answer
wish() { neigh new esi=$ESI1 "$@"; }

# n_field KEY TAG ADDRESS: one value of a neighbour as the module has it, or nothing
n_field() {
	neigh get esi=$ESI1 tag="$2" addr="$3" | sed -n "s/^entry.* $1=\(\"[^\"]*\"\|[^ ]*\).*/\1/p"
}
state() { n_field state "$1" "$2"; }
is() { [ "$(state "$1" "$2")" = "$3" ]; }
gone() { [ -z "$(state "$1" "$2")" ]; }

# kernel DEVICE ADDRESS: what the kernel's table has: MAC, then what else it says
kernel() {
	pe_ip neigh show to "$2" dev "$1" | sed 's/^[^ ]* *//; s/^lladdr //; s/ *$//'
}
stat_of() { neigh stats-get | tr ' ' '\n' | sed -n "s/^$1=//p"; }

# monitor_start / monitor_stop: notifications, in $MON
monitor_start() {
	MON=/run/neigh-monitor
	: >$MON
	# not through pe(), whose shell would be killed instead and leave the namespace in use
	$NSEXEC "$N_PE" "$EVPN_NL" monitor "${1:-60}" neigh >$MON &
	MON_PID=$!
	slowwait 5 grep -q monitoring $MON
}
monitor_stop() {
	sleep 0.3
	kill $MON_PID
	wait $MON_PID
} 2>/dev/null
told() { grep -c -- "$1" $MON; }

# neigh_lab_second: another customer, on a segment of its own: bond9, 10.99.0.254/24, ESI2
neigh_lab_second() {
	ip netns add "$(n_ce ce9)"
	defer ip netns del "$(n_ce ce9)"
	pe_ip link add bond9 type bond mode active-backup miimon 10
	pe_ip link add m9 type veth peer name ce9 netns "$(n_ce ce9)"
	pe_ip link set m9 master bond9
	pe_ip link set bond9 address 02:00:00:00:ff:09
	pe_ip link set m9 up
	pe_ip link set bond9 up
	pe_ip addr add 10.99.0.254/24 dev bond9
	ip -n "$(n_ce ce9)" link set ce9 address 02:00:99:00:00:01 up
	ip -n "$(n_ce ce9)" addr add 10.99.0.1/24 dev ce9
	ip -n "$(n_ce ce9)" neigh replace 10.99.0.254 lladdr 02:00:00:00:ff:09 dev ce9 nud permanent
	slowwait 5 eval '[ "$(pe_ip -j link show dev bond9 | jq -r ".[].operstate")" = UP ]'
	pe "$EVPN_NL" es-new esi=$ESI2 ifname=bond9 role=df >/dev/null
}
