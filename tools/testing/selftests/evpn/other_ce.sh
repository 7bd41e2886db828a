#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Customers with the LACP of other makers: teamd and Open vSwitch. Each follows the out-of-sync signal of
# a standby port, when a cable is cut, when a PE is drained, and when the cable is mended.
#
#     ce (teamd | ovs-vswitchd) === pe1 --- core --- host
#                               === pe2

NEEDS="system"
ALL_TESTS="
	cut
	drained
	mended
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "teamd and Open vSwitch as the customer" A11 A13 D4

twice() { echo "$(probe_get "$1" 0 duplicates) $(probe_get "$1" 1 duplicates)"; }
lost_both() { echo "$(lost "$1" 0) $(lost "$1" 1)"; }

cut() {
	probe_start cut -r 1000 -f 16
	cut_cable ce pe1
	slowwait 5 ce_uses_only 2
	check_err $? "it does not use PE2 alone: $(ce_ports ce)"
	slowwait 5 lab_passes
	check_err $? "no ping through PE2"
	sleep 0.5
	probe_stop
	log_info "$LAB_CE, cable cut: $(outage cut 0) ms from the CE, $(outage cut 1) ms to it"
	check_outage cut $((3000 * $(pace pe1)))
	log_test "$LAB_CE: the cable is cut, and it uses PE2"
}

mended() {
	cut_cable ce pe1
	slowwait 5 ce_uses_only 2
	check_err $? "it does not use PE2 alone: $(ce_ports ce)"
	slowwait 5 lab_passes
	probe_start mended -r 1000 -f 16
	mend_cable ce pe1
	ready pe1
	check_err $? "PE1 does not get it back: $(ce_ports ce)"
	sleep 0.5
	probe_stop
	check_outage mended $((1000 * $(pace pe1)))
	check_eq "$(lost_both mended)" "0 0" "datagrams lost"
	check_eq "$(twice mended)" "0 0" "datagrams that came twice"
	log_test "$LAB_CE: the cable is mended: 0 lost, 0 twice"
}

drained() {
	mend_cable ce pe1
	ready pe1
	check_err $? "PE1 does not get it back: $(ce_ports ce)"
	probe_start drained -r 1000 -f 16
	pe_ctl pe1 es drain ce >/dev/null
	slowwait 5 ce_uses_only 2
	check_err $? "it does not use PE2 alone: $(ce_ports ce)"
	sleep 0.5
	probe_stop
	check_outage drained $((1000 * $(pace pe1)))
	check_eq "$(lost_both drained)" "0 0" "datagrams lost"
	check_eq "$(twice drained)" "0 0" "datagrams that came twice"
	pe_ctl pe1 es drain ce undo >/dev/null
	ready pe1
	check_err $? "PE1 does not get it back: $(ce_ports ce)"
	log_test "$LAB_CE: a drain: 0 lost, 0 twice"
}

found=
for kind in team ovs; do
	if ! other_ce_has $kind; then
		log_info "$kind: not installed"
		continue
	fi
	found=yes
	lab --standby lacp-oos --ce $kind
	ready pe1
	check_err $? "PE1 does not become DF: $(ce_ports ce)"
	log_test "$kind: PE1 is DF, and the customer uses it alone"
	tests_run
	lab_down
done
[ -n "$found" ] || skip "neither teamd nor Open vSwitch is installed (make deps)"
finish
