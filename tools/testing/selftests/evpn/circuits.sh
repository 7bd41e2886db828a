#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ac-df: a PE is a candidate of a VLAN for as long as what comes in for it gets through. The VLAN leaves
# the bridge's port, the VLAN filter goes on and off, the bridge and the tunnel go down: each time the
# other PE takes that VLAN over, and gives it back.
#
#     ce === pe1 (bond0: VLANs 10, 20 of br0, which filters) --- core --- host
#        === pe2

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "a circuit ends with what carries it" B4 A25

sa_config() {
	pe_config "$1"
	sed -i '/^ *vlans:/d; s/df: {/vlans: [10, 20]\n    ad-per-evi: yes\n    df: {ac-df: yes, /' "$LAB_RUN/$1/evpnd.yaml"
}
port_vlans() {
	ip -n "$(ns "$1")" link set br0 type bridge vlan_filtering 1
	printf 'vlan add dev %s vid 10\nvlan add dev %s vid 20\n' bond0 bond0 vx1 vx1 | bridge -n "$(ns "$1")" -batch -
}

# df_of VLAN: the PEs that say they are
df_of() {
	local p
	for p in pe1 pe2; do
		es_json $p | jq -r --argjson v "$1" --arg p $p '.segments[0] | select(.vlans.df | index($v)) | $p'
	done | tr '\n' ' '
}
dfs_are() { [ "$(df_of 10)/$(df_of 20)" = "$1 /$2 " ]; }
# becomes 10 20 WHY
becomes() {
	slowwait 5 dfs_are "$1" "$2"
	check_err $? "$3: DF of VLAN 10 is $(df_of 10), of VLAN 20 $(df_of 20), should be $1 and $2"
}

lab_defaults
LAB_MODE=single-active LAB_STANDBY=block LAB_CE=active-backup
mkdir -p "$LAB_RUN"
lab --evpnd no
for p in pe1 pe2; do
	port_vlans $p
	sa_config $p
	pe_start $p
done
slowwait 15 dfs_are pe1 pe1
check_err $? "PE1 is not the DF of both: $(df_of 10), $(df_of 20)"
log_test "PE1 is the DF of both VLANs"

start=$(mono_ms)
bridge -n "$(ns pe1)" vlan del dev bond0 vid 10
becomes pe2 pe1 "the VLAN has left the port"
log_info "after $(($(mono_ms) - start)) ms"
bridge -n "$(ns pe1)" vlan add dev bond0 vid 10
becomes pe1 pe1 "the VLAN is back"
log_test "bridge vlan del on the port: that VLAN goes to PE2, and comes back"

bridge -n "$(ns pe1)" vlan del dev bond0 vid 10
becomes pe2 pe1 "the VLAN has left the port"
ip -n "$(ns pe1)" link set br0 type bridge vlan_filtering 0
becomes pe1 pe1 "the bridge does not filter"
ip -n "$(ns pe1)" link set br0 type bridge vlan_filtering 1
becomes pe2 pe1 "the bridge filters again"
bridge -n "$(ns pe1)" vlan add dev bond0 vid 10
becomes pe1 pe1 "the VLAN is back"
log_test "a bridge that does not filter lets every VLAN through"

ip -n "$(ns pe1)" link set br0 down
becomes pe2 pe2 "the bridge is down"
ip -n "$(ns pe1)" link set br0 up
becomes pe1 pe1 "the bridge is up"
ip -n "$(ns pe1)" link set bond0 nomaster
becomes pe2 pe2 "the port has left the bridge"
ip -n "$(ns pe1)" link set bond0 master br0
printf 'vlan add dev bond0 vid %s\n' 10 20 | bridge -n "$(ns pe1)" -batch -
becomes pe1 pe1 "the port is back"
log_test "bridge down, port taken out: both go to PE2, and come back"

finish
