#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Three PEs, one active: the roles move one by one down the list of preferences, and never are two
# of the CE's ports in use.
#
#     ce === pe1 (300)  === pe2 (200)  === pe3 (100)

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "1 + N redundancy with three PEs" A2 A10 A36 B6 B8 B10
lab --standby lacp-oos --pes 3

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
# found by their routes alone: no PE's configuration names another PE
for p in pe1 pe2 pe3; do
	check_eq "$(es_json $p | jq '.segments[0].peers | length')" 2 "peers $p found"
	check_eq "$(es_json $p | jq -r '.segments[0].backup')" 192.0.2.2 "backup DF, says $p"
done
log_test "three PEs find each other and agree on the DF and on the backup"

# shellcheck disable=SC2046
probe_start first -r 200 -d 3 -t 1 $(cut_ends ce pe1)
wait "$PROBE_PID"
check_failover first 1000 pe2
slowwait 5 settled pe2
check_err $? "the PEs do not agree on PE2"
slowwait 3 ce_uses_only 2
check_err $? "the CE does not use PE2 alone: $(ce_ports ce)"
check_eq "$(es_json pe3 | jq -r '.segments[0].backup')" 192.0.2.3 "backup DF"
log_test "PE1 fails: PE2, the backup, takes over, and PE3 does not"

# shellcheck disable=SC2046
probe_start second -r 200 -d 3 -t 1 $(cut_ends ce pe2)
wait "$PROBE_PID"
check_failover second 1000 pe3
slowwait 5 settled pe3
check_err $? "the PEs do not agree on PE3"
log_test "PE2 fails too: PE3 takes over"

mend_cable ce pe2
ready pe2
check_err $? "PE2 does not come back"
mend_cable ce pe1
ready pe1
check_err $? "PE1 does not come back"
log_test "they come back in the reverse order"

finish
