#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "esi: {lacp: auto}": both PEs derive the same ESI from what the customer's bond says in LACP, elect
# on it, and follow when the customer's system changes. What the ESI must be is read from the CE.

NEEDS="module"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "the ESI derived from LACP" A4 A6
lab --standby lacp-oos

# RFC 7432 section 5, type 1: 01, the CE's system MAC, its port key, 00
bond_of_ce() { in_ns ce ip -d -j link show bond0 | jq -r "$1"; }
system_of_ce() {
	local mac
	mac=$(bond_of_ce '.[0].linkinfo.info_data.ad_actor_system // empty')
	[ "${mac:-00:00:00:00:00:00}" = 00:00:00:00:00:00 ] && mac=$(bond_of_ce '.[0].address')
	echo "$mac"
}
expected() {
	local key
	key=$(bond_of_ce '.[0].linkinfo.info_data.ad_info.actor_key')
	printf '01:%s:%02x:%02x:00\n' "$(system_of_ce)" $((key >> 8)) $((key & 255))
}
esi_of() { es_json "$1" | jq -r '.segments[0].esi'; }
both_have() { [ "$(esi_of pe1)" = "$1" ] && [ "$(esi_of pe2)" = "$1" ]; }
one_forwards() { [ "$(nl_field pe1 role "$1") $(nl_field pe2 role "$1")" = "df non-df" ]; }

ready pe1
check_err $? "PE1 does not become DF with the ESI typed in"

for pe in pe1 pe2; do
	sed -i 's/esi: .*/esi: {lacp: auto}/' "$LAB_RUN/$pe/evpnd.yaml"
	pe_ctl $pe config reload >/dev/null
	check_err $? "reload on $pe"
done
slowwait 10 both_have "$(expected)"
check_err $? "the PEs have $(esi_of pe1) and $(esi_of pe2), should be $(expected)"
slowwait 10 one_forwards "$(expected)"
check_err $? "roles in the kernels: $(nl_field pe1 role "$(expected)"), $(nl_field pe2 role "$(expected)")"
check_eq "$(nl pe1 es-get esi=$ESI1 | cut -d' ' -f1)" error=ENOENT "the old segment in the kernel"
log_test "both PEs derive the CE's ESI, and one of them forwards"

# Bonding says nothing when only the partner changes: the change comes when nothing else has happened
# for longer than evpnd reads a bond again after a change that bonding does tell.
lacks fast || sleep 35
old=$(expected)
in_ns ce ip link set bond0 type bond ad_actor_system 02:00:00:00:00:77
check_eq "$(system_of_ce)" 02:00:00:00:00:77 "the CE's system"
slowwait 30 both_have "$(expected)"
check_err $? "the PEs have $(esi_of pe1) and $(esi_of pe2), should be $(expected)"
slowwait 10 one_forwards "$(expected)"
check_err $? "roles in the kernels: $(nl_field pe1 role "$(expected)"), $(nl_field pe2 role "$(expected)")"
check_eq "$(nl pe1 es-get esi="$old" | cut -d' ' -f1)" error=ENOENT "the old segment in the kernel"
log_test "the CE's LACP system changes: both PEs follow"

finish
