#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A port-active segment: the standby has the neighbours before it takes over, and delivers without
# asking for them.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
begin "the standby of a port-active segment has the neighbours before the switch-over" A28 C8 D11
lab --form routed --mode port-active --standby lacp-oos --ce lacp

slowwait 25 ce_uses_only 1
check_err $? "the CE does not use PE1 alone: $(ce_ports ce)"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
slowwait 30 both_know_all
check_err $? "the standby does not have all: $(ip -n "$(ns pe2)" neigh show)"
state_of pe2 10.1.0.1 1 synced
check_err $? "on the standby 10.1.0.1 is $(neigh_of pe2 10.1.0.1 1 state)"
log_test "the standby has every neighbour, in both families, and has learned none of them"

cut_cable ce pe1
slowwait 10 ce_uses ce pe2
check_err $? "the CE does not use PE2: $(ce_ports ce)"
l3_via 2
l3_ping red 1 4 -q -c 1 -W 1 >/dev/null
check_err $? "the first packet in red is lost: $(kernel_neigh pe2 bond0.1 10.1.0.1)"
l3_ping blue 1 6 -q -c 1 -W 1 >/dev/null
check_err $? "the first packet in blue is lost: $(kernel_neigh pe2 bond0.2 fd00:1::1)"
log_test "after the switch-over the first packet is delivered"

finish
