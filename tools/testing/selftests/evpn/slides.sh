#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The whole of the service: a customer behind an access PE, pseudowires from there to two service PEs, an MPLS core, and a remote
# PE that speaks no EVPN. Each pseudowire pair is a segment on which nobody leads the customer: the access PE is a bridge that learns where
# the gateway is. The customer has one eBGP session with the group; the second customer, at the other access PE, has static routes, and
# the other service PE as primary. Frames are counted between the customers and a remote one.
#
#     cust1 (AS 65100) --- ape1 --+--- pw1 --- pe1 (SPE1) ---+
#                              \ /                           |
#                               X                        MPLS core --- host (SPEr, FRR) --- far
#                              / \                           |
#     cust2 ------------- ape2 --+--- pw2 --- pe2 (SPE2) ----+

NEEDS="system frr"
ALL_TESTS="
	beforehand
	drained
	pseudowire_down
	access_isolated
	pe_dies
	path_dead
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
begin "CE, access PEs, service PEs, MPLS core, remote PE: the service of the slides" D1 D2 D3 D4 D5 D7 D8 D9 D10 D11 D12 D13 D14 D15 D16 D17
[ -x /usr/lib/frr/bgpd ] && [ -x /usr/lib/frr/staticd ] || skip "FRR's daemons are not in /usr/lib/frr"
[ -e /proc/sys/net/mpls/platform_labels ] || modprobe mpls_iptunnel 2>/dev/null || skip "this kernel has no MPLS"
. "$(dirname "$0")/slides_lib.sh"

# --- what is asked -----------------------------------------------------------------------------

# D8 to D11, D17: the primary tells; the backup has routes and neighbour through its own pseudowire, which passes nothing
beforehand() {
	check_eq "$(nl_field pe2 oper $ESI1)" blocked "the backup's pseudowire"
	vrf_ip pe2 -j route show vrf red proto 77 | jq -e "[.[] | select(.dev == \"pw1\" and .gateway == \"10.6.1.1\")] | length == $PREFIXES" >/dev/null
	check_err $? "SPE2's routes by pw1: $(vrf_ip pe2 route show vrf red proto 77 | wc -l), should be $PREFIXES"
	[ -n "$(kernel_mac pe2 pw1 10.6.1.1)" ]
	check_err $? "SPE2 does not know the customer's router"
	[ "$(best pe1 203.0.113.2)" = 77 ]
	check_err $? "SPE1 has the other customer's prefix by $(best pe1 203.0.113.2)"
	session_is pe2 Established
	check_fail $? "the backup has a session with the customer"
	both_paths
	check_err $? "SPEr: $(where)"
	slowwait 5 in_ns far ping -q -c 1 -W 1 203.0.113.2 >/dev/null
	check_err $? "the second customer is not reached"
	log_test "one session, one primary for each pseudowire pair; the backup has routes and neighbour before it needs them; SPEr has both"
}

# changes_of COMMAND...: sets UPDATES, which SPEr has heard from the PEs meanwhile, and CHANGES of routes to the customer in its kernel
changes_of() {
	local before mon
	updates() { vty host "show bgp neighbors json" | jq '[.[].messageStats.updatesRecv] | add'; }
	before=$(updates)
	$NSEXEC "$(ns host)" ip monitor route >"$LAB_RUN/changes" &
	mon=$!
	"$@"
	kill $mon
	wait $mon 2>/dev/null
	UPDATES=$(($(updates) - before))
	CHANGES=$(grep -c "^\(Deleted \)\?\(203.0.113.1\|10.20.0.[0-9]*\) .*table 101" "$LAB_RUN/changes")
}

goes_to() { # PE COMMAND...
	"${@:2}" >"$LAB_RUN/out" 2>&1
	check_err $? "$*: $(cat "$LAB_RUN/out")"
	slowwait 20 way_is "$1"
	check_err $? "SPEr does not send to $1: $(where)"
	slowwait 10 reaches
	check_err $? "no way by $1: $(where)"
}

drained() {
	meanwhile "SPE1 drained" goes_to pe2 pe_ctl pe1 es drain pw1
	check_eq "$FROM $TO" "0 0" "datagrams lost from the customer and to him"
	slowwait 20 session_is pe2 Established
	check_err $? "the customer's session: $(where)"
	slowwait 20 both_paths
	check_err $? "SPE1 drained: $(where)"
	meanwhile "SPE1 is back" goes_to pe1 pe_ctl pe1 es drain pw1 undo
	check_eq "$FROM $TO" "0 0" "datagrams lost from the customer and to him when SPE1 is back"
	home
	check_err $? "SPE1 is back: $(where)"
	log_test "maintenance of SPE1: make before break, no datagram is lost, neither when it is over"
}

# at PE TEXT: when its log says so for the last time, in ms since midnight
at() { grep -F "$2" "$LAB_RUN/$1/evpnd.log" | tail -n 1 | awk '{ split($1, t, ":"); printf "%d\n", (t[1] * 3600 + t[2] * 60 + t[3]) * 1000 }'; }
session_up() { # when SPE2's bgpd had its session with the customer, likewise
	local up now
	up=$(session_up_ms pe2)
	now=$(date +%H:%M:%S.%3N | awk -F: '{ printf "%d\n", ($1 * 3600 + $2 * 60 + $3) * 1000 }')
	echo $((now - up))
}

pseudowire_down() {
	cut_pw() { goes_to pe2 ip -n "$(ns pe1)" link set pw1 down; }
	cut_and_count() { changes_of cut_pw; }
	fails_over "SPE1's pseudowire is down" $LEG_LOST cut_and_count
	log_info "SPEr heard $UPDATES updates and changed $CHANGES routes, of $PREFIXES prefixes"
	[ "$CHANGES" -le $((3 * PREFIXES)) ]
	check_err $? "SPEr changed $CHANGES routes for $PREFIXES prefixes"
	slowwait 20 session_is pe2 Established
	check_err $? "the customer's session: $(where)"
	local down df bgp
	down=$(at pe1 "segment pw1: down") df=$(at pe2 "segment pw1: this PE forwards now") bgp=$(session_up)
	log_info "pw1 down at 0, SPE2 forwards after $((df - down)) ms, the session is up after $((bgp - down)) ms"
	[ "$down" -le "$df" ] && [ "$df" -lt "$bgp" ]
	check_err $? "order: down $down, DF $df, BGP $bgp"
	slowwait 5 in_ns far ping -q -c 1 -W 1 203.0.113.2 >/dev/null
	check_err $? "the second customer is not reached"
	log_test "a pseudowire fails: withdrawn, taken over, and data flows before the session is there again"
	ip -n "$(ns pe1)" link set pw1 up
	home
	check_err $? "pw1 is up again: $(where)"
	log_test "it is up again: all is as before"
}

# D3: its pseudowires stay up, and lead nowhere
access_isolated() {
	local n
	isolate() { for n in 1 2; do ip -n "$(ns pe1)" link set acc$n "$1"; done; }
	fails_over "SPE1 isolated from the access network" $LEG_LOST goes_to pe2 isolate down
	[ "$(ip -n "$(ns pe1)" -j link show pw1 | jq '.[0].flags | index("LOWER_UP")')" != null ]
	check_err $? "pw1 is not up any more: $(ip -n "$(ns pe1)" -br link show pw1)"
	slowwait 20 session_is pe2 Established
	check_err $? "the customer's session: $(where)"
	log_test "SPE1 is isolated from the access network: SPE2 serves the customer"
	isolate up
	home
	check_err $? "SPE1 has its way back: $(where)"
	log_test "the way is back: all is as before"
}

pe_dies() {
	local n
	die() {
		cut_core pe1
		for n in 1 2; do ip -n "$(ns pe1)" link set acc$n down; done
	}
	fails_over "SPE1 dead" $CORE_LOST goes_to pe2 die
	slowwait 20 session_is pe2 Established
	check_err $? "the customer's session: $(where)"
	log_test "SPE1 dies: SPE2 serves both customers"
	for n in 1 2; do ip -n "$(ns pe1)" link set acc$n up; done
	mend_core pe1
	home
	check_err $? "SPE1 is back: $(where)"
	log_test "SPE1 is back: all is as before"
}

bfd_is() { [ "$(pe_ctl "$1" -j bfd show | jq -r '.sessions[] | select(.for == "far-end") | .state')" = "$2" ]; }

# Every port has carrier, and nothing gets through to the access PE, whose bfdd is FRR's.
path_dead() {
	local n drop="pref 1 protocol all matchall action drop"
	[ -x /usr/lib/frr/bfdd ] || { log_skip "FRR's bfdd is not in /usr/lib/frr"; return; }
	frr_begin ape1
	{
		echo bfd
		for n in 1 2; do printf ' peer 10.9.1%s.1\n  receive-interval 100\n  transmit-interval 100\n' $n; done
	} >"$(frr_dir ape1)/bfdd.conf"
	frr_start ape1 bfdd
	FAR_END=yes
	for n in 1 2; do segments $n; done
	for n in 1 2; do
		slowwait 10 bfd_is pe$n up
		check_err $? "BFD of SPE$n with the access PE: $(pe_ctl pe$n bfd show)"
	done
	home
	check_err $? "with BFD: $(where)"
	cut_path() {
		tc -n "$(ns pe1)" qdisc add dev acc1 clsact
		# shellcheck disable=SC2086
		for n in ingress egress; do tc -n "$(ns pe1)" filter add dev acc1 $n $drop; done
	}
	fails_over "the path to the access PE is dead" $LEG_LOST goes_to pe2 cut_path
	[[ "$(pe_ctl pe1 es show pw1)" == *"BFD does not hear the far end, 10.9.11.2"* ]]
	check_err $? "SPE1 says: $(pe_ctl pe1 es show pw1 | tr '\n' ' ')"
	slowwait 20 session_is pe2 Established
	check_err $? "the customer's session: $(where)"
	log_test "the path to the access PE dies, with carrier everywhere: BFD tells, and SPE2 serves the customer"
	# evpnd does not take it back by forgetting
	kill -KILL "$(cat "$LAB_RUN/pe1/pid")"
	ip -n "$(ns pe1)" addr del 10.9.11.1/24 dev acc1
	pe_start pe1
	sleep 12
	df_is 2 $ESI1
	check_err $? "SPE1's evpnd restarted: $(where)"
	# it has begun without the subnet, so over several hops
	ip -n "$(ns pe1)" addr add 10.9.11.1/24 dev acc1
	tc -n "$(ns pe1)" qdisc del dev acc1 clsact
	home
	check_err $? "the path is there again: $(where)"
	log_test "it stays so when evpnd is restarted, until the path is there again"
}

tests_run
finish
