#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Multicast routers beside evpnd, unmodified, on both PEs of an all-active LAG: FRR's pimd, and smcroute. Two receivers behind the CE; what arrives at them is counted. The picture is in
# tools/testing/lab/topology_l3.sh; the second receiver is a macvlan on the first one's device.

NEEDS="system frr"
ALL_TESTS="
	second_receiver
	versions
	pimd_restarted
	smcroute
	pim6d
	pe_dies
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
	slowwait 5 grep -qs joined "$out"
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
warm() { from_source "$1" 1 50; }

# One host leaves, another one stays: it loses nothing, and both routers keep the group.
second_receiver() {
	local g=239.4.1.1 first
	joins hg bond0.4 $g
	first=$JOINED
	joins h2nd mv0 $g
	slowwait 10 both_know $g
	check_err $? "$(groups)"
	warm $g
	listens h2nd mv0 $g 60
	from_source $g 6 100 &
	local stream=$!
	sleep 1
	leaves $first
	wait $stream
	leaves $LISTENS
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

# stays STAYING-HOST STAYING-DEVICE LEAVING-HOST LEAVING-DEVICE GROUP: both want it, one leaves, the other one loses nothing
stays() {
	local stream
	joins "$3" "$4" "$5"
	listens "$1" "$2" "$5" 60
	slowwait 10 both_know "$5"
	check_err $? "$(groups)"
	from_source "$5" 6 100 &
	stream=$!
	sleep 1
	leaves $JOINED
	wait $stream
	both_know "$5"
	check_err $? "after $3 has left: $(groups)"
	leaves $LISTENS
	log_info "$3 has left, $1: $(say_heard "$1")"
	all_heard "$1"
	check_err $? "$3 has left, $1: $(say_heard "$1")"
	check_eq "$(heard "$1" doubled)" 0 "datagrams that arrived twice"
}

# A host of IGMPv2 and one of v3 want the same, on one VLAN; and one wants a source and no other.
versions() {
	local g=239.4.2.1 s=232.4.2.1 pe
	in_ns h2nd sysctl -qw net.ipv4.conf.mv0.force_igmp_version=2
	defer in_ns h2nd sysctl -qw net.ipv4.conf.mv0.force_igmp_version=0
	joins hg bond0.4 $g
	slowwait 10 both_know $g
	warm $g
	leaves $JOINED
	stays hg bond0.4 h2nd mv0 $g
	stays h2nd mv0 hg bond0.4 $g
	slowwait 10 neither_knows $g
	check_err $? "the last one has left: $(groups)"
	log_test "IGMPv2 beside v3: whichever of the two leaves, the other one loses nothing"

	ip -n "$(ns host)" addr add 192.0.2.101/24 dev core0
	defer ip -n "$(ns host)" addr del 192.0.2.101/24 dev core0
	joins hg bond0.4 $s,$SOURCE
	for pe in pe1 pe2; do
		slowwait 10 eval 'pim_vty $pe "show ip igmp sources" | grep -q "$s *$SOURCE"'
		check_err $? "pimd of $pe: $(pim_vty $pe 'show ip igmp sources')"
	done
	warm $s
	from_source $s,192.0.2.101 1 50
	listens hg bond0.4 $s,$SOURCE 60
	from_source $s 2 100
	leaves $LISTENS
	leaves $JOINED
	all_heard hg
	check_err $? "source-specific: $(say_heard hg)"
	check_eq "$(heard hg doubled)" 0 "datagrams that arrived twice"
	for pe in pe1 pe2; do
		ip -n "$(ns $pe)" mroute show | grep "(192.0.2.101,$s)" | grep -q "Oifs:.*bond0.4"
		check_fail $? "$pe forwards a source that nobody wants: $(ip -n "$(ns $pe)" mroute show)"
	done
	log_test "source-specific: the one that is wanted arrives once, another one is not forwarded"
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
	listens hg bond0.4 $g 60
	from_source $g 2 100
	leaves $LISTENS
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
	listens hg bond0.4 $g 60
	from_source $g 2 100
	leaves $LISTENS
	all_heard hg
	check_err $? "smcroute: $(say_heard hg): $(cat "$LAB_RUN"/pe?/smcroute.log)"
	check_eq "$(heard hg doubled)" 0 "datagrams that arrived twice"
	leaves $JOINED
	log_test "smcroute on both PEs: one copy arrives"
}

forwards6() { ip -n "$(ns "$1")" -6 mroute show | grep "$2" | grep -q "Oifs:.*bond0.4"; }
# The same over IPv6: MLD, RT-7 of it, and pim6d.
pim6d() {
	local g=ff3e::8000:61 source=2001:db8:2::100 node df stream
	[ -x "$EVPN_FRR_ROOT$FRR_DAEMONS/pim6d" ] || { log_skip "pim6d" "this FRR was built without pim6d"; return; }
	for node in pe1 pe2; do
		pim_stop $node
		pim_start $node pim6d
	done
	for node in pe1 pe2; do
		slowwait 10 eval 'pim_vty $node "show ipv6 pim interface" | grep -q "bond0.4 *up"'
		check_err $? "pim6d of $node: $(pim_vty $node "show ipv6 pim interface")"
	done
	joins hg bond0.4 $g,$source
	slowwait 10 eval '[ "$(for p in pe1 pe2; do pe_ctl $p -j member show '$g' | jq .total; done | sort -u)" = 1 ]'
	check_err $? "not in step: $(groups)"
	for node in pe1 pe2; do
		slowwait 10 eval 'from_source $g,$source 1 20; forwards6 $node $g'
		check_err $? "$node has no route: $(ip -n "$(ns $node)" -6 mroute show); $(pim_vty $node "show ipv6 mld joins")"
	done
	listens hg bond0.4 $g,$source 60
	if df_is pe1; then df=pe1; else df=pe2; fi
	from_source $g,$source 6 200 &
	stream=$!
	sleep 2
	cut_cable ce $df
	wait $stream
	leaves $LISTENS
	leaves $JOINED
	mend_cable ce $df
	log_info "$df was cut off: $(say_heard hg)"
	[ "$(heard hg received)" -ge $(($(sent) * 3 / 4)) ]
	check_err $? "the stream has stopped: $(say_heard hg)"
	check_le "$(heard hg gap)" 4000 "milliseconds without a datagram"
	check_eq "$(heard hg doubled)" 0 "datagrams that arrived twice"
	slowwait 20 lag_up
	log_test "pim6d on both PEs: a stream of IPv6 arrives once, and goes on when the PE that forwards is cut off"
	for node in pe1 pe2; do pim_stop $node; done
}

# pims_up: pimd on both PEs, whatever a case before has left
pims_up() {
	local pe
	for pe in pe1 pe2; do
		[ -e "$(frr_dir $pe)/pimd.pid" ] || { pim_start $pe; slowwait 10 pim_up $pe; rp_set $pe; }
	done
}
# how_many PE: of the thousand groups, in its pimd
how_many() { pim_vty "$1" "show ip igmp groups" | grep -c ' 239\.5\.[0-3]\.'; }
mroutes() { ip -n "$(ns "$1")" mroute show | grep -c '192.0.2.100,239\.5\..*bond0.4'; }
all_routed() { [ "$(mroutes "$1")" = "$2" ]; }
has_all() { [ "$(how_many "$1")" = $MANY ]; }
members_local() { pe_ctl "$1" -j member show | jq '[.memberships[] | select(.state == "local" and (.group | startswith("239.5.")))] | length'; }
MANY=1000

# One PE, with all that runs on it, is gone. The other one's router had every group before, and keeps all of them.
pe_dies() {
	local dead live flows=8 g=239.5.0.0 i
	pims_up
	$NSEXEC "$(ns hg)" "$MCAST_SAY" hear bond0.4 $g 60 $flows $MANY >"$LAB_RUN/hg.heard" &
	LISTENS=$!
	slowwait 10 grep -qs joined "$LAB_RUN/hg.heard"
	slowwait 10 has_all pe1 && slowwait 10 has_all pe2
	check_err $? "of $MANY groups pimd has: pe1 $(how_many pe1), pe2 $(how_many pe2)"
	for ((i = 0; i < flows; i++)); do # the kernels ask their routers at the first datagrams
		in_ns host ping -q -c 2 -i 0.5 -t 8 -I core0 239.5.0.$i >/dev/null 2>&1 &
	done
	slowwait 10 all_routed pe1 $flows && slowwait 10 all_routed pe2 $flows
	check_err $? "routes: $(mroutes pe1) and $(mroutes pe2)"
	if df_is pe1; then dead=pe1 live=pe2; else dead=pe2 live=pe1; fi
	from_source $g 8 200 $flows &
	local stream=$!
	sleep 1
	cut_cable ce $dead
	cut_core $dead
	pe_stop $dead KILL
	pim_stop $dead KILL
	has_all $live
	check_err $? "just after $dead died: $(how_many $live) of $MANY"
	wait $stream
	slowwait 10 eval '[ "$(members_local $live)" = $MANY ]'
	check_err $? "the host was asked, and $live has heard of $MANY: $(members_local $live)"
	has_all $live
	check_err $? "after the host was asked: $(how_many $live) of $MANY"
	leaves $LISTENS
	log_info "$dead died: $(say_heard hg)"
	check_eq "$(heard hg doubled)" 0 "datagrams that arrived twice"
	# the hold time of three seconds at worst; a query interval is 125 s
	check_le "$(heard hg gap)" 5000 "milliseconds without a datagram, of the flow that was silent longest"
	[ "$(heard hg received)" -ge $(($(sent) / 2)) ]
	check_err $? "the flows have stopped: $(say_heard hg)"
	log_test "a PE dies with all that runs on it: the other one's router has $MANY groups, and $flows flows go on"
}

tests_run
finish
