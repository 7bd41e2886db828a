#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A customer that speaks OSPF, version 2 and 3, over an all-active LAG. ospfd and ospf6d are configured alike on both PEs, with the
# gateway's address and router ids of their own. The customer's LAG sends his hellos to one of them, and that one has
# the adjacency; the other one is heard, and hears nothing. Its routes are evpnd's.
#
#     h1 (CE: zebra, ospfd, ospf6d) --- VLAN 1 of the LAG --- pe1, pe2 (VRF red: zebra, ospfd, ospf6d)

NEEDS="system frr"
ALL_TESTS="
	one_adjacency
	in_step
	both_forward
	no_echo
	withdrawn
	frr_restarts
	moves
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
begin "OSPF with one PE of an all-active LAG, and its routes on the other" C4 C13 C17 C72 D10
[ -x /usr/lib/frr/ospfd ] && [ -x /usr/lib/frr/ospf6d ] || skip "FRR's daemons are not in /usr/lib/frr"
PREFIXES=1000
LAB_VRF_EXTRA=", prefixes: {learn: [ospf]}"
lab --form routed --rr none --mode all-active --standby block --ce lacp --retention 60s

ospf_conf() { # NODE DEVICE ROUTER-ID VRF REDISTRIBUTED
	cat >"$(frr_dir "$1")/ospfd.conf" <<-END
		interface $2
		 ip ospf area 0
		 ip ospf network point-to-point
		 ip ospf hello-interval 1
		 ip ospf dead-interval 4
		router ospf $4
		 ospf router-id $3
		 timers throttle spf 0 50 200
		 $5
	END
	cat >"$(frr_dir "$1")/ospf6d.conf" <<-END
		interface $2
		 ipv6 ospf6 area 0
		 ipv6 ospf6 network point-to-point
		 ipv6 ospf6 hello-interval 1
		 ipv6 ospf6 dead-interval 4
		router ospf6 $4
		 ospf6 router-id $3
		 timers throttle spf 0 50 200
		 $5
	END
}
for n in h1 pe1 pe2; do frr_begin $n; done
ospf_conf h1 bond0.1 10.1.0.1 "" $'redistribute kernel\n redistribute connected'
ospf_conf pe1 bond0.1 192.0.2.1 "vrf red" ""
ospf_conf pe2 bond0.1 192.0.2.2 "vrf red" ""
customer_has $PREFIXES
slowwait 20 lag_up
check_err $? "the LAGs do not come up"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
for n in pe1 pe2 h1; do frr_start $n ospfd ospf6d; done

# adjacency PE: "" or Full of OSPFv2; adjacency6
adjacency() { vty "$1" "show ip ospf vrf red neighbor json" | jq -r '[.. | objects | .state? // .nbrState? // empty] | join(" ")'; }
adjacency6() { vty "$1" "show ipv6 ospf6 vrf red neighbor json" | jq -r '[.. | objects | .state? // empty] | join(" ")'; }
is_full() { [[ "$(adjacency "$1")" == Full* ]]; }
is_full6() { [[ "$(adjacency6 "$1")" == Full* ]]; }
# who QUESTION: the PE that has the adjacency, and the one that has not
who() {
	if "$1" pe1; then echo pe1 pe2; elif "$1" pe2; then echo pe2 pe1; else return 1; fi
}
# known: sets HAS and HAS_NOT by OSPFv2, HAS6 and HAS6_NOT by OSPFv3
known() {
	who is_full >"$LAB_RUN/who" && read -r HAS HAS_NOT <"$LAB_RUN/who" &&
		who is_full6 >"$LAB_RUN/who" && read -r HAS6 HAS6_NOT <"$LAB_RUN/who"
}
slowwait 30 known
check_err $? "no adjacency: OSPFv2 '$(adjacency pe1)' '$(adjacency pe2)', OSPFv3 '$(adjacency6 pe1)' '$(adjacency6 pe2)'"
# the prefixes and the address that is pinged
N4=$((PREFIXES + 1)) N6=$((PREFIXES + 1))
all_there() { routes_are "$HAS" red ospf $N4 && ours_are "$HAS_NOT" $N4 && routes_are "$HAS6" red ospf $N6 -6 && ours_are "$HAS6_NOT" $N6 -6; }
counts() { echo "OSPF: $HAS has $(n_routes "$HAS" red ospf), $HAS_NOT $(n_ours "$HAS_NOT") of evpnd; v3: $HAS6 has $(n_routes "$HAS6" red ospf -6), $HAS6_NOT $(n_ours "$HAS6_NOT" -6)"; }
slowwait 30 all_there
check_err $? "not all are there: $(counts)"

one_adjacency() {
	is_full "$HAS_NOT"
	check_fail $? "both PEs have the adjacency of OSPFv2"
	is_full6 "$HAS6_NOT"
	check_fail $? "both PEs have the adjacency of OSPFv3"
	log_info "OSPFv2 with $HAS, OSPFv3 with $HAS6"
	log_test "the customer's LAG sends its hellos to one PE, which has the adjacency; the other one has none"
}

in_step() {
	check_eq "$(n_ours "$HAS_NOT") $(n_ours "$HAS6_NOT" -6)" "$N4 $N6" "routes of evpnd on the other PE"
	check_eq "$(best "$HAS_NOT" 203.0.113.1) $(best "$HAS6_NOT" 2001:db8:c0::1 -6)" "77 77" "protocols of the routes that the kernel takes"
	vrf_ip "$HAS_NOT" route show vrf red 203.0.113.1 | grep -q "via 10.1.0.1 dev bond0.1 "
	check_err $? "through: $(vrf_ip "$HAS_NOT" route show vrf red 203.0.113.1)"
	vrf_ip "$HAS6_NOT" -6 route show vrf red 2001:db8:c0::1 | grep -q "via fe80::.* dev bond0.1 "
	check_err $? "through: $(vrf_ip "$HAS6_NOT" -6 route show vrf red 2001:db8:c0::1)"
	log_test "the other PE has all $N4 and $N6 by its own leg, IPv6 behind the router's link-local address"
}

both_forward() {
	local p
	for p in 1 2; do
		host_via $p
		passes
		check_err $? "by way of PE$p: $(ping_loss)"
	done
	log_test "either PE delivers to the customer, with an adjacency or without"
}

# The operator has redistributed what FRR sees of ours: into OSPF, where the customer is not heard, and into BGP.
no_echo() {
	vty "$HAS_NOT" "configure terminal" -c "router ospf vrf red" -c "redistribute kernel" >/dev/null
	defer vty "$HAS_NOT" '"configure terminal"' -c '"router ospf vrf red"' -c '"no redistribute kernel"'
	slowwait 20 eval 'vty "$HAS_NOT" "show ip ospf vrf red database external" | grep -q "Link State ID: 203.0.113.1"'
	check_err $? "FRR does not redistribute ours"
	check_eq "$(n_advertised "$HAS_NOT")" "$([ "$HAS_NOT" = "$HAS6_NOT" ] && echo 0 || echo $N6)" "prefixes that the other PE advertises"
	check_eq "$(n_ours "$HAS")" 0 "routes of evpnd on the PE that has the adjacency"
	log_test "what was told to a PE it does not tell on, whoever redistributes it there"
}

withdrawn() {
	ip -n "$(ns h1)" route del blackhole 10.20.0.7/32
	ip -n "$(ns h1)" -6 route del blackhole 2001:db8:d0:7::/64 dev lo metric 100
	slowwait 20 ours_are "$HAS_NOT" $((N4 - 1))
	check_err $? "IPv4: $(counts)"
	slowwait 20 ours_are "$HAS6_NOT" $((N6 - 1)) -6
	check_err $? "IPv6: $(counts)"
	ip -n "$(ns h1)" route add blackhole 10.20.0.7/32 proto boot
	ip -n "$(ns h1)" -6 route add blackhole 2001:db8:d0:7::/64 dev lo proto boot metric 100
	slowwait 20 all_there
	check_err $? "not all are there again: $(counts)"
	log_test "what the customer withdraws goes from both PEs, and comes back"
}

frr_again() {
	frr_stop "$1" "$2"
	frr_start "$1" ospfd ospf6d
	slowwait 20 eval "vty $1 'show ip route vrf red 203.0.113.1' | grep -q kernel"
}

frr_restarts() {
	check_eq "$(changes "$HAS_NOT" frr_again "$HAS_NOT" TERM)" 0 "changes while FRR is restarted on the PE without adjacency"
	check_eq "$(changes "$HAS_NOT" frr_again "$HAS_NOT" KILL)" 0 "changes while FRR is killed and started there"
	slowwait 30 all_there
	check_err $? "afterwards: $(counts)"
	log_test "FRR restarted and killed where it has no adjacency: no route of evpnd's changes"
}

moves() {
	local from=$HAS to=$HAS_NOT
	host_via "${to#pe}"
	in_ns host ping -q -I red -i 0.1 -c 150 -W 1 203.0.113.1 >"$LAB_RUN/ping" 2>&1 &
	local ping=$!
	sleep 1
	cut_cable ce "$from"
	slowwait 10 ce_uses_not ce "$from"
	check_err $? "the CE still uses $from"
	slowwait 5 prefix_is "$to" 203.0.113.1/32 retained || slowwait 5 prefix_is "$to" 203.0.113.1/32 local
	check_err $? "on $to it is $(prefix_state "$to" 203.0.113.1/32)"
	wait $ping
	log_info "by way of $to: $(ping_loss)"
	[ "$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$LAB_RUN/ping")" -ge 145 ]
	check_err $? "by way of $to: $(ping_loss)"
	slowwait 30 is_full "$to"
	check_err $? "no adjacency with $to: $(adjacency "$to")"
	slowwait 30 routes_are "$to" red ospf $N4
	check_err $? "$to has $(n_routes "$to" red ospf) routes of OSPF"
	log_test "the leg of the adjacency is cut: data flows by the other PE at once, and the adjacency comes up there"

	mend_cable ce "$from"
	slowwait 20 lag_up
	check_err $? "mended, the LAG does not come up"
	# (a PE that has lost it believes in it for another 4 s)
	slowwait 40 eval 'known && all_there'
	check_err $? "mended: $(counts)"
	passes
	check_err $? "$(ping_loss)"
	log_test "mended: the customer's LAG chooses again, and the other PE has all by evpnd"
}

tests_run
finish
