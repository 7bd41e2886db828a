#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Up means that the customer can be reached. LACP is lost in one direction, everything else passes and
# the carrier stays: within the LACP timeout the PE goes and the other one takes over. The judge is the
# CE's own bond, and whether a ping passes.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "a segment is up when the customer's LACP is" A11 A12 A37
lab --standby lacp-oos

partner_is() { [ "$(nl_field "$1" "partner.ce" $ESI1)" = "$2" ]; }
oper_is() { [ "$(es_json "$1" | jq -r '.segments[0].oper')" = "$2" ]; }
reason() { es_json "$1" | jq -r '.segments[0].reason'; }
reason_is_lacp() { [[ $(reason "$1") == *"LACP partner of bond0"* ]]; }
# lose END: slow protocols that enter the wire there are lost; find END: no more
lose() { tc -n "$(ns wire)" filter add dev "$1" ingress pref 5 protocol 0x8809 matchall action drop; }
find_again() { tc -n "$(ns wire)" filter del dev "$1" ingress pref 5; }

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
partner_is pe1 active && partner_is pe2 ready
check_err $? "partner: $(nl_field pe1 partner.ce $ESI1) at the DF, $(nl_field pe2 partner.ce $ESI1) at the standby"
log_test "the CE distributes to the DF, and is ready for the standby"

for end in ce.pe1 pe1.ce; do
	[ $end = ce.pe1 ] && state=expired way=from || { state=deaf way=to; }
	lose $end
	slowwait 5 oper_is pe1 down
	check_err $? "PE1 is up: $(nl_field pe1 partner.ce $ESI1), $(ce_ports ce)"
	slowwait 3 partner_is pe1 $state
	check_err $? "PE1's partner is $(nl_field pe1 partner.ce $ESI1), should be $state"
	# bonding itself may take the carrier away, for the three seconds between expired and defaulted
	slowwait 5 reason_is_lacp pe1
	check_err $? "PE1's reason: $(reason pe1)"
	slowwait 5 ce_uses ce pe2
	check_err $? "the CE does not use PE2: $(ce_ports ce)"
	slowwait 5 lab_passes
	check_err $? "the customer reaches nobody"
	log_test "LACP lost $way the CE: the other PE takes over, and the reason is told"

	find_again $end
	ready pe1
	check_err $? "PE1 does not come back: $(reason pe1), $(ce_ports ce)"
	log_test "LACP found again: PE1 comes back"
done

# At the slow rate the next LACPDU is up to 30 s away, in both directions. A segment that is made where
# the bond has long been up does not wait for it: the CE is told, and asked.
lab_down
lab --standby lacp-oos --lacp-rate slow
ready pe1
check_err $? "PE1 does not become DF at the slow rate: $(ce_ports ce)"
kill_wait "$(cat "$LAB_RUN/pe2/pid")" KILL
nl pe2 es-del esi=$ESI1 >/dev/null
slowwait 10 ce_uses ce pe2
check_err $? "the CE does not use PE2 after the segment was deleted there: $(ce_ports ce)"
pe_start pe2
# from here on: 0.2 s; before, until the period of somebody's LACP ended
slowwait 2 ce_uses_not ce pe2
check_err $? "the CE still uses PE2: $(ce_ports ce)"
slowwait 2 partner_is pe2 ready
check_err $? "PE2 knows of its partner: $(nl_field pe2 partner.ce $ESI1)"
log_test "a segment made under an old bond speaks at once, at the slow rate too"

finish
