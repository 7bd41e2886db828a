#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# evpnd is stopped and started, as a package upgrade does it: first on the standby, where nothing may change;
# then on the active PE, which hands over before it goes and takes the role back when it has returned; then on
# the last PE there is, which goes on forwarding, because nobody else would.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "evpnd is stopped on purpose" A2 A11 A12 A14
lab --standby lacp-oos

says() { grep -q "$2" "$LAB_RUN/$1/evpnd.log"; }

restart() { # PE: what systemctl restart does
	pe_stop "$1"
	pe_start "$1"
}

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"

# the standby: nothing at all changes, neither its port's blocking nor the CE's view of it
"$BONDWATCH" "$(ns ce)" bond0 12 >"$LAB_RUN/bondwatch" &
watch=$!
transitions=$(nl_field pe2 transitions $ESI1)
probe_start standby -r 200
restart pe2
slowwait 8 settled pe1
check_err $? "the PEs do not agree on PE1 after the restart"
sleep 1
probe_stop
kill $watch 2>/dev/null; wait $watch 2>/dev/null
check_eq "$(lost standby 0) $(lost standby 1)" "0 0" "datagrams lost"
check_eq "$(wc -l <"$LAB_RUN/bondwatch")" 2 "states of the CE's two ports"
check_eq "$(nl_field pe2 transitions $ESI1)" "$transitions" "changes of the kernel's blocking on PE2"
log_test "the standby's evpnd restarted: no frame lost, no LACP change, no transition"

# the active: over to PE2 before its routes are gone, closed and out of sync when they are
probe_start over -r 1000 -f 16
pe_stop pe1
check_eq "$(nl_field pe1 role $ESI1)" non-df "PE1's role in the kernel without evpnd"
check_eq "$(nl_field pe1 oper $ESI1)" blocked,lacp-oos,hold-running "what is in force on PE1's port"
says pe1 "segment ce: handed over, in standby here, 192.0.2.2 forwards"
check_err $? "PE1 does not say what it did: $(tail -n 3 "$LAB_RUN/pe1/evpnd.log")"
slowwait 3 ce_uses_only 2
check_err $? "the CE does not use PE2 alone: $(ce_ports ce)"
sleep 0.3
probe_stop
check_eq "$(lost over 0) $(lost over 1)" "0 0" "datagrams lost, from the CE and to it"
check_eq "$(probe_get over 0 duplicates) $(probe_get over 1 duplicates)" "0 0" "datagrams that came twice"
log_test "the active PE's evpnd stopped: handed over, nothing lost, nothing twice"

# and back: the PE that is preferred takes the role again
probe_start back -r 200
pe_start pe1
ready pe1
check_err $? "PE1 does not take the role back: $(ce_ports ce)"
probe_stop
check_eq "$(probe_get back 0 duplicates) $(probe_get back 1 duplicates)" "0 0" "datagrams that came twice"
check_outage back 1000
log_info "silence on the way back: $(outage back 0) and $(outage back 1) ms"
log_test "started again: the role comes back, nothing twice"

# nobody is left to hand over to
pe_stop pe2
slowwait 6 eval '[ "$(es_json pe1 | jq -c ".segments[0].peers")" = "[]" ]'
check_err $? "PE1 still knows a peer"
transitions=$(nl_field pe1 transitions $ESI1)
probe_start alone -r 200
restart pe1
slowwait 8 role_is pe1 df
check_err $? "PE1 is not DF after the restart"
sleep 0.5
probe_stop
check_eq "$(lost alone 0) $(lost alone 1)" "0 0" "datagrams lost"
check_eq "$(nl_field pe1 transitions $ESI1)" "$transitions" "changes of the kernel's blocking on PE1"
says pe1 "so none can take over; it goes on forwarding without evpnd"
check_err $? "PE1 does not say that it goes on: $(tail -n 3 "$LAB_RUN/pe1/evpnd.log")"
log_test "the only PE's evpnd restarted: it forwards all the time"

finish
