#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Three PEs of one LAG, and everything redistributed into everything: what FRR sees of evpnd's routes into the VPN and into
# OSPF, what comes from the VPN into OSPF, what OSPF has into the VPN. When the customer withdraws, nothing may keep the
# prefix alive by going round.
#
#     h1 (CE: zebra, ospfd) === pe1, pe2, pe3 (VRF red: zebra, ospfd, bgpd, VPNv4 with each other)

NEEDS="system frr"
ALL_TESTS="
	everywhere_once
	no_loop
	killed
	vrf_again
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
begin "three PEs, all redistributions on: no loop, and nothing stale after restarts" C4 C13 C17 C72
[ -x /usr/lib/frr/ospfd ] && [ -x /usr/lib/frr/staticd ] || skip "FRR's daemons are not in /usr/lib/frr"
[ -e /proc/sys/net/mpls/platform_labels ] || modprobe mpls_iptunnel 2>/dev/null || skip "this kernel has no MPLS"
LAB_VRF_EXTRA=", prefixes: {learn: [ospf, bgp]}"
lab --form routed --rr none --mode all-active --standby block --ce lacp --pes 3 --retention 5s
PES="pe1 pe2 pe3"

ospf_conf() { # NODE ROUTER-ID VRF REDISTRIBUTED...
	{
		printf '%s\n' "interface bond0.1" " ip ospf area 0" " ip ospf network point-to-point" " ip ospf hello-interval 1" " ip ospf dead-interval 4"
		printf '%s\n' "router ospf $3" " ospf router-id $2" " timers throttle spf 0 50 200"
		printf ' redistribute %s\n' "${@:4}"
	} >"$(frr_dir "$1")/ospfd.conf"
}
# bgpd of each PE listens on a port of its own, as evpnd has BGP's
bgp_conf() { # NUMBER
	local p
	echo "router bgp 65000"
	echo " bgp router-id 10.255.0.$1"
	for p in 1 2 3; do
		[ "$p" = "$1" ] || printf ' neighbor 10.255.0.%s remote-as 65000\n neighbor 10.255.0.%s port 1179\n neighbor 10.255.0.%s update-source 10.255.0.%s\n neighbor 10.255.0.%s timers connect 1\n' \
			$p $p $p "$1" $p
	done
	echo " address-family ipv4 vpn"
	for p in 1 2 3; do [ "$p" = "$1" ] || echo "  neighbor 10.255.0.$p activate"; done
	echo " exit-address-family"
	echo "router bgp 65000 vrf red"
	echo " address-family ipv4 unicast"
	printf '  %s\n' "redistribute kernel" "redistribute ospf" "rd vpn export 65000:$1" "rt vpn both 65000:1" "label vpn export auto" "export vpn" "import vpn" \
		"route-map vpn import far"
	echo " exit-address-family"
	# (before 8.5 bgpd gives what it imports no distance, and zebra then that of eBGP)
	printf '%s\n' "route-map far permit 10" " set distance 200"
}
for n in h1 $PES; do frr_begin $n; done
ospf_conf h1 10.1.0.1 "" kernel connected
for n in $PES; do
	ospf_conf $n "192.0.2.${n#pe}" "vrf red" kernel bgp
	bgp_conf "${n#pe}" >"$(frr_dir $n)/bgpd.conf"
	ip -n "$(ns $n)" addr add "10.255.0.${n#pe}/32" dev lo
	in_ns $n sh -c 'echo 100000 >/proc/sys/net/mpls/platform_labels
		echo 1 >/proc/sys/net/mpls/conf/core0/input; echo 1 >/proc/sys/net/mpls/conf/lo/input'
	ip -n "$(ns $n)" -f mpls route add "100${n#pe}" dev lo
done
customer_has 20
lags_up() { ce_uses ce pe1 && ce_uses ce pe2 && ce_uses ce pe3; }
slowwait 20 lags_up
check_err $? "the LAG does not come up"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
for n in $PES; do
	frr_start $n staticd ospfd
	frr_daemon $n bgpd -p 1179
done
# labelled routes to the loopbacks, as LDP would make them; staticd takes none from its file
core_route() { # PE PE
	vty "$1" "configure terminal" -c "ip route 10.255.0.${2#pe}/32 $(underlay "$2") label 100${2#pe}" >/dev/null
	ip -n "$(ns "$1")" route show "10.255.0.${2#pe}" | grep -q "encap mpls"
}
for n in $PES; do
	for p in $PES; do
		[ $p = $n ] || slowwait 10 core_route $n $p
		check_err $? "$n takes no labelled route to $p"
	done
done
frr_start h1 ospfd

adjacency() { vty "$1" "show ip ospf vrf red neighbor json" | jq -r '[.. | objects | .state? // .nbrState? // empty] | join(" ")'; }
adjacent() {
	local n
	for n in $PES; do
		[[ "$(adjacency $n)" != Full* ]] || { echo $n; return; }
	done
	return 1
}
find_adjacent() { # sets HAS and OTHERS
	adjacent >"$LAB_RUN/adjacent" && HAS=$(cat "$LAB_RUN/adjacent") && OTHERS=${PES/$HAS/}
}
slowwait 30 find_adjacent
check_err $? "no PE has an adjacency"
# the customer's prefixes and the address that is pinged
N=21
# state: what each PE has of OSPF and of evpnd
state() { local n; for n in $PES; do echo "$n: OSPF $(n_routes $n red ospf), evpnd $(n_ours $n), bgp $(n_routes $n red bgp);"; done; }
settled_at() { # COUNT: the one with the adjacency by OSPF, the others by evpnd
	local n
	find_adjacent || return 1
	routes_are "$HAS" red ospf "$1" && ours_are "$HAS" 0 || return 1
	for n in $OTHERS; do
		ours_are $n "$1" && routes_are $n red ospf 0 || return 1
	done
}
slowwait 40 settled_at $N
check_err $? "$(echo $(state))"

in_vpn_thrice() {
	vty "$HAS" "show bgp ipv4 vpn json" | jq -e '[.routes.routeDistinguishers[]["203.0.113.1/32"]? // empty] | length == 3' >/dev/null
}

everywhere_once() {
	local n
	slowwait 20 in_vpn_thrice
	check_err $? "not all three PEs have it in the VPN: $(echo $(state))"
	for n in $OTHERS; do
		check_eq "$(n_advertised $n)" 0 "prefixes that $n advertises"
		check_eq "$(best $n 203.0.113.1) $(prefix_state $n 203.0.113.1/32)" "77 installed" "protocol of the route that $n's kernel takes, and its state for evpnd"
		check_eq "$(prefix_json $n 203.0.113.1/32 '.prefixes[0].from | length')" 1 "PEs that $n has it from"
	done
	log_test "one PE has the adjacency and advertises; the two others have it from that one, and all three are in the VPN"
}

vpn_is_empty() {
	local n
	for n in $PES; do
		[ -z "$(vty $n "show bgp ipv4 vpn" | grep -F 10.20.0.)" ] || return 1
	done
}

no_loop() {
	local i
	for ((i = 0; i < 20; i++)); do echo "route del blackhole 10.20.0.$i/32"; done | ip -n "$(ns h1)" -batch -
	slowwait 20 settled_at 1
	check_err $? "after the customer has withdrawn: $(echo $(state))"
	slowwait 20 vpn_is_empty
	check_err $? "the VPN keeps it alive: $(vty pe1 "show bgp ipv4 vpn" | grep -F 10.20.0. | head -n 1)"
	# what goes round comes by again
	sleep 3
	settled_at 1 && vpn_is_empty
	check_err $? "it has come back: $(echo $(state))"
	log_test "withdrawn by the customer, a prefix is gone from all three PEs and from the VPN, whatever is redistributed into what"
	for ((i = 0; i < 20; i++)); do echo "route add blackhole 10.20.0.$i/32 proto boot"; done | ip -n "$(ns h1)" -batch -
	slowwait 40 settled_at $N
	check_err $? "told again: $(echo $(state))"
}

vrf_again() {
	local n
	for n in $OTHERS; do :; done # the last one
	# (its sub-interfaces and addresses stay, and IPv6 has to be told again)
	ip -n "$(ns $n)" link del red
	slowwait 10 eval "[ -z \"\$(ip -n $(ns $n) route show table all proto 77)\" ]"
	check_err $? "without a VRF there is $(ip -n "$(ns $n)" route show table all proto 77 | head -n 1)"
	ip -n "$(ns $n)" -batch - <<-END
		link add name red type vrf table 101
		link set red up
		link set bond0.1 master red
		link set bond1 master red
		link set core0.101 master red
	END
	in_ns h1 ping -q -c 2 -W 1 10.1.0.254 >/dev/null
	slowwait 40 ours_are $n $N
	check_err $? "in the new VRF: $(echo $(state))"
	log_test "a VRF is deleted and made again: the routes are in the new one"
}

again() {
	pe_stop "$1" KILL
	pe_start "$1"
	slowwait 20 sessions_up
	slowwait 20 prefix_is "$1" 203.0.113.1/32 "$2"
}
killed() {
	local n
	for n in $OTHERS; do
		check_eq "$(changes $n again $n installed)" 0 "changes on $n while its evpnd is killed and started"
	done
	for n in $OTHERS; do
		check_eq "$(changes $n again "$HAS" local)" 0 "changes on $n while evpnd is killed and started on $HAS"
	done
	slowwait 20 settled_at $N
	check_err $? "$(echo $(state))"
	log_test "evpnd killed and started on each of them: no route changes"
}

tests_run
finish
