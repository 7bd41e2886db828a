#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What happens in the life of a segment that is a set of devices (RFC 9784): the two VLANs of a port, and a GRE
# pseudowire, in a bridge each. They are deleted and made again, taken out of the segment or with it out of the
# configuration; somebody only listens behind them; and each VLAN of them has a DF of its own.
#
#     the lab of ves_lib.sh, with pseudowires

NEEDS="system"
ALL_TESTS="
	by_hand
	by_word
	taken_out
	before_a_start
	silent
	per_vlan
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=ves_lib.sh
. "$(dirname "$0")/ves_lib.sh"
# shellcheck source=ves_set_lib.sh
. "$(dirname "$0")/ves_set_lib.sh"
begin "the life of several devices as one segment" D5 D6 A2 A11
need_evpnd
flood_tools

# of this ESI and these addresses hrw makes PE1 the DF of VLAN 10, and PE2 of VLAN 20
ESI=00:de:5e:00:00:00:00:00:00:02
SET="bond0.10, bond0.20, gre"
PREFERRED="mode: port-active, df: %s"
EACH="mode: single-active, vlans: [10, 20], df: {algorithm: hrw, ac-df: yes, wait: 0s, recovery-wait: 0s}"

# config PE [HOW]: PE1 is preferred, unless HOW says otherwise
config() {
	local how
	# shellcheck disable=SC2059
	how=$(printf "${2:-$PREFERRED}" "$(preferred "$1")")
	set_conf "$1" <<-END
		segments:
		  - {name: site, interface: [$SET], esi: $ESI, standby: block, $how}
	END
}
# take_out PE: the segment out of its configuration
take_out() { sed -i '/name: site/d; s/^segments:/segments: []/' "$LAB_RUN/fpe$1/evpnd.yaml"; }
# read_it PE: what there is now
read_it() {
	pe_ctl "fpe$1" config reload >"$LAB_RUN/reload" 2>&1
	check_err $? "configuration of PE$1: $(cat "$LAB_RUN/reload")"
}

ALL_UP="bond0.10=up/bound bond0.20=up/bound gre=up/bound"
# forwards PE NUMBER: so many of 100 frames, on each of the devices, both ways
forwards() {
	passes "$1" 10 "$2"
	passes "$1" 20 "$2"
	wire "$1" "$2"
}
only() {
	forwards "$1" 100
	forwards $((3 - $1)) 0
}

set_lab
set_start
moves 1

# back: both have the whole segment again, as it is at the beginning
back() {
	config 1
	config 2
	read_it 1
	read_it 2
	moves 1
	slowwait 10 devices_are 1 "$ALL_UP"
	check_err $? "PE1 shows $(devices 1)"
}

by_hand() {
	local d
	fl_ip pe1 link del gre
	slowwait 10 devices_are 1 "bond0.10=up/bound bond0.20=up/bound gre=down/unbound"
	check_err $? "PE1 shows $(devices 1)"
	df 1
	check_err $? "one device is deleted, and PE1 has the segment no more"
	made 1 gre
	slowwait 10 devices_are 1 "$ALL_UP"
	check_err $? "PE1 shows $(devices 1)"
	only 1
	for d in bond0.10 bond0.20 gre; do fl_ip pe1 link del $d; done
	slowwait 20 alone 2
	check_err $? "PE2 is to forward alone: $(es 2 '"\(.df) \(.reason) \(.kernel)"')"
	check_eq "$(es 1 .reason)" "none of its 3 devices is up: bond0.10 does not exist" "PE1 says"
	forwards 2 100
	made 1 bond0.20
	moves 1
	passes 1 20 100
	passes 2 20 0
	for d in bond0.10 gre; do made 1 $d; done
	slowwait 10 devices_are 1 "$ALL_UP"
	check_err $? "PE1 shows $(devices 1)"
	only 1
	log_test "devices are deleted by hand and made again: one of them, and all"
}

by_word() {
	pe_ctl fpe2 es set site interface bond0.10,bond0.20 >"$LAB_RUN/set" 2>&1
	check_err $? "$(cat "$LAB_RUN/set")"
	slowwait 10 devices_are 2 "bond0.10=up/bound bond0.20=up/bound"
	check_err $? "PE2 shows $(devices 2)"
	passes 2 10 0
	passes 2 20 0
	wire 2 100
	pe_ctl fpe2 es set site interface gre,bond0.20,bond0.10 >"$LAB_RUN/set" 2>&1
	check_err $? "$(cat "$LAB_RUN/set")"
	slowwait 10 devices_are 2 "gre=up/bound bond0.20=up/bound bond0.10=up/bound"
	check_err $? "PE2 shows $(devices 2)"
	only 1
	back
	log_test "es set takes a device out of the set, and back"
}

# closed PE [NAME]: not configured there any more, and handed over
closed() { [ "$(es "$1" '"\(.removed) \(."drain-state")"' "${2:-site}")" = "true done" ]; }
gone() { [[ "$(fl_nl "pe$1" es-get esi=$ESI)" == error=ENOENT* ]]; }

# Out of the configuration, all stay closed while PE2 has the segment, whichever of them goes meanwhile.
taken_out() {
	take_out 1
	read_it 1
	slowwait 10 closed 1
	check_err $? "not handed over: $(es 1 .)"
	only 2
	fl_ip pe1 link del bond0.10
	passes 1 20 0
	wire 1 0
	made 1 bond0.10
	passes 1 10 0
	passes 1 20 0
	wire 1 0
	closed 1
	check_err $? "the first device was deleted and made again: $(es 1 .)"
	pe_ctl fpe1 es del site open >"$LAB_RUN/del" 2>&1
	check_err $? "es del open: $(cat "$LAB_RUN/del")"
	slowwait 10 gone 1
	check_err $? "not opened: $(fl_nl pe1 es-get esi=$ESI)"
	forwards 1 100
	back
	only 1
	log_test "out of the configuration, the set is handed over and all of its devices stay closed"
}

before_a_start() {
	kill_wait "$(cat "$LAB_RUN/fpe1/pid")"
	take_out 1
	pe_start fpe1
	slowwait 20 closed 1 bond0.10
	check_err $? "not taken for one that is to stay closed: $(pe_ctl fpe1 es show) $(fl_nl pe1 es-get esi=$ESI)"
	only 2
	back
	only 1
	log_test "evpnd starts with a file that has the set no more: all devices stay closed"
}

# listener PLACE MAC: what of that MAC address arrives at a host; heard PLACE: how much did
listener() {
	tc -n "$FL${1%,*}" qdisc replace dev "${1#*,}" clsact
	tc -n "$FL${1%,*}" filter replace dev "${1#*,}" ingress pref 1 protocol all flower src_mac "$2" action pass
}
heard() {
	tc -n "$FL${1%,*}" -s -j filter show dev "${1#*,}" ingress pref 1 | jq '[.[].options? | .actions? // [] | .[].stats.packets] | add // 0'
}
hears() { [ "$(heard "$1")" -ge 1 ]; }
# who only listens behind each device, and where it is heard that he is there
declare -A MAC=([bond0.10]=02:00:00:00:0c:10 [bond0.20]=02:00:00:00:0c:20 [gre]=02:00:00:00:0c:30)
declare -A AT=([bond0.10]=h2,v10 [bond0.20]=h2,v20 [gre]=h2,gre)

silent() {
	local d i
	for d in "${!MAC[@]}"; do
		for i in 1 2; do bridge -n "${FL}pe$i" fdb replace "${MAC[$d]}" dev "$d" master dynamic; done
		listener "${AT[$d]}" "${MAC[$d]}"
	done
	pe_ctl fpe1 es drain site >/dev/null
	moves 2
	for d in "${!MAC[@]}"; do
		slowwait 5 hears "${AT[$d]}"
		check_err $? "nobody speaks for who is behind $d"
		bridge -n "${FL}pe1" fdb show dev "$d" | grep -q "${MAC[$d]}"
		check_fail $? "PE1's bridge still has him at $d"
	done
	pe_ctl fpe1 es drain site undo >/dev/null
	moves 1
	log_test "the new PE speaks for who only listens behind each device, and the old one forgets them"
}

# roles VLAN: its DF, as both say
roles() {
	local a b
	a=$(df_of 1 "$1") b=$(df_of 2 "$1")
	[ "$a" = "$b" ] && echo "$a" || echo "$a/$b"
}
df_of() { pe_ctl "fpe$1" -j df show site 2>/dev/null | jq -r --argjson v "$2" '.segments[0]."per-vlan"[] | select(.vlan == $v) | .df'; }
roles_are() { [ "$(roles 10) $(roles 20)" = "$1" ]; }
# become WHAT ROLES
become() {
	slowwait 20 roles_are "$2"
	check_err $? "$1: VLAN 10 $(roles 10), VLAN 20 $(roles 20)"
}

# A route without a tag is for every VLAN with its targets (RFC 7432 section 6.1): of VLANs alone.
per_vlan() {
	local i all=$SET
	SET="bond0.10, bond0.20"
	for i in 1 2; do
		config $i "$EACH"
		read_it $i
	done
	become "elected" "192.0.2.1 192.0.2.2"
	passes 1 10 100
	passes 2 10 0
	passes 1 20 0
	passes 2 20 100
	fl_ip pe2 link set bond0.20 down
	become "PE2's VLAN 20 is down" "192.0.2.1 192.0.2.1"
	passes 1 20 100
	fl_ip pe2 link set bond0.20 up
	become "it is up again" "192.0.2.1 192.0.2.2"
	passes 1 20 0
	passes 2 20 100
	fl_ip pe1 link del bond0.10
	become "PE1's VLAN 10 is deleted" "192.0.2.2 192.0.2.2"
	passes 2 10 100
	made 1 bond0.10
	become "and made again" "192.0.2.1 192.0.2.2"
	passes 1 10 100
	passes 2 10 0
	SET=$all
	back
	only 1
	log_test "single-active: each VLAN of the set has its DF, and moves alone when its device dies"
}

tests_run
finish
