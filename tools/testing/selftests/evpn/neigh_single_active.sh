#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A single-active segment: the non-DF of a VLAN lets nothing of it by, so it hears no host; it has the
# neighbours all the same, and delivers the first packet when it becomes DF.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
begin "the non-DF of a single-active segment has the neighbours before it takes over" C7 C15 A28 D11 E34
lab --form routed --mode single-active --standby block --ce broadcast

roles() {
	[ "$(pe_ctl pe1 -j es show be1 | jq '.segments[0].vlans.df | length')" = 5 ] &&
		[ "$(pe_ctl pe2 -j es show be1 | jq '.segments[0].vlans.df | length')" = 0 ]
}
slowwait 30 roles
check_err $? "roles: $(pe_ctl pe1 es show be1) $(pe_ctl pe2 es show be1)"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
slowwait 30 both_know_all
check_err $? "the non-DF does not have all: $(ip -n "$(ns pe2)" neigh show)"
state_of pe1 10.1.0.1 1 local
check_err $? "on the DF 10.1.0.1 is $(neigh_of pe1 10.1.0.1 1 state)"
state_of pe2 10.1.0.1 1 synced
check_err $? "on the non-DF 10.1.0.1 is $(neigh_of pe2 10.1.0.1 1 state)"
log_test "the non-DF has every neighbour, in both families, and has learned none of them"

check_eq "$(first_packets pe1)" 0 "lost through the DF"
l3_via 2
l3_ping red 1 4 -q -c 1 -W 1 >/dev/null
check_fail $? "a packet passed the non-DF"
log_test "only the DF delivers"

cut_cable ce pe1
slowwait 10 eval '[ "$(pe_ctl pe2 -j es show be1 | jq ".segments[0].vlans.df | length")" = 5 ]'
check_err $? "PE2 is not DF: $(pe_ctl pe2 es show be1)"
l3_ping red 1 4 -q -c 1 -W 1 >/dev/null
check_err $? "the first packet in red is lost: $(kernel_neigh pe2 bond0.1 10.1.0.1)"
l3_ping blue 1 6 -q -c 1 -W 1 >/dev/null
check_err $? "the first packet in blue is lost: $(kernel_neigh pe2 bond0.2 fd00:1::1)"
log_test "the new DF delivers the first packet"
finish
