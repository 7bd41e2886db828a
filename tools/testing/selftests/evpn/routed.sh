#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The same segment as a bridge port and as a routed interface. Routed, the PEs have one anycast
# gateway address and MAC on it, and the standby PE holds the bond dormant as well, so that whoever
# routes there sees it down; nobody has said so in the configuration (standby: auto).
#
#     ce 10.1.0.1 === pe1: bond0 10.1.0.254, 44:38:39:00:01:01
#                 === pe2: bond0 10.1.0.254, 44:38:39:00:01:01

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "a routed segment with an anycast gateway" A7 A10 A13
lab --standby auto

show() { es_json "$1" | jq -r ".segments[0].\"$2\""; }
operstate() { ip -n "$(ns "$1")" -j link show bond0 | jq -r '.[0].operstate'; }
gateway() { in_ns ce ping -q -c 1 -W 1 10.1.0.254 >/dev/null 2>&1; }
gateway_mac() { ip -n "$(ns ce)" -j neigh show 10.1.0.254 | jq -r '.[0].lladdr'; }

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
check_eq "$(show pe1 standby) $(show pe2 standby)" "lacp-oos lacp-oos" "standby policy of a bridge port"
check_eq "$(operstate pe2)" UP "the standby's bond"
log_test "a bond in a bridge: lacp-oos by itself"

for p in pe1 pe2; do
	ip -n "$(ns $p)" link set bond0 nomaster
	ip -n "$(ns $p)" addr add 10.1.0.254/24 dev bond0
done
slowwait 5 eval '[ "$(show pe1 standby) $(show pe2 standby)" = "down down" ]'
check_err $? "standby policies: $(show pe1 standby), $(show pe2 standby)"
slowwait 5 settled pe1
check_err $? "the DF moved"
slowwait 5 eval '[ "$(operstate pe2)" = DORMANT ]'
check_err $? "the standby's bond is $(operstate pe2)"
check_eq "$(operstate pe1)" UP "the DF's bond"
log_test "a routed bond: the standby's is dormant, by itself"

slowwait 5 ce_uses_only 1
slowwait 5 gateway
check_err $? "no ping to the gateway"
check_eq "$(gateway_mac)" 44:38:39:00:01:01 "the gateway's MAC"
before=$(wire_other pe2.ce)
in_ns ce ping -q -c 10 -i 0.1 -W 1 10.1.0.254 >/dev/null
check_err $? "pings to the gateway were lost"
check_eq $(($(wire_other pe2.ce) - before)) 0 "answers of the standby"
log_test "the active PE alone answers for the gateway"

# The other PE takes over: to the CE it is the same gateway.
bg ce ping -i 0.05 -c 80 -W 1 10.1.0.254 >"$LAB_RUN/ping" 2>&1
pinging=$!
sleep 1
cut_cable ce pe1
wait $pinging
received=$(sed -n 's/.*transmitted, \([0-9]*\) received.*/\1/p' "$LAB_RUN/ping")
[ "${received:-0}" -ge 60 ]
check_err $? "of 80 pings to the gateway ${received:-0} were answered"
log_info "of 80 pings, 20 a second, $received were answered"
check_eq "$(gateway_mac)" 44:38:39:00:01:01 "the gateway's MAC afterwards"
slowwait 5 settled pe2
check_err $? "PE2 is not DF"
check_eq "$(operstate pe2)" UP "the new DF's bond"
log_test "after the failover it is the same gateway with the same MAC"

finish
