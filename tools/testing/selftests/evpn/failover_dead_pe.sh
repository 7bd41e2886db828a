#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A PE dies at once: no FIN, no withdraw, no link. The CE leaves its link at once; the other PE has
# to find out from the silence, which takes the BGP hold time of 3 s.
#
#     ce ---X--- pe1 ---X--- core        cut in one moment
#      \-------- pe2 ------- core --- rr: hold time 3 s

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "a dead PE, found by the hold timer" A2 A36 A37
lab --standby lacp-oos --hold 3

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
# the core first, or else PE1 would still find the time to say goodbye
# shellcheck disable=SC2046
probe_start dead -r 100 -d 8 -t 1 -c "$(ns core),pe1" $(cut_ends ce pe1)
wait "$PROBE_PID"
check_failover dead 5500 pe2
[ "$(jq '.directions[0]."outage-ms" | floor' "$PROBE_DIR/dead")" -ge 1500 ]
check_err $? "PE2 cannot have known that soon: $(outage dead 0) ms"
log_test "PE2 takes over when the hold time of the dead PE's session is over"

# It comes back to life.
mend_core pe1
mend_cable ce pe1
slowwait 20 settled pe1
check_err $? "PE1 does not come back"
ready pe1
check_err $? "no traffic through PE1"
log_test "the PE that comes back takes the segment back"

finish
