#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What one customer's hosts say of multicast does not keep another's from being heard: whoever fills the
# room for messages that wait, by as many VLANs as he likes, leaves some of it to others.
#
#     npe: bond0 (segment 1)  --- nce: ce, ce.11 to ce.18, which are hostile
#          bond9 (segment 2)  --- nce: ce9, another customer

NEEDS="module fast"
ALL_TESTS="
	other_segment
	other_vlan
	flood
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=neigh_lib.sh
. "$(dirname "$0")/neigh_lib.sh"
begin "one customer's groups and another's" C3 C50
command -v chrt >/dev/null || skip "chrt is not installed"
neigh_lab
MCAST_SAY=$(lab_tool mcast_say) || skip "mcast_say does not build"

# One process says it all, so that nothing is read in between.
hostile() { $NSEXEC "$(n_ce ce)" chrt -f 50 "$MCAST_SAY" "$@"; }
stat() { pe "$EVPN_NL" mcast-stats-get | tr ' ' '\n' | sed -n "s/^$1=//p"; }
heard() { pe "$EVPN_NL" mcast-get esi="$1" tag="$2" group="$3" >/dev/null 2>&1; }

pe_ip link add bond9 type bond mode active-backup miimon 10
pe_ip link add m9 type veth peer name ce9 netns "$(n_ce ce)"
pe_ip link set m9 master bond9
pe_ip link set m9 up
pe_ip link set bond9 up
ip -n "$(n_ce ce)" link set ce9 up
VLANS=
for v in 11 12 13 14 15 16 17 18; do
	ip -n "$(n_ce ce)" link add link ce name ce.$v type vlan id $v
	ip -n "$(n_ce ce)" link set ce.$v up
	VLANS+=${VLANS:+,}ce.$v
done
# the other customer of the hostile one's own segment
ip -n "$(n_ce ce1)" link set ce.1 netns "$(n_ce ce)"
ip -n "$(n_ce ce)" link set ce.1 up
slowwait 5 eval '[ "$(pe_ip -j link show dev bond9 | jq -r ".[].operstate")" = UP ]'
pe "$EVPN_NL" es-new esi=$ESI2 ifname=bond9 role=df >/dev/null
sleep 1

other_segment() {
	local before
	before=$(stat flooded)
	hostile fill $VLANS 239.1.1.1 190 ce9
	slowwait 5 heard $ESI2 0 239.1.1.1
	check_err $? "the other segment's report was not heard; dropped: $(($(stat flooded) - before))"
	log_info "dropped: $(($(stat flooded) - before)) of $((8 * 190))"
	log_test "eight VLANs of one segment are flooded, and another segment is heard"
}

other_vlan() {
	local before
	before=$(stat flooded)
	hostile fill $VLANS 239.1.1.2 190 ce.1
	slowwait 5 heard $ESI1 1 239.1.1.2
	check_err $? "the other VLAN's report was not heard; dropped: $(($(stat flooded) - before))"
	log_test "eight VLANs of one segment are flooded, and another VLAN of it is heard"
}

# 10,000 reports a second, each for another group, for as long as another customer joins and leaves.
flood() {
	local pid i
	$NSEXEC "$(n_ce ce)" "$MCAST_SAY" report ce.11 239.128.0.0 2000000 10000 &
	pid=$!
	for i in 1 2 3 4 5 6 7 8 9 10; do
		$NSEXEC "$(n_ce ce)" "$MCAST_SAY" report ce9 239.1.3.$i
		busywait 1000 heard $ESI2 0 239.1.3.$i
		check_err $? "group $i was not heard within a second"
		sleep 0.2
	done
	kill -0 $pid 2>/dev/null
	check_err $? "the flood was over before"
	kill $pid
	wait $pid 2>/dev/null
	log_test "10,000 reports a second in a VLAN that nobody has, and another customer's groups are heard at once"
}

tests_run
finish
