#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who looks at a frame that leaves by a bond follows the role: its members where this PE is DF for all VLANs,
# the bond itself elsewhere. Nobody must see that from outside: what a role forbids is stopped from the moment
# in which the change is confirmed, whoever looks.

NEEDS="module"
ALL_TESTS="
	place
	enforced
	other_mode
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "flooded frames and the hook of the bond" B6 E34
flood_tools
TRACE=/sys/kernel/tracing

flood_lab || skip "no lab: $(ip -V)"
segment 1 non-df >/dev/null
segment 2 non-df >/dev/null

# role ROLE [KEY=VALUE...]: of PE1, confirmed
role() { fl_nl pe1 es-set esi=$ESI1 role="$1" "${@:2}" >/dev/null; }
ifindex() { fl_ip pe1 -o link show dev "$1" | cut -d: -f1; }

# dropped_at DEVICE: frames from PE2's host are dropped by split horizon, and there
dropped_at() {
	echo >$TRACE/trace
	from_host 2 b
	[ "$(sed -n 's/.*evpn_drop: .*ifindex=\([0-9]*\) direction=egress.*/\1/p' $TRACE/trace | sort -u)" = "$(ifindex "$1")" ]
}

place() {
	[ -e $TRACE/events/evpn/evpn_drop/enable ] || { log_skip "place" "no trace events"; return; }
	echo 1 >$TRACE/events/evpn/evpn_drop/enable
	defer "echo 0 >$TRACE/events/evpn/evpn_drop/enable"
	slowwait 10 dropped_at bond0
	check_err $? "non-DF: the bond itself does not look"
	role df
	slowwait 10 dropped_at m0
	check_err $? "DF: the members do not look"
	role non-df vlan-df=10
	slowwait 10 dropped_at bond0
	check_err $? "DF for one VLAN: the bond itself does not look"
	role non-df vlan-df=0-4095
	slowwait 10 dropped_at m0
	check_err $? "DF for all VLANs by name: the members do not look"
	echo 0 >$TRACE/events/evpn/evpn_drop/enable
	fl_nl pe1 es-del esi=$ESI1 >/dev/null
	segment 1 non-df >/dev/null
	log_test "who looks follows the role"
}

received() { fl_ip ce -s -j link show dev p1 | jq '.[0].stats64.rx.packets'; }
comes() { [ "$(received)" -gt "$1" ]; }

# passed: frames that reach the customer by PE1 while a moment passes
passed() {
	local before
	before=$(received)
	sleep 0.05
	echo $(($(received) - before))
}

# A stream from PE3's host and from PE2's; the roles change faster than the hook can follow, or slower.
stream_start() {
	# shellcheck disable=SC2046
	"$FLOOD" -n 60000 -r 200 b "$FL$1,eth0" "${FL}ce,p2" >/dev/null &
	STREAM=$!
}
stream_stop() { kill "$STREAM"; wait "$STREAM"; }

enforced() {
	local i before twice=0
	stream_start h3
	for ((i = 0; i < 16; i++)); do
		role df
		slowwait 5 comes "$(received)" || twice=$((twice + 1000000))
		sleep 0.0$((i % 4 * 3))
		role non-df
		twice=$((twice + $(passed)))
		sleep 0.0$((i % 3 * 4))
	done
	stream_stop
	check_eq "$twice" 0 "frames of another PE that passed after a non-DF was confirmed (a million: none after DF was)"
	stream_start h2
	before=$(received)
	for ((i = 0; i < 16; i++)); do
		role df
		sleep 0.0$((i % 4 * 3))
		role non-df
		sleep 0.0$((i % 3 * 4))
	done
	stream_stop
	check_eq "$(($(received) - before))" 0 "frames of the PE that shares the segment, under changes of the role"
	log_test "a role is enforced when it is confirmed, and split horizon always"
}

# The members know nothing of VLANs: for a mode that does, the bond looks from the confirmation on.
other_mode() {
	local i passed=0
	stream_start h3
	for ((i = 0; i < 8; i++)); do
		role df mode=all-active
		slowwait 5 comes "$(received)"
		check_err $? "DF, all-active: nothing comes"
		sleep 0.0$((i % 4 * 3))
		role non-df mode=single-active
		passed=$((passed + $(passed)))
	done
	stream_stop
	check_eq "$passed" 0 "frames that passed a single-active non-DF"
	log_test "a change of the mode is enforced when it is confirmed"
}

tests_run
finish
