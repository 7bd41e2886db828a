#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who forwards when what dies, with reflectors, with PEs that peer directly, and with both, in every mode:
# one line of the table is one lab and the deaths in it, one after the other.
#
#     ce === pe1 --- core --- (rr)      core:   PE1's link to the core; sessions end with the hold time
#        === pe2 --- core               pe:     PE1 as a whole, without a word
#                                       rr:     the reflector; nothing moves, also when it is back and
#                                               says End-of-RIB before it has heard of the other PE
#                                       clear:  the session, by one side; there is one DF all the time
#                                       spare:  a reflector that is not the only way: nothing moves, and a
#                                               cable that is cut meanwhile is taken over
#                                       part:   PE1 and PE2 do not reach each other, a reflector reaches both
#                                       evpnd:  PE1's, by KILL
#                                       split:  the core parts, with core-isolation: block
#
# All of them, in every mode: tools/testing/bench/matrix.sh.
#
# The rules are in Documentation/redundancy.rst.

NEEDS="system frr"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "who takes over when what dies" A2 A11 A12 A36 A37 D3

HOLD=3

role() { nl_field "$1" role $ESI1; }
roles_are() { [ "$(role pe1) $(role pe2)" = "$1" ]; }
roles() { echo "PE1 $(role pe1), PE2 $(role pe2), the CE's ports: $(ce_ports ce | tr '\n' ' ')"; }

# Told by LACP where the CE speaks it; else the ports of a closed PE drop what the CE sends.
ce_left_pe1() { [ "$LAB_CE" != lacp ] || ce_uses_only 2; }

# settled_on_pe1: and the customer's traffic passes
settled_on_pe1() {
	[ "$LAB_MODE" = all-active ] || { ready pe1; return; }
	slowwait 15 settled pe1 && slowwait 10 ce_uses ce pe1 && slowwait 10 lab_passes
}

# both of its processes
evpnd_signal() {
	local pid
	pid=$(cat "$LAB_RUN/$1/pid")
	kill "-$2" "$pid" $(grep -lx "PPid:.$pid" /proc/[0-9]*/status | tr -dc '0-9\n')
}

back() {
	settled_on_pe1
	check_err $? "afterwards it does not come back to PE1: $(roles)"
}

# The PE itself knows at once, by its device; the others by the hold time.
dies_core() {
	local start
	start=$(mono_ms)
	ip -n "$(ns pe1)" link set core0 down
	slowwait 2 eval '[ "$(es_json pe1 | jq ".segments[0].isolated")" = true ]'
	check_err $? "PE1 does not say that it is isolated"
	log_info "PE1 closed after $(($(mono_ms) - start)) ms"
	if [ "$LAB_MODE" = all-active ]; then
		slowwait 5 eval '[ "$(nl_field pe1 mode $ESI1)" = port-active ]'
		check_err $? "PE1 does not close its port: $(nl pe1 es-get esi=$ESI1)"
	fi
	slowwait $((HOLD + 4)) roles_are "non-df df"
	check_err $? "$(roles)"
	slowwait 3 ce_left_pe1
	check_err $? "the CE uses PE1: $(roles)"
	slowwait 5 lab_passes
	check_err $? "no ping through PE2: $(roles)"
	ip -n "$(ns pe1)" link set core0 up
	back
}

# The core parts with all links up, and core-isolation is block: closed in every mode, and the CE is told.
isolation() {
	sed -i "s/^core-isolation: .*/core-isolation: $1/" "$LAB_RUN/pe1/evpnd.yaml"
	pe_ctl pe1 config reload >/dev/null
}

dies_split() {
	isolation block
	split_core pe1
	slowwait $((HOLD + 4)) roles_are "non-df df"
	check_err $? "$(roles)"
	slowwait 5 eval '[ "$(nl_field pe1 mode $ESI1)" = port-active ]'
	check_err $? "PE1 does not close its port: $(nl pe1 es-get esi=$ESI1)"
	slowwait 3 ce_left_pe1
	check_err $? "the CE uses PE1: $(roles)"
	slowwait 5 lab_passes
	check_err $? "no ping through PE2: $(roles)"
	join_core pe1
	back
	isolation keep
}

dies_pe() {
	ip -n "$(ns pe1)" link set core0 down
	pe_stop pe1 KILL
	cut_cable ce pe1
	slowwait $((HOLD + 4)) eval '[ "$(role pe2)" = df ]'
	check_err $? "$(roles) $(pe_ctl pe2 es show)"
	slowwait 5 lab_passes
	check_err $? "no ping through PE2: $(roles)"
	check_eq "$(es_json pe2 | jq '.segments[0].isolated')" false "PE2 says it is isolated"
	ip -n "$(ns pe1)" link set core0 up
	mend_cable ce pe1
	pe_start pe1
	back
}

dies_rr() {
	local i
	kill_wait "$(cat "$LAB_RUN/rr/pid")" KILL
	slowwait $((HOLD + 4)) eval '[ "$(es_json pe2 | jq ".segments[0].isolated")" = true ]'
	check_err $? "PE2 does not say that it hears of nobody"
	check_eq "$(role pe1) $(role pe2)" "df non-df" "roles without a reflector"
	evpnd_signal pe1 STOP # it comes back to the reflector late
	rr_up
	slowwait 10 eval '[ "$(es_json pe2 | jq ".segments[0].isolated")" = false ]'
	check_err $? "PE2 is not back with the reflector"
	for i in 1 2 3 4 5; do
		check_eq "$(role pe2)" non-df "PE2's role while PE1 is not back"
		sleep 0.1
	done
	evpnd_signal pe1 CONT
	back
}

dies_clear() {
	local i
	pe_ctl pe2 peer clear >/dev/null
	for i in 1 2 3 4 5 6 7 8; do
		check_eq "$(role pe1) $(role pe2)" "df non-df" "roles while the session is away"
		sleep 0.05
	done
	back
}

sessions_are() { [ "$(pe_ctl pe2 -j peer show | jq '[.peers[] | select(.state == "Established")] | length')" = "$1" ]; }

dies_spare() {
	kill_wait "$(cat "$LAB_RUN/rr/pid")" KILL
	slowwait $((HOLD + 4)) sessions_are 1
	check_err $? "PE2 still has all sessions: $(pe_ctl pe2 peer show)"
	check_eq "$(role pe1) $(role pe2)" "df non-df" "roles with one way less"
	check_eq "$(es_json pe2 | jq '.segments[0].isolated')" false "PE2 says it is isolated"
	cut_cable ce pe1
	slowwait 5 eval '[ "$(role pe2)" = df ]'
	check_err $? "the cable is cut, and $(roles)"
	slowwait 5 lab_passes
	check_err $? "no ping through PE2: $(roles)"
	mend_cable ce pe1
	rr_frr rr
	back
	slowwait 10 sessions_are 2
	check_err $? "PE2 has not all sessions again: $(pe_ctl pe2 peer show)"
}

# What the reflector says of a PE counts on when that PE's own session has died.
dies_part() {
	tc -n "$(ns core)" qdisc add dev pe1 clsact
	tc -n "$(ns core)" filter add dev pe1 ingress pref 1 protocol ip flower dst_ip "$(underlay pe2)" action drop
	tc -n "$(ns core)" filter add dev pe1 egress pref 1 protocol ip flower src_ip "$(underlay pe2)" action drop
	slowwait $((HOLD + 4)) sessions_are 1
	check_err $? "PE2 still has all sessions: $(pe_ctl pe2 peer show)"
	sleep 0.5 # (for what should not happen)
	check_eq "$(role pe1) $(role pe2)" "df non-df" "roles without the session between the PEs"
	slowwait 5 lab_passes
	check_err $? "no ping: $(roles)"
	tc -n "$(ns core)" qdisc del dev pe1 clsact
	back
	slowwait 10 sessions_are 2
	check_err $? "PE2 has not all sessions again: $(pe_ctl pe2 peer show)"
}

# Where nobody leads the CE its kernel closes at once (on-daemon-loss: auto).
dies_evpnd() {
	pe_stop pe1 KILL
	slowwait 5 eval '[ "$(role pe2)" = df ]'
	check_err $? "$(roles)"
	slowwait 5 eval '[[ $(nl_field pe1 oper $ESI1) == *fail-applied* ]]'
	check_err $? "PE1's kernel forwards without evpnd: $(nl pe1 es-get esi=$ESI1)"
	slowwait 5 lab_passes
	check_err $? "no ping through PE2: $(roles)"
	pe_start pe1
	back
}

# table: reflector, mode, standby policy, deaths
while read -r rr mode standby deaths; do
	ce=lacp
	[ "$mode $standby" = "all-active block" ] || [ "$standby" != block ] || ce=broadcast
	lab --rr "$rr" --mode "$mode" --standby "$standby" --ce $ce --hold $HOLD --loss auto
	settled_on_pe1
	check_err $? "PE1 does not become DF: $(roles)"
	log_test "$mode $standby, reflector $rr: PE1 forwards"
	for death in $deaths; do
		"dies_$death"
		log_test "$mode $standby, reflector $rr: $death"
	done
	lab_down
done <<-END
	none port-active lacp-oos core pe clear
	frr port-active lacp-oos core rr
	frr all-active block core split
	none port-active block core
	two single-active block spare evpnd core
	mixed port-active lacp-oos part spare
END

finish
