#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module under load and in disorder: requests of all kinds beside each other while bonds lose
# and gain members, are renamed, deleted and made again; namespaces that die with their segments;
# the module that goes away under traffic. In the end each object that was created has been
# destroyed. What the kernel's own checkers say is read by the guest after the run.
#
#	a0 ---- b0 (in bond0, a segment)	two such pairs in each namespace, traffic both ways

NEEDS="module reload"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "the module under load and in disorder" A12
lab_defaults
SECONDS_EACH=${EVPN_STRESS_SECONDS:-8}
SEED=${EVPN_STRESS_SEED:-$RANDOM}
log_info "EVPN_STRESS_SEED=$SEED"
NLSTRESS=$(lab_tool nlstress) ||
	skip "nlstress does not build (libmnl-dev)"
LOG=$(mktemp)
defer "rm -f $LOG"

# Loads the module again, with the debug messages that tell of each object, and keeps those. What
# the log held before stays: the guest reads it when all is over.
reload() {
	rmmod evpn || return
	dmesg -W >"$LOG" &
	LOGGER=$!
	sleep 0.3
	insmod "$EVPN_KO" dyndbg=+p
}

# What there is too much or too little of.
unbalanced() {
	sleep 1
	kill $LOGGER
	wait $LOGGER 2>/dev/null
	# the line's time and the module's name go, the object stays; a port may have been renamed
	# in its life, so ports are counted together
	sed -n 's/.*evpn: \(\(es\|port\|net\) .*\) \(created\|destroyed\)$/\1 \3/p' "$LOG" |
		awk '{ n[$1 == "port" ? $1 : $1 " " $2] += $3 == "created" ? 1 : -1 }
		END { for (o in n) if (n[o]) print o, n[o] }'
}

bond_make() { # NS NUMBER
	ip -n "$1" link add name "bond$2" type bond mode 802.3ad miimon 20 lacp_rate fast
	ip -n "$1" link set "b$2" down
	ip -n "$1" link set "b$2" master "bond$2"
	ip -n "$1" link set "b$2" up
	ip -n "$1" link set "bond$2" up
	ip -n "$1" addr add "192.0.2.$((2 + $2 * 16))/28" dev "bond$2"
} 2>/dev/null

ns_make() {
	local i
	ip netns add "$1"
	for i in 0 1; do
		ip -n "$1" link add "a$i" type veth peer name "b$i"
		ip -n "$1" link set "a$i" up
		bond_make "$1" $i
	done
}

# Broadcasts leave the bonds, and frames come in from the other ends.
traffic_start() {
	TRAFFIC=
	local i
	for i in 0 1; do
		ip netns exec "$1" ping -q -b -f 192.0.2.$((15 + i * 16)) >/dev/null 2>&1 &
		TRAFFIC="$TRAFFIC $!"
	done
	ip netns exec "$1" python3 -c '
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("a0", 0))
frames = [b"\xff" * 6 + b"\x02\0\0\0\0\1" + p + bytes(50) for p in
	  (b"\x08\0", b"\x81\0\0\x0a\x08\0", b"\x88\xa8\0\x14\x81\0\0\x0a\x08\0", b"\x88\xcc")]
while True:
	for f in frames:
		try:
			s.send(f)
		except OSError:
			pass
' >/dev/null 2>&1 &
	TRAFFIC="$TRAFFIC $!"
}

traffic_stop() {
	# shellcheck disable=SC2086
	kill $TRAFFIC 2>/dev/null
	# shellcheck disable=SC2086
	wait $TRAFFIC 2>/dev/null
}

# Everything that can happen to a bond, over and over.
churn() {
	local n=$1
	while :; do
		ip -n "$n" link set b0 nomaster
		ip -n "$n" link set b0 down
		ip -n "$n" link set b0 master bond0
		ip -n "$n" link set b0 up
		ip -n "$n" link set bond1 down
		ip -n "$n" link set bond1 name other1
		ip -n "$n" link set other1 name bond1
		ip -n "$n" link set bond1 up
		ip -n "$n" link del bond1
		bond_make "$n" 1
		ip -n "$n" link add link bond1 name v11 type vlan id 11
		ip -n "$n" link add link bond0 name v10 type vlan id 10
		ip -n "$n" link del v10
	done >/dev/null 2>&1
}

reload
check_err $? "the module cannot be loaded again"

# Requests of all kinds beside each other, while the devices change.
ns_make stress
defer "ip netns del stress"
traffic_start stress
churn stress &
CHURN=$!
WORKERS=
for i in 1 2 3; do
	ip netns exec stress "$NLSTRESS" random "$SECONDS_EACH" $((SEED + i)) bond0 bond1 v10 v11 a1 nodev lo &
	WORKERS="$WORKERS $!"
done
for w in $WORKERS; do
	wait "$w"
	check_err $? "an answer was not as documented"
done
log_test "requests in disorder while devices come and go"

ip netns exec stress "$NLSTRESS" garbage "$SECONDS_EACH" "$SEED" x
check_err $? "garbage ended the client"
log_test "garbage"
kill $CHURN
wait $CHURN 2>/dev/null
traffic_stop

segment() { # NS NUMBER ROLE STANDBY
	ip netns exec "$1" "$EVPN_NL" es-new "esi=00:11:22:33:44:55:66:77:99:0$2" "ifname=bond$2" \
		"role=$3" "standby=$4"
}
EVPN_NL=$(lab_tool evpn_nl) || skip "evpn_nl does not build"

# A namespace dies with its segments, its owner and its traffic.
for i in $(seq 10); do
	ns_make "dying$i"
	segment "dying$i" 0 non-df down >/dev/null
	segment "dying$i" 1 df lacp-oos >/dev/null
	check_err $? "no segment in a new namespace"
	traffic_start "dying$i"
	sleep 0.1
	ip netns del "dying$i"
	traffic_stop
done
log_test "namespaces die with live segments under traffic"

# The module goes away under traffic, and everything passes again. What the disorder has left, another
# segment on the same bond for one, goes first.
rmmod evpn && insmod "$EVPN_KO" dyndbg=+p
check_err $? "the module cannot be loaded again"
for i in $(seq 5); do
	said=$(segment stress 0 non-df down 2>&1)
	check_err $? "no segment after loading the module: $said"
	segment stress 1 non-df lacp-oos >/dev/null
	traffic_start stress
	sleep 0.2
	rmmod evpn
	check_err $? "rmmod"
	[ -d /sys/module/evpn ] && check_err 1 "still loaded"
	! ip -n stress -d link show bond0 | grep -q 'state DORMANT'
	check_err $? "the bond is left dormant"
	traffic_stop
	insmod "$EVPN_KO" dyndbg=+p
done
log_test "rmmod under traffic"

ip netns del stress
rmmod evpn
LEFT=$(unbalanced)
CREATED=$(grep -c 'evpn: .* created' "$LOG")
log_info "$CREATED objects created"
[ "$CREATED" -gt 100 ]
check_err $? "hardly an object was created"
check_eq "$LEFT" "" "created and not destroyed, or the other way round"
log_test "objects created = objects destroyed"
insmod "$EVPN_KO"
finish
