#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The slides' service: a port-active segment, the same gateway address and MAC address on both PEs, and a customer with one eBGP
# session of each family to the group. FRR's bgpd is configured alike on both PEs; that of the standby cannot come up. What the
# active PE has learned by it is in the standby's VRF beforehand, so that data flows after a takeover while BGP is
# still down.
#
#     h1 (CE, AS 65100, zebra and bgpd) --- VLAN 1 of the LAG --- pe1, pe2 (VRF red, AS 65000, zebra and bgpd)

NEEDS="system frr"
ALL_TESTS="
	beforehand
	to_the_core
	seen_by_frr
	takeover
	restored
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
begin "one eBGP session with the group, and a standby that has its routes before it has the session" C12 C13 C17 C72 D1 D2 D7 D8 D10 D12 D14 D15
[ -x /usr/lib/frr/bgpd ] || skip "FRR's daemons are not in /usr/lib/frr"
PREFIXES=1000
LAB_VRF_EXTRA=", prefixes: {learn: [bgp]}"
lab --form routed --rr none --mode port-active --standby lacp-oos --ce lacp --retention 60s

# both: of IPv4, and of IPv6
both() { echo "$(n_routes "$1" red "$2") $(n_routes "$1" red "$2" -6)"; }
n_bgp() { both "$1" bgp; }
bgp_are() { [ "$(n_bgp "$1")" = "$2" ]; }
all_ours() { [ "$(both "$1" 77)" = "$2" ]; }
# bgp_state PE [ADDRESS]
bgp_state() { vty "$1" "show bgp vrf red neighbors ${2:-10.1.0.1} json" | jq -r --arg a "${2:-10.1.0.1}" '.[$a].bgpState // "none"'; }
bgp_is() { [ "$(bgp_state "$1")" = "$2" ]; }
for n in h1 pe1 pe2 host; do frr_begin $n; done
for n in pe1 pe2; do
	cat >"$(frr_dir $n)/bgpd.conf" <<-END
		router bgp 65000
		 bgp router-id 192.0.2.${n#pe}
		 neighbor 192.0.2.100 remote-as 65000
		 neighbor 192.0.2.100 timers connect 2
		 address-family ipv4 vpn
		  neighbor 192.0.2.100 activate
		 exit-address-family
		router bgp 65000 vrf red
		 address-family ipv4 unicast
		  redistribute kernel route-map evpn
		  rd vpn export 65000:${n#pe}
		  rt vpn both 65000:1
		  label vpn export auto
		  export vpn
		  import vpn
		 exit-address-family
		 bgp router-id 10.1.0.254
		 no bgp ebgp-requires-policy
		 neighbor 10.1.0.1 remote-as 65100
		 neighbor 10.1.0.1 timers 3 9
		 neighbor 10.1.0.1 timers connect 2
		 neighbor fd00:1::1 remote-as 65100
		 neighbor fd00:1::1 timers 3 9
		 neighbor fd00:1::1 timers connect 2
		 address-family ipv4 unicast
		  no neighbor fd00:1::1 activate
		 exit-address-family
		 address-family ipv6 unicast
		  neighbor fd00:1::1 activate
		 exit-address-family
		route-map evpn permit 10
		 set weight 0
		 set local-preference 50
	END
done
# a remote PE that speaks no EVPN
cat >"$(frr_dir host)/bgpd.conf" <<-END
	router bgp 65000
	 bgp router-id 192.0.2.100
	 neighbor 192.0.2.1 remote-as 65000
	 neighbor 192.0.2.1 passive
	 neighbor 192.0.2.2 remote-as 65000
	 neighbor 192.0.2.2 passive
	 address-family ipv4 vpn
	  neighbor 192.0.2.1 activate
	  neighbor 192.0.2.2 activate
END
{
	cat <<-END
		router bgp 65100
		 bgp router-id 10.1.0.1
		 no bgp ebgp-requires-policy
		 no bgp network import-check
		 neighbor 10.1.0.254 remote-as 65000
		 neighbor 10.1.0.254 timers 3 9
		 neighbor 10.1.0.254 passive
		 neighbor fd00:1::254 remote-as 65000
		 neighbor fd00:1::254 timers 3 9
		 neighbor fd00:1::254 passive
		 address-family ipv4 unicast
		  no neighbor fd00:1::254 activate
		  network 203.0.113.0/24
	END
	for ((i = 1; i < PREFIXES; i++)); do echo "  network 10.$((20 + i / 250)).$((i % 250)).0/24"; done
	printf ' %s\n' exit-address-family "address-family ipv6 unicast" " neighbor fd00:1::254 activate" " network 2001:db8:c0::/48"
	for ((i = 1; i < PREFIXES; i++)); do echo "  network 2001:db8:d0:$i::/64"; done
} >"$(frr_dir h1)/bgpd.conf"
ip -n "$(ns h1)" addr add 203.0.113.1/32 dev lo
ip -n "$(ns h1)" addr add 2001:db8:c0::1/128 dev lo
ip -n "$(ns h1)" link set lo up
vrf_ip host route add vrf red 203.0.113.0/24 via 172.16.101.2
vrf_ip host -6 route add vrf red 2001:db8:c0::/48 via 2001:db8:101::2
ALL="$PREFIXES $PREFIXES" NONE="0 0"

slowwait 25 ce_uses_only 1
check_err $? "the CE does not use PE1 alone: $(ce_ports ce)"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
frr_start host bgpd
frr_start pe1 bgpd-quiet
frr_start pe2 bgpd-quiet
# bgpd 8.4 installs nothing of a session that is up before zebra has told it of the VRF
vrf_known() { vty "$1" "show bgp vrfs json" | jq -e '.vrfs.red.vrfId | . > 0 and . < 4294967295' >/dev/null; }
for n in pe1 pe2; do
	slowwait 10 vrf_known $n
	check_err $? "$n's bgpd does not know the VRF"
done
frr_start h1 bgpd

beforehand() {
	slowwait 30 bgp_are pe1 "$ALL"
	check_eq "$(n_bgp pe1)" "$ALL" "routes of PE1's bgpd, which is $(bgp_state pe1)"
	slowwait 10 all_ours pe2 "$ALL"
	check_eq "$(both pe2 77)" "$ALL" "routes of evpnd on PE2: $(pe_ctl pe2 prefix why 203.0.113.0/24)"
	bgp_is pe2 Established
	check_fail $? "the standby's bgpd has a session"
	[ "$(bgp_state pe2 fd00:1::1)" = Established ]
	check_fail $? "the standby's bgpd has a session of IPv6"
	check_eq "$(n_bgp pe2)" "$NONE" "routes of PE2's bgpd"
	log_test "the customer's one session is with PE1; PE2's bgpd waits, and PE2 has all $PREFIXES routes of each family"
}

# vpn_paths: by which PEs the remote one has the prefix
vpn_paths() {
	vty host "show bgp ipv4 vpn json" |
		jq -r '[.routes.routeDistinguishers[]["203.0.113.0/24"]? // empty | .[].nexthops[].ip] | unique | join(" ")'
}

to_the_core() {
	slowwait 20 eval '[ "$(vpn_paths)" = "192.0.2.1 192.0.2.2" ]'
	check_eq "$(vpn_paths)" "192.0.2.1 192.0.2.2" "PEs by which the remote PE has the prefix"
	check_eq "$(both pe2 77) $(n_bgp pe2)" "$ALL $NONE" "routes of evpnd and of bgpd in PE2's VRF, which imports PE1's"
	log_test "a remote PE that speaks no EVPN has two VPNv4 paths; PE2 prefers its own leg to the way by PE1"
}

seen_by_frr() {
	vty pe2 "show ip route vrf red 203.0.113.0/24" >"$LAB_RUN/seen"
	grep -q 'Known via "kernel", distance 190' "$LAB_RUN/seen"
	check_err $? "zebra says: $(cat "$LAB_RUN/seen")"
	frr_stop pe2 TERM
	frr_start pe2 bgpd-quiet
	slowwait 10 eval 'vty pe2 "show ip route vrf red 203.0.113.0/24" | grep -q kernel'
	check_err $? "after a restart zebra says: $(vty pe2 "show ip route vrf red 203.0.113.0/24")"
	check_eq "$(both pe2 77)" "$ALL" "routes of evpnd after FRR was restarted"
	log_test "FRR sees them as the kernel's with distance 190, so that its own are preferred; and leaves them alone"
}

# What the customer's new port needs of PE2 is no route: none is made, changed or removed, however many there are.
takeover() {
	local mon
	hold pe2 bond0.1 bgp
	check_err $? "PE2's session cannot be held"
	$NSEXEC "$(ns pe2)" ip monitor route >"$LAB_RUN/changes" &
	mon=$!
	cut_cable ce pe1
	slowwait 10 ce_uses ce pe2
	check_err $? "the CE does not use PE2: $(ce_ports ce)"
	passes
	check_err $? "by way of PE2: $(ping_loss)"
	kill $mon
	wait $mon 2>/dev/null
	check_eq "$(grep -c 'proto \(evpn\|77\)' "$LAB_RUN/changes")" 0 "routes of evpnd that have changed"
	bgp_is pe2 Established
	check_fail $? "the session is up, although it is held"
	check_eq "$(n_bgp pe2)" "$NONE" "routes of PE2's bgpd when data flows"
	log_test "cut off from PE1: data flows by way of PE2, whose bgpd has no session yet, and no route of $PREFIXES was touched"

	let_go pe2 bond0.1
	slowwait 30 bgp_are pe2 "$ALL"
	check_eq "$(n_bgp pe2)" "$ALL" "routes of PE2's bgpd, which is $(bgp_state pe2)"
	passes
	check_err $? "$(ping_loss)"
	log_test "the same session of the customer comes up with PE2, and its routes take over"
}

restored() {
	mend_cable ce pe1
	slowwait 20 all_ours pe1 "$ALL"
	check_eq "$(both pe1 77)" "$ALL" "routes on PE1: $(pe_ctl pe1 prefix why 203.0.113.0/24)"
	log_test "the PE that is back has all of the other's before anything is switched"
}

tests_run
finish
