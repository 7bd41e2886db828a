#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A segment is taken out of the configuration while its customer is there: by a reload, by `es del`, and
# in a file that a restarted evpnd reads. Another PE takes over first, nothing comes twice, and the port
# stays closed until no PE has the segment any more, or until somebody says so.

NEEDS="system"
ALL_TESTS="
	by_reload
	by_word
	before_a_start
	nobody_leads
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "a segment that is removed is handed over" A2 A11 D4

take_out() { sed -i '/name: ce$/,/df:/d' "$LAB_RUN/$1/evpnd.yaml"; }
closed() { [ "$(es_json pe1 "${1:-ce}" | jq -c '.segments[0] | [.removed, ."drain-state"]')" = '[true,"done"]' ]; }
gone() { [ "$(nl "$1" es-get esi=$ESI1 | cut -d' ' -f1)" = error=ENOENT ]; }

once() {
	check_eq "$(probe_get "$1" 0 duplicates) $(probe_get "$1" 1 duplicates)" "0 0" "datagrams that came twice"
}

put_back() {
	pe_config pe1
	pe_ctl pe1 config reload >/dev/null
	ready pe1
	check_err $? "the segment does not come back to PE1: $(es_json pe1)"
}

by_reload() {
	ready pe1
	check_err $? "PE1 does not become DF"
	probe_start reload -r 1000 -f 16
	take_out pe1
	pe_ctl pe1 config reload >/dev/null
	check_err $? "reload"
	slowwait 5 closed
	check_err $? "not handed over: $(es_json pe1)"
	slowwait 3 ce_uses_only 2
	check_err $? "the CE does not use PE2 alone: $(ce_ports ce)"
	sleep 1
	probe_stop
	check_eq "$(lost reload 0) $(lost reload 1)" "0 0" "datagrams lost"
	once reload
	check_eq "$(nl_field pe1 role $ESI1) $(nl_field pe2 role $ESI1)" "non-df df" "roles"
	check_eq "$(es_json pe1 | jq -c '.segments[0].kernel | [.role, ."in-force"]')" '["non-df",["blocked","lacp-oos"]]' \
		"what es show says of PE1's kernel"
	check_eq "$(es_json pe2 | jq -c '.segments[0].kernel | [.role, ."in-force"]')" '["df",[]]' \
		"what es show says of PE2's kernel"
	pe_ctl pe1 | grep -q "segment ce: not configured any more; closed while another PE has it (es del ce open)"
	check_err $? "the summary does not say so: $(pe_ctl pe1)"
	log_test "a reload without the segment: over to PE2, 0 lost, 0 twice, and the port stays closed"

	probe_start back -r 1000 -f 16
	put_back
	probe_stop
	check_eq "$(lost back 0) $(lost back 1)" "0 0" "datagrams lost"
	once back
	log_test "configured again: back, 0 lost, 0 twice"

	take_out pe1
	pe_ctl pe1 config reload >/dev/null
	slowwait 5 closed
	check_err $? "not handed over"
	take_out pe2
	pe_ctl pe2 config reload >/dev/null
	slowwait 5 gone pe1
	check_err $? "PE1 stays closed although no PE has the segment: $(nl pe1 es-get esi=$ESI1)"
	check_eq "$(nl pe2 es-get esi=$ESI1 | cut -d' ' -f1)" error=ENOENT "on PE2, which was the last one"
	pe_config pe2
	pe_ctl pe2 config reload >/dev/null
	put_back
	log_test "when no PE has it any more the ports are open"
}

by_word() {
	ready pe1
	check_err $? "PE1 does not become DF"
	pe_ctl pe1 es del ce >"$LAB_RUN/del.out" 2>&1
	check_fail $? "es del of a port that is up, without a word"
	grep -q 'is open to everything.*say "open"' "$LAB_RUN/del.out"
	check_err $? "it does not say what would happen: $(cat "$LAB_RUN/del.out")"
	probe_start word -r 1000 -f 16
	pe_ctl pe1 es del ce open >"$LAB_RUN/del.out"
	check_err $? "es del open: $(cat "$LAB_RUN/del.out")"
	slowwait 5 gone pe1
	check_err $? "not opened: $(nl pe1 es-get esi=$ESI1)"
	probe_stop
	check_eq "$(nl_field pe2 role $ESI1)" df "PE2's role"
	check_eq "$(lost word 0) $(lost word 1)" "0 0" "datagrams lost"
	put_back
	log_test "es del open: handed over first, then opened"
}

before_a_start() {
	ready pe1
	check_err $? "PE1 does not become DF"
	pe_stop pe1
	take_out pe1
	probe_start start -r 1000 -f 16
	pe_start pe1
	slowwait 10 closed bond0
	check_err $? "the port does not stay closed: $(es_json pe1 bond0) $(nl pe1 es-get esi=$ESI1)"
	sleep 1
	probe_stop
	check_eq "$(lost start 0) $(lost start 1)" "0 0" "datagrams lost"
	once start
	check_eq "$(nl_field pe1 role $ESI1)" non-df "PE1's role"
	put_back
	log_test "evpnd starts with a file that has it no more: the port stays closed"
}

nobody_leads() {
	unset LAB_CE
	lab_down
	LAB_CE=broadcast LAB_STANDBY=block
	lab_up
	ready pe1
	check_err $? "PE1 does not become DF"
	probe_start block -r 1000
	take_out pe1
	pe_ctl pe1 config reload >/dev/null
	slowwait 5 closed
	check_err $? "not handed over: $(es_json pe1)"
	sleep 1
	probe_stop
	once block
	check_outage block $((500 * $(pace pe1)))
	log_info "closed before open: $(lost block 0) and $(lost block 1) lost"
	log_test "block, CE in broadcast mode: 0 twice, and the port stays closed"
}

lab --standby lacp-oos
tests_run
finish
