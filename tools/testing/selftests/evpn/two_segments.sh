#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two segments on the same two PEs, each active on another one: what happens to one is not seen by
# the other.
#
#     ce  === pe1 (active)   pe2
#     ce2 === pe1            pe2 (active)

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "two segments, split over two PEs" A2 A10 A39 B6
lab --standby lacp-oos --segments 2

second() { SEGMENT=ce2 SEGMENT_ESI=$ESI2 settled "$1"; }
ping2() { in_ns ce2 ping -q -c 1 -W 1 10.2.0.100 >/dev/null 2>&1; }

ready pe1
check_err $? "PE1 does not become DF of the first segment: $(ce_ports ce)"
slowwait 10 second pe2
check_err $? "PE2 does not become DF of the second segment"
slowwait 10 eval 'ce_uses ce2 pe2 && ce_uses_not ce2 pe1'
check_err $? "the second CE does not use PE2 alone: $(ce_ports ce2)"
slowwait 10 ping2
check_err $? "no ping from the second CE"
log_test "each segment has another DF, and both pass"

# The first segment moves to PE2; a probe on the second one does not miss a datagram.
"$PROBE" -a "$(ns ce2),10.2.0.1" -b "$(ns host),10.2.0.100" -p 8000 -r 200 -d 4 -j >"$LAB_RUN/second" &
other=$!
# shellcheck disable=SC2046
probe_start first -r 200 -d 3 -t 1 $(cut_ends ce pe1)
wait "$PROBE_PID" "$other"
check_failover first 1000 pe2
check_eq "$(jq -c '[.directions[].lost]' "$LAB_RUN/second")" "[0,0]" "lost on the second segment"
slowwait 5 settled pe2
check_err $? "the PEs do not agree on PE2 for the first segment"
second pe2
check_err $? "the second segment's DF moved"
log_test "the first segment fails over, the second one does not notice"

mend_cable ce pe1
ready pe1
check_err $? "PE1 does not take the first segment back"
second pe2
check_err $? "the second segment's DF moved"
log_test "and back"

finish
