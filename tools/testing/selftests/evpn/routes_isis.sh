#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A customer that speaks IS-IS, over a port-active LAG. isisd is configured alike on both PEs, but for the system id; that
# of the standby hears nothing until its port is the active one. What the active PE has learned is in the standby's VRF
# beforehand, so that data flows after a takeover while IS-IS is still down.
#
# Not over an all-active LAG: IS-IS is no IP, and Linux' bonding chooses the port of such a frame by its length too,
# so that hellos go to one PE and what they announce to another one.
#
#     h1 (CE: zebra, isisd) --- VLAN 1 of the LAG --- pe1, pe2 (VRF red: zebra, isisd)

NEEDS="system frr"
ALL_TESTS="
	beforehand
	takeover
	restored
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
begin "IS-IS with the active PE, and its routes on the standby before it has the adjacency" C4 C13 C17 A28 D10 D15
[ -x /usr/lib/frr/isisd ] || skip "FRR's isisd is not in /usr/lib/frr"
PREFIXES=1000
LAB_VRF_EXTRA=", prefixes: {learn: [isis]}"
lab --form routed --rr none --mode port-active --standby lacp-oos --ce lacp --retention 60s

isis_conf() { # NODE NUMBER VRF REDISTRIBUTED
	cat >"$(frr_dir "$1")/isisd.conf" <<-END
		interface bond0.1
		 ip router isis red
		 ipv6 router isis red
		 isis hello-interval 5
		 isis hello-multiplier 3
		 no isis hello padding
		router isis red $3
		 net 49.0001.0000.0000.000$2.00
		 is-type level-1
		 metric-style wide
		 lsp-gen-interval 1
		 spf-interval 1
		 $4
	END
}
for n in h1 pe1 pe2; do frr_begin $n; done
isis_conf h1 3 "" $'redistribute ipv4 kernel level-1\n redistribute ipv4 connected level-1\n redistribute ipv6 kernel level-1\n redistribute ipv6 connected level-1'
isis_conf pe1 1 "vrf red" ""
isis_conf pe2 2 "vrf red" ""
customer_has $PREFIXES
slowwait 25 ce_uses_only 1
check_err $? "the CE does not use PE1 alone: $(ce_ports ce)"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
for n in pe1 pe2 h1; do frr_start $n isisd; done

adjacency() { vty "$1" "show isis vrf red neighbor" | awk '/bond0.1/ { print $4 }'; }
is_up() { [ "$(adjacency "$1")" = Up ]; }
N4=$((PREFIXES + 1)) N6=$((PREFIXES + 1))
# learned PE, in_step PE
learned() { routes_are "$1" red isis $N4 && routes_are "$1" red isis $N6 -6; }
in_step() { ours_are "$1" $N4 && ours_are "$1" $N6 -6; }
counts() { local p; for p in pe1 pe2; do echo "$p: IS-IS $(adjacency $p), $(n_routes $p red isis) and $(n_routes $p red isis -6) routes, of evpnd $(n_ours $p) and $(n_ours $p -6)"; done; }

beforehand() {
	slowwait 40 learned pe1
	check_err $? "not all are learned: $(counts)"
	slowwait 10 in_step pe2
	check_err $? "not all are on the standby: $(counts)"
	is_up pe2
	check_fail $? "the standby has an adjacency"
	check_eq "$(n_ours pe1) $(n_ours pe1 -6) $(n_advertised pe2)" "0 0 0" "routes of evpnd on the active PE, prefixes that the standby advertises"
	host_via 1
	passes
	check_err $? "by way of PE1: $(ping_loss)"
	log_test "the adjacency is with the active PE; the standby's isisd waits, and it has all $N4 and $N6 routes"
}

takeover() {
	host_via 2
	hold pe2 bond0.1 isis
	check_err $? "PE2's hellos cannot be held"
	cut_cable ce pe1
	slowwait 10 ce_uses ce pe2
	check_err $? "the CE does not use PE2: $(ce_ports ce)"
	passes
	check_err $? "by way of PE2: $(ping_loss)"
	is_up pe2
	check_fail $? "the adjacency is up, although PE2's hellos are held"
	check_eq "$(n_routes pe2 red isis) $(n_routes pe2 red isis -6)" "0 0" "routes of PE2's isisd when data flows"
	log_test "cut off from PE1: data flows by way of PE2, which has no adjacency yet"

	let_go pe2 bond0.1
	slowwait 40 learned pe2
	check_err $? "PE2 has not learned all: $(counts)"
	check_eq "$(best pe2 203.0.113.1) $(best pe2 2001:db8:c0::1 -6)" "isis isis" "protocols of the routes that the kernel takes"
	passes
	check_err $? "$(ping_loss)"
	log_test "the adjacency comes up with PE2, and its routes take over"
}

restored() {
	mend_cable ce pe1
	slowwait 25 ce_uses_only 1
	check_err $? "the CE does not use PE1 alone: $(ce_ports ce)"
	slowwait 60 in_step pe2
	check_err $? "on the standby again: $(counts)"
	slowwait 40 learned pe1
	check_err $? "on the active one again: $(counts)"
	log_test "mended, the active PE learns, and the standby has it from there"
}

tests_run
finish
