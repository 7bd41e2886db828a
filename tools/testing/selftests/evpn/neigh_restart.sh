#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# evpnd is restarted on either PE, then killed: no neighbour is lost while it is useful, and none is
# left over.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
begin "neighbours survive a restart, and are retained for as long as configured" C46 C60 C61 C62
lab --form routed --mode all-active --standby block --ce lacp --retention 8s

slowwait 20 lag_up
check_err $? "the LAGs do not come up"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
slowwait 30 both_know_all
check_err $? "the neighbours are not on both PEs"
read -r one other < <(learner 10.1.0.1 1)
log_test "all neighbours are on both PEs; $one has learned 10.1.0.1"

# Somebody else deletes a segment and makes it again while evpnd does not look, and then it reads first what its module has
# learned since: the sockets are several, and that of neighbours was ready before.
kill -STOP "$(cat "$LAB_RUN/pe1/pid")"
ip -n "$(ns pe1)" neigh replace 10.1.0.77 lladdr 02:00:00:00:01:77 dev bond0.1 nud reachable
sleep 0.5
nl pe1 es-del esi=$ESI1 >/dev/null
nl pe1 es-new esi=$ESI1 ifname=bond0 mode=all-active role=df >/dev/null
check_err $? "the segment cannot be made again"
module_has() { nl pe1 neigh-get | grep "addr=$1 " | grep -q "state=local"; }
slowwait 5 module_has 10.1.0.77
check_err $? "the module does not learn it again: $(nl pe1 neigh-get | head -n 20)"
kill -CONT "$(cat "$LAB_RUN/pe1/pid")"
slowwait 5 state_of pe1 10.1.0.77 1 local
check_err $? "evpnd says of it '$(neigh_of pe1 10.1.0.77 1 state)'"
slowwait 5 state_of pe2 10.1.0.77 1 synced
check_err $? "PE2 says of it '$(neigh_of pe2 10.1.0.77 1 state)'"
ip -n "$(ns pe1)" neigh del 10.1.0.77 dev bond0.1
all_speak
slowwait 30 both_know_all
check_err $? "the neighbours are not on both PEs again"
read -r one other < <(learner 10.1.0.1 1)
log_test "a segment was deleted and made again while evpnd did not look: its neighbours are known"

l3_via "${other#pe}"
# the PE that was told
l3_ping red 1 4 -q -i 0.1 -c 60 -W 1 >"$LAB_RUN/ping4" &
ping=$!
pe_stop "$other"
kernel_neigh "$other" bond0.1 10.1.0.1 | grep -q extern_learn
check_err $? "without evpnd the entry is gone"
pe_start "$other"
slowwait 15 state_of "$other" 10.1.0.1 1 synced
check_err $? "after the restart it is $(neigh_of "$other" 10.1.0.1 1 state)"
wait $ping
grep -q " 0% packet loss" "$LAB_RUN/ping4"
check_err $? "lost: $(grep loss "$LAB_RUN/ping4")"
log_test "evpnd restarted on the PE that was told: no packet lost"

# the PE that has learned
l3_ping red 1 4 -q -i 0.1 -c 60 -W 1 >"$LAB_RUN/ping4" &
ping=$!
pe_stop "$one"
slowwait 6 state_of "$other" 10.1.0.1 1 retained
check_err $? "while $one is away it is $(neigh_of "$other" 10.1.0.1 1 state)"
pe_start "$one"
slowwait 15 state_of "$other" 10.1.0.1 1 synced
check_err $? "after the restart it is $(neigh_of "$other" 10.1.0.1 1 state)"
wait $ping
grep -q " 0% packet loss" "$LAB_RUN/ping4"
check_err $? "lost: $(grep loss "$LAB_RUN/ping4")"
log_test "evpnd restarted on the PE that has learned: retained meanwhile, no packet lost"

# killed for good: retained, probed, then gone. The CE answers the probes to the other PE.
dev=bond0.1
tc -n "$(ns "$other")" qdisc add dev $dev clsact
tc -n "$(ns "$other")" filter add dev $dev egress pref 1 protocol arp matchall action ok
kill -KILL "$(cat "$LAB_RUN/$one/pid")"
rm -f "$LAB_RUN/$one/pid"
slowwait 8 state_of "$other" 10.1.0.1 1 retained
check_err $? "after the hold time it is $(neigh_of "$other" 10.1.0.1 1 state)"
slowwait 25 no_neigh "$other" $dev 10.1.0.1
check_err $? "after its retention it is still there: $(kernel_neigh "$other" $dev 10.1.0.1)"
probes=$(tc -n "$(ns "$other")" -s -j filter show dev $dev egress |
	jq '[.[].options? | .actions? // [] | .[].stats.packets] | add // 0')
[ "${probes:-0}" -ge 1 ]
check_err $? "it was not probed"
log_test "evpnd killed on the PE that has learned: retained, probed ($probes ARP requests), then gone"

pe_start "$one"
slowwait 20 sessions_up
slowwait 15 state_of "$other" 10.1.0.1 1 synced
check_err $? "when $one is back it is $(neigh_of "$other" 10.1.0.1 1 state)"
log_test "and synchronised again when it comes back"

# a host that left while evpnd was away is not left over
pe_stop "$other"
ip -n "$(ns h1)" link set bond0.1 down
ip -n "$(ns "$one")" neigh flush dev bond0.1
sleep 1
pe_start "$other"
slowwait 25 no_neigh "$other" bond0.1 10.1.0.1
check_err $? "left over: $(kernel_neigh "$other" bond0.1 10.1.0.1)"
log_test "a host that left meanwhile is not left over"

finish
