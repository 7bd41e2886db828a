#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who forwards changes, or is another one in each VLAN: no frame twice in a hand-over; single-active lets
# nothing of a VLAN by at its non-DF.

NEEDS="module"
ALL_TESTS="
	handover
	single_active
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "flooded frames and the role" B6 B7 E34
flood_tools

# A hand-over at a thousand frames a second, the loser first
handover() {
	local pid sent one two twice lost
	flood_lab || skip "no lab: $(ip -V)"
	segment 1 df >/dev/null
	segment 2 non-df >/dev/null
	"$FLOOD" -n 60000 -r 1000 b "$(fl h3),eth0" "$(fl ce),p1" "$(fl ce),p2" >$FL_SEEN &
	pid=$!
	slowwait 5 grep -q ready $FL_SEEN
	sleep 1
	fl_nl pe1 es-set esi=$ESI1 role=non-df >/dev/null
	fl_nl pe2 es-set esi=$ESI1 role=df >/dev/null
	sleep 1
	kill $pid
	wait $pid
	read -r sent one two twice < <(awk '$2 == "sent" { n = $3 } $2 ~ /,p1$/ { a = $3; t += $4 }
		$2 ~ /,p2$/ { b = $3; t += $4 } END { print n, a, b, t }' $FL_SEEN)
	lost=$((sent - one - two))
	check_eq "$twice" 0 "frames that came twice"
	[ $((lost * 2)) -lt "$sent" ] && [ "$one" -gt 0 ] && [ "$two" -gt 0 ]
	check_err $? "of $sent frames $one came through PE1 and $two through PE2"
	log_info "hand-over at 1,000 a second: $lost of $sent lost, $twice twice"
	log_test "no frame comes twice in a hand-over"
}

# The non-DF of a VLAN lets nothing of it by, in either direction.
single_active() {
	local p
	FL_BRIDGE=vlan
	flood_lab || { log_skip "single-active" "no lab with a VLAN-aware bridge"; return; }
	for p in 1 2; do
		fl_nl pe$p es-new esi=$ESI1 ifname=bond0 mode=single-active role=non-df vlan-df=$((9 + p)) >/dev/null
	done
	from_host 3
	expect "VLAN 10, its DF" ce,p1 bmu 100
	expect "VLAN 10, its non-DF" ce,p2 bmu 0
	from_host 2
	expect "VLAN 10, a host at the non-DF" ce,p2 bmu 0
	from_ce 2
	expect "VLAN 10, into the non-DF" h2,eth0 b 0
	expect "VLAN 10, into the non-DF" h3,eth0 b 0
	from_ce 1
	expect "VLAN 10, into its DF" h3,eth0 b 100
	check_eq "$(fl_nl pe2 vlan-stats-get esi=$ESI1 dump | sed 's/.* vlan=/vlan=/')" \
		"vlan=10 ingress.vlan-standby=100 egress.vlan-standby=700" "by VLAN"
	log_test "single-active: everything of a VLAN stops at its non-DF"
}

tests_run
finish
