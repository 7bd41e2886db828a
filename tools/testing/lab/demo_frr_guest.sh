#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The part of `make demo-frr` that runs in the guest: FRR as it is, on three PEs; what a customer on two
# of them gets of a hundred broadcasts, without evpnd and with it.
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/topology_frr.sh"

[ -n "${EVPN_DEMO_COLOR:-}" ] && BOLD=$'\033[1m' DIM=$'\033[2m' RED=$'\033[31m' GREEN=$'\033[32m' OFF=$'\033[0m' || BOLD= DIM= RED= GREEN= OFF=
NUMBER=100
SEEN=/run/demo-frr-seen

say() { printf '%s\n' "$*"; }

picture() {
	cat <<-END
	        ce        a bond, a cable to pe1 and one to pe2
	       /  \\
	  h1-pe1  pe2-h2  FRR: bgpd and zebra with "evpn mh"; evpnd and evpn.ko come second
	       \\  /
	       core
	        |
	       pe3-h3     FRR, no segment

	END
}

# sent FROM TO...: NODE,DEVICE each; how many of the broadcasts arrive
sent() {
	local at=$1 p places=
	shift
	for p in "$@"; do places="$places $(fl "${p%,*}"),${p#*,}"; done
	# shellcheck disable=SC2086
	"$FLOOD" -n $NUMBER ${TAG:-} b "$(fl "${at%,*}"),${at#*,}" $places >$SEEN
}
got() { awk -v p="$(fl "${1%,*}"),${1#*,}" '$1 == "b" && $2 == p { print $3 }' $SEEN; }

# row TEXT IS SHOULD
row() {
	local paint=$GREEN
	[ "$2" = "$3" ] || paint=$RED
	printf '    %-58s %s%4s%s  (should be %s)\n' "$1" "$paint" "$2" "$OFF" "$3"
}

count() {
	TAG= sent h3,eth0 ce,p1 ce,p2
	row "$NUMBER broadcasts of h3, copies that reach the customer" $(($(got ce,p1) + $(got ce,p2))) $NUMBER
	TAG="-t 10 -s 02:00:00:00:0c:0e" sent ce,p2 ce,p1 h1,eth0
	row "$NUMBER broadcasts of the customer to pe2, back to it by pe1" "$(got ce,p1)" 0
	row "the same, at the host behind pe1" "$(got h1,eth0)" $NUMBER
	echo
}

run() { # PE WORD...: an evpnctl command, as an operator would see it
	local pe=$1
	shift
	printf '%s%s# evpnctl %s%s\n' "$BOLD" "$pe" "$*" "$OFF"
	frr_ctl "$pe" "$@" | cut -c 1-160
	echo
}

agreed() { frr_ctl pe1 check >/dev/null 2>&1 && frr_ctl pe2 check >/dev/null 2>&1; }

lab_defaults
frr_possible || lab_skip "FRR is not installed"
FLOOD=$(lab_tool flood) || lab_fail "flood does not build"
printf '\n%sThe lab%s, in a guest with Linux %s and FRR %s\n\n' "$BOLD" "$OFF" "$(uname -r)" \
	"$("$FRR_DAEMONS/zebra" -v | sed -n 's/.*version //p')"
picture
frr_down
frr_up || lab_fail "no lab"
lab_until 90 frr_settled || lab_fail "FRR does not settle"
lab_until 20 in_fl pe3 ping -q -c 1 -W 1 192.0.2.1 >/dev/null
lab_until 20 in_fl pe3 ping -q -c 1 -W 1 192.0.2.2 >/dev/null
say "FRR has elected: pe1 is $(frr_says pe1), pe2 is $(frr_says pe2). Its filters are not in the kernel:"
echo
count
say "${BOLD}What is added on pe1 and pe2$OFF (/etc/evpn/evpnd.yaml, all of it)"
echo
frr_evpnd_conf pe1
frr_evpnd_conf pe2
sed 's/^/    /' "$(frr_dir pe1)/evpnd.yaml"
echo
frr_evpnd_start pe1
frr_evpnd_start pe2
lab_until 60 agreed || lab_fail "$(frr_ctl pe1 check; frr_ctl pe2 check)"
run pe2 es show
run pe2 check
say "The same frames, with evpnd and evpn.ko:"
echo
count
say "FRR's preference of pe2 becomes the higher one (evpn mh es-df-pref 400) ..."
frr_vty pe2 -c "configure terminal" -c "interface bond0" -c "evpn mh es-df-pref 400"
moved() { [ "$(frr_role pe2)" = df ] && [ "$(frr_role pe1)" = non-df ]; }
lab_until 30 moved || lab_fail "the roles do not move"
lab_until 30 agreed
echo
run pe2 check
frr_down
exit 0
