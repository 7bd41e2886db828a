#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Planned hand-overs where nobody leads the CE, with 1,000 datagrams a second each way: a drain and its end, a
# cable that is mended, a preference that is changed. The PE that takes over hears by word that the other one
# has closed. Nothing comes twice, with words and without; and with them less is lost.

NEEDS="system"
ALL_TESTS="
	port_active
	single_active
	not_heard
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "hand-overs by word" D4 A10

VLAN_ADDR=
probe() {
	[ -z "$VLAN_ADDR" ] ||
		set -- "$@" -a "$(ns ce),10.1.10.1" -b "$(ns host),10.1.10.100"
	probe_start "$@" -r 1000 -f 16
}

# words PE TYPE: how many it has received
words() { pe_ctl "$1" metrics | sed -n "s/^evpn_icc_received_total{type=\"$2\"} //p"; }
heard() { [ "$(pe_ctl "$1" -j icc show | jq -r '.pes[].state')" = "${2:-heard}" ]; }
heard_all() { heard pe1 && heard pe2; }

# inter_chassis YES-OR-NO: on both PEs
inter_chassis() {
	local p
	for p in pe1 pe2; do
		sed -i "/^inter-chassis:/d" "$LAB_RUN/$p/evpnd.yaml"
		echo "inter-chassis: {enabled: $1}" >>"$LAB_RUN/$p/evpnd.yaml"
		pe_ctl "$p" config reload >/dev/null
	done
}

# preference N: of PE1
preference() {
	sed -i "s/preference: [0-9]*/preference: $1/" "$LAB_RUN/pe1/evpnd.yaml"
	pe_ctl pe1 config reload >/dev/null
}

LOST=0
# hand_over WHAT TO COMMAND...: to that PE, while datagrams are counted; adds to LOST
hand_over() {
	local what=$1 to=$2 n
	shift 2
	probe handover
	"$@" >/dev/null
	slowwait 15 settled "$to"
	check_err $? "$what: $to does not become DF"
	sleep 0.5
	probe_stop
	check_eq "$(probe_get handover 0 duplicates) $(probe_get handover 1 duplicates)" "0 0" \
		"$what: datagrams that came twice"
	n=$(($(lost handover 0) + $(lost handover 1)))
	LOST=$((LOST + n))
	log_info "$what: $n lost, $(outage handover 0) and $(outage handover 1) ms"
}

# all_hand_overs: five of them
all_hand_overs() {
	LOST=0
	hand_over "drain" pe2 pe_ctl pe1 es drain ce
	hand_over "drain undone" pe1 pe_ctl pe1 es drain ce undo
	hand_over "preference lowered" pe2 preference 100
	hand_over "preference raised" pe1 preference 300
	cut_cable ce pe1
	slowwait 10 settled pe2
	check_err $? "PE2 does not take over when the cable is cut"
	sleep 0.5
	hand_over "cable mended" pe1 mend_cable ce pe1
}

# compare NAME: with words and without
compare() {
	local with before1 before2 closed1 closed2
	inter_chassis yes
	slowwait 10 heard_all
	check_err $? "the PEs do not hear each other: $(pe_ctl pe1 icc show)"
	before1=$(words pe1 closed) before2=$(words pe2 closed)
	all_hand_overs
	with=$LOST
	closed1=$(($(words pe1 closed) - before1)) closed2=$(($(words pe2 closed) - before2))
	[ "$closed1" -ge 3 ] && [ "$closed2" -ge 2 ]
	check_err $? "PE1 has heard $closed1 words of closing and PE2 $closed2, in three and two hand-overs"
	log_test "$1: five hand-overs by word, none overlaps"
	inter_chassis no
	before1=$(words pe1 closed)
	all_hand_overs
	check_eq "$(words pe1 closed)" "$before1" "words of closing, switched off"
	[ "$with" -lt "$LOST" ]
	check_err $? "$with lost with words, $LOST without"
	log_info "$with lost with words, $LOST without"
	log_test "$1: the same without words loses more, and overlaps no more"
	inter_chassis yes
}

port_active() {
	lab --standby block --ce broadcast
	ready pe1
	check_err $? "PE1 does not become DF"
	compare port-active
}

# P and B are in RT-1 per EVI, and it is VLAN 10 that is looked at.
single_active() {
	lab_down
	lab --standby block --ce broadcast --mode single-active
	VLAN_ADDR=y
	slowwait 15 settled pe1
	check_err $? "PE1 does not become DF"
	slowwait 10 in_ns ce ping -q -c 1 -W 1 10.1.10.100 >/dev/null
	check_err $? "VLAN 10 does not pass"
	compare single-active
	VLAN_ADDR=
}

# Words that do not arrive: nothing waits for them, and the other PE is shown as silent.
not_heard() {
	local p
	lab_down
	lab --standby block --ce broadcast --mode port-active
	ready pe1
	check_err $? "PE1 does not become DF"
	slowwait 10 heard_all
	for p in pe1 pe2; do
		tc -n "$(ns "$p")" qdisc add dev core0 clsact 2>/dev/null
		tc -n "$(ns "$p")" filter add dev core0 ingress pref 1 protocol ip flower \
			ip_proto udp dst_port 4797 action drop
	done
	hand_over "drain, the words do not arrive any more" pe2 pe_ctl pe1 es drain ce
	slowwait 30 heard pe1 silent
	check_err $? "PE2 is not silent: $(pe_ctl pe1 icc show)"
	hand_over "drain undone, no words" pe1 pe_ctl pe1 es drain ce undo
	log_test "words that are lost on the way: the hand-over takes place all the same, without an overlap"
}

tests_run
finish
