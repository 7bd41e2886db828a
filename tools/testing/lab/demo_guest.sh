#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The part of the demo that runs in the guest: raises the lab, shows the segment, cuts the cable
# under traffic; or, demo_guest.sh power, all cables of the active PE in one moment. What is measured
# is left in $EVPN_OUT for timeline.py.
. "$(dirname "$0")/lab.sh"

[ -n "${EVPN_DEMO_COLOR:-}" ] && BOLD=$'\033[1m' DIM=$'\033[2m' OFF=$'\033[0m' PAINT=-c=always || BOLD= DIM= OFF= PAINT=-c=never
RATE=100

POWER=
[ "${1:-}" = power ] && POWER=y

say() { printf '%s\n' "$*"; }
run() { # NODE WORD...: an evpnctl command and its output, as an operator would see them
	local pe=$1
	shift
	printf '%s%s# evpnctl %s%s\n' "$BOLD" "$pe" "$*" "$OFF"
	"$LAB_BUILD/evpnctl" "$PAINT" -n "$(ns "$pe")" "$@" | cut -c 1-160
	echo
}

picture() {
	cat <<-END
	        ce        one LACP bond, a cable to each PE
	       /  \\
	     pe1  pe2     evpnd + evpn.ko; port-active: one forwards, one stands by
	       \\  /
	       core --- rr (FRR's bgpd)
	        |
	       host       pinged by ce, $RATE times a second

	END
}

lab_used() { [ "$(ce_ports ce | awk '$2 == 63 { print $1 }')" = pe1 ]; }

bfd_up() { [ "$(pe_ctl pe2 -j bfd show | jq -r '.sessions[0].state')" = up ]; }

LAB_STANDBY=lacp-oos
if [ -n "$POWER" ]; then # the reflector has nothing to say for 90 seconds
	LAB_HOLD=90
	LAB_SYSTEM_EXTRA="bfd: {segments: yes, interval: 50ms}"
fi
lab_defaults
printf '\n%sThe lab%s, in a guest with Linux %s\n\n' "$BOLD" "$OFF" "$(uname -r)"
picture
lab_up
lab_until 30 lab_used || lab_fail "PE1 does not become active; see $EVPN_OUT"
lab_until 10 lab_passes || lab_fail "no ping through PE1"

run pe1 es show
if [ -n "$POWER" ]; then
	lab_until 20 bfd_up || lab_fail "BFD between the PEs does not come up"
	run pe2 bfd show
	run pe2 check
else
	run pe1 df why ce
fi
say "The CE's own view (/proc/net/bonding): port, its LACP state, its partner's"
ce_ports ce | awk '{ printf "    %s %s %s    %s\n", $1, $2, $3, $2 == 63 ? "in sync, used" : "out of sync, not used" }'
echo

BONDWATCH=$(lab_tool bondwatch) || lab_fail "bondwatch does not build"
for p in pe1 pe2; do
	pe_ctl $p -j monitor >"$EVPN_OUT/$p.json" 2>/dev/null &
done
bg core tcpdump -Z root -i any -U -s 0 --time-stamp-precision=nano -w "$EVPN_OUT/bgp.pcap" tcp port 179 2>/dev/null
"$BONDWATCH" "$(ns ce)" bond0 30 >"$EVPN_OUT/bond.log" &
lab_until 5 test -s "$EVPN_OUT/bgp.pcap"
sleep 1

CUTS="-c $(ns wire),ce.pe1 -c $(ns wire),pe1.ce"
if [ -n "$POWER" ]; then
	CUTS="-c $(ns core),pe1 $CUTS"
	say "${BOLD}Traffic in both directions, $RATE a second; then PE1 loses its power ...$OFF"
else
	say "${BOLD}Traffic in both directions, $RATE a second; then the cable to PE1 is cut ...$OFF"
fi
# shellcheck disable=SC2086
"$PROBE" -a "$(ns ce),$(address ce 1 0 4)" -b "$(ns host),$(address host 1 0 4)" -r $RATE -d 4 -t 2 \
	$CUTS -w "$EVPN_OUT/probe.log" -j >"$EVPN_OUT/probe.json"
sleep 0.3
echo
run pe2 es show
[ -z "$POWER" ] || run pe2 df why ce
cp "$LAB_RUN"/pe1/evpnd.log "$EVPN_OUT/pe1.log"
cp "$LAB_RUN"/pe2/evpnd.log "$EVPN_OUT/pe2.log"
kill $(jobs -p) 2>/dev/null
lab_down
