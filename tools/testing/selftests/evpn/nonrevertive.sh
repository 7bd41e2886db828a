#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Don't preempt: a PE that comes back leaves the segment where it is, although it has the higher
# preference; and takes it when the other one fails.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "non-revertive return (RFC 9785, Don't Preempt)" A24 B3 B10
lab --standby lacp-oos --dont-preempt yes

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
log_test "PE1, with the higher preference, is DF"

cut_cable ce pe1
slowwait 5 settled pe2
check_err $? "PE2 does not take over"
slowwait 5 lab_passes
check_err $? "no ping through PE2"
log_test "PE2 takes over when PE1 loses its cable"

# PE1 comes back: for five seconds nothing moves, and nothing is lost
probe_start back -r 200
mend_cable ce pe1
slowwait 8 eval '[ "$(es_json pe1 | jq -r ".segments[0].oper")" = up ]'
check_err $? "PE1's segment does not come up"
sleep 5
settled pe2
check_err $? "the DF moved back to PE1"
slowwait 3 ce_uses_only 2
check_err $? "the CE does not use PE2 alone: $(ce_ports ce)"
probe_stop
check_eq "$(lost back 0) $(lost back 1)" "0 0" "datagrams lost while PE1 came back"
check_eq "$(es_json pe1 | jq -r '.segments[0].backup')" 192.0.2.1 "backup DF"
log_test "PE1 comes back and stays standby; nothing is lost"

# and takes over when it is its turn
# shellcheck disable=SC2046
probe_start turn -r 200 -d 3 -t 1 $(cut_ends ce pe2)
wait "$PROBE_PID"
check_failover turn 1000 pe1
slowwait 5 settled pe1
check_err $? "PE1 is not DF after PE2 failed"
log_test "when PE2 fails, PE1 takes over"

finish
