#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A host dies, its link stays up, and traffic for it comes by the PE that has it from the other one. That PE
# hears no answer and says so, the one that has learned the host asks it, and both forget it, long before
# host-timeout.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
begin "a host that is dead is forgotten by both PEs" C30 C46
lab --form routed --mode all-active --standby block --ce lacp --evpnd no --retention 2s

slowwait 20 lag_up
check_err $? "the LAGs do not come up"
for pe in pe1 pe2; do
	pe_start $pe
done
slowwait 20 sessions_up
check_err $? "no session"
all_speak
slowwait 30 both_know_all
check_err $? "not on both PEs: $(ip -n "$(ns pe1)" neigh show; echo; ip -n "$(ns pe2)" neigh show)"
read -r one other < <(learner 10.1.0.1 1)

# metric PE NAME
metric() { pe_ctl "$1" metrics | sed -n "s/^$2 //p"; }
# of the host that dies, by way of the PE that has not learned it
gone_from_both() {
	l3_ping red 1 4 -q -c 3 -i 0.3 -W 1 >/dev/null
	no_neigh "$one" bond0.1 10.1.0.1 && no_neigh "$other" bond0.1 10.1.0.1
}
no_route() { [ "$(pe_ctl "$other" -j route show type 2 | jq '[.. | .route? // empty | select(contains("10.1.0.1]"))] | length')" = 0 ]; }

# The learner does not find out by itself, by what it has sent there just before.
in_ns "$one" sysctl -qw net.ipv4.neigh.bond0/1.delay_first_probe_time=600
is_probing() { kernel_neigh "$one" bond0.1 10.1.0.1 | grep -q PROBE; }
l3_via "${other#pe}"
slowwait 10 eval '! is_probing'
ip -n "$(ns h1)" -br link | awk '$1 != "lo" { sub("@.*", "", $1); print $1 }' |
	while read -r dev; do ip -n "$(ns h1)" link set "$dev" down; done
slowwait 90 gone_from_both
check_err $? "$one: $(kernel_neigh "$one" bond0.1 10.1.0.1); $other: $(kernel_neigh "$other" bond0.1 10.1.0.1)"
slowwait 10 no_route
check_err $? "its route stays: $(pe_ctl "$other" route show type 2 | grep 10.1.0.1)"
[ "$(metric "$one" evpn_neighbor_asks_heard_total)" -ge 1 ]
check_err $? "$one was told nothing"
[ "$(metric "$other" evpn_neighbor_asks_sent_total)" -ge 1 ]
check_err $? "$other has said nothing"
log_test "the learner is told to ask, and both forget a dead host while traffic for it goes on"

# the entry is gone from the tables of evpnd, too
state=$(neigh_of "$other" 10.1.0.1 1 state)
check_eq "${state:-none}" none "what evpnd on $other has of it"
log_test "and nothing is left of it in evpnd"

finish
