# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A neighbour that sends octets nobody should send, and octets few can read. Sourced.

raw_start() {
	fresh
	evpnd_conf "passive: yes"
	evpnd_start
}

# raw CASE EXPECTED: what the neighbour saw at the end
raw() {
	local got
	got=$(peer "$HERE/raw.py" "$1" 2>&1)
	[ "$got" = "$2" ] && return 0
	echo "the neighbor saw: $got; expected: $2"
	return 1
}

# raw_stays CASE COMMAND...: with the session up and all of CASE heard
raw_stays() {
	local r hold
	mkfifo "$TMP/raw.in"
	: >"$TMP/raw.out"
	peer "$HERE/raw.py" "$1" stay <"$TMP/raw.in" >"$TMP/raw.out" 2>&1 &
	exec {hold}>"$TMP/raw.in"
	within 60 test -s "$TMP/raw.out"
	"${@:2}"
	r=$?
	exec {hold}>&-
	wait $!
	rm "$TMP/raw.in"
	[ "$(cat "$TMP/raw.out")" = up ] || { cat "$TMP/raw.out"; return 1; }
	return $r
}

# raw_routes CASE TYPE N: so many routes of that type while the session is up
raw_routes() { raw_stays "$1" raw_count "$2" "$3"; }

raw_count() {
	local n
	peer_count "$1"
	[ "$n" = "$2" ] || { echo "$n routes of type $1, expected $2"; return 1; }
}

raw_cases() {
	raw_start
	check "raw: an RT-4 as FRR sends it" raw_routes es 4 1
	check "raw: an RT-2 with a VNI" raw_routes mac 2 1
	check "raw: MP_REACH as the last attribute" raw_routes mp-last 4 1
	check "raw: attributes out of order, extended length" raw_routes odd-order 4 1
	check "raw: route types 6, 8 (old layout), 9 and 200: the session stays" raw unknown-types up
	check "raw: among them an RT-4 that is used" raw_routes unknown-types 4 1
	check "raw: an unknown attribute" raw_routes unknown-attribute 4 1
	check "raw: RT-4 with MAX-ESI is left out, the other one stays" raw_routes max-esi 4 1
	check "raw: malformed extended communities: treated as withdrawn" raw_routes bad-extcomm 4 0
	check "raw: no ORIGIN: treated as withdrawn" raw_routes no-origin 4 0
	check "raw: the log says why" treated_in_log
	check "raw: a route that overruns its attribute" raw_notified overrun 3
	check "raw: MP_REACH twice" raw_notified two-reach 3
	check "raw: message type 9" raw bad-type "notification 1/3"
	check "raw: length 18" raw bad-length "notification 1/2"
	check "raw: route refresh is answered between BoRR and EoRR" raw refresh-request "up [1, 2]"
	check "raw: an unknown refresh subtype is ignored" raw refresh-unknown-subtype up
	check "raw: a refresh for another family is ignored" raw refresh-other-family up
	check "raw: an empty UPDATE" raw empty-update up
	check "raw: a thousand KEEPALIVEs" raw keepalive-burst up
	check "raw: an UPDATE in segments of one octet" raw_routes one-octet-at-a-time 4 1
	check "raw: evpnd is alive and well" ctl peer show
	fresh
	evpnd_conf "gtsm-hops: 1, passive: yes"
	evpnd_start
	check "raw: GTSM, the neighbor sends with TTL 64: nothing it says is heard" raw_gtsm_far
	peer sysctl -q net.ipv4.ip_default_ttl=255
	check "raw: GTSM, the neighbor sends with TTL 255" raw_routes es 4 1
	peer sysctl -q net.ipv4.ip_default_ttl=64
	fresh
	evpnd_conf
	evpnd_start
	check "raw: nobody listens: last-error says so, the log says it once" raw_nobody
}

raw_notified() {
	peer "$HERE/raw.py" "$1" 2>&1 | grep -q "^notification $2/"
}

raw_gtsm_far() {
	peer "$HERE/raw.py" es far >"$TMP/raw.out" 2>&1 &
	local pid=$!
	stays_down 2
	local r=$?
	kill $pid
	wait $pid 2>/dev/null
	[ ! -s "$TMP/raw.out" ] && return $r
}

raw_nobody() {
	within 5 raw_refused || return 1
	sleep 3 # half a dozen attempts
	[ "$(grep -c "connect: Connection refused" "$TMP/evpnd.log")" = 1 ]
}

raw_refused() { peer_field '"last-error"' | grep -q "connect: Connection refused"; }

treated_in_log() { grep -q "UPDATE: .*(withdraw)" "$TMP/evpnd.log"; }
