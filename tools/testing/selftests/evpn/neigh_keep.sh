#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Without an owner: the customer is there and takes packets, and his link aggregate sends all answers to ARP
# and ND to the other PE. What this PE has learned does not fail until an owner has said what it wants, or the
# hold time is over.
#
#     core: 10.8.0.1, 2001:db8:8::1  ---  npe: bond0 (segment)  ---  ce: 10.9.0.1, quiet

NEEDS="module fast"
ALL_TESTS="
	with_an_owner
	without
	all_active
	comes_back
	hold_ends
	asked
	collected
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=neigh_lib.sh
. "$(dirname "$0")/neigh_lib.sh"
begin "neighbours without an owner" A11 A28 C46 D11
neigh_lab

PROBE=$(lab_tool probe) || skip "probe does not build"
N_CORE=$(n_ce core)
ip netns add "$N_CORE"
defer ip netns del "$N_CORE"
pe_ip link add c0 type veth peer name core netns "$N_CORE"
for d in "$N_PE c0 254" "$N_CORE core 1"; do
	read -r n d a <<<"$d"
	ip -n "$n" link set "$d" up
	ip -n "$n" addr add 10.8.0.$a/24 dev "$d"
	ip -n "$n" addr add 2001:db8:8::$a/64 dev "$d" nodad
done
pe sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n "$N_CORE" route add default via 10.8.0.254
ip -n "$N_CORE" route add default via 2001:db8:8::254
ip -n "$(n_ce ce)" addr add 2001:db8:9::1/64 dev ce nodad
ip -n "$(n_ce ce)" route add default via 10.9.0.254
ip -n "$(n_ce ce)" route add default via 2001:db8:9::254
# A second without a sign of life, one more, and three probes
for f in 4 6; do
	pe sysctl -qw net.ipv$f.neigh.bond0.base_reachable_time_ms=1000 net.ipv$f.neigh.bond0.delay_first_probe_time=1 \
		net.ipv$f.neigh.bond0.retrans_time_ms=200
done

HOSTS="10.9.0.1 2001:db8:9::1"
MAC_CE=02:00:00:00:00:01

# known: nothing is as it was, and both hosts have just been learned; the customer answers nothing from now on
known() {
	local h
	defer loud ce ce
	[ -z "${OWNER_PID:-}" ] || disown_segment
	pe "$EVPN_NL" es-del esi=$ESI1
	pe "$EVPN_NL" es-new esi=$ESI1 ifname=bond0 role=df loss=hold "$@"
	pe_ip neigh flush all nud failed
	pe_ip neigh flush dev bond0
	for h in $HOSTS; do
		# (an answer to a question makes it REACHABLE)
		slowwait 10 reaches "$h"
		check_err $? "no ping to $h: $(kernel bond0 "$h")"
		slowwait 3 is 0 "$h" local
		check_err $? "$h is not learned: $(state 0 "$h")"
	done
	quiet ce ce
} >/dev/null
reaches() { $NSEXEC "$N_CORE" ping -q -c 1 -W 1 "$1"; }

# traffic SECONDS [HOST...]: 50 datagrams a second from the core to each; prints how many were lost. (A ping
# would not do: its sender says with each answer that the way is good, and between namespaces that mark stays
# on the packet.)
traffic() {
	local h i=0 core out=/run/traffic time=$1 pids=()
	shift
	for h in ${*:-$HOSTS}; do
		core=10.8.0.1
		[[ $h != *:* ]] || core=2001:db8:8::1
		timeout -s INT "$time" "$PROBE" -a "$(n_ce ce),$h" -b "$N_CORE,$core" -j -r 50 >$out.$((i++)) &
		pids+=($!)
	done
	wait "${pids[@]}"
	cat $out.* | jq -s 'map(.directions[1].lost) | add'
	rm $out.*
}
both() { # STATE
	local h
	for h in $HOSTS; do is 0 "$h" "$1" || return 1; done
}
# With traffic, so that the kernel asks
both_fail() {
	traffic 1 >/dev/null
	gone 0 10.9.0.1 && gone 0 2001:db8:9::1
}
say_all() { echo "$(state 0 10.9.0.1), $(kernel bond0 10.9.0.1); $(state 0 2001:db8:9::1), $(kernel bond0 2001:db8:9::1)"; }

# While somebody decides nothing is kept: so it is the owner's death that makes the difference below.
with_an_owner() {
	own npe
	known
	slowwait 20 both_fail
	check_err $? "no answers, and still there: $(say_all)"
	disown_segment
	log_test "with an owner a neighbour fails whose answers go elsewhere"
}

without() {
	local kept h
	known hold=600000
	# One that has failed before, one that an administrator takes out, and one that was never resolved
	own npe
	pe ping -q -c 1 -W 1 10.9.0.70 >/dev/null
	slowwait 10 eval '[[ "$(kernel bond0 10.9.0.70)" == *FAILED* ]]'
	say ce ce request 10.9.0.71 02:00:00:00:00:71 10.9.0.254
	say ce ce request 10.9.0.72 02:00:00:00:00:72 10.9.0.254
	slowwait 3 is 0 10.9.0.72 local
	check_err $? "10.9.0.72 is not learned: $(state 0 10.9.0.72)"
	kept=$(stat_of kept)
	disown_segment
	pe_ip neigh del 10.9.0.71 dev bond0
	check_eq "$(traffic 8)" 0 "packets lost"
	both local
	check_err $? "they do not stay: $(say_all)"
	[ $(($(stat_of kept) - kept)) -ge 4 ]
	check_err $? "kept $(($(stat_of kept) - kept)) times"
	log_test "without an owner nothing is lost, IPv4 and IPv6"

	pe ping -q -c 1 -W 1 10.9.0.73 >/dev/null
	for h in 70 71 73; do
		[[ "$(kernel bond0 10.9.0.$h)" != *lladdr* ]]
		check_err $? "10.9.0.$h: $(kernel bond0 10.9.0.$h)"
		gone 0 10.9.0.$h
		check_err $? "10.9.0.$h is $(state 0 10.9.0.$h)"
	done
	log_test "what had failed, was deleted or never resolved is not brought back"

	# Another network card has the address now; it says so here, and wins.
	say ce ce request 10.9.0.72 02:00:00:00:00:99 10.9.0.72
	slowwait 5 eval '[[ "$(kernel bond0 10.9.0.72)" == *02:00:00:00:00:99* ]]'
	check_err $? "moved: $(kernel bond0 10.9.0.72)"
	say ce ce na 2001:db8:9::1 02:00:00:00:00:98
	slowwait 5 eval '[[ "$(kernel bond0 2001:db8:9::1)" == *02:00:00:00:00:98* ]]'
	check_err $? "moved: $(kernel bond0 2001:db8:9::1)"
	say ce ce na 2001:db8:9::1 $MAC_CE
	check_eq "$(n_field mac 0 10.9.0.72)" 02:00:00:00:00:99 "and the module has it"
	log_test "a host that says that it has moved is believed"
}

# It has no hold time, and its unicast goes on.
all_active() {
	known mode=all-active hold=0
	pe "$EVPN_NL" es-set esi=$ESI1 loss=block >/dev/null
	own npe
	disown_segment
	check_eq "$(traffic 8)" 0 "packets lost"
	both local
	check_err $? "they do not stay: $(say_all)"
	log_test "nor on an all-active segment without a hold time"
}

# A new owner does not know yet what the other PEs have: it says so with its sweep.
comes_back() {
	known hold=600000
	own npe
	disown_segment
	check_eq "$(traffic 5)" 0 "packets lost"
	own npe
	check_eq "$(traffic 6)" 0 "packets lost until it knows"
	both local
	check_err $? "they do not stay: $(say_all)"
	neigh sweep gen=1 >/dev/null
	slowwait 20 both_fail
	check_err $? "they do not fail: $(say_all)"
	disown_segment
	log_test "an owner has come back, and has said all that it wants: who does not answer fails"
}

hold_ends() {
	local pace
	pace=$(pace npe)
	known hold=$((5000 * pace))
	own npe
	disown_segment
	check_eq "$(traffic 4)" 0 "packets lost"
	slowwait $((5 * pace + 20)) both_fail
	check_err $? "they do not fail: $(say_all)"
	log_test "the hold time is over: who does not answer fails"
}

# Nothing is sent there, and its time is over: it is asked when an answer counts.
asked() {
	known hold=600000
	own npe
	disown_segment
	pe "$EVPN_NL" es-set esi=$ESI1 host-timeout=2000 >/dev/null
	sleep 8
	both local
	check_err $? "they do not stay: $(say_all)"
	own npe
	neigh sweep gen=1 >/dev/null
	slowwait 20 eval 'gone 0 10.9.0.1 && gone 0 2001:db8:9::1'
	check_err $? "they are not asked: $(say_all)"
	disown_segment
	log_test "host-timeout makes nobody fail either, and is no longer than ever afterwards"
}

# The kernel throws it out of a full table, and it is put back without an answer.
collected() {
	local kept
	known hold=600000
	own npe
	sysctl -qw net.ipv4.neigh.default.gc_thresh1=1 net.ipv4.neigh.default.gc_thresh2=1
	defer sysctl -qw net.ipv4.neigh.default.gc_thresh1=128 net.ipv4.neigh.default.gc_thresh2=512
	disown_segment
	sleep 7
	kept=$(stat_of kept)
	pe_ip neigh add 10.9.0.75 lladdr 02:00:00:00:00:75 dev bond0 nud stale
	slowwait 10 eval '[ "$(stat_of kept)" -gt $kept ]'
	check_err $? "it was not collected: $(kernel bond0 10.9.0.1)"
	check_eq "$(traffic 6 10.9.0.1)" 0 "packets lost"
	is 0 10.9.0.1 local
	check_err $? "it does not stay: $(state 0 10.9.0.1), $(kernel bond0 10.9.0.1)"
	log_test "nor does one fail that the kernel has forgotten"
}

tests_run
finish
