#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Multicast routers beside evpnd, unmodified, on both PEs of an all-active LAG: FRR's pimd, and smcroute. Two receivers behind the CE; what arrives at them is counted. The picture is in
# tools/testing/lab/topology_l3.sh; the second receiver is a macvlan on the first one's device.

NEEDS="system frr"
ALL_TESTS="
	second_receiver
	pimd_restarted
	smcroute
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
begin "pimd and smcroute, and what arrives" C3 C16 C51 C54
. "$(dirname "$0")/member_lib.sh"
lab --form routed --mode all-active --standby block --ce lacp --rr none --retention 8s
MCAST_SAY=$(lab_tool mcast_say) && NSEXEC=$(lab_tool nsexec) || skip "mcast_say does not build"
slowwait 20 lag_up && slowwait 20 sessions_up
check_err $? "the lab does not come up"

# The PE is its own RP: the source is on its core0, so that (*,G) needs nobody else.
pim_config_extra() { echo "ip pim rp 192.0.2.${1#pe} 239.0.0.0/8"; }
rp_set() { frr_vty "$1" -c "configure terminal" -c "$(pim_config_extra "$1")" >/dev/null; }
routers_up
rp_set pe1
rp_set pe2
slowwait 10 pim_up pe1 && slowwait 10 pim_up pe2
check_err $? "pimd does not come up"

# the second receiver: $(ns h2nd), device mv0
ip netns add "$(ns h2nd)"
defer ip netns del "$(ns h2nd)"
ip -n "$(ns hg)" link add link bond0.4 name mv0 type macvlan mode bridge
ip -n "$(ns hg)" link set mv0 netns "$(ns h2nd)"
ip -n "$(ns h2nd)" link set lo up
ip -n "$(ns h2nd)" link set mv0 up
ip -n "$(ns h2nd)" addr add "$(l3_address 4 2 4)/24" dev mv0

# joins NODE DEVICE GROUP...: in the background; its number in $JOINED
joins() {
	local out=$LAB_RUN/joined
	$NSEXEC "$(ns "$1")" "$MCAST_SAY" join "${@:2}" >"$out" &
	JOINED=$!
	slowwait 5 grep -q joined "$out"
	check_err $? "$1 has not joined"
	defer leaves $JOINED
}
leaves() { kill "$1" && wait "$1"; } 2>/dev/null
# listens NODE DEVICE GROUP[,SOURCE] SECONDS: what it counts is in $LAB_RUN/NODE
listens() {
	$NSEXEC "$(ns "$1")" "$MCAST_SAY" hear "$2" "$3" "$4" >"$LAB_RUN/$1.heard" &
	LISTENS=$!
	slowwait 5 grep -qs joined "$LAB_RUN/$1.heard"
	check_err $? "$1 has not joined"
}
heard() { sed -n "s/.*$2=\([0-9]*\).*/\1/p" "$LAB_RUN/$1.heard"; }
sent() { sed -n "s/sent=//p" "$LAB_RUN/sent"; }
# all_heard NODE: what was sent has arrived, but for what was on its way when it began or ended
all_heard() { [ "$(heard "$1" received)" -ge $(($(sent) * 9 / 10)) ] && [ "$(sent)" -gt 20 ]; }
say_heard() { echo "of $(sent) $(tail -n 1 "$LAB_RUN/$1.heard")"; }
from_source() { $NSEXEC "$(ns host)" "$MCAST_SAY" stream core0 "$@" >"$LAB_RUN/sent"; }
knows() { pim_vty "$1" "show ip igmp groups" | grep -q "$2 "; }
both_know() { knows pe1 "$1" && knows pe2 "$1"; }
neither_knows() {
	local pe
	for pe in pe1 pe2; do ! pim_vty $pe "show ip igmp groups" | grep -qF "$1" || return; done
}
groups() { for pe in pe1 pe2; do echo "$pe: $(pim_vty $pe "show ip igmp groups"); $(pe_ctl $pe member show)"; done; }
# warm GROUP: the kernels ask their routers at the first datagrams, which are lost
warm() { from_source "$1" 2 50; }

# One host leaves, another one stays: it loses nothing, and both routers keep the group.
second_receiver() {
	local g=239.4.1.1 first
	joins hg bond0.4 $g
	first=$JOINED
	joins h2nd mv0 $g
	slowwait 10 both_know $g
	check_err $? "$(groups)"
	warm $g
	listens h2nd mv0 $g 12
	from_source $g 10 100 &
	local stream=$!
	sleep 3
	leaves $first
	wait $stream $LISTENS
	log_info "$(say_heard h2nd)"
	all_heard h2nd
	check_err $? "$(say_heard h2nd)"
	check_eq "$(heard h2nd doubled)" 0 "datagrams that arrived twice"
	both_know $g
	check_err $? "after the leave: $(groups)"
	leaves $JOINED
	slowwait 10 neither_knows $g
	check_err $? "the last one has left: $(groups)"
	log_test "a second receiver keeps the group after the first one has left, and loses nothing"
}

# pimd starts anew on the PE to which no host has spoken: it asks, and the module answers.
pimd_restarted() {
	local g=239.4.3.1 other start
	joins hg bond0.4 $g
	slowwait 10 both_know $g
	check_err $? "$(groups)"
	other=pe1
	[ "$(pe_ctl pe1 -j member show $g | jq -r '.memberships[0].state')" = synced ] || other=pe2
	pim_stop $other
	pim_start $other
	slowwait 10 pim_up $other
	start=$(mono_ms)
	rp_set $other
	slowwait 5 knows $other $g
	check_err $? "pimd of $other does not know it again: $(groups)"
	log_info "known again after at most $(($(mono_ms) - start)) ms"
	warm $g
	listens hg bond0.4 $g 4
	from_source $g 2 100
	wait $LISTENS
	all_heard hg
	check_err $? "afterwards: $(say_heard hg)"
	check_eq "$(heard hg doubled)" 0 "datagrams that arrived twice"
	leaves $JOINED
	log_test "pimd is restarted, and knows at once the groups that the other PE has heard"
}

# smcroute forwards what it is told, whoever wants it: one copy, of the DF.
smcroute() {
	local g=239.4.5.1
	command -v smcrouted >/dev/null || { log_skip "smcroute" "it is not installed"; return; }
	for pe in pe1 pe2; do
		pim_stop $pe
		cat >"$LAB_RUN/$pe/smcroute.conf" <<-END
			phyint core0 enable
			phyint bond0.4 enable
			mroute from core0 source $SOURCE group $g to bond0.4
		END
		$NSEXEC "$(ns $pe)" smcrouted -n -N -I "smc-$pe" -f "$LAB_RUN/$pe/smcroute.conf" -P "$LAB_RUN/$pe/smcroute.pid" >"$LAB_RUN/$pe/smcroute.log" 2>&1 &
		defer kill $!
	done
	slowwait 10 eval 'for p in pe1 pe2; do ip -n "$(ns $p)" mroute show | grep -q "'$g'" || exit 1; done'
	sleep 1
	joins h2nd mv0 $g
	slowwait 5 eval '[ "$(for p in pe1 pe2; do pe_ctl $p -j member show '$g' | jq .total; done | sort -u)" = 1 ]'
	check_err $? "not in step: $(pe_ctl pe1 member show; pe_ctl pe2 member show)"
	listens hg bond0.4 $g 4
	from_source $g 2 100
	wait $LISTENS
	all_heard hg
	check_err $? "smcroute: $(say_heard hg): $(cat "$LAB_RUN"/pe?/smcroute.log)"
	check_eq "$(heard hg doubled)" 0 "datagrams that arrived twice"
	leaves $JOINED
	log_test "smcroute on both PEs: one copy arrives"
}

tests_run
finish
