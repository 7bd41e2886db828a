#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A customer that routes has told one PE what is behind it; the other PE has it in its VRF, by its own leg,
# before it needs it. The picture is in tools/testing/lab/topology_l3.sh; the customer's router is h1 (VRF red,
# VLAN 1), and hq (VRF blue, VLAN 30 in 3). A route of a routing daemon is made by iproute2 with its
# protocol's number.

NEEDS="system"
ALL_TESTS="
	in_step
	explained
	monitored
	only_these
	local_wins
	roundabout
	no_arp_no_path
	foreign_is_untouched
	never_the_peers
	ecmp
	a_thousand
	flapping
	restarts
	flushed
	router_silent
	other_metric
	esi_form
	leg_cut
	pe_dies
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
begin "customers' routes are in step" C4 C17 C72 C76 D8 D10 D11 D15
LAB_VRF_EXTRA=", prefixes: {learn: [ospf, bgp, static]}"
lab --form routed --rr none --mode all-active --standby block --ce lacp --retention 5s

vrf_ip() { ip -n "$(ns "$1")" "${@:2}"; }
# ours PE VRF PREFIX: the route of evpnd's protocol, "" when there is none
ours() { vrf_ip "$1" $([[ $3 = *:* ]] && echo -6) route show vrf "$2" "$3" proto 77; }
has() { [ -n "$(ours "$@")" ]; }
has_not() { [ -z "$(ours "$@")" ]; }
n_ours() { vrf_ip "$1" route show vrf "$2" proto 77 | wc -l; }
count_is() { [ "$(n_ours "$1" "$2")" -eq "$3" ]; }
# learn PE VRF PREFIX GATEWAY [ARGUMENT...]: as its routing daemon does; forget
learn() { vrf_ip "$1" $([[ $3 = *:* ]] && echo -6) route replace vrf "$2" "$3" via "$4" proto ospf metric 20 "${@:5}"; }
forget() { vrf_ip "$1" $([[ $3 = *:* ]] && echo -6) route del vrf "$2" "$3" proto ospf metric 20; }
prefix_json() { pe_ctl "$1" -j prefix why "$2" | jq -r "$3" 2>/dev/null; }
state_of() { prefix_json "$1" "$2" '.prefixes[0].state'; }
reason() { prefix_json "$1" "$2" '.prefixes[0].reason'; }
n_resets() { pe_ctl "$1" -j peer show | jq '[.peers[].resets] | add'; }
state_is() { [ "$(state_of "$1" "$2")" = "$3" ]; }
# thousand PE add|del FIRST LAST: 10.FIRST.x.0/24 ...
thousand() {
	local i j
	for ((i = $3; i <= $4; i++)); do
		for ((j = 0; j < 250; j++)); do
			echo "route $2 10.$i.$j.0/24 vrf red via 10.1.0.1 proto ospf metric 20"
		done
	done | vrf_ip "$1" -batch -
}

slowwait 20 lag_up
check_err $? "the LAGs do not come up"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
slowwait 30 both_know_all
check_err $? "the neighbours are not on both PEs"
for h in h1 hq; do
	ip -n "$(ns $h)" addr add 203.0.113.1/32 dev lo
	ip -n "$(ns $h)" addr add 2001:db8:c0::1/128 dev lo
	ip -n "$(ns $h)" link set lo up
	in_ns $h sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
done
vrf_ip host route add vrf red 203.0.113.0/24 via 172.16.101.2
vrf_ip host route add vrf red 2001:db8:c0::/48 via 2001:db8:101::2

in_step() {
	learn pe1 red 203.0.113.0/24 10.1.0.1
	learn pe1 red 2001:db8:c0::/48 fd00:1::1
	learn pe1 blue 203.0.113.0/24 10.3.0.1
	defer forget pe1 red 203.0.113.0/24
	defer forget pe1 red 2001:db8:c0::/48
	defer forget pe1 blue 203.0.113.0/24
	slowwait 10 has pe2 red 203.0.113.0/24
	check_err $? "IPv4: $(pe_ctl pe2 prefix why 203.0.113.0/24)"
	slowwait 10 has pe2 red 2001:db8:c0::/48
	check_err $? "IPv6: $(pe_ctl pe2 prefix why 2001:db8:c0::/48)"
	slowwait 10 has pe2 blue 203.0.113.0/24
	check_err $? "VRF blue, QinQ: $(pe_ctl pe2 prefix why 203.0.113.0/24)"
	ours pe2 red 203.0.113.0/24 | grep -q "via 10.1.0.1 dev bond0.1 "
	check_err $? "through: $(ours pe2 red 203.0.113.0/24)"
	ours pe2 blue 203.0.113.0/24 | grep -q "via 10.3.0.1 dev bond0.3.30 "
	check_err $? "through: $(ours pe2 blue 203.0.113.0/24)"
	log_test "what PE1 has learned is in PE2's VRFs, through its own sub-interfaces: IPv4, IPv6, the same prefix in two VRFs"

	in_ns host ping -q -I red -c 5 -i 0.2 -W 1 203.0.113.1 >"$LAB_RUN/ping" 2>&1
	check_err $? "$(grep loss "$LAB_RUN/ping")"
	in_ns host ping -q -I red -c 5 -i 0.2 -W 1 2001:db8:c0::1 >"$LAB_RUN/ping" 2>&1
	check_err $? "IPv6: $(grep loss "$LAB_RUN/ping")"
	log_test "PE2 delivers to it, with no adjacency of its own"

	check_eq "$(n_ours pe1 red) $(n_ours pe1 blue)" "0 0" "PE1's routes of evpnd's protocol"
	check_eq "$(pe_ctl pe2 -j prefix show | jq '[.prefixes[] | select(.advertised)] | length')" 0 "prefixes that PE2 advertises"
	log_test "PE2 does not tell PE1 what it was told"

	forget pe1 red 203.0.113.0/24
	slowwait 10 has_not pe2 red 203.0.113.0/24
	check_err $? "still there: $(ours pe2 red 203.0.113.0/24)"
	has pe2 blue 203.0.113.0/24
	check_err $? "VRF blue's has gone, too"
	log_test "withdrawn, it goes, and the other VRF's stays"
}

explained() {
	learn pe1 red 203.0.113.0/24 10.1.0.1
	defer forget pe1 red 203.0.113.0/24
	slowwait 10 has pe2 red 203.0.113.0/24
	pe_ctl pe1 prefix why 203.0.113.0/24 >"$LAB_RUN/why"
	grep -q "learned .*from ospf, via 10.1.0.1 dev bond0.1" "$LAB_RUN/why" && grep -q "advertised .*gateway 10.1.0.1" "$LAB_RUN/why"
	check_err $? "PE1: $(cat "$LAB_RUN/why")"
	pe_ctl pe2 prefix why 203.0.113.0/24 >"$LAB_RUN/why"
	grep -q "received .*gateway 10.1.0.1" "$LAB_RUN/why" && grep -q "kernel .*installed" "$LAB_RUN/why"
	check_err $? "PE2: $(cat "$LAB_RUN/why")"
	pe_ctl pe2 metrics | grep -q 'evpn_prefixes{state="installed"} 1'
	check_err $? "metrics: $(pe_ctl pe2 metrics | grep evpn_prefix)"
	pe_ctl pe2 trace prefix 203.0.113.0/24 | grep -q "^ *0 received .*gateway 10.1.0.1"
	check_err $? "trace: $(pe_ctl pe2 trace prefix 203.0.113.0/24)"
	check_eq "$("$LAB_BUILD/evpnctl" complete -n "$(ns pe2)" trace prefix 203)" 203.0.113.0/24 "completion of a prefix"
	log_test "prefix why, and trace prefix, name each step on both PEs"
}

# events PREFIX: what was told of it, in order: STATE of each, '+' where this PE advertises it
events() {
	jq -r --arg p "$1" 'select(.prefix == $p and .vrf == "red") | .state + (if .advertised then "+" else "" end)' \
		"$LAB_RUN/monitor" 2>/dev/null | xargs
}
events_are() { [ "$(events "$1")" = "$2" ]; }
# listens: of a prefix that comes and goes it hears sooner or later
listens() {
	vrf_ip pe2 route replace vrf red 198.51.103.0/24 via 10.1.0.1 proto ospf metric 20
	vrf_ip pe2 route del vrf red 198.51.103.0/24
	[ -n "$(events 198.51.103.0/24)" ]
}

monitored() {
	"$LAB_BUILD/evpnctl" -n "$(ns pe2)" -j monitor prefix >"$LAB_RUN/monitor" 2>&1 &
	defer kill_wait $!
	slowwait 10 listens
	check_err $? "nothing is heard: $(cat "$LAB_RUN/monitor")"
	learn pe1 red 198.51.104.0/24 10.1.0.1
	slowwait 10 events_are 198.51.104.0/24 "pending installed"
	check_err $? "another PE's: '$(events 198.51.104.0/24)'"
	learn pe2 red 198.51.104.0/24 10.1.0.1
	slowwait 10 events_are 198.51.104.0/24 "pending installed local+"
	check_err $? "learned here, too: '$(events 198.51.104.0/24)'"
	forget pe2 red 198.51.104.0/24
	slowwait 10 events_are 198.51.104.0/24 "pending installed local+ installed"
	check_err $? "forgotten here: '$(events 198.51.104.0/24)'"
	forget pe1 red 198.51.104.0/24
	slowwait 10 events_are 198.51.104.0/24 "pending installed local+ installed withdrawn"
	check_err $? "and by the other PE: '$(events 198.51.104.0/24)'"
	log_test "monitor prefix tells what becomes of one, once for each"
}

only_these() {
	vrf_ip pe1 route add vrf red 198.51.100.0/24 via 172.16.101.100 proto ospf metric 20 # not on a segment
	vrf_ip pe1 route add vrf red 198.51.101.0/24 via 10.1.0.1 proto isis metric 20	    # not to be learned
	vrf_ip pe1 route add vrf red 198.51.102.0/24 via 10.1.0.1 proto ospf metric 20
	defer vrf_ip pe1 route del vrf red 198.51.100.0/24
	defer vrf_ip pe1 route del vrf red 198.51.101.0/24
	defer vrf_ip pe1 route del vrf red 198.51.102.0/24
	slowwait 10 has pe2 red 198.51.102.0/24
	check_err $? "the one that is to be told was not"
	has_not pe2 red 198.51.100.0/24
	check_err $? "a route through the core was told"
	has_not pe2 red 198.51.101.0/24
	check_err $? "a route of a protocol that is not in learn was told"
	log_test "only routes of these protocols, and only through a segment"
}

local_wins() {
	learn pe1 red 203.0.113.0/24 10.1.0.1
	defer forget pe1 red 203.0.113.0/24
	slowwait 10 has pe2 red 203.0.113.0/24
	learn pe2 red 203.0.113.0/24 10.1.0.1
	slowwait 10 state_is pe2 203.0.113.0/24 local
	check_err $? "on PE2 it is $(state_of pe2 203.0.113.0/24)"
	vrf_ip pe2 route get vrf red 203.0.113.1 | grep -q "via 10.1.0.1"
	check_eq "$(vrf_ip pe2 -j route get fibmatch vrf red 203.0.113.1 | jq -r '.[0].protocol')" ospf "the kernel's choice"
	slowwait 10 has pe1 red 203.0.113.0/24
	check_err $? "PE1 has none of PE2 behind its own"
	forget pe2 red 203.0.113.0/24
	slowwait 10 state_is pe2 203.0.113.0/24 installed
	check_eq "$(vrf_ip pe2 -j route get fibmatch vrf red 203.0.113.1 | jq -r '.[0].protocol')" 77 "when it has gone"
	log_test "a route of the PE's own routing protocol wins, and the other's is there when it goes"
	slowwait 10 has_not pe1 red 203.0.113.0/24
}

# not_used: what check says of a route that is in the way of ours
not_used() { pe_ctl pe2 -j check | jq -r '.warnings[] | select(.what == "prefix-not-used") | .message'; }
not_used_says() { [[ $(not_used) == *"$1"* ]]; }
roundabout() {
	learn pe1 red 203.0.113.0/24 10.1.0.1
	defer forget pe1 red 203.0.113.0/24
	slowwait 10 has pe2 red 203.0.113.0/24
	check_eq "$(not_used)" "" "check, while the kernel uses what is in step"
	learn pe2 red 203.0.113.0/24 10.1.0.1
	check_eq "$(not_used)" "" "check, while the customer tells this PE, too"
	forget pe2 red 203.0.113.0/24
	vrf_ip pe2 route add vrf red 203.0.113.0/24 via 192.0.2.1 dev core0 onlink proto bgp metric 20
	defer vrf_ip pe2 route del vrf red 203.0.113.0/24 proto bgp
	slowwait 5 not_used_says "a route of protocol bgp: to 203.0.113.0/24 by core0 with metric 20, and evpnd's by bond0.1"
	check_err $? "check: $(pe_ctl pe2 check)"
	log_test "a route that leads round by the core, and is preferred to the own leg: check says so"
}

no_arp_no_path() {
	learn pe1 red 203.0.113.0/24 10.1.0.77
	defer forget pe1 red 203.0.113.0/24
	slowwait 10 state_is pe2 203.0.113.0/24 pending
	check_err $? "without a neighbour it is $(state_of pe2 203.0.113.0/24)"
	reason pe2 203.0.113.0/24 | grep -q "its next hop 10.1.0.77 is no neighbour on bond0.1"
	check_err $? "the reason is \"$(reason pe2 203.0.113.0/24)\""
	ip -n "$(ns h1)" addr add 10.1.0.77/24 dev bond0.1
	defer ip -n "$(ns h1)" addr del 10.1.0.77/24 dev bond0.1
	in_ns h1 ping -q -I 10.1.0.77 -c 2 -W 1 10.1.0.254 >/dev/null
	slowwait 10 has pe2 red 203.0.113.0/24
	check_err $? "with one: $(reason pe2 203.0.113.0/24)"
	log_test "pending, with a sentence, until its next hop is a neighbour"
}

foreign_is_untouched() {
	slowwait 10 has_not pe2 red 203.0.113.0/24
	vrf_ip pe2 route add vrf red 203.0.113.0/24 via 172.16.101.100 proto 98 metric 3187671041
	defer vrf_ip pe2 route del vrf red 203.0.113.0/24 proto 98
	learn pe1 red 203.0.113.0/24 10.1.0.1
	defer forget pe1 red 203.0.113.0/24
	slowwait 10 state_is pe2 203.0.113.0/24 refused
	check_err $? "it is $(state_of pe2 203.0.113.0/24)"
	reason pe2 203.0.113.0/24 | grep -q "another route with metric 3187671041 is there"
	check_err $? "the reason is \"$(reason pe2 203.0.113.0/24)\""
	vrf_ip pe2 route show vrf red 203.0.113.0/24 | grep -q "via 172.16.101.100 .*proto 98"
	check_err $? "it is $(vrf_ip pe2 route show vrf red 203.0.113.0/24)"
	vrf_ip pe2 route del vrf red 203.0.113.0/24 proto 98
	slowwait 40 has pe2 red 203.0.113.0/24
	check_err $? "when it has gone: $(reason pe2 203.0.113.0/24)"
	log_test "a route of somebody else is left alone, with a sentence; ours comes when that goes"
}

# The customer of the global table (hg) tells PE1 the very address that PE2 reaches PE1 by.
never_the_peers() {
	local before
	before="$(n_resets pe1) $(n_resets pe2)"
	for p in 192.0.2.1/32 192.0.2.0/31 192.0.2.0/24 203.0.114.0/24; do
		vrf_ip pe1 route add $p via 10.4.0.1 proto ospf metric 20
		defer vrf_ip pe1 route del $p proto ospf metric 20
	done
	slowwait 10 state_is pe2 203.0.114.0/24 installed
	check_err $? "an ordinary one is $(state_of pe2 203.0.114.0/24): $(reason pe2 203.0.114.0/24)"
	for p in 192.0.2.1/32 192.0.2.0/31; do
		check_eq "$(state_of pe2 $p)" refused "$p"
		check_eq "$(reason pe2 $p)" "it would lead to BGP peer 192.0.2.1, which is reached by another way" "$p"
	done
	check_eq "$(state_of pe2 192.0.2.0/24)" installed "what is no longer than the connected subnet"
	vrf_ip pe2 route get 192.0.2.1 | grep -q "dev core0"
	check_err $? "PE2's way to PE1: $(vrf_ip pe2 route get 192.0.2.1)"
	check_eq "$(n_resets pe1) $(n_resets pe2)" "$before" "resets of BGP sessions"
	log_test "a customer does not draw a BGP peer's address to himself"
}

ecmp() {
	ip -n "$(ns h1)" addr add 10.1.0.78/24 dev bond0.1
	defer ip -n "$(ns h1)" addr del 10.1.0.78/24 dev bond0.1
	in_ns h1 ping -q -I 10.1.0.78 -c 2 -W 1 10.1.0.254 >/dev/null
	vrf_ip pe1 route add vrf red 203.0.113.0/24 proto ospf metric 20 nexthop via 10.1.0.1 nexthop via 10.1.0.78
	defer forget pe1 red 203.0.113.0/24
	slowwait 10 eval 'ours pe2 red 203.0.113.0/24 | grep -q "via 10.1.0.78 dev bond0.1"'
	check_err $? "not by the second: $(ours pe2 red 203.0.113.0/24)"
	ours pe2 red 203.0.113.0/24 | grep -q "via 10.1.0.1 dev bond0.1"
	check_err $? "not by the first: $(ours pe2 red 203.0.113.0/24)"
	learn pe1 red 203.0.113.0/24 10.1.0.1
	slowwait 10 eval '! ours pe2 red 203.0.113.0/24 | grep -q 10.1.0.78'
	check_err $? "the second is still there: $(ours pe2 red 203.0.113.0/24)"
	log_test "two next hops are two on the other PE, and one when one has gone"
}

a_thousand() {
	local before
	before=$(vrf_ip pe2 nexthop show proto 77 | wc -l)
	thousand pe1 add 20 23
	slowwait 20 count_is pe2 red 1000
	check_eq "$(n_ours pe2 red)" 1000 "routes"
	check_le "$(vrf_ip pe2 nexthop show proto 77 | wc -l)" $((before + 1)) "nexthop objects for a thousand routes by one router"
	thousand pe1 del 20 23
	slowwait 20 count_is pe2 red 0
	check_eq "$(n_ours pe2 red)" 0 "left over"
	log_test "a thousand by one router: a thousand routes, one nexthop object; and nothing left over"
}

# prefixes PE PROTOCOL: those of 10.20.0.0/10 in VRF red
prefixes() { vrf_ip "$1" route show vrf red proto "$2" | sed -n 's/^\(10\.[2-5][0-9]\.[^ ]*\) .*/\1/p' | sort; }
# flap ADD-OR-DEL: ten thousand; a batch of iproute2's stops at what the kernel refuses
flap() {
	thousand pe1 "$1" 20 59 >"$LAB_RUN/batch" 2>&1
	check_err $? "$1: $(head -n 3 "$LAB_RUN/batch")"
}

flapping() {
	local i before
	before="$(n_resets pe1) $(n_resets pe2)"
	for i in 1 2 3; do
		flap add
		flap del
	done
	flap add
	slowwait 20 count_is pe2 red 10000
	check_eq "$(n_ours pe2 red)" 10000 "routes after three flaps of ten thousand"
	cmp -s <(prefixes pe1 ospf) <(prefixes pe2 77)
	check_err $? "they are not the same: $(diff <(prefixes pe1 ospf) <(prefixes pe2 77) | head -n 3)"
	flap del
	slowwait 20 count_is pe2 red 0
	check_eq "$(n_ours pe2 red)" 0 "left over"
	check_eq "$(n_resets pe1) $(n_resets pe2)" "$before" "resets of BGP sessions"
	log_test "ten thousand that come and go three times: what is true at the end is there, and no session was lost"
}

# changes PE COMMAND...: how many routes of ours were made or removed meanwhile
changes() {
	local pe=$1 mon
	shift
	$NSEXEC "$(ns "$pe")" ip monitor route >"$LAB_RUN/changes" &
	mon=$!
	sleep 0.3
	"$@"
	sleep 0.5
	kill $mon
	wait $mon 2>/dev/null
	grep -c "proto 77" "$LAB_RUN/changes"
}
killed() {
	kill -KILL "$(cat "$LAB_RUN/$1/pid")"
	rm -f "$LAB_RUN/$1/pid"
	pe_start "$1"
	slowwait 20 sessions_up
	slowwait 20 state_is "$1" 10.20.0.0/24 "$2"
}
restarted() {
	pe_stop "$1"
	pe_start "$1"
	slowwait 20 sessions_up
	slowwait 20 state_is "$1" 10.20.0.0/24 "$2"
}

restarts() {
	thousand pe1 add 20 20
	slowwait 20 count_is pe2 red 250
	check_eq "$(changes pe2 restarted pe2 installed)" 0 "changes while evpnd is restarted on PE2"
	check_eq "$(n_ours pe2 red)" 250 "routes"
	check_eq "$(changes pe2 killed pe2 installed)" 0 "changes while evpnd is killed and started on PE2"
	check_eq "$(n_ours pe2 red)" 250 "routes"
	check_eq "$(changes pe2 killed pe1 local)" 0 "changes on PE2 while evpnd is killed and started on PE1"
	check_eq "$(n_ours pe2 red)" 250 "routes"
	log_test "evpnd restarted and killed on either PE: no route changes"

	pe_stop pe2
	thousand pe1 del 20 20
	pe_start pe2
	slowwait 40 count_is pe2 red 0
	check_eq "$(n_ours pe2 red)" 0 "routes that went while evpnd was away"
	log_test "what has gone while evpnd was away goes when it is back"
}

compat_mode() { in_ns "$1" sh -c "echo $2 >/proc/sys/net/ipv4/nexthop_compat_mode"; }

flushed() {
	thousand pe1 add 20 20
	slowwait 20 count_is pe2 red 250
	check_eq "$(n_ours pe2 red)" 250 "routes"
	# iproute2 gives back what the kernel has told it: beside an object's number what is in it, which the kernel does not take
	compat_mode pe2 0
	defer compat_mode pe2 1
	vrf_ip pe2 route flush vrf red proto 77 >"$LAB_RUN/flush" 2>&1
	check_err $? "route flush: $(cat "$LAB_RUN/flush")"
	slowwait 20 count_is pe2 red 250
	check_eq "$(n_ours pe2 red)" 250 "routes after a flush of routes"
	compat_mode pe2 1
	# when it ends they are gone with their object, and may be there again at once
	vrf_ip pe2 nexthop flush proto 77 | grep -q "Flushed [1-9]"
	check_err $? "nothing was flushed"
	slowwait 20 count_is pe2 red 250
	check_eq "$(n_ours pe2 red)" 250 "routes after a flush"
	vrf_ip pe2 link set bond0.1 down
	slowwait 10 count_is pe2 red 0
	vrf_ip pe2 link set bond0.1 up
	vrf_ip pe2 -6 addr replace fd00:1::254/64 dev bond0.1 nodad
	slowwait 30 count_is pe2 red 250
	check_eq "$(n_ours pe2 red)" 250 "routes after the sub-interface was down: $(reason pe2 10.20.0.0/24)"
	thousand pe1 del 20 20
	slowwait 20 count_is pe2 red 0
	log_test "flushed, and gone with their device: they come back"
}

# Nobody has a packet for a router that both PEs have forgotten: there is no route for one on PE2, and PE1 gets none.
router_silent() {
	local p
	learn pe1 red 203.0.113.0/24 10.1.0.1
	defer forget pe1 red 203.0.113.0/24
	slowwait 10 has pe2 red 203.0.113.0/24
	check_err $? "not there: $(reason pe2 203.0.113.0/24)"
	ip -n "$(ns h1)" link set bond0.1 arp off
	defer ip -n "$(ns h1)" link set bond0.1 arp on
	for p in pe1 pe2; do
		vrf_ip $p neigh flush dev bond0.1 to 10.1.0.1
	done
	slowwait 30 has_not pe2 red 203.0.113.0/24
	check_err $? "still there without its router"
	ip -n "$(ns h1)" link set bond0.1 arp on
	slowwait 40 has pe2 red 203.0.113.0/24
	check_err $? "its router has come back: $(reason pe2 203.0.113.0/24)"
	log_test "a router that is forgotten is asked for until it answers"
}

# reconfigure PE SED-SCRIPT
reconfigure() {
	sed -i "$2" "$LAB_RUN/$1/evpnd.yaml"
	pe_ctl "$1" config reload >/dev/null
}

n_with_metric() { vrf_ip "$1" route show vrf red proto 77 | grep -c "metric $2 "; }
all_have_metric() { [ "$(n_with_metric "$1" "$2") $(n_ours "$1" red)" = "250 250" ]; }
# to_metric HOW METRIC: on PE2, by `reload` or `restart`; what the kernel told meanwhile is in $LAB_RUN/changes
to_metric() {
	[ "$1" = reload ] || pe_stop pe2
	sed -i "s/prefixes: {.*learn/prefixes: {metric: $2, learn/" "$LAB_RUN/pe2/evpnd.yaml"
	[ "$1" = reload ] || pe_start pe2
	[ "$1" = restart ] || pe_ctl pe2 config reload >/dev/null
	slowwait 40 all_have_metric pe2 "$2"
}
# gaps METRIC: how many of those that went had not come with this metric before
gaps() {
	awk -v new="metric $1 " '!/proto 77/ { next }
		$1 == "Deleted" { n += !($2 in there); next }
		index($0, new) { there[$1] }
		END { print n + 0 }' "$LAB_RUN/changes"
}

other_metric() {
	local how metric=3187671041
	thousand pe1 add 20 20
	slowwait 20 count_is pe2 red 250
	for how in reload restart; do
		metric=$((metric + 1))
		check_eq "$(changes pe2 to_metric $how $metric)" 500 "routes made and removed ($how)"
		all_have_metric pe2 $metric
		check_err $? "$how: $(n_ours pe2 red) routes, of which $(n_with_metric pe2 $metric) have the new metric"
		check_eq "$(gaps $metric)" 0 "removed before they were there with the new metric ($how)"
		state_is pe2 10.20.0.0/24 installed
		check_err $? "$how: it is $(state_of pe2 10.20.0.0/24)"
	done
	reconfigure pe2 "s/metric: $metric, //"
	slowwait 20 all_have_metric pe2 3187671041
	thousand pe1 del 20 20
	slowwait 20 count_is pe2 red 0
	log_test "another metric, by a reload or after a restart: each route is there with the new one before the old one goes"
}

esi_form() {
	learn pe1 red 203.0.113.0/24 10.1.0.1
	defer forget pe1 red 203.0.113.0/24
	slowwait 10 has pe2 red 203.0.113.0/24
	check_eq "$(changes pe2 reconfigure pe1 's/prefixes: {learn/prefixes: {form: esi, learn/')" 0 "changes on PE2 when PE1 tells it in the other form"
	defer reconfigure pe1 's/form: esi, //'
	slowwait 10 eval '[ "$(prefix_json pe2 203.0.113.0/24 ".prefixes[0].from[0].form")" = esi ]'
	check_err $? "on PE2: $(pe_ctl pe2 prefix why 203.0.113.0/24)"
	state_is pe2 203.0.113.0/24 installed
	check_err $? "it is $(state_of pe2 203.0.113.0/24): $(reason pe2 203.0.113.0/24)"
	ours pe2 red 203.0.113.0/24 | grep -q "via 10.1.0.1 dev bond0.1 "
	check_err $? "through: $(ours pe2 red 203.0.113.0/24)"
	log_test "told by ESI and Router's MAC instead: the same route, without a gap"
}

leg_cut() {
	learn pe1 red 203.0.113.0/24 10.1.0.1
	slowwait 10 has pe2 red 203.0.113.0/24
	cut_cable ce pe1
	slowwait 5 ce_uses_not ce pe1 # until then what it sends to PE1 is lost on the cable
	in_ns host ping -q -I red -i 0.1 -c 40 -W 1 203.0.113.1 >"$LAB_RUN/ping" 2>&1 &
	local ping=$!
	forget pe1 red 203.0.113.0/24 # its routing daemon has lost the neighbour
	slowwait 5 state_is pe2 203.0.113.0/24 retained
	check_err $? "when PE1 has withdrawn it is $(state_of pe2 203.0.113.0/24)"
	learn pe2 red 203.0.113.0/24 10.1.0.1 # and the customer has found PE2
	slowwait 5 state_is pe2 203.0.113.0/24 local
	check_err $? "when PE2 has learned it it is $(state_of pe2 203.0.113.0/24)"
	wait $ping
	grep -q " 0% packet loss" "$LAB_RUN/ping"
	check_err $? "by way of PE2: $(grep loss "$LAB_RUN/ping")"
	mend_cable ce pe1
	slowwait 15 lag_up
	slowwait 15 has pe1 red 203.0.113.0/24
	check_err $? "mended, PE1 does not have it: $(reason pe1 203.0.113.0/24)"
	forget pe2 red 203.0.113.0/24
	slowwait 10 has_not pe1 red 203.0.113.0/24
	log_test "a leg is cut, with the adjacency on it: nothing is lost by way of the other PE while the customer finds it"
}

pe_dies() {
	thousand pe1 add 20 20
	slowwait 20 count_is pe2 red 250
	kill -KILL "$(cat "$LAB_RUN/pe1/pid")"
	rm -f "$LAB_RUN/pe1/pid"
	slowwait 15 state_is pe2 10.20.0.0/24 retained
	check_err $? "after PE1 has died it is $(state_of pe2 10.20.0.0/24)"
	check_eq "$(n_ours pe2 red)" 250 "routes that are retained"
	slowwait 20 count_is pe2 red 0
	check_eq "$(n_ours pe2 red)" 0 "routes after the retention time"
	pe_start pe1
	slowwait 20 sessions_up
	slowwait 20 count_is pe2 red 250
	check_eq "$(n_ours pe2 red)" 250 "routes when PE1 is back"
	thousand pe1 del 20 20
	slowwait 20 count_is pe2 red 0
	log_test "a PE that dies withdraws nothing for the retention time, and a withdraw is one"
}

tests_run
finish
