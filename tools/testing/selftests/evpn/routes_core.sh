#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An RFC 9136 core: the remote PE is FRR with an L3VNI, which hears both service PEs' evpnd and nothing else. A customer's
# prefix is learned by PE1 alone; both tell it as RT-5 without an index, with their own next hop and Router's MAC, and the remote
# PE has a second path when the first one goes. (Sending to both, as it does unless told, zebra 8.4 was seen without the neighbour entry of a
# VTEP after one of two paths had gone: that is FRR against itself.)
#
#     h1 === pe1, pe2 (VRF red, br5000 with VNI 5000) === VXLAN === host (FRR: VRF red, VNI 5000; 198.51.100.1)

NEEDS="system frr"
ALL_TESTS="
	two_paths
	by_vxlan
	connected
	hosts
	no_arp_no_path
	leg_cut
	standby
	withdrawn
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
begin "a core of EVPN is told a prefix by every PE of the segment, whoever has learned it" C12 C13 C17 C73 D4 D9 D13
[ -x /usr/lib/frr/bgpd ] || skip "FRR's daemons are not in /usr/lib/frr"
LAB_VRF_EXTRA=", prefixes: {learn: [ospf, connected]}"
lab --form routed --rr none --mode all-active --standby block --ce lacp --retention 5s

l3vni host 100
for p in 1 2; do
	l3vni pe$p $p
	# IPv4 alone: zebra 8.4 removes a Router's MAC when its last IPv6 next hop goes, although IPv4's is in use
	for dev in bond0.1 bond1; do ip -n "$(ns pe$p)" -6 addr flush dev $dev; done
	# the way back to the remote PE, which is not evpnd's business
	ip -n "$(ns pe$p)" -batch - <<-END
		neigh add 192.0.2.100 lladdr 02:00:00:00:50:64 dev br5000 nud permanent
		route add 198.51.100.1/32 via 192.0.2.100 dev br5000 vrf red onlink
	END
	bridge -n "$(ns pe$p)" fdb add 02:00:00:00:50:64 dev vx5000 dst 192.0.2.100 self static
	sed -i -e '/^peers:/a\  - {address: 192.0.2.100, remote-as: 65000, hold-time: 3, connect-retry: 1s}' \
		-e '/name: red/s/name: red/name: red, l3vni: 5000/' \
		-e '/name: red/s/prefixes: {/prefixes: {core: interface-less, /' "$LAB_RUN/pe$p/evpnd.yaml"
	pe_ctl pe$p config reload >"$LAB_RUN/reload" 2>&1
	check_err $? "configuration: $(cat "$LAB_RUN/reload")"
done
far_customer
frr_begin host
printf '%s\n' "vrf red" " vni 5000" >"$(frr_dir host)/zebra.conf"
{
	echo "router bgp 65000"
	echo " bgp router-id 192.0.2.100"
	for p in 1 2; do
		printf ' neighbor 192.0.2.%s remote-as 65000\n neighbor 192.0.2.%s timers 1 3\n neighbor 192.0.2.%s passive\n' $p $p $p
	done
	printf '%s\n' " address-family l2vpn evpn" "  neighbor 192.0.2.1 activate" "  neighbor 192.0.2.2 activate" "  advertise-all-vni" " exit-address-family"
	printf '%s\n' "router bgp 65000 vrf red" " bgp router-id 192.0.2.100" " address-family ipv4 unicast" "  maximum-paths ibgp 1" " exit-address-family"
	printf '%s\n' " address-family l2vpn evpn" "  route-target import 65000:1" " exit-address-family"
} >"$(frr_dir host)/bgpd.conf"
customer_has 0
slowwait 20 lag_up
check_err $? "the LAGs do not come up"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
frr_start host bgpd
vrf_ip pe1 route add vrf red 203.0.113.1/32 via 10.1.0.1 proto ospf metric 20

# vteps: the ones that the remote PE's kernel sends to
vteps() { vrf_ip host -j route show vrf red 203.0.113.1 | jq -r '.[0] | [.gateway // empty, (.nexthops // [] | .[].gateway)] | sort | join(" ")'; }
vteps_are() { [ "$(vteps)" = "$1" ]; }
in_vpn() { vty host "show bgp l2vpn evpn route type prefix" | grep -A 1 -F "[203.0.113.1]" | head -n 12; }
tx_packets() { ip -n "$(ns host)" -s -j link show vx5000 | jq '.[0].stats64.tx.packets'; }
reaches() { in_ns far ping -q -c "${1:-1}" -i 0.2 -W 1 203.0.113.1 >"$LAB_RUN/ping" 2>&1; }
slowwait 20 ours_are pe2 1
check_err $? "PE2 does not have it: $(pe_ctl pe2 prefix why 203.0.113.1/32)"
# told ADDRESS: by how many. (With tag 0; what is for the segment's other PEs has that of the sub-interface.)
told() { vty host "show bgp l2vpn evpn route type prefix" | grep -cF "[5]:[0]:[32]:[$1]"; }
told_by() { [ "$(told 203.0.113.1)" = "$1" ]; }
slowwait 30 told_by 2
check_err $? "the remote PE hears it from $(told 203.0.113.1) PEs: $(in_vpn)"
slowwait 10 vteps_are 192.0.2.1
check_err $? "the remote PE sends to '$(vteps)'"

two_paths() {
	check_eq "$(told 203.0.113.1)" 2 "PEs that tell it"
	pe_ctl pe2 prefix why 203.0.113.1/32 | grep -q "core *told as RT-5 rd 192.0.2.2:.*, VNI 5000"
	check_err $? "PE2 says: $(pe_ctl pe2 prefix why 203.0.113.1/32)"
	check_eq "$(pe_ctl pe1 -j prefix show prefix 203.0.113.1/32 | jq '.prefixes[0].from | length')" 0 "PEs that PE1 has it from"
	log_test "learned by one PE, told by both: the remote PE has two RT-5 with different next hops"
}

# core_of_host: what its kernel has of the core
core_of_host() {
	vrf_ip host route show vrf red
	vrf_ip host neigh show dev br5000
	bridge -n "$(ns host)" fdb show dev vx5000
	vty host "show evpn next-hops vni all"
	vty host "show evpn rmac vni all"
}

by_vxlan() {
	local before after
	# (zebra has its next hops' neighbours in the kernel a moment after the route)
	slowwait 20 reaches
	check_err $? "$(core_of_host)"
	before=$(tx_packets)
	reaches 20
	check_err $? "$(ping_loss)"
	after=$(tx_packets)
	[ $((after - before)) -ge 20 ]
	check_err $? "frames by VXLAN: $((after - before))"
	log_test "the remote customer reaches the other one by the L3VNI"
}

connected() {
	local net
	net=$(vty host "show bgp l2vpn evpn route type prefix" | grep -cF "[5]:[0]:[24]:[10.1.0.0]")
	check_eq "$net" 2 "PEs that tell the subnet of the customer's sub-interface"
	vrf_ip host -j route show vrf red 10.1.0.0/24 | jq -e '.[0].gateway == "192.0.2.1"' >/dev/null
	check_err $? "in the remote PE's kernel: $(vrf_ip host route show vrf red)"
	check_eq "$(vrf_ip pe1 route show vrf red proto 77 | wc -l)" 0 "connected subnets that the other PE was told"
	slowwait 5 in_ns far ping -q -c 1 -W 1 10.1.0.1 >"$LAB_RUN/ping" 2>&1
	check_err $? "the customer's router itself: $(ping_loss)"
	log_test "the subnet of the segment's device is told to the core, and to nobody else"
}

hosts() {
	reload_with 's/learn: \[ospf, connected\]/learn: [ospf, neighbours]/'
	all_speak
	slowwait 10 eval '[ "$(told 10.1.0.1)" = 2 ]'
	check_err $? "PEs that tell the customer's router: $(told 10.1.0.1): $(pe_ctl pe2 prefix why 10.1.0.1/32)"
	slowwait 10 eval '! vrf_ip host route show vrf red | grep -q "^10.1.0.0/24"'
	check_err $? "the subnet is told, too: $(vrf_ip host route show vrf red)"
	slowwait 10 eval 'vrf_ip host -j route show vrf red 10.1.0.1 | jq -e ".[0].gateway == \"192.0.2.1\""' >/dev/null
	check_err $? "in the remote PE's kernel: $(vrf_ip host route show vrf red)"
	slowwait 10 in_ns far ping -q -c 3 -i 0.2 -W 1 10.1.0.1 >"$LAB_RUN/ping" 2>&1
	check_err $? "the customer's router: $(ping_loss)"
	check_eq "$(vrf_ip pe1 route show vrf red proto 77 | wc -l)" 0 "hosts that the other PE was told as prefixes"
	reload_with 's/learn: \[ospf, neighbours\]/learn: [ospf, connected]/'
	slowwait 10 eval '[ "$(told 10.1.0.1)" = 0 ]'
	check_err $? "not asked for any more, it is told by $(told 10.1.0.1)"
	log_test "the neighbours of the segment are told to the core, one by one, when that is asked for"
}

no_arp_no_path() {
	vrf_ip pe1 route add vrf red 203.0.113.9/32 via 10.1.0.77 proto ospf metric 20
	defer vrf_ip pe1 route del vrf red 203.0.113.9/32
	slowwait 10 eval '[ "$(told 203.0.113.9)" = 1 ]'
	check_err $? "PE1 does not tell it"
	slowwait 10 prefix_is pe2 203.0.113.9/32 pending
	check_err $? "on PE2 it is $(prefix_state pe2 203.0.113.9/32)"
	check_eq "$(told 203.0.113.9)" 1 "PEs that tell it while PE2 does not know the router"
	log_test "without the neighbour there is no route on the other PE, and without the route no path"
}

leg_cut() {
	cut_cable ce pe1
	slowwait 5 ce_uses_not ce pe1
	vrf_ip pe1 route del vrf red 203.0.113.1/32 2>/dev/null # its routing daemon has lost the neighbour
	slowwait 10 vteps_are 192.0.2.2
	check_err $? "the remote PE sends to '$(vteps)'"
	local start
	start=$(mono_ms)
	slowwait 10 reaches
	log_info "reached by PE2 $(($(mono_ms) - start)) ms after the remote PE has no other path"
	reaches 5
	check_err $? "by way of PE2: $(ping_loss); $(vrf_ip pe2 route show vrf red 203.0.113.1) $(kernel_neigh pe2 bond0.1 10.1.0.1) $(ce_ports ce | tr '\n' ';') $(vrf_ip host route show vrf red 203.0.113.1) $(ip -n "$(ns host)" neigh show dev br5000)"
	mend_cable ce pe1
	slowwait 15 lag_up
	all_speak
	vrf_ip pe1 route add vrf red 203.0.113.1/32 via 10.1.0.1 proto ospf metric 20
	slowwait 20 told_by 2
	check_err $? "mended, it is told by $(told 203.0.113.1)"
	log_test "a leg is cut: the remote PE sends to the other PE, and has two paths again when it is mended"
}

# pref PE-NUMBER: LOCAL_PREF of its path, as the remote PE has it
pref() {
	vty host "show bgp l2vpn evpn route type prefix json" | jq -r "to_entries[] | select(.key | startswith(\"192.0.2.$1:\")) |
		.value[\"[5]:[0]:[32]:[203.0.113.1]\"]?.paths[0][0].locPrf // empty"
}
prefs_are() { [ "$(pref 1) $(pref 2)" = "$1 $2" ]; }
say_prefs() { echo "PE1's path has LOCAL_PREF '$(pref 1)', PE2's '$(pref 2)'; PE1 is $(nl_field pe1 role $ESI1), PE2 $(nl_field pe2 role $ESI1): $(in_vpn)"; }

# What zebra 8.4 has of VTEPs it makes after a route that leads there, and may take away again with another one.
vteps_known() {
	local p
	for p in 1 2; do
		vrf_ip host neigh replace 192.0.2.$p lladdr 02:00:00:00:50:0$p dev br5000 nud permanent
		bridge -n "$(ns host)" fdb replace 02:00:00:00:50:0$p dev vx5000 dst 192.0.2.$p self static
	done
}
# As long as the remote PE needs for that, 100 ms at most; it was as long as the CE's leaving and closing, a second.
few_lost() {
	check_eq "$FROM" 0 "datagrams lost from the customer"
	check_le "$TO" 20 "datagrams lost to him"
}

standby() {
	# (until here all-active: both forward, and the remote PE may send to either)
	check_eq "$(pref 1) $(pref 2)" "100 100" "LOCAL_PREF of both, all-active"
	reload_with 's/mode: all-active/mode: port-active/; s/standby: block/standby: lacp-oos/'
	# (a segment that is removed and made again has forgotten its neighbours)
	slowwait 15 ce_uses_only 1
	all_speak
	slowwait 10 prefs_are 100 50
	check_err $? "port-active: $(say_prefs)"
	vteps_are 192.0.2.1
	check_err $? "the remote PE sends to '$(vteps)'"
	reaches || log_info "before the VTEPs' entries are made: $(vrf_ip host neigh show dev br5000 | tr '\n' ';')"
	vteps_known
	slowwait 10 reaches
	check_err $? "port-active, by PE1: $(ping_loss); $(vrf_ip host neigh show dev br5000 | tr '\n' ';')"
	drain_pe1() {
		pe_ctl pe1 es drain be1 >"$LAB_RUN/drain" || check_err 1 "drain: $(cat "$LAB_RUN/drain")"
		slowwait 15 ce_uses_only 2
	}
	meanwhile "PE1 drained" drain_pe1
	few_lost
	slowwait 10 prefs_are 50 100
	check_err $? "drained: $(say_prefs)"
	slowwait 10 vteps_are 192.0.2.2
	check_err $? "drained, the remote PE sends to '$(vteps)'"
	slowwait 10 reaches
	check_err $? "by way of PE2: $(ping_loss)"
	undo_drain() {
		pe_ctl pe1 es drain be1 undo >/dev/null
		slowwait 15 ce_uses_only 1
	}
	vteps_known
	meanwhile "PE1 is back" undo_drain
	few_lost
	log_test "port-active: the standby, which blocks, is told as a path for when there is no other one"
}

withdrawn() {
	vrf_ip pe1 route del vrf red 203.0.113.1/32
	slowwait 10 vteps_are ""
	check_err $? "the remote PE still sends to '$(vteps)'"
	log_test "withdrawn by the customer, it is told by nobody"
}

tests_run
finish
