#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What BFD sessions cost: two evpnd with N sessions between them (1000) at 3 x 300 ms, in network
# namespaces of this machine; the processor time of one BFD process over SECONDS (20), and the flaps.
#
#	bfd.sh [N [SECONDS]]

cd "$(dirname "$0")/../../.." || exit 1
N=${1:-1000} SECONDS_=${2:-20}
BUILD=${O:-$PWD/build}
A=bfd-bench-$$-a B=bfd-bench-$$-b
TMP=$(mktemp -d)

finish() {
	# shellcheck disable=SC2046
	kill $(jobs -p) 2>/dev/null
	wait 2>/dev/null
	ip netns del $A 2>/dev/null
	ip netns del $B 2>/dev/null
	rm -rf "$TMP" "/run/evpn/$A" "/run/evpn/$B"
}
trap finish EXIT
trap 'exit 130' INT TERM

# address SIDE I: 10.SIDE.x.y
address() { echo "10.$1.$(($2 / 250)).$(($2 % 250 + 1))"; }

side() { # NAMESPACE SIDE OTHER
	local i
	ip netns add "$1"
	ip -n "$1" link set lo up
	for ((i = 0; i < N; i++)); do
		echo "addr add $(address "$2" $i)/32 dev lo"
	done | ip -n "$1" -batch -
	{
		printf 'router-id: 192.0.2.%s\nas: 65000\nport: 0\npeers:\n' "$2"
		for ((i = 0; i < N; i++)); do
			echo "  - {address: $(address "$3" $i), source: $(address "$2" $i), remote-as: 65000, passive: yes, bfd: yes}"
		done
	} >"$TMP/$1.yaml"
}

side $A 1 2
side $B 2 1
ip link add core netns $A type veth peer name core netns $B
ip -n $A addr add 192.0.2.1/24 dev core
ip -n $B addr add 192.0.2.2/24 dev core
ip -n $A link set core up
ip -n $B link set core up
ip -n $A route add 10.2.0.0/16 via 192.0.2.2
ip -n $B route add 10.1.0.0/16 via 192.0.2.1
for n in $A $B; do
	ip netns exec $n "$BUILD/evpnd" -n $n -c "$TMP/$n.yaml" 2>"$TMP/$n.log" &
done

up() { "$BUILD/evpnctl" -n $A -j bfd show 2>/dev/null | jq '[.sessions[] | select(.state == "up")] | length'; }
ups() { "$BUILD/evpnctl" -n $A -j bfd show | jq '[.sessions[].ups] | add'; }
for ((i = 0; i < 60; i++)); do
	[ "$(up)" = "$N" ] && break
	sleep 1
done
[ "$(up)" = "$N" ] || { echo "only $(up) of $N sessions are up"; tail -n 3 "$TMP"/*.log; exit 1; }

# ticks PID: user and system time
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
pid=$(pgrep -P "$(jobs -p | head -n 1)" -f evpnd-bfd)
sleep 3
before=$(ticks "$pid") flaps=$(ups)
sleep "$SECONDS_"
used=$(($(ticks "$pid") - before))
awk -v n="$N" -v used="$used" -v s="$SECONDS_" -v hz="$(getconf CLK_TCK)" -v flaps="$(($(ups) - flaps))" 'BEGIN {
	printf "%d sessions at 3 x 300 ms: %.1f %% of a processor, %d flaps in %d s\n", n, used / hz / s * 100, flaps, s
}'
