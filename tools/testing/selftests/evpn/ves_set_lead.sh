#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# evpnd leads a segment that is a set of devices (RFC 9784): a VLAN of a port, and two GRE pseudowires. It is up
# while one of them is, and moves as a whole.
#
#     the lab of ves_lib.sh, with pseudowires

NEEDS="system"
ALL_TESTS="
	leads
	one_dies
	all_die
	later
	reloaded
	routed
	restarted
	status
	refused
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=ves_lib.sh
. "$(dirname "$0")/ves_lib.sh"
# shellcheck source=ves_set_lib.sh
. "$(dirname "$0")/ves_set_lib.sh"
begin "several devices as one segment, with evpnd" D5 D6
need_evpnd
flood_tools

# config PE DEVICES
config() {
	set_conf "$1" <<-END
		segments:
		  - name: site
		    interface: [$2]
		    esi: 00:de:5e:00:00:00:00:00:00:01
		    mode: port-active
		    standby: block
		    df: $(preferred "$1")
	END
}

# only PE: it forwards by VLAN 10 and by the pseudowire, and nobody else does
only() {
	passes "$1" 10 100
	wire "$1" 100
	passes $((3 - $1)) 10 0
	wire $((3 - $1)) 0
}

set_lab
SET="bond0.10, gre"
set_start "$SET"

leads() {
	moves 1
	only 1
	passes 1 20 100
	passes 2 20 100
	check_eq "$(devices 1)" "bond0.10=up/bound gre=up/bound" "PE1 shows"
	check_eq "$(es 1 .interface)" "bond0.10" "the first stands for the segment"
	[[ "$(pe_ctl fpe1 es show site)" == *"interface gre up kernel bound"* ]]
	check_err $? "a line for each: $(pe_ctl fpe1 es show site)"
	log_test "all devices have the role of the segment"
}

one_dies() {
	fl_ip pe1 link set gre down
	slowwait 10 devices_are 1 "bond0.10=up/bound gre=down/bound"
	check_err $? "PE1 shows $(devices 1)"
	check_eq "$(es 1 '.interfaces[1].reason')" "gre is administratively down" "why"
	sleep 1
	df 1
	check_err $? "the segment stays: $(say)"
	passes 1 10 100
	passes 2 10 0
	fl_ip pe1 link set gre up
	only 1
	log_test "one device dies, and the segment stays"
}

all_die() {
	fl_ip pe1 link set gre down
	fl_ip pe1 link set bond0.10 down
	moves 2
	check_eq "$(es 1 .reason)" "none of its 2 devices is up: bond0.10 is administratively down" "PE1 says"
	passes 2 10 100
	wire 2 100
	fl_ip pe1 link set gre up
	moves 1
	wire 1 100
	passes 2 10 0
	fl_ip pe1 link set bond0.10 up
	slowwait 10 devices_are 1 "bond0.10=up/bound gre=up/bound"
	only 1
	log_test "all devices die, and the segment moves as a whole"
}

# A device that is named, and not there yet
later() {
	reload "$SET, late"
	slowwait 10 devices_are 2 "bond0.10=up/bound gre=up/bound late=down/unbound"
	check_err $? "PE2 shows $(devices 2)"
	moves 1
	fl_ip pe2 link add late type dummy
	fl_ip pe2 link set late up
	slowwait 10 devices_are 2 "bond0.10=up/bound gre=up/bound late=up/bound"
	check_err $? "PE2 shows $(devices 2)"
	only 1
	fl_ip pe2 link del late
	reload "$SET"
	log_test "a device comes later"
}

# moved: how often the segment has opened or closed, in each module
moved() {
	local i
	for i in 1 2; do
		fl_nl pe$i es-get esi=00:de:5e:00:00:00:00:00:00:01 | tr ' ' '\n' | sed -n 's/^transitions=//p'
	done | xargs
}

# The list changes, and those that stay are not touched: no election, no frame that passes the standby.
reloaded() {
	local before
	before=$(moved)
	reload "$SET, bond0.20"
	slowwait 10 devices_are 1 "bond0.10=up/bound gre=up/bound bond0.20=up/bound"
	check_err $? "PE1 shows $(devices 1)"
	passes 1 20 100
	passes 2 20 0
	only 1
	reload "bond0.20, bond0.10"
	slowwait 10 devices_are 2 "bond0.20=up/bound bond0.10=up/bound"
	check_err $? "PE2 shows $(devices 2)"
	wire 2 100
	passes 2 10 0
	passes 2 20 0
	reload "$SET"
	slowwait 10 devices_are 2 "bond0.10=up/bound gre=up/bound"
	passes 2 20 100
	only 1
	check_eq "$(moved)" "$before" "times that PE1 and PE2 have opened or closed"
	log_test "a reload adds devices and removes them"
}

neigh() { pe_ctl "fpe$1" -j neigh show 2>/dev/null | jq -r ".neighbours[] | select(.address == \"$2\") | $3"; }
arp() { fl_ip pe2 neigh show "$1" | sed 's/ *proto .*//; s/ extern_learn.*/ synced/'; }
arp_is() { [ "$(arp "$1")" = "$2" ]; }

# Routed devices: a host that PE1 has learned on VLAN 20 is on VLAN 20 of PE2.
routed() {
	local i v
	for i in 1 2; do
		for v in 10 20; do
			fl_ip pe$i link set bond0.$v nomaster
			fl_ip pe$i addr add 10.$v.0.254/24 dev bond0.$v
		done
	done
	reload "bond0.10, bond0.20"
	moves 1
	fl_ip pe1 neigh replace 10.20.0.9 lladdr 02:00:00:00:20:09 nud reachable dev bond0.20
	fl_ip pe1 neigh replace 10.10.0.9 lladdr 02:00:00:00:10:09 nud reachable dev bond0.10
	slowwait 15 arp_is 10.20.0.9 "10.20.0.9 dev bond0.20 lladdr 02:00:00:00:20:09 synced"
	check_err $? "PE2 has '$(arp 10.20.0.9)'"
	slowwait 15 arp_is 10.10.0.9 "10.10.0.9 dev bond0.10 lladdr 02:00:00:00:10:09 synced"
	check_err $? "PE2 has '$(arp 10.10.0.9)'"
	for i in 1 2; do
		for v in 10 20; do
			fl_ip pe$i addr flush dev bond0.$v
			fl_ip pe$i link set bond0.$v master br$v
		done
	done
	reload "$SET"
	moves 1
	log_test "a neighbour is synchronized to the device with the same VLAN"
}

# The next evpnd finds the devices in the module, and takes them over as they are.
restarted() {
	kill_wait "$(cat "$LAB_RUN/fpe2/pid")"
	passes 2 10 0
	wire 2 0
	pe_start fpe2
	moves 1
	only 1
	check_eq "$(devices 2)" "bond0.10=up/bound gre=up/bound" "PE2 shows"
	log_test "a restarted evpnd keeps them blocked"
}

# Each pseudowire of a set has its own status (RFC 6870).
status() {
	local lines
	fl_ip pe2 link set gre down
	fl_ip pe2 link set gre name other
	lines=$(in_fl pe2 timeout 5 "$LAB_BUILD/evpnctl" -j kernel follow | jq -r '"\(.interface) \(.["pw-status"])"' | sort | xargs)
	check_eq "$lines" "bond0.10 0x00000020 gre 0x00000020" "of the standby"
	fl_ip pe2 link del other
	lines=$(in_fl pe2 timeout 5 "$LAB_BUILD/evpnctl" -j kernel follow | jq -r '"\(.interface) \(.["pw-status"])"' | sort | xargs)
	check_eq "$lines" "bond0.10 0x00000020 gre 0x00000001" "without the pseudowire"
	log_test "a program is told the status of each device"
}

refused() {
	local said
	config 1 "bond0.10, gre, bond0.10"
	said=$(pe_ctl fpe1 config reload 2>&1)
	[[ $said == *'line 10, column 32: segments[site].interface: "bond0.10": bond0.10 is named twice'* ]]
	check_err $? "a device that is named twice: $said"
	config 1 "bond0.10, bond0"
	said=$(pe_ctl fpe1 config reload 2>&1)
	slowwait 10 eval '[[ "$(es 1 .kernel.message)" == *"bond0 is a link aggregate, which is a segment alone"* ]]'
	check_err $? "an aggregate: $said; $(es 1 .kernel)"
	log_test "what cannot be is refused in a sentence"
}

tests_run
finish
