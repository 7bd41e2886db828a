#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# evpnd leads segments on VLANs of a shared port: their ESIs are made of one system and the VLAN, their DFs are
# different PEs, and what happens to one is not seen by the other.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=ves_lib.sh
. "$(dirname "$0")/ves_lib.sh"
begin "segments on VLANs of a shared port, with evpnd" D5 D6
need_evpnd
flood_tools

# config PE PREFERENCE-OF-10 PREFERENCE-OF-20
config() {
	local dir=$LAB_RUN/fpe$1 v p
	mkdir -p "$dir"
	{
		cat <<-END
			router-id: 192.0.2.$1
			as: 65000
			startup-delay: 1s
			peers:
			  - {address: 192.0.2.$((3 - $1)), remote-as: 65000, hold-time: 3, connect-retry: 1s}
			segments:
		END
		for v in 10 20; do
			[ $v = 10 ] && p=$2 || p=$3
			cat <<-END
				  - name: v$v
				    interface: bond0.$v
				    esi: {es-sys-mac: 02:00:5e:00:00:07}
				    mode: port-active
				    standby: block
				    df: {algorithm: preference, preference: $p, wait: 0s, recovery-wait: 0s}
			END
		done
	} >"$dir/evpnd.yaml"
}

es() { pe_ctl "fpe$1" -j es show "v$2" 2>/dev/null | jq -r ".segments[0] | $3"; }
# df VLAN PE: both say so, and each module has it
df() {
	local i
	for i in 1 2; do
		[ "$(es $i "$1" '"\(.df) \(.kernel.status)"')" = "192.0.2.$2 installed" ] || return 1
	done
}
roles() { df 10 "$1" && df 20 "$2"; }
say() { es 1 "$1" '"\(.state) \(.df) \(.kernel)"'; }

ves_lab || skip "no lab: $(ip -V)"
mkdir -p "$LAB_RUN"
defer down
config 1 200 100
config 2 100 200
pe_start fpe1
pe_start fpe2
slowwait 30 roles 1 2
check_err $? "VLAN 10: $(say 10); VLAN 20: $(say 20)"
check_eq "$(es 1 10 .esi) $(es 2 20 .esi)" "03:02:00:5e:00:00:07:00:00:0a 03:02:00:5e:00:00:07:00:00:14" "ESIs"
passes 1 10 100
passes 1 20 0
passes 2 10 0
passes 2 20 100
passes 1 30 100
passes 2 30 100
log_test "each VLAN has its own ESI and DF, and the others pass"

fl_ip pe1 link set bond0.10 down
slowwait 20 roles 2 2
check_err $? "without PE1's bond0.10: VLAN 10: $(say 10); VLAN 20: $(say 20)"
passes 2 10 100
passes 2 20 100
passes 1 20 0
fl_ip pe1 link set bond0.10 up
slowwait 20 roles 1 2
check_err $? "with it again: VLAN 10: $(say 10); VLAN 20: $(say 20)"
passes 1 10 100
passes 2 10 0
log_test "one VLAN fails over and comes back, the other stays"

fl_ip pe1 link set m0 down
slowwait 20 roles 2 2
check_err $? "without PE1's port: VLAN 10: $(say 10); VLAN 20: $(say 20)"
passes 2 10 100
passes 2 20 100
fl_ip pe1 link set m0 up
slowwait 20 roles 1 2
check_err $? "with it again: VLAN 10: $(say 10); VLAN 20: $(say 20)"
passes 1 10 100
passes 2 20 100
log_test "the port fails, and all of its segments with it"

finish
