#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Hosts ask for thousands of groups, and want none of them any more: the memory that evpnd had for them, where
# they were heard and where they were wished, is the system's again.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
begin "memory that memberships took is given back" C3
LAB_NEIGHBOR_EXTRA=", send-multicast: yes"
lab --form routed --mode all-active --standby block --ce lacp --rr none --retention 1s
MCAST_SAY=$(lab_tool mcast_say) && NSEXEC=$(lab_tool nsexec) || skip "mcast_say does not build"
MANY=12000
MOST=1024 # kB that may be left: holes, tables of buckets

speaker() { pgrep -P "$(cat "$LAB_RUN/$1/pid")" -x evpnd-speaker; }
anon() { awk '/^RssAnon:/ { print $2 }' "/proc/$(speaker "$1")/status"; }
# told PE: what it has heard, has from others, and waits for
told() { pe_ctl "$1" metrics | sed -n 's/^evpn_memberships{state="\([a-z]*\)"} /\1=/p' | tr '\n' ' '; }
memberships() { told "$1" | sed -n "s/.*$2=\([0-9]*\).*/\1/p"; }
# all that either of them has heard, the other one has
in_step() {
	local heard=$(($(memberships pe1 local) + $(memberships pe2 local)))
	[ $heard -ge $MANY ] && [ $(($(memberships pe1 synced) + $(memberships pe2 synced))) -ge $heard ]
}
none() { [ "$(memberships "$1" local)$(memberships "$1" synced)$(memberships "$1" pending)" = 000 ]; }
given_back() { [ $(($(anon "$1") - BEFORE)) -le $MOST ]; }

slowwait 20 lag_up
slowwait 20 sessions_up
check_err $? "no session"
before1=$(anon pe1) before2=$(anon pe2)
"$NSEXEC" "$(ns h1)" "$MCAST_SAY" report bond0.1 239.64.0.0 $MANY 4000
slowwait 40 in_step
check_err $? "pe1: $(told pe1), pe2: $(told pe2)"
for pe in pe1 pe2; do log_info "$pe: $(anon $pe) kB with $MANY memberships; before: $([ $pe = pe1 ] && echo "$before1" || echo "$before2")"; done
log_test "$MANY groups are heard by one PE and wished at the other"

for pe in pe1 pe2; do ip -n "$(ns $pe)" link del bond0.1; done
for pe in pe1 pe2; do
	slowwait 30 none $pe
	check_err $? "$pe: $(told $pe)"
done
log_test "their sub-interface is gone, and so are they"

for pe in pe1 pe2; do
	if [ $pe = pe1 ]; then BEFORE=$before1; else BEFORE=$before2; fi
	slowwait 15 given_back $pe
	check_err $? "$pe has $(anon $pe) kB, and had $BEFORE before"
	log_info "$pe: $(anon $pe) kB"
done
log_test "the memory is given back"
finish
