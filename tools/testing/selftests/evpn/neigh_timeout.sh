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

pe "$EVPN_NL" es-set esi=$ESI1 host-timeout=0 >/dev/null
say ce ce request 10.9.0.79 02:00:00:00:00:79 10.9.0.254
slowwait 3 is 0 10.9.0.79 local
sleep 5
is 0 10.9.0.79 local
check_err $? "without a timeout: $(state 0 10.9.0.79)"
log_test "0 is for ever"

finish
