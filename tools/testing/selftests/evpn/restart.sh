#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# evpnd is restarted, as a package upgrade does it: first on the standby, then on the active PE.
# Neither the data path nor the customer's LACP may notice.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "no flap when evpnd is restarted" A11 A12
lab --standby lacp-oos

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

# the active: its port keeps forwarding and its LACP stays as it is
"$BONDWATCH" "$(ns ce)" bond0 12 >"$LAB_RUN/bondwatch" &
watch=$!
transitions=$(nl_field pe1 transitions $ESI1)
probe_start active -r 200
restart pe1
slowwait 8 settled pe1
check_err $? "the PEs do not agree on PE1 after the restart"
slowwait 3 ce_uses_only 1
check_err $? "the CE does not use PE1 alone: $(ce_ports ce)"
sleep 1
probe_stop
kill $watch 2>/dev/null; wait $watch 2>/dev/null
check_eq "$(lost active 0) $(lost active 1)" "0 0" "datagrams lost"
check_eq "$(grep -c ' pe1 ' "$LAB_RUN/bondwatch")" 1 "states of the CE's port to PE1"
check_eq "$(nl_field pe1 transitions $ESI1)" "$transitions" "changes of the kernel's blocking on PE1"
log_info "longest silence $(outage active 0) ms from the CE, $(outage active 1) ms to it"
log_test "the active PE's evpnd restarted: no frame lost, its port's LACP and blocking unchanged"

finish
