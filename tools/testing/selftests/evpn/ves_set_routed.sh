#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A segment that is a set of routed devices (RFC 9784): two VLANs of a port, and two GRE pseudowires without a tag. What
# one PE knows of a customer's router on one of them, the other PE has on its own device for the same.
#
#     ce: cust.10, cust.20, cgre, cgreb --- pe1, pe2: bond0.10, bond0.20, gre, greb
#         10.10.0.1, 10.20.0.1, 10.70.0.1, 10.71.0.1    .254 on both; the lab of ves_lib.sh, with pseudowires

NEEDS="system"
ALL_TESTS="
	by_address
	by_segment
	taken_over
	one_is_down
	made_again
	sessions
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=ves_lib.sh
. "$(dirname "$0")/ves_lib.sh"
# shellcheck source=ves_set_lib.sh
. "$(dirname "$0")/ves_set_lib.sh"
begin "several routed devices as one segment" D5 D6 C70 C72
need_evpnd
flood_tools

DEVICES="bond0.10 bond0.20 gre greb"
declare -A NET=([bond0.10]=10.10.0 [bond0.20]=10.20.0 [gre]=10.70.0 [greb]=10.71.0)
# of the customer's prefixes, the one behind his router on that device
declare -A BEHIND=([bond0.10]=203.0.113.0/28 [bond0.20]=203.0.113.16/28 [gre]=203.0.113.32/28 [greb]=203.0.113.48/28)

# config PE FORM
config() {
	VRF_EXTRA=", prefixes: {learn: [ospf], form: $2}" set_conf "$1" <<-END
		segments:
		  - name: site
		    interface: [${DEVICES// /, }]
		    esi: 00:de:5e:00:00:00:00:00:00:01
		    mode: port-active
		    standby: block
		    df: $(preferred "$1")
	END
}

# addressed PE DEVICE: that device has its network, and the gateway's MAC address, as on the other PE
addressed() {
	fl_ip "pe$1" link set "$2" nomaster
	fl_ip "pe$1" link set "$2" address 02:00:00:00:40:01
	fl_ip "pe$1" link set "$2" up
	fl_ip "pe$1" addr add "${NET[$2]}.254/24" dev "$2"
}

# customer: his LANs, each with a router of its own address, and what is behind all of them
customer() {
	lans gre greb
	fl_ip ce -batch - <<-END
		link set lo up
		addr add 10.10.0.1/24 dev cust.10
		addr add 10.20.0.1/24 dev cust.20
		addr add 10.70.0.1/24 dev cgre
		addr add 10.71.0.1/24 dev cgreb
		addr add 203.0.113.1/32 dev lo
		addr add 203.0.113.17/32 dev lo
		addr add 203.0.113.33/32 dev lo
		addr add 203.0.113.49/32 dev lo
	END
}

# speaks DEVICE: PE1 and the customer's router there know each other
speaks() { in_fl pe1 ping -q -c 1 -W 1 "${NET[$1]}.1" >/dev/null 2>&1; }
# learned DEVICE: PE1 has a route to what is behind it
learned() { fl_ip pe1 route replace "${BEHIND[$1]}" via "${NET[$1]}.1" proto ospf metric 20; }
# route DEVICE: how PE2 reaches what is behind it
route() { fl_ip pe2 route show "${BEHIND[$1]}" proto 77 | grep -o 'via [0-9.]* dev [a-z0-9.]*'; }
has() { [ "$(route "$1")" = "via ${NET[$1]}.1 dev $1" ]; }
has_not() { [ -z "$(route "$1")" ]; }
why() { pe_ctl fpe2 prefix why "${BEHIND[$1]}" 2>&1; }
# all_has WHAT: PE2 reaches each by its own device for it
all_has() {
	local d
	for d in $DEVICES; do
		slowwait 15 has "$d"
		check_err $? "$1: what is behind $d: '$(route "$d")': $(why "$d")"
	done
}

set_lab
customer
for i in 1 2; do for d in $DEVICES; do addressed $i $d; done; done
set_start gateway
moves 1
for d in $DEVICES; do
	slowwait 10 speaks $d
	check_err $? "PE1 does not reach the customer by $d"
	learned $d
done

by_address() {
	all_has "by the next hop's address"
	check_eq "$(pe_ctl fpe1 -j prefix why "${BEHIND[greb]}" | jq -r ".prefixes[0].state")" local "on PE1"
	check_eq "$(pe_ctl fpe2 -j neigh show | jq -r '.neighbors[] | select(.address == "10.71.0.1") | .interface')" greb \
		"where PE2 has the router on greb"
	log_test "a prefix leads by the device that its next hop is on, with a tag and without"
}

by_segment() {
	reload esi
	all_has "by the segment and the router's MAC address"
	reload gateway
	all_has "by the next hop's address again"
	log_test "and so it does where the route names the segment"
}

# answers DEVICE: PE2 reaches what is behind it
answers() { in_fl pe2 ping -q -c 1 -W 1 -I "${NET[$1]}.254" "${BEHIND[$1]%.*}.$((${2:-0} + 1))" >/dev/null 2>&1; }
taken_over() {
	local d n=0
	pe_ctl fpe1 es drain site >/dev/null
	moves 2
	for d in $DEVICES; do
		slowwait 10 answers "$d" $n
		check_err $? "PE2 does not reach 203.0.113.$((n + 1)) by $d: $(route "$d")"
		n=$((n + 16))
	done
	pe_ctl fpe1 es drain site undo >/dev/null
	moves 1
	all_has "and back"
	log_test "the PE that takes over reaches all of them at once"
}

one_is_down() {
	fl_ip pe2 link set greb down
	slowwait 10 has_not greb
	check_err $? "greb is down: $(route greb)"
	[[ "$(why greb)" == *"greb is down"* ]]
	check_err $? "PE2 says: $(why greb)"
	has gre && has bond0.20
	check_err $? "the others: '$(route gre)', '$(route bond0.20)'"
	fl_ip pe2 link set greb up
	all_has "up again"
	log_test "one device is down, and what is behind the others is reached"
}

# again PE: its VLAN 20 and its second pseudowire, by a hand
again() {
	fl_ip "pe$1" link add link bond0 name bond0.20 type vlan id 20
	fl_ip "pe$1" link add greb type gretap local "10.9.$1.1" remote "10.9.$1.2" key 2
	addressed "$1" bond0.20
	addressed "$1" greb
}
gone() {
	fl_ip "pe$1" link del bond0.20
	fl_ip "pe$1" link del greb
	slowwait 10 has_not bond0.20 && slowwait 10 has_not greb
	check_err $? "deleted on PE$1: '$(route bond0.20)', '$(route greb)'"
	has gre && has bond0.10
	check_err $? "the others: '$(route gre)', '$(route bond0.10)'"
}

made_again() {
	local d
	gone 2
	again 2
	all_has "made again on PE2"
	gone 1
	again 1
	for d in bond0.20 greb; do
		slowwait 10 speaks $d
		check_err $? "PE1 does not reach the customer by $d"
		learned $d
	done
	all_has "made again on PE1"
	log_test "devices that are deleted and made again have what they had"
}

# the addresses to which PE1 has BGP sessions, of the customer and of the core
to() { in_fl pe1 ss -Htn state established '( dport = :179 or sport = :179 )' | awk '{ print $4 }' | sed 's/:[0-9]*$//' | sort | xargs; }
to_is() { [ "$(to)" = "$1" ]; }

sessions() {
	local d core log=$LAB_RUN/fpe1/evpnd.log
	core=$(to)
	$NSEXEC "${FL}ce" python3 -c 'import socket, time
s = socket.create_server(("", 179)); time.sleep(600)' &
	defer kill $!
	for d in $DEVICES; do
		# shellcheck disable=SC2016
		$NSEXEC "${FL}pe1" bash -c 'for i in {1..50}; do exec 3<>/dev/tcp/$0/179 && break; sleep 0.1; done 2>/dev/null; exec sleep 600' "${NET[$d]}.1" &
		defer kill $!
	done
	slowwait 10 to_is "10.10.0.1 10.20.0.1 10.70.0.1 10.71.0.1 $core"
	check_err $? "sessions of PE1: $(to)"
	pe_ctl fpe1 es drain site >/dev/null
	moves 2
	slowwait 10 to_is "$core"
	check_err $? "after the drain PE1 has sessions with $(to), the core's is $core"
	for d in $DEVICES; do
		grep -q "segment site: the BGP session with ${NET[$d]}.1 is ended, because it is handed over" "$log"
		check_err $? "of $d: $(grep "BGP session" "$log")"
	done
	pe_ctl fpe1 es drain site undo >/dev/null
	moves 1
	log_test "the customer's sessions on each device are ended when the segment is handed over"
}

tests_run
finish
