#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does BFD flap when evpnd has much to do? Two evpnd with ten sessions between them, at 3 x INTERVAL
# (300 ms), in network namespaces of this machine: once while a neighbour says ROUTES (2,000,000) routes to
# one of them, once while both elect the DF of 1,000 segments with 4,094 VLANs each anew.
#
#	bfd_busy.sh [ROUTES [INTERVAL]]
#
# Exit status 1: a session has flapped, or what should have happened did not.

cd "$(dirname "$0")/../../.." || exit 1
ROUTES=${1:-2000000} INTERVAL=${2:-300ms}
SESSIONS=10 SEGMENTS=1000
BUILD=${O:-$PWD/build}
A=bfd-busy-$$-a B=bfd-busy-$$-b
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
fail() {
	echo "$*"
	tail -n 3 "$TMP"/*.log
	exit 1
}

# config NAMESPACE SIDE OTHER PREFERENCE
config() {
	local i
	printf 'router-id: 192.0.2.%s\nas: 65000\nenforcement: optional\npeers:\n' "$2"
	[ "$2" != 1 ] || printf '  - {address: 192.0.2.2, remote-as: 65000, passive: yes}\n'
	for ((i = 1; i <= SESSIONS; i++)); do
		echo "  - {address: 10.$3.0.$i, source: 10.$2.0.$i, remote-as: 65000, passive: $([ "$2" = 1 ] && echo yes || echo no), bfd: {interval: $INTERVAL}}"
	done
	echo "segments:"
	for ((i = 0; i < SEGMENTS; i++)); do
		printf '  - {name: s%d, interface: d%d, esi: "00:11:00:00:00:00:00:00:%02x:%02x", mode: single-active, ad-per-evi: no, vlans: [1-4094], df: {algorithm: preference, preference: %d, wait: 0s}}\n' \
			$i $i $((i / 256)) $((i % 256)) "$4"
	done
}

side() { # NAMESPACE SIDE OTHER PREFERENCE
	local i
	ip netns add "$1"
	{
		echo "link set lo up"
		for ((i = 1; i <= SESSIONS; i++)); do
			echo "addr add 10.$2.0.$i/32 dev lo"
		done
		for ((i = 0; i < SEGMENTS; i += 2)); do
			echo "link add d$i type veth peer name d$((i + 1))"
			echo "link set d$i up"
			echo "link set d$((i + 1)) up"
		done
	} | ip -n "$1" -batch -
	config "$@" >"$TMP/$1.yaml"
}

side $A 1 2 200
side $B 2 1 100
ip link add core netns $A type veth peer name core netns $B
ip -n $A -batch - <<-END
	addr add 192.0.2.1/24 dev core
	link set core up
	route add 10.2.0.0/24 via 192.0.2.2
END
ip -n $B -batch - <<-END
	addr add 192.0.2.2/24 dev core
	link set core up
	route add 10.1.0.0/24 via 192.0.2.1
END
for n in $A $B; do
	ip netns exec $n "$BUILD/evpnd" -f -n $n -c "$TMP/$n.yaml" --state "$TMP/$n.state" 2>"$TMP/$n.log" &
done

ctl() { "$BUILD/evpnctl" -n "$@" 2>/dev/null; }
# within SECONDS COMMAND...
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}
up() { [ "$(ctl $A -j bfd show | jq '[.sessions[] | select(.state == "up")] | length')" = $SESSIONS ]; }
established() { [ "$(ctl $A -j peer show | jq '[.peers[] | select(.state == "Established")] | length')" = "$1" ]; }
flaps() { for n in $A $B; do ctl $n -j bfd show; done | jq -s --argjson n $((2 * SESSIONS)) '([.[].sessions[].ups] | add) - $n'; }
heard() { [ "$(ctl $A -j peer show 192.0.2.2 | jq '.peers[0] | ."end-of-rib" and .received.updates >= '$((ROUTES / 100)))" = true ]; }
# df_is ADDRESS: both say so of the segments (one is asked for first: all of them are 40 MB)
df_is() {
	local n
	for n in $A $B; do
		[ "$(ctl $n -j es show s$((SEGMENTS - 1)) | jq -r '.segments[0].df')" = "$1" ] || return 1
	done
	for n in $A $B; do
		[ "$(ctl $n -j es show | jq --arg a "$1" '[.segments[] | select(.df == $a)] | length')" = $SEGMENTS ] || return 1
	done
}
now() { date +%s%N; }
since() { echo $((($(now) - $1) / 1000000)); }

within 60 established $SESSIONS || fail "not all BGP sessions come up"
within 60 up || fail "not all BFD sessions come up"
within 120 df_is 192.0.2.1 || fail "no election of all segments"
[ "$(flaps)" = 0 ] || fail "$(flaps) flaps before anything has begun"
status=0

begin=$(now)
mkfifo "$TMP/stay"
ip netns exec $B python3 tools/testing/bench/bfd_flood.py "$ROUTES" <"$TMP/stay" 2>"$TMP/flood.log" &
exec 7>"$TMP/stay"
within 600 heard || fail "the routes do not arrive"
took=$(since "$begin")
[ "$(flaps)" = 0 ] || status=1
echo "$SESSIONS sessions at 3 x $INTERVAL, $ROUTES routes arrive in $took ms: $(flaps) flaps"
exec 7>&-

before=$(flaps)
begin=$(now)
config $A 1 2 50 >"$TMP/$A.yaml"
ctl $A config reload >/dev/null || fail "no reload"
within 300 df_is 192.0.2.2 || fail "the other PE does not become DF"
took=$(since "$begin")
[ "$(flaps)" = "$before" ] || status=1
echo "$SESSIONS sessions at 3 x $INTERVAL, $SEGMENTS segments x 4,094 VLANs elected anew in $took ms: $(($(flaps) - before)) flaps"
exit $status
