#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A host that is gone for good leaves, although its link stays up and nothing here sends to it: it is
# asked before its time is over. One that answers stays.

NEEDS="module fast"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=neigh_lib.sh
. "$(dirname "$0")/neigh_lib.sh"
begin "the end of a silent host" C30 C46
neigh_lab

check_eq "$(pe "$EVPN_NL" es-get esi=$ESI1 | tr ' ' '\n' | sed -n 's/^host-timeout=//p')" 1080000 "default, ms"
pe "$EVPN_NL" es-set esi=$ESI1 host-timeout=86400001 2>&1 | grep -q "a host timeout of 86400001 ms is above 86400000"
check_err $? "a day and more: $(pe "$EVPN_NL" es-set esi=$ESI1 host-timeout=86400001 2>&1)"
log_test "18 minutes unless said otherwise, at most a day"

# Hosts that speak once; their entries are STALE then, and nobody uses them.
say ce ce request 10.9.0.1 02:00:00:00:00:01 10.9.0.254
say ce ce request 10.9.0.77 02:00:00:00:00:77 10.9.0.254
slowwait 3 is 0 10.9.0.1 local
check_err $? "the host that lives: $(state 0 10.9.0.1)"
slowwait 3 is 0 10.9.0.77 local
check_err $? "the host that dies: $(state 0 10.9.0.77)"
pe_ip neigh replace 10.9.0.88 lladdr 02:00:00:00:00:88 dev bond0 nud permanent
slowwait 3 is 0 10.9.0.88 local
check_err $? "the configured host: $(state 0 10.9.0.88)"
pe "$EVPN_NL" es-set esi=$ESI1 host-timeout=4000 >/dev/null
slowwait 10 gone 0 10.9.0.77
check_err $? "nobody answers for it: $(state 0 10.9.0.77), $(kernel bond0 10.9.0.77)"
log_test "a host that does not answer is forgotten, in its time"

is 0 10.9.0.1 local
check_err $? "the host that answers: $(state 0 10.9.0.1)"
[[ "$(kernel bond0 10.9.0.1)" == *REACHABLE* || "$(kernel bond0 10.9.0.1)" == *STALE* ]]
check_err $? "its entry: $(kernel bond0 10.9.0.1)"
is 0 10.9.0.88 local
check_err $? "the configured host: $(state 0 10.9.0.88)"
log_test "one that answers stays, and one that was configured"

# The other PE says that it has it: what is forgotten here is held for it.
say ce ce request 10.9.0.78 02:00:00:00:00:78 10.9.0.254
slowwait 3 is 0 10.9.0.78 local
wish tag=0 addr=10.9.0.78 mac=02:00:00:00:00:78 >/dev/null
slowwait 10 is 0 10.9.0.78 synced
check_err $? "after its time, wished for: $(state 0 10.9.0.78)"
log_test "a host that another PE has is synchronized from then on"

# Another PE hears no answer of a host: who has learned it is told to ask, long before its time is over.
pe "$EVPN_NL" es-set esi=$ESI1 host-timeout=1080000 >/dev/null
for n in 1 80 81; do
	say ce ce request 10.9.0.$n 02:00:00:00:00:$(printf %02d $n) 10.9.0.254
	slowwait 3 is 0 10.9.0.$n local
	check_err $? "10.9.0.$n: $(state 0 10.9.0.$n)"
done
neigh ask esi=$ESI1 tag=0 addr=10.9.0.1 >/dev/null
check_err $? "asking refused"
neigh ask esi=$ESI1 tag=0 addr=10.9.0.80 >/dev/null
neigh ask esi=$ESI1 tag=0 addr=10.9.0.88 >/dev/null
neigh ask esi=$ESI1 tag=0 addr=10.9.0.99 >/dev/null
check_err $? "one that nobody knows is an error"
slowwait 10 gone 0 10.9.0.80
check_err $? "it is dead: $(state 0 10.9.0.80), $(kernel bond0 10.9.0.80)"
for n in 1 81 88; do
	is 0 10.9.0.$n local
	check_err $? "10.9.0.$n lives, or was not asked, or is configured: $(state 0 10.9.0.$n)"
done
log_test "one that another PE does not hear is asked, and goes at once if it is dead"

# Traffic for what another PE has makes the kernel probe it, over and over: that is told.
heard_unanswered() { grep -q "unanswered" "$TMP_EVENTS"; }
TMP_EVENTS=$(mktemp)
defer rm -f "$TMP_EVENTS"
$NSEXEC "$N_PE" sysctl -qw net.ipv4.neigh.bond0.delay_first_probe_time=1
$NSEXEC "$N_PE" "$EVPN_NL" monitor 60 neigh >"$TMP_EVENTS" & # (by itself, so that it is what is ended)
listener=$!
wish tag=0 addr=10.9.0.90 mac=02:00:00:00:00:90 >/dev/null
talk() {
	pe ping -q -c 1 -W 1 10.9.0.90 >/dev/null 2>&1
	heard_unanswered
}
slowwait 30 talk
check_err $? "no word of it: $(state 0 10.9.0.90), $(kernel bond0 10.9.0.90); $(cat "$TMP_EVENTS")"
kill $listener
wait $listener 2>/dev/null
is 0 10.9.0.90 synced
check_err $? "and it stays: $(state 0 10.9.0.90)"
log_test "a synchronized host that does not answer is told"

pe "$EVPN_NL" es-set esi=$ESI1 host-timeout=0 >/dev/null
say ce ce request 10.9.0.79 02:00:00:00:00:79 10.9.0.254
slowwait 3 is 0 10.9.0.79 local
sleep 5
is 0 10.9.0.79 local
check_err $? "without a timeout: $(state 0 10.9.0.79)"
log_test "0 is for ever"

finish
