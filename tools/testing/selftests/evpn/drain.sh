#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A planned hand-over: `evpnctl es drain`. The other PE opens before this one closes, so that not a
# single datagram is lost, in either direction, at a thousand a second.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "drain loses nothing" A2 A11 A14 D4
lab --standby lacp-oos

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
for i in 1 2 3; do
	probe_start drain -r 1000 -f 16
	sleep 0.5
	pe_ctl pe1 es drain ce >"$LAB_RUN/drain.out"
	check_err $? "drain: $(cat "$LAB_RUN/drain.out")"
	slowwait 3 ce_uses_only 2
	check_err $? "the CE does not use PE2 alone: $(ce_ports ce)"
	sleep 0.3
	probe_stop
	check_eq "$(lost drain 0) $(lost drain 1)" "0 0" "datagrams lost, from the CE and to it"
	check_le "$(discarded drain 1)" 3 "datagrams that the CE's bond dropped when it closed its port to PE1"
	[ "$(discarded drain 1)" = 0 ] || log_info "dropped by the CE's bond when it closed its port: $(discarded drain 1)"
	check_eq "$(awk '/^a>b/ { last = $6 } END { print last }' "$PROBE_DIR/drain.log")" 192.0.2.2 "way from the CE"
	check_eq "$(awk '/^b>a/ { last = $6 } END { print last }' "$PROBE_DIR/drain.log")" pe2 "way to the CE"
	check_eq "$(es_json pe1 | jq '.segments[0].draining')" true "PE1 says it is draining"
	settled pe2
	check_err $? "the PEs do not agree on PE2"
	probe_start undo -r 1000 -f 16
	sleep 0.3
	pe_ctl pe1 es drain ce undo >/dev/null
	ready pe1
	check_err $? "undo does not bring PE1 back"
	probe_stop
	log_info "silence while the drain was undone: $(outage undo 0) and $(outage undo 1) ms"
	check_outage undo 1000
done
log_test "lacp-oos: drained three times, 0 of $(probe_get drain 0 sent) and $(probe_get drain 1 sent) lost the last time"

# Maintenance lasts until it is undone, whoever dies, and is no alarm.
pe_ctl pe1 es drain ce >/dev/null
check_err $? "drain"
pe_stop pe1 KILL
pe_start pe1
slowwait 10 eval '[ "$(es_json pe1 | jq -r ".segments[0].\"drain-state\"")" = done ]'
check_err $? "after evpnd was killed: $(es_json pe1 | jq -c '.segments[0]')"
slowwait 10 eval 'pe_ctl pe1 >"$LAB_RUN/summary"'
check_err $? "the summary is an alarm: $(cat "$LAB_RUN/summary")"
grep -q "is in maintenance" "$LAB_RUN/summary" && grep -q "segment ce: drained" "$LAB_RUN/summary"
check_err $? "the summary does not speak of maintenance: $(cat "$LAB_RUN/summary")"
slowwait 10 settled pe2
check_err $? "PE1 takes part in the election again: $(es_json pe1 | jq -c '.segments[0]')"
pe_ctl pe1 es drain ce undo >/dev/null
ready pe1
check_err $? "undo does not bring PE1 back"
pe_ctl pe1 | grep -q "is healthy"
check_err $? "not healthy after the undo: $(pe_ctl pe1)"
log_test "maintenance outlives a death of evpnd, is no alarm, and ends when it is undone"

# A PE that is the only one cannot hand over, and says so.
pe_stop pe2
slowwait 6 eval '[ "$(es_json pe1 | jq -c ".segments[0].peers")" = "[]" ]'
check_err $? "PE1 still knows a peer"
pe_ctl pe1 es drain ce >"$LAB_RUN/drain.out" 2>&1
check_fail $? "a drain with nobody to take over was accepted: $(cat "$LAB_RUN/drain.out")"
[ -s "$LAB_RUN/drain.out" ]
check_err $? "refused without a sentence"
slowwait 2 lab_passes
check_err $? "no ping after the refused drain"
log_test "a drain with nobody to hand over to is refused with a sentence, and nothing changes"

unset LAB_CE
lab_down
lab --standby block --ce broadcast
ready pe1
check_err $? "PE1 does not become DF"
probe_start drain -r 1000
sleep 0.5
pe_ctl pe1 es drain ce >/dev/null
check_err $? "drain"
slowwait 3 settled pe2
sleep 0.3
probe_stop
check_eq "$(probe_get drain 0 duplicates) $(probe_get drain 1 duplicates)" "0 0" "datagrams that came twice"
# the closed port is announced, and that goes through the reflector, which collects for 50 ms; a hand-over
# that nobody told of would wait for a timer of seconds
check_outage drain $((1500 * $(pace pe1)))
log_info "closed before open: $(lost drain 0) and $(lost drain 1) lost"
log_test "block, CE in broadcast mode: closed before open, nothing comes twice"

finish
