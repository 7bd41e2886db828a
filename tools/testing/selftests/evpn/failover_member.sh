#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Members of the active PE's bond are lost one by one. As long as one is left nothing is handed over;
# with the last one the segment is.
#
#     ce: bond0 === pe1 (two cables, active)
#               === pe2 (two cables, standby)

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "loss of members of the active PE's bond" A2 A11 A37 B10
lab --standby lacp-oos --members 2

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
log_test "PE1 is DF, and the CE uses its two cables and no other"

# One of two: the other carries on, nobody elects anything.
probe_start one -r 200
cut_cable ce pe1 b
sleep 2
settled pe1
check_err $? "the loss of one member of two moved the DF"
probe_stop
check_outage one 1000
check_eq "$(via_after one 0)" 192.0.2.1 "way after the loss"
check_eq "$(pe_ctl pe1 -j es show ce | jq -c '.segments[0] | [.members, ."members-up"]')" "[2,1]" "members and members up"
log_test "one member of two lost: PE1 stays DF"

# The last one.
# shellcheck disable=SC2046
probe_start last -r 200 -d 3 -t 1 -c "$(ns wire),ce.pe1" -c "$(ns wire),pe1.ce"
wait "$PROBE_PID"
check_failover last 1000 pe2
slowwait 5 settled pe2
[ "$(es_json pe2 | jq -r '.segments[0].df')" = 192.0.2.2 ]
check_err $? "PE2 does not call itself DF"
[ "$(es_json pe1 | jq -r '.segments[0].oper')" = down ]
check_err $? "PE1 does not call the segment down"
log_test "the last member lost: PE2 takes over"

# PE1 took both routes of the segment back: the reflector has those of PE2 only.
check_eq "$(rr_show | grep -c '^ *\*>*i*\[4\].*\[192.0.2.1\]')" 0 "RT-4 of PE1 at the reflector"
check_eq "$(rr_show | grep -c '\[4\].*\[192.0.2.2\]')" 1 "RT-4 of PE2 at the reflector"
log_test "the reflector has no Ethernet Segment route of PE1 any more"

# Both back: PE1 has the higher preference and takes the segment back.
mend_cable ce pe1
ready pe1
check_err $? "PE1 does not take the segment back: $(ce_ports ce)"
log_test "with its members back, PE1 takes over again"

finish
