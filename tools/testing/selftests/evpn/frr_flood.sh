#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Under FRR as it is: three PEs with FRR's bgpd and zebra as the only control plane, a customer on the
# first two. Nothing but evpnd and the module are added, and the bond is named. What is flooded is
# counted as in flood_filter.sh; roles are those of zebra, at every change.

NEEDS="system frr"
ALL_TESTS="
	frr_alone
	found
	one_copy
	agreement
	roles_change
	tie
	evpnd_killed
	bgpd_killed
	other_algorithm
	discovered
	differences
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=frr_lib.sh
. "$(dirname "$0")/frr_lib.sh"
begin "under FRR without a patch: one copy, no echo, zebra's roles" R1 R2 R3 R5 R6 B6 B7 E35 E37
flood_tools
frr_possible || skip "FRR is not installed"
frr_down
defer frr_down
log_info "FRR $(frr_version)"

# evpnd_up: on both PEs, with the bond named, and the roles are those of the lab
evpnd_up() {
	frr_evpnd_ensure pe1
	frr_evpnd_ensure pe2
	both df non-df
}
pref() { frr_segment "pe$1" "evpn mh es-df-pref $2"; }
changes() { fl_nl "pe$1" es-get esi=$FRR_ESI | tr ' ' '\n' | grep -E '^transitions|^role=' | xargs; }

frr_alone() {
	local i
	for i in 1 2; do
		frr_evpnd_stop pe$i
		fl_nl pe$i es-del esi=$FRR_ESI
	done >/dev/null 2>&1
	from_host 3 b
	expect "leg of PE1" ce,p1 b 100
	expect "leg of PE2" ce,p2 b 100
	from_ce 2
	expect "echo on the leg of PE1" ce,p1 b 100
	log_test "with FRR alone the customer gets two copies, and its own frames back"
}

found() {
	evpnd_up
	check_eq "$(fl_nl pe2 es-get esi=$FRR_ESI | tr ' ' '\n' | grep -E '^peers|^mode|^ifname' | sort | xargs)" \
		"ifname=bond0 mode=all-active peers=192.0.2.1" "PE2's segment"
	log_test "found by the name of the bond: ESI, peers and role are FRR's"
}

one_copy() {
	evpnd_up
	flood 1 2
	vlan_20 1 2
	log_test "with evpnd and the module: one copy, no echo, local bias"
	check_eq "$(frr_vty pe1 -c 'show bgp neighbors 127.0.0.2 json' | jq '.[].addressFamilyInfo.l2VpnEvpn.acceptedPrefixCounter')" 0 \
		"routes that evpnd originates"
	log_test "evpnd originates nothing"
}

agreement() {
	evpnd_up
	agreed
	frr_ctl pe1 check >/run/frr-check 2>&1
	check_err $? "PE1, the socket as configured: $(cat /run/frr-check)"
	log_test "evpnctl check: agreement on both PEs"
}

# The roles change places by FRR's own preference
roles_change() {
	evpnd_up
	defer pref 2 200
	pref 2 400
	both non-df df
	flood 2 1
	log_test "the roles change by evpn mh es-df-pref, and with them the filter"
}

tie() {
	evpnd_up
	defer pref 2 200
	pref 2 400
	both non-df df
	pref 2 300
	both df non-df
	log_test "a tie goes to the lowest address, as in zebra"
}

# Nothing moves, and nobody notices
evpnd_killed() {
	local before
	evpnd_up
	before=$(changes 1)
	frr_evpnd_stop pe1 KILL
	from_host 3 b
	expect "while evpnd is dead, leg of the DF" ce,p1 b 100
	expect "while evpnd is dead, leg of the non-DF" ce,p2 b 0
	frr_evpnd_start pe1
	slowwait 20 agree 1 df
	check_err $? "PE1 is '$(frr_role pe1)'"
	sleep 2
	check_eq "$(changes 1)" "$before" "PE1 before and after"
	log_test "evpnd killed and started again: no flap"
}

# bgpd is killed on the non-DF: zebra opens its filter, which is not there; the role stays
bgpd_killed() {
	local before
	evpnd_up
	before=$(changes 2)
	frr_stop pe2 bgpd KILL
	slowwait 10 sh -c "$LAB_BUILD/evpnctl -n $(fl pe2) es show | grep -q 'the session to bgpd is down'"
	check_err $? "es show does not say that bgpd is away: $(frr_ctl pe2 es show)"
	from_host 3 b
	expect "while bgpd is dead, leg of the non-DF" ce,p2 b 0
	frr_daemon pe2 bgpd
	both df non-df
	check_eq "$(changes 2)" "$before" "PE2 before and after"
	log_test "bgpd killed and started again: the role stays, and es show says why"
}

# A peer that says another algorithm: zebra stays non-DF beside it. The evpnd of PE3 says it for
# 192.0.2.33 (bgpd drops what has its own address as next hop), of a segment with the same ESI.
frr_rival() {
	fl_ip pe3 link add rival type veth peer name rivalp
	fl_ip pe3 link set rival up
	fl_ip pe3 link set rivalp up
	cat >"$(frr_dir pe3)/evpnd.yaml" <<-END
		router-id: 192.0.2.33
		as: 65000
		port: 0
		originator-address: 192.0.2.33
		startup-delay: 1s
		peers:
		  - {address: 192.0.2.3, source: 127.0.0.2, remote-as: 65000, connect-retry: 500ms}
		vrfs:
		  - {name: red, route-targets: {import: ["65000:100"], export: ["65000:100"]}}
		segments:
		  - {name: rival, interface: rival, esi: $FRR_ESI, mode: all-active, vlans: [untagged],
		     df: {algorithm: lowest-preference, preference: 100, wait: 0s}}
	END
	frr_evpnd_start pe3
}
other_algorithm() {
	evpnd_up
	frr_rival
	defer fl_ip pe3 link del rival
	both non-df non-df
	frr_agrees 1
	check_fail $? "check says agreement"
	grep -q "192.0.2.33 advertises election algorithm 3" /run/frr-check
	check_err $? "check says not that 192.0.2.33 differs: $(cat /run/frr-check)"
	frr_evpnd_stop pe3
	both df non-df
	log_test "a peer of another algorithm: non-DF, as zebra, and check names it"
}

# PE1 does not name its bond any more, and then does again: the filter stays, by reload and by restart
shown() { frr_ctl pe1 -j es show 2>/dev/null | jq -r '.segments | map("\(.name) \(.discovered)") | join(",")'; }
shows() { [ "$(shown)" = "$1" ]; }
# still SEGMENTS BEFORE: these, the roles and the filter as they were
still() {
	slowwait 20 shows "$1"
	check_err $? "PE1 shows '$(shown)' and not '$1'"
	both df non-df
	check_eq "$(changes 1)" "$2" "PE1 before and after"
	from_host 3 b
	expect "from the remote host, leg of the DF" ce,p1 b 100
	expect "from the remote host, leg of the non-DF" ce,p2 b 0
	from_ce 2
	expect "the customer's own, back on the leg of the DF" ce,p1 b 0
}
discovered() {
	local before
	evpnd_up
	before=$(changes 1)
	frr_discover_conf pe1
	frr_ctl pe1 config reload >/dev/null
	check_err $? "reload with discover: yes"
	still "bond0 true" "$before"
	frr_agrees 1
	check_err $? "PE1, discovered: $(cat /run/frr-check)"
	frr_evpnd_stop pe1 KILL
	frr_evpnd_start pe1
	still "bond0 true" "$before"
	frr_evpnd_conf pe1
	frr_ctl pe1 config reload >/dev/null
	check_err $? "reload with the bond named"
	still "ce false" "$before"
	log_test "named, discovered, started again and named again: the filter stays"
}

# A difference that somebody else makes while evpnd is not there to mend it; and a segment that is no more
differences() {
	evpnd_up
	frr_evpnd_stop pe1 KILL
	# (the peers are no part of it: since its bgpd was killed, FRR 8.4 on PE2 advertises no RT-1 per EVI,
	# and so PE1's zebra does not know it any more)
	fl_nl pe1 es-set esi=$FRR_ESI role=non-df peers= >/dev/null
	frr_agrees 1
	check_eq $? 2 "exit status of check"
	grep -q "FRR says df, the kernel has non-df" /run/frr-check
	check_err $? "check says: $(cat /run/frr-check)"
	frr_evpnd_start pe1
	slowwait 20 frr_agrees 1
	check_err $? "evpnd is back, and check says: $(cat /run/frr-check)"
	frr_segment pe2 "no evpn mh es-id"
	defer frr_segment_again pe2
	slowwait 20 sh -c "! ip netns exec $(fl pe2) $EVPN_NL es-get esi=$FRR_ESI | grep -q ifname"
	check_err $? "PE2 still enforces a segment that FRR has no more"
	frr_agrees 2
	grep -q "FRR has no segment on bond0" /run/frr-check
	check_err $? "check says: $(cat /run/frr-check)"
	log_test "evpnctl check names what differs"
}

frr_lab
tests_run
finish
