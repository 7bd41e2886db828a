#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# BGP unnumbered (RFC 8950): the customer's link has no IPv4 address at all, and his IPv4 prefixes have his router's link-local
# IPv6 address as next hop. The gateway form cannot say that, so that evpnd tells those by ESI and Router's MAC, whatever
# form is configured; the standby has them behind the same neighbour before it has a session.
#
#     h1 (CE, AS 65100, zebra and bgpd) --- VLAN 1 of the LAG --- pe1, pe2 (VRF red, AS 65000, zebra and bgpd)

NEEDS="system frr"
ALL_TESTS="
	beforehand
	told
	object_alone
	no_object
	stand_in
	asked_for
	numbered
	takeover
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
begin "IPv4 prefixes with an IPv6 next hop: BGP unnumbered with a group of PEs" C4 C17 C70 C71 D1 D8 D10 D11 D15
[ -x /usr/lib/frr/bgpd ] || skip "FRR's daemons are not in /usr/lib/frr"
PREFIXES=200
LAB_VRF_EXTRA=", l3vni: 5000, prefixes: {learn: [bgp, static], core: interface-less}"
lab --form routed --rr none --mode port-active --standby lacp-oos --ce lacp --retention 60s

PE_LL=fe80::4638:39ff:fe00:101 # of both PEs: they have one MAC address
for n in pe1 pe2 h1; do
	vrf_ip $n -4 addr flush dev bond0.1
	frr_begin $n
done
l3vni pe1 1
l3vni pe2 2
CE_LL=$(vrf_ip h1 -j -6 addr show dev bond0.1 scope link | jq -r '.[].addr_info[]?.local // empty')
customer_has 0
# way_out: of the customer's, whether he has a session or not. It goes with the last IPv4 address of the device
way_out() { vrf_ip h1 -4 route replace default via inet6 $PE_LL dev bond0.1 src 203.0.113.1; }
for n in pe1 pe2; do
	cat >"$(frr_dir $n)/bgpd.conf" <<-END
		router bgp 65000 vrf red
		 bgp router-id 10.1.0.254
		 no bgp ebgp-requires-policy
		 neighbor bond0.1 interface remote-as 65100
		 neighbor bond0.1 timers 3 9
		 neighbor bond0.1 timers connect 2
		 address-family ipv6 unicast
		  neighbor bond0.1 activate
	END
done
{
	cat <<-END
		router bgp 65100
		 bgp router-id 203.0.113.1
		 no bgp ebgp-requires-policy
		 no bgp network import-check
		 neighbor bond0.1 interface remote-as 65000
		 neighbor bond0.1 timers 3 9
		 neighbor bond0.1 timers connect 2
		 address-family ipv6 unicast
		  neighbor bond0.1 activate
		  network 2001:db8:c0::/48
		 exit-address-family
		 address-family ipv4 unicast
		  network 203.0.113.0/24
	END
	for ((i = 1; i < PREFIXES; i++)); do echo "  network 10.20.$i.0/24"; done
} >"$(frr_dir h1)/bgpd.conf"

slowwait 25 ce_uses_only 1
check_err $? "the CE does not use PE1 alone: $(ce_ports ce)"
slowwait 20 sessions_up
check_err $? "no session"
for n in pe1 pe2; do
	frr_start $n bgpd-quiet
	# bgpd 8.4 installs nothing of a session that is up before zebra has told it of the VRF
	slowwait 10 eval 'vty $n "show bgp vrfs json" | jq -e ".vrfs.red.vrfId | . > 0 and . < 4294967295" >/dev/null'
	check_err $? "$n's bgpd does not know the VRF"
done
frr_start h1 bgpd
slowwait 30 routes_are pe1 red bgp $PREFIXES
check_eq "$(n_routes pe1 red bgp)" $PREFIXES "routes of PE1's bgpd: $(vty pe1 "show bgp vrf red summary")"

# through PE PREFIX: the next hops of evpnd's route
through() { vrf_ip "$1" -j route show vrf red "$2" proto 77 | jq -r '.[] | [.nexthops[]?, .] | [.[] | select(.dev) | (.via.host // .gateway) + "," + .dev] | sort | join(" ")'; }
through_is() { [ "$(through "$1" "$2")" = "$3" ]; }
bgp_state() { vty "$1" "show bgp vrf red neighbors bond0.1 json" | jq -r '.["bond0.1"].bgpState // "none"'; }
bgp_is() { [ "$(bgp_state "$1")" = "$2" ]; }

beforehand() {
	vrf_ip pe1 route show vrf red 203.0.113.0/24 | grep -q "via inet6 $CE_LL dev bond0.1 .*proto bgp"
	check_err $? "PE1's is $(vrf_ip pe1 route show vrf red 203.0.113.0/24)"
	slowwait 15 ours_are pe2 $PREFIXES
	check_eq "$(n_ours pe2)" $PREFIXES "routes of evpnd on PE2: $(pe_ctl pe2 prefix why 203.0.113.0/24)"
	check_eq "$(through pe2 203.0.113.0/24)" "$CE_LL,bond0.1" "PE2's next hop"
	slowwait 10 ours_are pe2 1 -6
	check_err $? "the IPv6 one: $(pe_ctl pe2 prefix why 2001:db8:c0::/48)"
	check_eq "$(vrf_ip pe2 nexthop show proto 77 | grep -c "via $CE_LL dev bond0.1")" 1 "nexthop objects of both families' prefixes"
	bgp_is pe2 Established
	check_fail $? "the standby's bgpd has a session"
	log_test "no IPv4 address on the link: the standby has all $PREFIXES, behind the router's link-local address"
}

told() {
	pe_ctl pe1 prefix why 203.0.113.0/24 >"$LAB_RUN/why"
	grep -q "learned .*from bgp, via $CE_LL dev bond0.1" "$LAB_RUN/why" &&
		grep -q "advertised .* ESI .*, as its next hop is one of IPv6" "$LAB_RUN/why" &&
		grep -q "core .*told as RT-5 .*VNI 5000" "$LAB_RUN/why"
	check_err $? "PE1: $(cat "$LAB_RUN/why")"
	pe_ctl pe1 prefix why 2001:db8:c0::/48 | grep -q "advertised .* gateway $CE_LL"
	check_err $? "PE1, IPv6: $(pe_ctl pe1 prefix why 2001:db8:c0::/48)"
	pe_ctl pe2 prefix why 203.0.113.0/24 >"$LAB_RUN/why"
	grep -q "received .* ESI " "$LAB_RUN/why" && grep -q "next hop .*via $CE_LL dev bond0.1" "$LAB_RUN/why" &&
		grep -q "core .*told as RT-5 .*VNI 5000" "$LAB_RUN/why"
	check_err $? "PE2: $(cat "$LAB_RUN/why")"
	log_test "IPv4 is told by ESI and IPv6 by gateway, as configured; the core hears of both from both PEs"
}

# announce "no"|"": the customer does not announce 203.0.113.0/24 any more, or does again
announce() { vty h1 "configure terminal" -c "router bgp 65100" -c "address-family ipv4 unicast" -c "$1 network 203.0.113.0/24" >/dev/null; }
again() {
	announce no
	slowwait 15 ours_are pe2 $((PREFIXES - 1))
	check_err $? "withdrawn, it is not gone: $(pe_ctl pe2 prefix why 203.0.113.0/24)"
	announce ""
	slowwait 15 ours_are pe2 $PREFIXES
	check_eq "$(n_ours pe2)" $PREFIXES "routes of evpnd on PE2: $(pe_ctl pe2 prefix why 203.0.113.0/24)"
	vrf_ip pe2 -d nexthop show proto 77 | grep -q "via $CE_LL dev bond0.1"
	check_err $? "PE2's next hop: $(vrf_ip pe2 nexthop show proto 77)"
}
compat_mode() { in_ns "$1" sh -c "echo $2 >/proc/sys/net/ipv4/nexthop_compat_mode"; }

object_alone() {
	local p
	for p in pe1 pe2; do
		compat_mode $p 0
		defer compat_mode $p 1
	done
	again
	pe_stop pe2
	pe_start pe2
	slowwait 20 sessions_up
	slowwait 15 prefix_is pe2 203.0.113.0/24 installed
	check_err $? "after a start it is $(prefix_state pe2 203.0.113.0/24)"
	for p in pe1 pe2; do
		compat_mode $p 1
	done
	again
	log_test "whether the kernel's messages say what is in a nexthop object or not (nexthop_compat_mode 0 and 1)"
}

no_object() {
	vrf_ip pe1 route add vrf red 198.51.101.0/24 via inet6 "$CE_LL" dev bond0.1 proto static metric 20
	defer vrf_ip pe1 route del vrf red 198.51.101.0/24
	slowwait 10 through_is pe2 198.51.101.0/24 "$CE_LL,bond0.1"
	check_err $? "a route without an object: $(pe_ctl pe2 prefix why 198.51.101.0/24)"
	vrf_ip pe1 route replace vrf red 198.51.101.0/24 proto static metric 20 nexthop via inet6 "$CE_LL" dev bond0.1 nexthop via inet6 fe80::7777:0:0:77 dev bond0.1
	vrf_ip h1 addr add fe80::7777:0:0:77/64 dev bond0.1 nodad
	defer vrf_ip h1 addr del fe80::7777:0:0:77/64 dev bond0.1
	in_ns h1 ping -6 -q -c 2 -W 1 -I fe80::7777:0:0:77%bond0.1 $PE_LL%bond0.1 >/dev/null
	slowwait 10 through_is pe2 198.51.101.0/24 "$CE_LL,bond0.1"
	check_err $? "two addresses of one router: $(through pe2 198.51.101.0/24), $(pe_ctl pe2 prefix why 198.51.101.0/24)"
	log_test "a static route; two addresses of one router are one way"
}

# zebra has 169.254.0.1 as a neighbour with the router's MAC address, and, without nexthop objects, as next hop.
stand_in() {
	vrf_ip pe1 neigh show dev bond0.1 to 169.254.0.1 | grep -q PERMANENT
	check_err $? "zebra's neighbour is not there: $(vrf_ip pe1 neigh show dev bond0.1)"
	check_eq "$(neigh_of pe1 169.254.0.1 1 reason)" "it stands for an IPv6 router in FRR's routes, and nobody answers to it" "why it is not advertised"
	vrf_ip pe2 neigh show dev bond0.1 to 169.254.0.1 | grep -q .
	check_fail $? "PE2 has it as neighbour"
	vrf_ip pe1 route add vrf red 198.51.102.0/24 via 169.254.0.1 dev bond0.1 onlink proto bgp metric 20
	defer vrf_ip pe1 route del vrf red 198.51.102.0/24
	slowwait 10 through_is pe2 198.51.102.0/24 "$CE_LL,bond0.1"
	check_err $? "$(pe_ctl pe2 prefix why 198.51.102.0/24)"
	log_test "an address that stands for the router on PE1 is not told; a route by it is, behind the router itself"
}

# The router is forgotten by both PEs: PE1, which has the routes by it, asks for it.
asked_for() {
	local p
	for p in pe1 pe2; do
		vrf_ip $p neigh del "$CE_LL" dev bond0.1
	done
	slowwait 20 through_is pe2 203.0.113.0/24 "$CE_LL,bond0.1"
	check_err $? "it does not come back: $(pe_ctl pe2 prefix why 203.0.113.0/24)"
	log_test "flushed neighbours are asked for"
}

numbered() {
	local p
	for p in pe1 pe2; do
		vrf_ip $p addr add 10.1.0.254/24 dev bond0.1
		defer vrf_ip $p addr del 10.1.0.254/24 dev bond0.1
	done
	vrf_ip h1 addr add 10.1.0.1/24 dev bond0.1
	defer vrf_ip h1 addr del 10.1.0.1/24 dev bond0.1
	in_ns h1 ping -q -c 2 -W 1 -I 10.1.0.1 10.1.0.254 >/dev/null
	slowwait 10 through_is pe2 203.0.113.0/24 10.1.0.1,bond0.1
	check_err $? "with an IPv4 neighbour it is through $(through pe2 203.0.113.0/24)"
	vrf_ip h1 addr del 10.1.0.1/24 dev bond0.1
	vrf_ip pe1 neigh del 10.1.0.1 dev bond0.1
	slowwait 20 through_is pe2 203.0.113.0/24 "$CE_LL,bond0.1"
	check_err $? "without one it is through $(through pe2 203.0.113.0/24)"
	check_eq "$(n_ours pe2)" $PREFIXES "routes of evpnd on PE2"
	log_test "an IPv4 address of the same router is taken while it has one"
}

takeover() {
	local before
	way_out
	host_via 2
	cut_cable ce pe1
	slowwait 10 ce_uses ce pe2
	check_err $? "the CE does not use PE2: $(ce_ports ce)"
	in_ns host ping -q -I red -c 3 -i 0.2 -W 1 203.0.113.1 >"$LAB_RUN/ping" 2>&1
	check_err $? "by way of PE2: $(ping_loss)"
	before=$(bgp_state pe2)
	log_test "cut off from PE1: IPv4 flows by way of PE2, whose bgpd is $before"

	slowwait 40 routes_are pe2 red bgp $PREFIXES
	check_eq "$(n_routes pe2 red bgp)" $PREFIXES "routes of PE2's bgpd, which is $(bgp_state pe2)"
	passes
	check_err $? "$(ping_loss)"
	mend_cable ce pe1
	slowwait 25 ours_are pe1 $PREFIXES
	check_eq "$(n_ours pe1)" $PREFIXES "routes of evpnd on PE1, mended: $(pe_ctl pe1 prefix why 203.0.113.0/24)"
	log_test "the session comes up with PE2, and PE1 has all of its prefixes"
}

tests_run
finish
