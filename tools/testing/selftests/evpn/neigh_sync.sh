#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Figure 3 of draft-ietf-bess-evpn-l3mh-proto: a CE on an all-active LAG answers ARP and ND to one PE
# only, and the other one delivers as well. The picture is in tools/testing/lab/topology_l3.sh.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
begin "neighbours learned on one PE are valid on the other" C1 C2 C6 C9 C15 C18 C19 C28 C29 C30 C31 \
	C32 C41 C45 D11
lab --form routed --mode all-active --standby block --ce lacp --evpnd no --retention 8s

slowwait 20 lag_up
check_err $? "the LAGs do not come up"
log_test "the CEs' LAGs are up on both PEs"

# the problem: the reply goes to the PE that the CE's hash chooses
all_speak
lost=$(($(first_packets pe1) + $(first_packets pe2)))
[ "$lost" -ge 5 ]
check_err $? "of 20 packets only $lost were lost without synchronisation: the lab shows no problem"
log_test "without evpnd one PE cannot deliver ($lost of 20 lost)"

for pe in pe1 pe2; do
	ip -n "$(ns $pe)" neigh flush all
	pe_start $pe
done
slowwait 20 sessions_up
check_err $? "no session"
all_speak
slowwait 30 both_know_all
check_err $? "not on both PEs: $(ip -n "$(ns pe1)" neigh show; echo; ip -n "$(ns pe2)" neigh show)"
check_eq "$(first_packets pe1)" 0 "first packets lost by way of PE1"
check_eq "$(first_packets pe2)" 0 "first packets lost by way of PE2"
log_test "from the first packet both PEs deliver: VLANs, QinQ, untagged, global table, IPv4 and IPv6"

read -r one other < <(learner 10.1.0.1 1)
kernel_neigh "$other" bond0.1 10.1.0.1 | grep -q extern_learn
check_err $? "not externally learned: $(kernel_neigh "$other" bond0.1 10.1.0.1)"
kernel_neigh "$other" bond0.1 10.1.0.1 | grep -q "proto zebra"
check_err $? "not of protocol zebra: $(kernel_neigh "$other" bond0.1 10.1.0.1)"
check_eq "$(ip netns exec "$(ns "$other")" bridge fdb show | grep -c "02:00:00:00:01:ce")" 0 "FDB entries of the CE"
log_test "the synchronised entry is externally learned, of zebra's protocol, and no bridge knows it"

# longer than three reachable times
for pe in pe1 pe2; do
	for f in ipv4 ipv6; do
		in_ns $pe sh -c "for d in /proc/sys/net/$f/neigh/*/base_reachable_time_ms; do echo 2000 >\$d; done"
	done
done
l3_via "${other#pe}"
sleep 3
l3_ping red 1 4 -q -i 0.2 -c 50 -W 1 >"$LAB_RUN/ping4" &
l3_ping red 1 6 -q -i 0.2 -c 50 -W 1 >"$LAB_RUN/ping6"
wait $!
grep -q " 0% packet loss" "$LAB_RUN/ping4"
check_err $? "IPv4: $(grep loss "$LAB_RUN/ping4")"
grep -q " 0% packet loss" "$LAB_RUN/ping6"
check_err $? "IPv6: $(grep loss "$LAB_RUN/ping6")"
log_test "for ten seconds, with a reachable time of two, nothing is lost by way of $other"

# overlapping subnets: the same address, another MAC address
ip -n "$(ns h2)" link set bond0.2 address 02:00:00:00:02:02
in_ns h2 ping -q -c 2 -W 1 10.1.0.254 >/dev/null
for pe in pe1 pe2; do
	slowwait 5 has_mac $pe bond0.2 10.1.0.1 02:00:00:00:02:02
	check_err $? "$pe, blue: $(kernel_neigh $pe bond0.2 10.1.0.1)"
	has_mac $pe bond0.1 10.1.0.1 02:00:00:00:01:ce
	check_err $? "$pe, red: $(kernel_neigh $pe bond0.1 10.1.0.1)"
done
log_test "a MAC address changes in one VRF: followed on both PEs, and the same address in the other VRF is as it was"

# a sub-interface goes and comes
ip -n "$(ns "$other")" link del bond0.4
slowwait 5 state_of "$other" 10.4.0.1 4 pending
check_err $? "without bond0.4 the host is $(neigh_of "$other" 10.4.0.1 4 state)"
neigh_of "$other" 10.4.0.1 4 reason | grep -q "no VLAN device 4"
check_err $? "the reason is \"$(neigh_of "$other" 10.4.0.1 4 reason)\""
ip -n "$(ns "$other")" link add link bond0 name bond0.4 type vlan id 4
ip -n "$(ns "$other")" link set bond0.4 up
ip -n "$(ns "$other")" addr add 10.4.0.254/24 dev bond0.4
slowwait 5 has_mac "$other" bond0.4 10.4.0.1 02:00:00:00:01:ce
check_err $? "not installed again: $(neigh_of "$other" 10.4.0.1 4 reason)"
log_test "a host without a sub-interface is pending, and installed when there is one"

# the VRF is compared and not assumed
ip -n "$(ns "$other")" link set bond0.4 master blue
slowwait 5 state_of "$other" 10.4.0.1 4 refused
check_err $? "in another VRF the host is $(neigh_of "$other" 10.4.0.1 4 state)"
neigh_of "$other" 10.4.0.1 4 reason | grep -q "bond0.4 is in VRF blue"
check_err $? "the reason is \"$(neigh_of "$other" 10.4.0.1 4 reason)\""
ip -n "$(ns "$one")" link set bond0.4 master blue
in_ns hg ping -q -c 2 -W 1 10.4.0.254 >/dev/null
slowwait 5 has_mac "$other" bond0.4 10.4.0.1 02:00:00:00:01:ce
check_err $? "after the other PE has moved it too: $(neigh_of "$other" 10.4.0.1 4 reason)"
log_test "a sub-interface in another VRF refuses, with a sentence, until both PEs have moved it"

pe_ctl "$other" trace neigh 10.1.0.1 >"$LAB_RUN/trace"
for hop in received import wish kernel; do
	grep -q " $hop " "$LAB_RUN/trace"
	check_err $? "the trace has no hop \"$hop\": $(cat "$LAB_RUN/trace")"
done
pe_ctl "$one" trace neigh 10.1.0.1 >"$LAB_RUN/trace"
for hop in learned decided advertised; do
	grep -q " $hop " "$LAB_RUN/trace"
	check_err $? "the trace has no hop \"$hop\": $(cat "$LAB_RUN/trace")"
done
log_test "evpnctl trace neigh names each hop on both PEs"

# the leg to the PE that has learned is cut: the other one hears the host itself
cut_cable ce "$one"
slowwait 5 ce_uses_not ce "$one"
l3_via "${other#pe}"
l3_ping red 1 4 -q -i 0.2 -c 10 -W 1 >"$LAB_RUN/ping4"
grep -q " 0% packet loss" "$LAB_RUN/ping4"
check_err $? "lost: $(grep loss "$LAB_RUN/ping4")"
slowwait 10 state_of "$other" 10.1.0.1 1 local
check_err $? "on $other it is $(neigh_of "$other" 10.1.0.1 1 state)"
slowwait 10 state_of "$one" 10.1.0.1 1 pending
check_err $? "on $one it is $(neigh_of "$one" 10.1.0.1 1 state)"
mend_cable ce "$one"
slowwait 15 lag_up
slowwait 5 state_of "$one" 10.1.0.1 1 synced
state_of "$one" 10.1.0.1 1 synced || state_of "$one" 10.1.0.1 1 local
check_err $? "mended, on $one it is $(neigh_of "$one" 10.1.0.1 1 state)"
log_test "a leg is cut: nothing is lost, the other PE has it as its own, and it comes back to this one"

finish
