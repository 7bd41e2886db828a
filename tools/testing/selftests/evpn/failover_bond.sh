#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The active PE loses its cable, or its bond is taken down: the standby takes over, for every standby
# policy and with either route reflector.
#
#     ce ---X--- pe1 (active)      LACP CE for lacp-oos and down; for block a CE that does
#      \-------- pe2 (standby)     not hash into a blocked link (see Documentation/lab.rst)

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "loss of the active PE's link, for every standby policy" A2 A11 A12 A13 A14 A35 A37 B6 D12

run() { # TITLE LAB-OPTION...
	local title=$1
	shift
	unset LAB_CE LAB_STANDBY LAB_RR
	lab "$@"
	ready pe1
	check_err $? "PE1 does not become DF"
	# shellcheck disable=SC2046
	probe_start cut -r 200 -d 3 -t 1 $(cut_ends ce pe1)
	wait "$PROBE_PID"
	check_failover cut 1000 pe2
	log_test "$title: the cable is cut"

	mend_cable ce pe1
	ready pe1
	check_err $? "PE1 does not take the segment back"
	log_test "$title: the cable is mended"

	[ "$LAB_STANDBY" = lacp-oos ] && [ "$LAB_RR" = frr ] || { lab_down; return; }
	ip -n "$(ns pe1)" link set bond0 down
	slowwait 5 settled_but_down
	check_err $? "PE2 is not DF after PE1's bond was set down"
	slowwait 5 lab_passes
	check_err $? "no ping through PE2"
	# The members keep their links: the CE gives the silent PE up, and has to hear of it before PE2 closes.
	sleep 3
	probe_start again -r 200 -f 16
	ip -n "$(ns pe1)" link set bond0 up
	ready pe1
	check_err $? "PE1 does not take the segment back"
	probe_stop
	check_eq "$(lost again 0) $(lost again 1)" "0 0" "datagrams lost when the bond is set up"
	log_test "$title: the bond is set down and up"
	lab_down
}

# PE1's kernel may keep its role: its device is down
settled_but_down() {
	[ "$(es_json pe2 | jq -r '.segments[0].df')" = 192.0.2.2 ] && [ "$(nl_field pe2 role $ESI1)" = df ]
}

run "lacp-oos" --standby lacp-oos
run "down" --standby down
run "block, CE in broadcast mode" --standby block --ce broadcast
run "lacp-oos, no reflector" --standby lacp-oos --rr none

# A CE in active-backup mode does not go back to a link on its own (primary_reselect failure), so
# the PEs must not either.
unset LAB_CE LAB_RR
lab --standby block --ce active-backup --rr frr --dont-preempt yes
ready pe1
check_err $? "PE1 does not become DF"
# shellcheck disable=SC2046
probe_start there -r 200 -d 3 -t 1 $(cut_ends ce pe1)
wait "$PROBE_PID"
check_failover there 1000 pe2
mend_cable ce pe1
slowwait 8 eval '[ "$(es_json pe1 | jq -r ".segments[0].oper")" = up ]'
sleep 2
settled pe2
check_err $? "the DF went back"
# shellcheck disable=SC2046
probe_start back -r 200 -d 3 -t 1 $(cut_ends ce pe2)
wait "$PROBE_PID"
check_failover back 1000 pe1
log_test "block, CE in active-backup mode, don't preempt: there and back"

finish
