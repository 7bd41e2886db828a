#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An operator's ordinary day under FRR, with frames all the while: FRR is restarted, a segment is taken
# out and put back, a bond is renamed, evpnd is away, a cable is cut. No frame comes twice, none comes
# back, and `evpnctl check` says what is true each time. The segment is discovered, VXLAN has the port
# that ip link gives it, and the bond is a trunk in VLAN 10 and an access port in VLAN 20.

NEEDS="system frr reload"
ALL_TESTS="
	steady
	known_unicast
	restarted_non_df
	restarted_df
	taken_out
	cable
	cable_words
	evpnd_away
	module_away
	renamed
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=frr_lib.sh
. "$(dirname "$0")/frr_lib.sh"
begin "under FRR: an ordinary day" R1 R2 R3 R5 R6 B6 B7
# shellcheck disable=SC2034
FRR_PORT=8472 FRR_HOLD=5m # (longer than FRR takes to start on a busy machine)
flood_tools
frr_possible || skip "FRR is not there"
frr_down
defer frr_down
log_info "FRR $(frr_version), Linux $(uname -r)"

# evpnd_up: as the lab has it, whatever a case before has left
evpnd_up() {
	local i
	for i in 1 2; do
		frr_ctl pe$i es show >/dev/null 2>&1 && continue
		frr_discover_conf pe$i
		frr_evpnd_start pe$i
	done
	both df non-df
}

steady() {
	evpnd_up
	flood 1 2
	vlan_20 1 2
	agreed
	log_test "one copy, no echo, local bias: trunk and access port, VXLAN on port $FRR_PORT; check agrees"
}

# The remote PE sends it to one of the two, if its kernel takes FRR's entry
known() { frr_vty pe3 -c "show evpn mac vni 100" | grep -q "^$CE_MAC  *remote"; }
in_fdb() { bridge -n "${FL}pe3" fdb show | grep -q "^$CE_MAC .*nhid"; }
known_unicast() {
	evpnd_up
	from_ce 1
	slowwait 10 known
	check_err $? "FRR on PE3 does not know where $CE_MAC is"
	if slowwait 1 in_fdb; then
		inject h3,eth0 k -d $CE_MAC
		check_eq $((${SEEN[k ce,p1]:-0} + ${SEEN[k ce,p2]:-0})) 100 "known unicast from the remote host"
		slowwait 10 frr_agrees 3
		check_err $? "PE3: $(cat /run/frr-check)"
	else
		expect_says pe3 "MAC addresses that FRR has behind other PEs are not in the kernel's forwarding table, $CE_MAC in VNI"
	fi
	log_test "known unicast: one copy, or check says on the remote PE that the kernel refused FRR's entry"
}

# FRR is restarted: zebra is there before its configuration is
restarted() {
	during frr_service_restart "$1" expect_says "$1" "FRR was started again and does not have this segment yet"
	"${2:-spared}"
	both df non-df
	agreed
}
restarted_non_df() {
	evpnd_up
	restarted pe2
	log_test "FRR restarted on the non-DF: nothing twice, no echo"
}
# bgpd ends its sessions one after the other: the other PE may hear of it, and be DF, before evpnd beside it hears
spared_but_moment() {
	check_le "$TWICE" 10 "frames of the remote host that came twice, a hundred a second"
	check_eq "$ECHO" 0 "frames of the customer that came back"
}
restarted_df() {
	evpnd_up
	restarted pe1 spared_but_moment
	log_test "FRR restarted on the DF: nothing twice but for the moment in which its bgpd ends, no echo"
}

enforced() { [ -n "$(role_in_kernel "$1")" ]; }
taken_out() {
	evpnd_up
	frr_segment pe2 "no evpn mh es-id"
	slowwait 5 sh -c "! ip netns exec ${FL}pe2 $EVPN_NL es-get esi=$FRR_ESI | grep -q ifname"
	check_err $? "enforced, and FRR has it no more"
	# (but for addresses: the customer is behind another PE's segment now)
	check_eq "$(frr_ctl pe2 -j check vty "$(frr_dir pe2)/zebra.vty" | jq -r '.differences[].what' | grep -vx fdb)" "" \
		"what check says on PE2, which has no segment"
	frr_segment_again pe2
	slowwait 1 enforced 2
	check_err $? "not enforced soon after FRR has the segment"
	both df non-df
	agreed
	log_test "evpn mh es-id taken out and put back: enforced at once"
}

cut() {
	fl_ip ce link set p1 down
	slowwait 10 in_force 2 df
	check_err $? "PE2 should be df: evpnd '$(frr_role pe2)', kernel '$(role_in_kernel 2)'"
	check_eq "$(role_in_kernel 1)" non-df "role of PE1 while its cable is cut"
}
plug() {
	fl_ip ce link set p1 up
	slowwait 10 in_force 1 df
	check_err $? "PE1 should be df again: evpnd '$(frr_role pe1)', kernel '$(role_in_kernel 1)'"
	slowwait 10 in_force 2 non-df
	check_err $? "PE2 should be non-df again: evpnd '$(frr_role pe2)', kernel '$(role_in_kernel 2)'"
}
cable() {
	evpnd_up
	defer fl_ip ce link set p1 up
	LEGS=2 during cut
	spared
	slowwait 5 says_only pe1 "bond0: bond0 has no carrier"
	check_err $? "PE1, its cable cut: $(cat /run/frr-check)"
	# (FRR 8.4: when bgpd was away, zebra may keep a PE that has no RT-4 any more)
	[ "$(frr_says pe2)" = df ] || expect_says pe2 "whose RT-4 bgpd does not have any more"
	log_test "a cable is cut: nothing twice, and check blames nobody"
	LEGS=2 during plug
	spared
	agreed
	log_test "the cable is plugged in again: nothing twice, and check agrees"
}

# FRR says nothing of its role; the PEs do, where words pass between them.
words() { # YES-OR-NO
	local i conf
	for i in 1 2; do
		conf=$(frr_dir pe$i)/evpnd.yaml
		sed -i '/^inter-chassis:/d' "$conf"
		echo "inter-chassis: {enabled: $1}" >>"$conf"
		frr_ctl pe$i config reload >/dev/null
	done
}
hears() { [ "$(frr_ctl "$1" -j icc show | jq -r '.pes[].state')" = heard ]; }
hear_both() { hears pe1 && hears pe2; }
closings() { frr_ctl pe1 metrics | sed -n 's/^evpn_icc_received_total{type="closed"} //p'; }
# plugs: three times; adds up what was lost of the remote host's frames
plugs() {
	local i
	LOST_ALL=0
	for i in 1 2 3; do
		cut
		LEGS=2 during plug
		spared
		LOST_ALL=$((LOST_ALL + LOST))
	done
}
cable_words() {
	local before heard with
	evpnd_up
	defer fl_ip ce link set p1 up
	words yes
	slowwait 15 hear_both
	check_err $? "the PEs do not hear each other: $(frr_ctl pe1 icc show)"
	before=$(closings)
	plugs
	with=$LOST_ALL
	heard=$(closings)
	[ $((heard - before)) -ge 3 ]
	check_err $? "words of closing that PE1 has heard: $((heard - before)), and three are due"
	words no
	plugs
	check_eq "$(closings)" "$heard" "words of closing, switched off"
	[ "$with" -lt "$LOST_ALL" ]
	check_err $? "$with frames lost with words, $LOST_ALL without"
	log_info "$with frames lost with words, $LOST_ALL without"
	words yes
	log_test "the cable is plugged in again three times: less is lost by word than by the clock, nothing twice"
}

evpnd_away() {
	evpnd_up
	defer frr_segment pe2 "evpn mh es-df-pref 200"
	frr_evpnd_stop pe1 KILL
	frr_segment pe2 "evpn mh es-df-pref 400"
	expect_says pe1 "evpnd does not answer"
	expect_says pe1 "FRR says non-df, the kernel has df, and there is no evpnd to change it"
	frr_evpnd_start pe1
	both non-df df
	frr_segment pe2 "evpn mh es-df-pref 200"
	both df non-df
	agreed
	log_test "evpnd away during a change of roles: check names it"
}

module_away() {
	evpnd_up
	rmmod evpn
	expect_says pe1 "the module evpn does not answer"
	insmod "$EVPN_KO" dyndbg=+p
	both df non-df
	agreed
	log_test "the module unloaded and loaded: check says so, and all is in force again"
}

# The bond of the non-DF; the last case, as zebra 8.4 does not get over it
blocked() { fl_nl "$1" es-get esi=$FRR_ESI | grep -q 'mode=port-active .*role=non-df'; }
rename() {
	fl_ip pe2 link set bond0 down
	fl_ip pe2 link set bond0 name po1
	slowwait 5 blocked pe2 # (a few milliseconds, but on a busy machine a script is faster)
	check_err $? "PE2 is not blocked: $(fl_nl pe2 es-get esi=$FRR_ESI)"
	fl_ip pe2 link set po1 up
	slowwait 5 check_says pe2 "which is named po1 now"
	check_err $? "check on PE2 says: $(cat /run/frr-check)"
}
renamed() {
	evpnd_up
	during rename
	spared
	log_test "a bond is renamed: the segment stays with its device, and check says what to do"
}

frr_lab
tests_run
finish
