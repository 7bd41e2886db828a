#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Hosts behind another PE are spoken for towards the local stack: it hears reports, answers to its
# queries and leaves as if the hosts were here, and nothing of that is on the wire or heard as local.
# What the stack receives, and what is sent, is read by tcpdump; pimd is a multicast router.

NEEDS="module fast"
ALL_TESTS="
	report
	sources
	answers
	old_versions
	mld
	leave
	leave_covered
	retention
	asked_again
	asked_when_up
	asked_when_open
	left_elsewhere
	left_unheard
	untagged
	down_and_up
	bridged
	bridged_asked
	refused
	many
	pimd
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=neigh_lib.sh
. "$(dirname "$0")/neigh_lib.sh"

mcast() { $NSEXEC "$(n_ce "$1")" "$MCAST_SAY" "${@:2}"; }
nl_mcast() { pe "$EVPN_NL" mcast-"$@"; }
# wished TAG GROUP KEY=VALUE...: another PE has heard of it
wished() { nl_mcast wish-new esi=$ESI1 tag="$1" group="$2" "${@:3}" >/dev/null; }
unwished() { nl_mcast wish-del esi=$ESI1 tag="$1" group="$2" "${@:3}" >/dev/null; }
stat() { nl_mcast stats-get | tr ' ' '\n' | sed -n "s/^$1=//p"; }
is_wish() { nl_mcast wish-get esi=$ESI1 tag="$1" group="$2" 2>/dev/null | grep -q "wish=$3"; }
is_local() { nl_mcast get esi=$ESI1 tag="$1" group="$2" >/dev/null 2>&1; }

# capture DEVICE [in|out]: what the PE's stack receives there, or what leaves
capture() {
	CAPTURE=$(mktemp)
	# (without immediate mode a packet may be a second late, and one that must not come unseen)
	$NSEXEC "$N_PE" tcpdump -n -U --immediate-mode -Q "${2:-in}" -i "$1" -w "$CAPTURE" 'igmp or (ip6 and ip6[6] = 0)' 2>"$CAPTURE.err" &
	CAPTURE_PID=$!
	slowwait 5 grep -qs listening "$CAPTURE.err"
	check_err $? "no tcpdump: $(cat "$CAPTURE.err")"
	defer capture_stop $CAPTURE_PID "$CAPTURE"
}
capture_stop() { kill "$1"; wait "$1"; rm -f "$2" "$2.err"; } 2>/dev/null
# captured: one line a packet
captured() {
	tcpdump -n -vv -r "$CAPTURE" 2>/dev/null | tr -s ' \n' ' ' |
		sed 's/ \([0-9][0-9]:[0-9][0-9]:[0-9][0-9]\.\)/\n\1/g' | sed 's/^[0-9:.]* //; s/([^)]*options[^)]*)//; s/(tos[^)]*)//'
}
seen() { captured | grep -q -- "$1"; }
times() { captured | grep -c -- "$1"; }

report() {
	capture bond0.1
	wished 1 239.1.1.1 mode=exclude versions=v3
	slowwait 2 seen "10.0.0.1 > 224.0.0.22: igmp v3 report, 1 group record(s) \[gaddr 239.1.1.1 to_ex"
	check_err $? "not received: $(captured)"
	slowwait 2 is_wish 1 239.1.1.1 spoken
	check_err $? "$(nl_mcast wish-get dump)"
	# the same once more is nothing new
	wished 1 239.1.1.1 mode=exclude versions=v3 gen=5
	sleep 0.3
	check_eq "$(times 239.1.1.1)" 1 "reports"
	is_local 1 239.1.1.1 && check_err 1 "heard as local"
	unwished 1 239.1.1.1
	log_test "a wish is a report that the local stack receives, and nothing is heard as local"
}

sources() {
	capture bond0.1
	wished 1 232.1.1.1 mode=include versions=v3 source=192.0.2.7 source=192.0.2.8
	slowwait 2 seen "gaddr 232.1.1.1 allow { 192.0.2.7 192.0.2.8 }"
	check_err $? "first: $(captured)"
	wished 1 232.1.1.1 mode=include versions=v3 source=192.0.2.8 source=192.0.2.9
	slowwait 2 seen "gaddr 232.1.1.1 allow { 192.0.2.9 }.*gaddr 232.1.1.1 block { 192.0.2.7 }"
	check_err $? "another source: $(captured)"
	wished 1 232.1.1.1 mode=exclude versions=v3 source=192.0.2.9
	slowwait 2 seen "gaddr 232.1.1.1 to_ex { 192.0.2.9 }"
	check_err $? "all but one: $(captured)"
	wished 1 232.1.1.1 mode=exclude versions=v3
	slowwait 2 seen "gaddr 232.1.1.1 allow { 192.0.2.9 }.*$"
	check_err $? "all: $(captured)"
	wished 1 232.1.1.1 mode=include versions=v3 source=192.0.2.8
	slowwait 2 seen "gaddr 232.1.1.1 to_in { 192.0.2.8 }"
	check_err $? "one: $(captured)"
	unwished 1 232.1.1.1
	slowwait 2 seen "gaddr 232.1.1.1 block { 192.0.2.8 }"
	check_err $? "none: $(captured)"
	log_test "sources and modes change as RFC 3376 section 5.1 has it"
}

answers() {
	wished 1 239.1.2.1 mode=exclude versions=v3
	wished 1 232.1.2.1 mode=include versions=v3 source=192.0.2.7
	wished 2 239.1.2.2 mode=exclude versions=v3
	slowwait 2 is_wish 2 239.1.2.2 spoken
	sleep 0.3
	capture bond0.1
	pe "$MCAST_SAY" query3 bond0.1 0.0.0.0 20
	slowwait 2 seen "gaddr 232.1.2.1 is_in { 192.0.2.7 }.*gaddr 239.1.2.1 is_ex"
	check_err $? "not answered in one report: $(captured)"
	pe "$MCAST_SAY" query3 bond0.1 239.1.2.1 10
	slowwait 2 [ "$(times "is_ex")" -ge 1 ]
	slowwait 2 eval '[ "$(times "1 group record(s) \[gaddr 239.1.2.1 is_ex")" -ge 1 ]'
	check_err $? "about one group: $(captured)"
	check_eq "$(times 239.1.2.2)" 0 "of the other VLAN"
	# the querier is a router of the customer's
	mcast ce1 query3 ce.1 0.0.0.0 20
	slowwait 2 eval '[ "$(times "2 group record")" -ge 2 ]'
	check_err $? "a query that was heard: $(captured)"
	unwished 1 239.1.2.1
	unwished 1 232.1.2.1
	unwished 2 239.1.2.2
	log_test "queries that leave, and queries that are heard, are answered on their sub-interface"
}

old_versions() {
	capture bond0.2
	wished 2 239.1.3.1 mode=exclude versions=v2
	slowwait 2 seen "10.0.0.1 > 239.1.3.1: igmp v2 report 239.1.3.1"
	check_err $? "a host of v2: $(captured)"
	unwished 2 239.1.3.1
	slowwait 2 seen "10.0.0.1 > 224.0.0.2: igmp leave 239.1.3.1"
	check_err $? "its leave: $(captured)"
	# the router is of v2, the hosts are not
	pe "$MCAST_SAY" query bond0.2 0.0.0.0 20
	slowwait 2 eval '[ "$(stat queries)" -gt 0 ]'
	sleep 0.3
	wished 2 239.1.3.2 mode=exclude versions=v3
	slowwait 2 seen "igmp v2 report 239.1.3.2"
	check_err $? "a querier of v2: $(captured)"
	pe "$MCAST_SAY" query bond0.2 0.0.0.0 20
	slowwait 2 eval '[ "$(times "igmp v2 report 239.1.3.2")" -ge 2 ]'
	check_err $? "not answered: $(captured)"
	unwished 2 239.1.3.2
	log_test "hosts and queriers of IGMPv2 are spoken with in that"
}

mld() {
	capture bond0.1
	wished 1 ff3e::8000:1 mode=exclude versions=v2
	slowwait 2 seen "fe80::[0-9a-f:]* > ff02::16: .*gaddr ff3e::8000:1 to_ex"
	check_err $? "MLDv2: $(captured)"
	wished 1 ff3e::8000:2 mode=exclude versions=v1
	slowwait 2 seen "> ff3e::8000:2: .*multicast listener report.*ff3e::8000:2"
	check_err $? "MLDv1: $(captured)"
	unwished 1 ff3e::8000:1
	slowwait 2 seen "gaddr ff3e::8000:1 to_in"
	check_err $? "MLDv2, its end: $(captured)"
	unwished 1 ff3e::8000:2
	slowwait 2 seen "> ff02::2: .*multicast listener done"
	check_err $? "MLDv1, its end: $(captured)"
	log_test "MLD speaks from a link-local address, with hop limit 1"
}

leave() {
	local wire
	wire=$(mktemp)
	$NSEXEC "$(n_ce ce1)" tcpdump -n -U --immediate-mode -Q in -i ce.1 -w "$wire" igmp 2>/dev/null &
	defer "kill $!; rm -f $wire"
	capture bond0.1
	wished 1 239.1.4.1 mode=exclude versions=v3
	slowwait 2 seen "gaddr 239.1.4.1 to_ex"
	unwished 1 239.1.4.1
	slowwait 2 seen "gaddr 239.1.4.1 to_in"
	check_err $? "no leave: $(captured)"
	is_wish 1 239.1.4.1 spoken && check_err 1 "still there"
	pe "$MCAST_SAY" query3 bond0.1 239.1.4.1 5
	sleep 0.5
	check_eq "$(times is_ex)" 0 "answers after the leave"
	# a host that is here wants it as well: nobody leaves
	mcast ce1 report ce.1 239.1.4.2
	slowwait 2 is_local 1 239.1.4.2
	wished 1 239.1.4.2 mode=exclude versions=v3
	slowwait 2 seen "gaddr 239.1.4.2 to_ex"
	unwished 1 239.1.4.2
	sleep 0.3
	check_eq "$(times "gaddr 239.1.4.2 to_in")" 0 "leaves with a host that is here"
	check_eq "$(tcpdump -n -r "$wire" 2>/dev/null | grep -c report)" 0 "reports on the wire"
	log_test "a wish that goes is a leave, then silence; and the wire has seen nothing"
}

# A host here leaves, and a querier was answered for one of another PE's; then that one is gone, too.
leave_covered() {
	capture bond0.1
	mcast ce1 report ce.1 239.1.4.3
	slowwait 2 is_local 1 239.1.4.3
	wished 1 239.1.4.3 mode=exclude versions=v2
	slowwait 2 is_wish 1 239.1.4.3 spoken
	mcast ce1 leave ce.1 239.1.4.3
	slowwait 2 seen "igmp leave 239.1.4.3"
	unwished 1 239.1.4.3
	slowwait 10 eval '! is_local 1 239.1.4.3'
	check_err $? "still there"
	slowwait 2 eval '[ "$(times "igmp leave 239.1.4.3")" = 2 ]'
	check_err $? "the local stack was not told that the last one is gone: $(captured)"
	log_test "what has left while another PE's host covered it is told when that one is gone"
}

retention() {
	capture bond0.1 out
	wished 1 239.1.5.1 mode=exclude versions=v3
	slowwait 2 is_wish 1 239.1.5.1 spoken
	sleep 0.3
	unwished 1 239.1.5.1 retain=2500
	is_wish 1 239.1.5.1 retained
	check_err $? "not retained: $(nl_mcast wish-get dump)"
	slowwait 2 seen "0.0.0.0 > 224.0.0.1: igmp query"
	check_err $? "hosts were not asked: $(captured)"
	slowwait 6 eval '! is_wish 1 239.1.5.1 retained'
	check_err $? "for ever"
	# wished again meanwhile
	wished 1 239.1.5.2 mode=exclude versions=v3
	slowwait 2 is_wish 1 239.1.5.2 spoken
	sleep 0.3
	unwished 1 239.1.5.2 retain=60000
	wished 1 239.1.5.2 mode=exclude versions=v3
	is_wish 1 239.1.5.2 spoken
	check_err $? "wished again: $(nl_mcast wish-get dump)"
	unwished 1 239.1.5.2
	log_test "what is retained is spoken for, and hosts are asked, until its time is over"
}

# A query or an answer may be lost, and who dies twice in a second has hosts asked twice.
asked_again() {
	local asked
	capture bond0.1 out
	wished 1 239.1.5.3 mode=exclude versions=v3
	slowwait 2 is_wish 1 239.1.5.3 spoken
	unwished 1 239.1.5.3 retain=60000
	slowwait 2 eval '[ "$(times "igmp query")" = 1 ]'
	check_err $? "not asked: $(captured)"
	wished 1 239.1.5.3 mode=exclude versions=v3
	unwished 1 239.1.5.3 retain=60000
	slowwait 3 eval '[ "$(times "igmp query")" = 2 ]'
	check_err $? "retained again, and not asked: $(captured)"
	slowwait 12 eval '[ "$(times "igmp query")" -ge 4 ]'
	check_err $? "asked but once each time: $(captured)"
	is_wish 1 239.1.5.3 retained
	check_err $? "not retained: $(nl_mcast wish-get dump)"
	# nobody waits any more: the next one would leave four seconds after the last
	wished 1 239.1.5.3 mode=exclude versions=v3
	sleep 0.3
	asked=$(times "igmp query")
	sleep 5
	check_eq "$(times "igmp query")" "$asked" "queries, once nothing is retained"
	unwished 1 239.1.5.3
	log_test "hosts are asked again while anything is retained, and no longer"
}

# The other PE has died, and only then this one's sub-interface comes up.
asked_when_up() {
	pe_ip link set bond0.1 down
	wished 1 239.1.5.4 mode=exclude versions=v3
	wished 1 ff3e::5:4 mode=exclude versions=v3
	slowwait 2 is_wish 1 239.1.5.4 pending
	check_err $? "down: $(nl_mcast wish-get dump)"
	unwished 1 239.1.5.4 retain=60000
	unwished 1 ff3e::5:4 retain=60000
	# would be asked at 0, 1, 3, 7 and 15 s, and then later than what is waited below
	sleep 16
	# (on a device that is down there is no capture)
	capture any inout
	pe_ip link set bond0.1 up
	slowwait 2 seen "10.0.0.1 > 224.0.0.22: igmp v3 report, 1 group record(s) \[gaddr 239.1.5.4 to_ex"
	check_err $? "not spoken for: $(captured)"
	slowwait 2 seen "0.0.0.0 > 224.0.0.1: igmp query"
	check_err $? "not asked by IGMP: $(captured)"
	slowwait 2 seen "multicast listener query"
	check_err $? "not asked by MLD: $(captured)"
	is_wish 1 239.1.5.4 retained
	check_err $? "not retained: $(nl_mcast wish-get dump)"
	wished 1 239.1.5.4 mode=exclude versions=v3
	unwished 1 239.1.5.4
	wished 1 ff3e::5:4 mode=exclude versions=v3
	unwished 1 ff3e::5:4
	log_test "what is retained while its sub-interface is down is spoken for when it comes up, and hosts are asked"
}

# The other PE has died, and a moment later this one's port opens: no query got through before.
asked_when_open() {
	local out=/run/asked-open before
	pe "$EVPN_NL" es-set esi=$ESI1 mode=port-active role=non-df >/dev/null
	check_err $? "no standby"
	wished 1 239.1.5.5 mode=exclude versions=v3
	slowwait 2 is_wish 1 239.1.5.5 spoken
	$NSEXEC "$(n_ce ce1)" tcpdump -n -l --immediate-mode -Q in -i ce.1 igmp >$out 2>$out.err &
	defer kill $!
	slowwait 5 grep -q listening $out.err
	before=$(stat asked)
	unwished 1 239.1.5.5 retain=60000
	# asked in vain, at 0, 1, 3, 7 and 15 s, and the next time is further away than what is waited below
	slowwait 8 eval '[ "$(stat asked)" -ge $((before + 5)) ]'
	check_err $? "not asked at all"
	check_eq "$(cat $out)" "" "what came out of a blocked port"
	pe "$EVPN_NL" es-set esi=$ESI1 role=df >/dev/null
	slowwait 2 grep -q "0.0.0.0 > 224.0.0.1: igmp query" $out
	check_err $? "the port has opened, and hosts were not asked: $(cat $out)"
	pe "$EVPN_NL" es-set esi=$ESI1 mode=all-active >/dev/null
	wished 1 239.1.5.5 mode=exclude versions=v3
	unwished 1 239.1.5.5
	log_test "hosts are asked when the port opens"
}

left_elsewhere() {
	capture bond0.1
	mcast ce1 report ce.1 239.1.6.1
	slowwait 2 is_local 1 239.1.6.1
	check_err $? "not heard"
	nl_mcast leave esi=$ESI1 tag=1 group=239.1.6.1 response=1000 >/dev/null
	slowwait 4 eval '! is_local 1 239.1.6.1'
	check_err $? "still there"
	slowwait 2 seen "igmp \(leave\|v3 report.*to_in\).*239.1.6.1\|gaddr 239.1.6.1 to_in"
	check_err $? "the local stack was not told: $(captured)"
	# another host speaks in time
	mcast ce1 report ce.1 239.1.6.2
	slowwait 2 is_local 1 239.1.6.2
	nl_mcast leave esi=$ESI1 tag=1 group=239.1.6.2 response=1500 >/dev/null
	mcast ce1 report ce.1 239.1.6.2
	sleep 2
	is_local 1 239.1.6.2
	check_err $? "a host has spoken, and it has ended"
	check_eq "$(times "leave 239.1.6.2\|239.1.6.2 to_in")" 0 "leaves"
	# nobody wants it here
	nl_mcast leave esi=$ESI1 tag=1 group=239.1.6.3 response=1000 >/dev/null
	check_err $? "a group that is not there is refused"
	log_test "a host has left at another PE: the group ends here unless another one speaks"
}

left_unheard() {
	MON=/run/mcast-monitor
	: >$MON
	$NSEXEC "$N_PE" "$EVPN_NL" monitor 60 mcast >$MON &
	defer "kill $!"
	slowwait 5 grep -q monitoring $MON
	mcast ce1 leave ce.1 239.1.7.1
	wished 1 239.1.7.2 mode=exclude versions=v2
	slowwait 2 is_wish 1 239.1.7.2 spoken
	mcast ce1 leave ce.1 239.1.7.2
	slowwait 2 grep -q "group=239.1.7.2 .*leaving.*event=leaving,ended" $MON
	check_err $? "not told: $(cat $MON)"
	check_eq "$(grep -c 239.1.7.1 $MON)" 0 "told of what nobody wants"
	unwished 1 239.1.7.2
	log_test "a host leaves what only another PE has heard of: that is told"
}

untagged() {
	capture bond0
	wished 0 239.1.8.1 mode=exclude versions=v3
	slowwait 2 seen "gaddr 239.1.8.1 to_ex"
	check_err $? "not received: $(captured)"
	sleep 0.3
	is_local 0 239.1.8.1 && check_err 1 "heard as local"
	unwished 0 239.1.8.1
	# where the customer may not speak, the stack still hears
	pe "$EVPN_NL" es-set esi=$ESI1 mode=port-active role=non-df >/dev/null
	defer "pe \"\$EVPN_NL\" es-set esi=$ESI1 mode=all-active role=df"
	wished 0 239.1.8.2 mode=exclude versions=v3
	slowwait 2 seen "gaddr 239.1.8.2 to_ex"
	check_err $? "not received while blocked: $(captured)"
	unwished 0 239.1.8.2
	log_test "on the segment's own device, too, and while it is blocked"
}

down_and_up() {
	local before
	wished 2 239.1.9.1 mode=exclude versions=v3
	slowwait 2 is_wish 2 239.1.9.1 spoken
	pe_ip link set bond0.2 down
	slowwait 2 is_wish 2 239.1.9.1 pending
	check_err $? "down: $(nl_mcast wish-get dump)"
	pe_ip link set bond0.2 up
	slowwait 2 is_wish 2 239.1.9.1 spoken
	check_err $? "up again: $(nl_mcast wish-get dump)"
	sleep 0.3
	before=$(stat spoken)
	pe_ip link set bond0.2 down
	pe_ip link set bond0.2 up
	slowwait 2 eval '[ "$(stat spoken)" -gt '"$before"' ]'
	check_err $? "not said again after it was down for a moment"
	# of a device that is yet to come
	wished 77 239.1.9.2 mode=exclude versions=v3
	is_wish 77 239.1.9.2 pending
	check_err $? "no device: $(nl_mcast wish-get dump)"
	pe_ip link add link bond0 name bond0.77 type vlan id 77
	defer pe_ip link del bond0.77
	pe_ip link set bond0.77 up
	slowwait 2 is_wish 77 239.1.9.2 spoken
	check_err $? "a device has come: $(nl_mcast wish-get dump)"
	unwished 2 239.1.9.1
	unwished 77 239.1.9.2
	log_test "a sub-interface goes and comes: the stack is told again"
}

bridged() {
	pe_ip link add br0 type bridge || { log_skip "bridge" "no bridge"; return; }
	defer pe_ip link del br0
	pe_ip link set br0 up
	pe_ip link set bond0.100 master br0
	defer pe_ip link set bond0.100 nomaster
	capture bond0.100
	wished 100 239.1.10.1 mode=exclude versions=v3
	slowwait 2 is_wish 100 239.1.10.1 bridged
	check_err $? "$(nl_mcast wish-get dump)"
	check_eq "$(times 239.1.10.1)" 0 "reports into a bridge"
	unwished 100 239.1.10.1
	log_test "nobody is spoken for on a port of a bridge"
}

# What another PE has taken back, hosts behind a port of a bridge are asked for all the same, in a VLAN that has
# no device of its own. Read where they are.
bridged_asked() {
	local out=/run/asked
	pe_ip link add br0 type bridge vlan_filtering 1 mcast_snooping 0 || { log_skip "bridge" "no bridge"; return; }
	defer pe_ip link del br0
	pe_ip link set br0 up
	pe_ip link set bond0 master br0
	defer pe_ip link set bond0 nomaster
	ip -n "$(n_ce ce)" link add link ce name ce.7 type vlan id 7
	defer ip -n "$(n_ce ce)" link del ce.7
	ip -n "$(n_ce ce)" link set ce.7 up
	$NSEXEC "$(n_ce ce)" tcpdump -n -l --immediate-mode -i ce.7 igmp >$out 2>$out.err &
	defer kill $!
	slowwait 5 grep -q listening $out.err
	wished 7 239.1.11.1 mode=exclude versions=v3
	slowwait 2 is_wish 7 239.1.11.1 bridged
	check_err $? "$(nl_mcast wish-get dump)"
	unwished 7 239.1.11.1 retain=3000
	slowwait 3 grep -q "0.0.0.0 > 224.0.0.1: igmp query" $out
	check_err $? "hosts in VLAN 7 were not asked: $(cat $out)"
	nl_mcast wish-get esi=$ESI1 tag=7 group=239.1.11.1 >/dev/null 2>&1
	check_fail $? "the module keeps what a bridge has: $(nl_mcast wish-get dump)"
	log_test "hosts behind a port of a bridge are asked, in its VLAN"
}

# refusal SENTENCE KEY=VALUE...
refusal() {
	local out
	out=$(nl_mcast wish-new "${@:2}" 2>&1) && check_err 1 "accepted: ${*:2}"
	case $out in
	*"$1"*) ;;
	*) check_err 1 "${*:2}: \"$out\", expected \"$1\"" ;;
	esac
}

refused() {
	local before
	before=$(stat wishes)
	refusal "there is no segment" esi=00:99:99:99:99:99:99:99:99:99 group=239.1.1.1 mode=exclude
	refusal "is no group that routers have to do with" esi=$ESI1 group=224.0.0.5 mode=exclude
	refusal "is no group that routers have to do with" esi=$ESI1 group=10.0.0.1 mode=exclude
	refusal "4 or 16 octets" esi=$ESI1 group=5 mode=exclude
	refusal "filter mode of a group is missing" esi=$ESI1 group=239.1.1.1
	refusal "wanted by nobody" esi=$ESI1 group=239.1.1.1 mode=include
	refusal "a source has no address" esi=$ESI1 group=239.1.1.1 mode=include source=224.0.0.1
	refusal "a source has no address" esi=$ESI1 group=239.1.1.1 mode=include source=2001:db8::1
	refusal "more than 24 bits" esi=$ESI1 tag=16777216 group=239.1.1.1 mode=exclude
	check_eq "$(stat wishes)" "$before" "wishes"
	nl_mcast wish-del esi=$ESI1 group=239.1.1.1 retain=999999999 >/run/mcast-out 2>&1
	grep -q "is above" /run/mcast-out
	check_err $? "a retention that is too long: $(cat /run/mcast-out)"
	nl_mcast leave esi=$ESI1 group=239.1.1.1 response=99999 >/run/mcast-out 2>&1
	grep -q "is above" /run/mcast-out
	check_err $? "a response time that is too long: $(cat /run/mcast-out)"
	log_test "what cannot be is refused with a sentence, and changes nothing"
}

# A thousand of v2, each with a report of its own; and of v3, which share reports.
many() {
	local before
	before=$(stat spoken)
	wished 1 239.200.0.1 mode=exclude versions=v3 count=1000 batch=100
	slowwait 5 eval '[ "$(stat spoken)" -gt '"$before"' ]'
	sleep 0.5
	before=$(stat spoken)
	pe "$MCAST_SAY" query3 bond0.1 0.0.0.0 50
	slowwait 5 eval '[ "$(stat spoken)" -ge '$((before + 6))' ]'
	sleep 0.3
	check_le $(($(stat spoken) - before)) 12 "reports of a thousand groups"
	before=$(stat spoken)
	pe "$MCAST_SAY" query bond0.1 0.0.0.0 50
	slowwait 10 eval '[ "$(stat spoken)" -ge '$((before + 900))' ]'
	check_err $? "answers of v2: $(($(stat spoken) - before))"
	pe "$MCAST_SAY" query3 bond0.1 0.0.0.0 50
	nl_mcast wish-sweep gen=77 >/dev/null
	slowwait 5 eval '[ "$(stat wishes)" = 0 ]'
	check_err $? "after the sweep: $(stat wishes)"
	log_test "a thousand groups: few reports of v3, all those of v2"
}

pim_vty() { pe vtysh --vty_socket "$PIM" -c "$1" 2>/dev/null; }
pim_has() { pim_vty "show ip igmp groups" | grep -q "bond0.2 *$1 "; }

pimd() {
	[ -x /usr/lib/frr/pimd ] || { log_skip "pimd" "FRR's pimd is not installed"; return; }
	PIM=/run/mcast-pim
	rm -rf $PIM
	mkdir -p $PIM
	chown frr:frr $PIM
	pe_ip link set bond0.2 nomaster
	defer pe_ip link set bond0.2 master blue
	cat >$PIM/frr.conf <<-END
		log file $PIM/pimd.log
		interface bond0.2
		 ip igmp
		 ip igmp query-interval 1
		 ip igmp query-max-response-time 5
		 ip igmp last-member-query-interval 5
		 ip pim
	END
	chown frr:frr $PIM/frr.conf
	pe /usr/lib/frr/zebra -d -f /dev/null -i $PIM/zebra.pid --vty_socket $PIM -z $PIM/zserv -u frr -g frr >$PIM/out 2>&1 &&
		pe /usr/lib/frr/pimd -d -f $PIM/frr.conf -i $PIM/pimd.pid --vty_socket $PIM -z $PIM/zserv -u frr -g frr >>$PIM/out 2>&1
	defer 'for f in pimd zebra; do kill_wait $(cat $PIM/$f.pid) TERM; done'
	slowwait 10 eval 'pim_vty "show ip igmp interface" | grep -q "bond0.2 *up"'
	check_err $? "pimd does not start: $(cat $PIM/out; pim_vty 'show ip igmp interface')"
	wished 2 239.1.20.1 mode=exclude versions=v3
	wished 2 232.1.20.1 mode=include versions=v3 source=192.0.2.7
	slowwait 5 pim_has 239.1.20.1
	check_err $? "not in pimd: $(pim_vty 'show ip igmp groups'; tail -n 30 $PIM/pimd.log)"
	slowwait 5 eval 'pim_vty "show ip igmp sources" | grep -q "232.1.20.1 *192.0.2.7"'
	check_err $? "source-specific: $(pim_vty 'show ip igmp sources')"
	# longer than its group membership interval: 2 x 1 + 0.5 seconds
	sleep 3.5
	pim_has 239.1.20.1
	check_err $? "forgotten after its group membership interval: $(pim_vty 'show ip igmp groups')"
	unwished 2 239.1.20.1
	unwished 2 232.1.20.1
	slowwait 5 eval '! pim_has 239.1.20.1'
	check_err $? "not pruned: $(pim_vty 'show ip igmp groups')"
	log_test "FRR's pimd sees a host: joined, kept by its own queries, pruned"
}

begin "speaking for the hosts of another PE" C16 C54 C60 C61 C63
neigh_lab
MCAST_SAY=$(lab_tool mcast_say) || skip "mcast_say does not build"
command -v tcpdump >/dev/null || skip "tcpdump is not installed"
tests_run
finish
