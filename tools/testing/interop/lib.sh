# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the interoperability cases share: two namespaces with a wire between them, evpnd in one of them,
# somebody else's BGP speaker in the other, and waiting for conditions. Sourced by run.sh.
#
#      namespace dut                    namespace peer
#   +-----------------+              +-----------------+
#   | evpnd      wire |--------------| wire    FRR,    |
#   | 192.0.2.1       |              | 192.0.2.2       |
#   | 2001:db8::1     |              | 2001:db8::2     |
#   |         ce0 ----|- ce0p        |      GoBGP, ... |
#   +-----------------+              +-----------------+

DUT=interop-$$-dut
PEER=interop-$$-peer
TMP=
ESI=03:44:38:39:ff:ff:01:00:00:01
BUILD=${EVPN_BUILD:-${O:-$PWD/build}}

count=0 failed=0 skipped=0

# ---- results ----

say() { echo "# $*"; }

ok() {
	count=$((count + 1))
	echo "ok $count - $*"
}

not_ok() {
	count=$((count + 1))
	failed=$((failed + 1))
	echo "not ok $count - $*"
	trouble
}

skip() {
	count=$((count + 1))
	skipped=$((skipped + 1))
	echo "ok $count - $1 # SKIP $2"
}

# check NAME COMMAND...: one result, by the command's status
check() {
	local name=$1
	shift
	if "$@" >"$TMP/check.out" 2>&1; then ok "$name"; else
		not_ok "$name"
		sed 's/^/#   /' "$TMP/check.out" | head -n 20
	fi
}

# What a reader of a failed run wants to see.
trouble() {
	[ -s "$TMP/evpnd.log" ] && tail -n 8 "$TMP/evpnd.log" | sed 's/^/#   evpnd: /'
	[ -s "$TMP/peer.log" ] && tail -n 8 "$TMP/peer.log" | sed 's/^/#   peer: /'
	return 0
}

# within SECONDS COMMAND...: becomes true in that time, on a host that has nothing else to do; a host
# that runs everything else beside it gets four times as much
within() {
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 4000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME/[.,]/}" -lt $end ] || { "$@"; return 1; }
		sleep 0.1
	done
}

# ---- the wire ----

dut() { ip netns exec "$DUT" "$@"; }
peer() { ip netns exec "$PEER" "$@"; }

wire_up() {
	ip netns add "$DUT" && ip netns add "$PEER" || return 1
	dut ip link set lo up
	peer ip link set lo up
	ip link add wire netns "$DUT" type veth peer name wire netns "$PEER"
	dut ip addr add 192.0.2.1/24 dev wire
	peer ip addr add 192.0.2.2/24 dev wire
	dut ip addr add 2001:db8::1/64 dev wire nodad
	peer ip addr add 2001:db8::2/64 dev wire nodad
	dut ip link set wire up
	peer ip link set wire up
	dut ip link add ce0 type veth peer name ce0p
	dut ip link set ce0 up
	dut ip link set ce0p up
}

wire_down() {
	evpnd_stop
	peer_stop
	ip netns del "$DUT" 2>/dev/null
	ip netns del "$PEER" 2>/dev/null
	ip netns del "$DUT2" 2>/dev/null
	rmdir "/run/evpn/$DUT" "/run/evpn/$DUT2" 2>/dev/null
}

# ---- evpnd ----

# evpnd_conf NEIGHBOR [DF]: NEIGHBOR and DF are what goes into the braces
evpnd_conf() {
	cat >"$TMP/evpnd.yaml" <<-END
		router-id: 192.0.2.1
		keep-all-routes: yes
		as: 65000
		${EVPND_TOP:-}
		startup-delay: 1s
		enforcement: optional
		peers:
		  - {address: ${ADDRESS:-192.0.2.2}, remote-as: ${REMOTE_AS:-65000}, connect-retry: 500ms${1:+, $1}}
		vrfs:
		  - {name: red, route-targets: {import: ["65000:1"], export: ["65000:1", "65000:100"]}}
		segments:
		  - name: ce1
		    interface: ce0
		    esi: $ESI
		    mode: ${MODE:-single-active}
		    vlans: [${VLANS:-100}]
		    ad-per-evi: ${PER_EVI:-no}
		    df: {algorithm: preference, preference: ${PREFERENCE:-200}, wait: 0s${2:+, $2}}
	END
}

evpnd_start() {
	ip netns exec "$DUT" "$BUILD/evpnd" -n "$DUT" -c "$TMP/evpnd.yaml" >>"$TMP/evpnd.log" 2>&1 &
	EVPND_PID=$!
	within 5 ctl peer show
}

evpnd_stop() {
	[ -n "$EVPND_PID" ] || return 0
	kill "$EVPND_PID" 2>/dev/null
	wait "$EVPND_PID" 2>/dev/null
	EVPND_PID=
}

ctl() { "$BUILD/evpnctl" -n "$DUT" "$@"; }

# peer_field NAME: of the only neighbour, as text
peer_field() {
	ctl -j peer show | jq -r ".peers[0].$1"
}

established() { [ "$(peer_field state)" = Established ]; }
not_established() { ! established; }
resets() { peer_field resets; }

# stays_up SECONDS: Established now and then, and never down in between
stays_up() {
	local before
	before=$(resets)
	sleep "$1"
	established && [ "$(resets)" = "$before" ]
}

# stays_down SECONDS: not once Established in that time
stays_down() {
	local i
	for ((i = 0; i < $1 * 5; i++)); do
		established && return 1
		sleep 0.2
	done
}

# peer_count TYPE: $n is how many routes of that type the neighbour advertised
peer_count() {
	n=$(ctl -j route show type "$1" |
		jq "[.routes[] | select(any(.paths[]; .peer == \"${ADDRESS:-192.0.2.2}\"))] | length")
}

has_route() {
	local n
	peer_count "$1"
	[ "$n" -ge 1 ]
}

has_no_route() { ! has_route "$@"; }

# ---- somebody else ----

PEER_PIDS=

peer_run() {
	ip netns exec "$PEER" "$@" >>"$TMP/peer.log" 2>&1 &
	PEER_PIDS="$PEER_PIDS $!"
}

peer_stop() {
	local p
	for p in $PEER_PIDS; do
		kill "$p" 2>/dev/null
	done
	for p in $PEER_PIDS; do
		wait "$p" 2>/dev/null
	done
	PEER_PIDS=
}

fresh() {
	evpnd_stop
	peer_stop
	rm -rf "${TMP:?}"/*
	unset PER_EVI VLANS ADDRESS REMOTE_AS MODE PREFERENCE EVPND_TOP
}
