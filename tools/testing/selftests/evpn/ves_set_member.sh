#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who wants which multicast group behind a segment that is a set of devices (RFC 9784): two VLANs of a port, and a GRE
# pseudowire, each in a bridge of its own that looks who wants what. What one PE has heard on one of them is in the other
# PE's bridge at the same device, and at no other.
#
#     ce: cust.10, cust.20, cgre --- pe1, pe2: bond0.10 in br10, bond0.20 in br20, gre in brgre
#         the lab of ves_lib.sh, with pseudowires; and VXLAN between the bridges

NEEDS="system plain"
ALL_TESTS="
	by_device
	leave
	one_is_down
	made_again
	taken_out
	taken_over
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=ves_lib.sh
. "$(dirname "$0")/ves_lib.sh"
# shellcheck source=ves_set_lib.sh
. "$(dirname "$0")/ves_set_lib.sh"
begin "memberships behind several devices as one segment" D5 C50 C54 C60
need_evpnd
flood_tools
has_at_least "$(uname -r)" 6.2 || skip "a bridge of Linux $(uname -r) takes no entry of another protocol"
MCAST_SAY=$(lab_tool mcast_say) || skip "mcast_say does not build"

DEVICES="bond0.10 bond0.20 gre"
SET="bond0.10, bond0.20, gre"
declare -A BRIDGE=([bond0.10]=br10 [bond0.20]=br20 [gre]=brgre)
# where the customer's host is, its group, and a host of the core
declare -A HOST=([bond0.10]=cust.10 [bond0.20]=cust.20 [gre]=cgre)
declare -A GROUP=([bond0.10]=239.1.1.10 [bond0.20]=239.1.1.20 [gre]=239.1.1.30)
declare -A CORE=([bond0.10]=v10 [bond0.20]=v20 [gre]=gre)

# config PE
config() {
	PEER_EXTRA=", send-multicast: yes" set_conf "$1" <<-END
		bridges:
		  - {bridge: br10, vni: 10, vxlan: vx10}
		  - {bridge: br20, vni: 20, vxlan: vx20}
		  - {bridge: brgre, vni: 30, vxlan: vx30}
		segments:
		  - name: site
		    interface: [$SET]
		    esi: 00:de:5e:00:00:00:00:00:00:03
		    mode: port-active
		    standby: block
		    retention: 8s
		    leave-time: 1s
		    df: $(preferred "$1")
	END
}

# customer: his hosts, one in each of his LANs
customer() {
	lans gre
	fl_ip ce -batch - <<-END
		addr add 10.10.0.1/24 dev cust.10
		addr add 10.20.0.1/24 dev cust.20
		addr add 10.30.0.1/24 dev cgre
	END
}

# tunnels PE: its bridges' to the other PE
tunnels() {
	local d vni=10
	for d in $DEVICES; do
		fl_ip "pe$1" -batch - <<-END
			link add vx$vni type vxlan id $vni local 192.0.2.$1 dstport 4789
			link set vx$vni addrgenmode none master ${BRIDGE[$d]} up
		END
		vni=$((vni + 10))
	done
}

# looks PE: its bridges look who wants what. They believe their own querier after the response interval (10 s), and ask when they
# begin after a quarter of the query interval. Who asks, of the two PEs' bridges, does so every 10 s.
looks() {
	local d
	for d in $DEVICES; do
		fl_ip "pe$1" link set "${BRIDGE[$d]}" type bridge mcast_snooping 1 mcast_igmp_version 3 mcast_querier 1 \
			mcast_query_response_interval 100 mcast_startup_query_interval 100 mcast_query_interval 1000
		fl_ip "h$1" addr add 10.9.9.9/32 dev "${CORE[$d]}"
	done
}

# wants DEVICE: a host behind it wants its group
declare -A WANTS=()
wants() {
	local out=$LAB_RUN/wants-$1
	$NSEXEC "${FL}ce" "$MCAST_SAY" join "${HOST[$1]}" "${GROUP[$1]}" >"$out" &
	WANTS[$1]=$!
	slowwait 5 grep -qs joined "$out"
	check_err $? "the host has not joined"
	defer leaves "$1"
}
leaves() {
	kill "${WANTS[$1]}" && wait "${WANTS[$1]}"
	WANTS[$1]=
} 2>/dev/null

mdb() { bridge -n "${FL}pe$1" -d mdb show | grep "grp ${GROUP[$2]} "; }
# where PE DEVICE: bridge and port at which that PE has what is wanted there, for us; what is left to the bridge is temporary
where() { mdb "$1" "$2" | grep "permanent .*proto \(77\|evpn\)" | sed -n 's/.*dev \([^ ]*\) port \([^ ]*\) .*/\1 \2/p' | sort | tr '\n' ' '; }
has() { [ "$(where "$1" "$2")" = "${BRIDGE[$2]} $2 " ]; }
has_not() { ! mdb "$1" "$2" | grep -q "proto \(77\|evpn\)"; }
both() { echo "PE1: $(pe_ctl fpe1 member show) $(mdb 1 "$1"); PE2: $(pe_ctl fpe2 member show) $(mdb 2 "$1")"; }
# all_has WHAT: PE2 has each at its own device
all_has() {
	local d
	for d in $DEVICES; do
		slowwait 10 has 2 "$d"
		check_err $? "$1: what is wanted behind $d: $(both "$d")"
	done
}
# all_want: each is wanted, if it is not yet
all_want() {
	local d
	for d in $DEVICES; do [ -n "${WANTS[$d]:-}" ] || wants "$d"; done
}

set_lab
customer
for i in 1 2; do
	tunnels $i
	looks $i
done
set_start
moves 1

by_device() {
	all_want
	all_has "joined"
	log_test "what is wanted behind a device is in the other PE's bridge at that device alone"
}

leave() {
	all_want
	all_has "joined"
	leaves bond0.20
	slowwait 10 has_not 2 bond0.20
	check_err $? "left: $(both bond0.20)"
	has 2 bond0.10 && has 2 gre
	check_err $? "the others: $(both bond0.10)"
	wants bond0.20
	all_has "wanted again"
	log_test "a leave behind one of them ends that one"
}

one_is_down() {
	all_want
	all_has "joined"
	fl_ip pe1 link set bond0.20 down
	slowwait 20 has_not 2 bond0.20
	check_err $? "PE1's is down: $(both bond0.20)"
	has 2 bond0.10 && has 2 gre
	check_err $? "the others: $(both bond0.10)"
	fl_ip pe1 link set bond0.20 up
	all_has "up again, and asked"
	log_test "a device is down, and what is wanted behind the others stays"
}

made_again() {
	all_want
	all_has "joined"
	fl_ip pe2 link del bond0.20
	fl_ip pe2 link del gre
	has 2 bond0.10
	check_err $? "deleted on PE2: $(both bond0.10)"
	made 2 bond0.20
	made 2 gre
	all_has "made again on PE2"
	fl_ip pe1 link del bond0.20
	fl_ip pe1 link del gre
	made 1 bond0.20
	made 1 gre
	all_has "made again on PE1"
	log_test "devices that are deleted and made again have what they had"
}

taken_out() {
	local i all=$SET
	all_want
	all_has "joined"
	SET="bond0.10, bond0.20"
	reload
	slowwait 20 has_not 2 gre
	check_err $? "gre is out of the segment: $(both gre)"
	slowwait 10 has 2 bond0.10
	check_err $? "the others: $(both bond0.10)"
	SET=$all
	reload
	moves 1
	all_has "in it again"
	log_test "a device that is taken out of the segment has nothing of it left"
}

hear() {
	$NSEXEC "${FL}ce" "$MCAST_SAY" hear "${HOST[$1]}" "${GROUP[$1]}" 60 >"$LAB_RUN/counted" &
	HEAR=$!
	slowwait 5 grep -qs joined "$LAB_RUN/counted"
}
counted() { sed -n "s/.*$1=\([0-9]*\).*/\1/p" "$LAB_RUN/counted"; }
# arrives PE DEVICE: a stream of the core by that PE
arrives() {
	hear "$2"
	in_fl "h$1" "$MCAST_SAY" stream "${CORE[$2]}" "${GROUP[$2]}" 1 200 >/dev/null
	kill $HEAR && wait $HEAR 2>/dev/null
	[ "$(counted received)" -ge 190 ]
	check_err $? "by PE$1 behind $2: $(tail -n 1 "$LAB_RUN/counted"); $(both "$2")"
	check_eq "$(counted doubled)" 0 "datagrams that arrived twice"
}

taken_over() {
	local d
	# groups that nobody has just left: what goes within seconds of a leave is taken for one that was left
	GROUP=([bond0.10]=239.1.2.10 [bond0.20]=239.1.2.20 [gre]=239.1.2.30)
	all_want
	all_has "joined"
	# without the carrier of its end of the core PE2 would be isolated
	tc -n "${FL}pe1" qdisc replace dev core clsact
	tc -n "${FL}pe1" filter replace dev core egress matchall action drop
	fl_ip pe1 link set m0 down
	fl_ip pe1 link set acc down
	kill -KILL "$(cat "$LAB_RUN/fpe1/pid")"
	slowwait 20 alone 2
	check_err $? "PE2 does not take over: $(es 2 .)"
	for d in $DEVICES; do arrives 2 "$d"; done
	log_test "PE1 dies, and what is wanted behind each device comes by PE2"
}

tests_run
finish
