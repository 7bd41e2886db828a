#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A PE dies at once: no FIN, no withdraw, no link; and only a route reflector knows both PEs, whose
# hold time is 30 s. BFD between the PEs of the segment tells.
#
#     ce ---X--- pe1 ---X--- core        cut in one moment
#      \-------- pe2 ------- core --- rr: hold time 30 s

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "a dead PE, found by BFD behind a route reflector" A2 A36 A37

LAB_SYSTEM_EXTRA="bfd: {segments: yes, interval: 100ms}"
lab --standby lacp-oos --hold 30

# bfd_state PE OTHER: of the session between PEs of a segment
bfd_state() {
	pe_ctl "$1" -j bfd show "$(underlay "$2")" 2>/dev/null | jq -r '.sessions[0].state'
}

bfd_is() { [ "$(bfd_state "$1" "$2")" = "$3" ]; }
both_up() { bfd_is pe1 pe2 up && bfd_is pe2 pe1 up; }

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
slowwait 20 both_up
check_err $? "the PEs' sessions: $(bfd_state pe1 pe2), $(bfd_state pe2 pe1)"
check_eq "$(pe_ctl pe2 -j bfd show | jq -r '.sessions[0] | "\(.for) \(.multihop)"')" "segment true" "the session of PE2"
log_test "PEs that share a segment find each other, though they are no neighbours"

# shellcheck disable=SC2046
probe_start dead -r 100 -d 8 -t 1 -c "$(ns core),pe1" $(cut_ends ce pe1)
wait "$PROBE_PID"
check_failover dead 6000 pe2
bfd_is pe2 pe1 down
check_err $? "PE2's session: $(bfd_state pe2 pe1)"
log_test "PE2 takes over long before the reflector's hold time is over"

mend_core pe1
mend_cable ce pe1
slowwait 30 both_up
check_err $? "the sessions are not up again: $(bfd_state pe1 pe2), $(bfd_state pe2 pe1)"
slowwait 30 settled pe1
check_err $? "PE1 does not come back"
log_test "the PE that is heard again is a candidate again"

# bfd_pid PE: of its BFD process
bfd_pid() { pgrep -P "$(cat "$LAB_RUN/$1/pid")" -f evpnd-bfd; }

before=$(bfd_pid pe1)
kill -KILL "$before"
slowwait 20 both_up
check_err $? "the sessions are not up again: $(bfd_state pe1 pe2), $(bfd_state pe2 pe1)"
[ "$(bfd_pid pe1)" != "$before" ]
check_err $? "the BFD process is the one that was killed"
grep -q 'BFD: the process ended' "$LAB_RUN/pe1/evpnd.log"
check_err $? "its death is not in the log"
settled pe1
check_err $? "PE1 is not DF any more"
log_test "a BFD process that dies is started again"

finish
