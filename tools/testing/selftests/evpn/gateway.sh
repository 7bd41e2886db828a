#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A gateway says where it is when a segment has opened, so that a switch that learns sends to this PE: whatever device
# it is on, more than once, and by the segment's port only. The module is spoken to directly.
#
#     pe: acc -------- new |            |
#                          | sw: br0    |        br0 looks at VLANs, and learns
#     old: acc ------- old |            |

NEEDS="module"
ALL_TESTS="
	overlap
	bridge_vlans
	bridge_plain
	only_bridges
	closes
	vlan_df
	many_vlans
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "a gateway says where it is when its segment opens" D6 A10
flood_tools

FL_NODES="pe old sw"
PLACES=pe,acc
GW=02:00:00:00:fe:01
gateway_lab() {
	local n
	nodes_up_quiet || return 1
	fl_ip sw link add br0 type bridge vlan_filtering 1 mcast_snooping 0 forward_delay 0
	fl_ip sw link set br0 up
	for n in new old; do
		fl_ip sw link add $n type veth peer name acc netns "$FL${n/new/pe}" || return 1
		fl_ip sw link set $n master br0 up
		bridge -n "${FL}sw" vlan add dev $n vid 10-40
		fl_ip ${n/new/pe} link set acc up
	done
}
gateway_lab || skip "no lab: $(ip -V)"

es() { fl_nl pe "$1" esi=$ESI1 "${@:2}" >/dev/null; }
# behind MAC [VLAN]: the port at which the switch has it
behind() { bridge -n "${FL}sw" fdb show br br0 | awk -v mac="$1" -v vlan="${2:-1}" '$1 == mac { for (i = 2; i < NF; i++) if ($i == "vlan" && $(i + 1) == vlan) print $3 }'; }
is_at() { [ "$(behind "$1" "$2")" = "$3" ]; }
# at MAC VLAN PORT TEXT: it gets there
at() {
	slowwait 8 is_at "$1" "$2" "$3"
	check_err $? "$4: the switch has it at '$(behind "$1" "$2")'"
}
sent() { fl_ip pe -s -j link show dev acc | jq '.[0].stats64.tx.packets'; }
heard() { fl_ip "$1" -s -j link show dev "$2" | jq '.[0].stats64.rx.packets'; }
dropped() { fl_nl pe stats-get esi=$ESI1 | tr ' ' '\n' | awk -F= '/^egress\./ { n += $2 } END { print n + 0 }'; }
rest() { sleep 5.5; } # until the last time that it is said

# The other PE goes on for a moment under the same address, as it does when the new one is there before the old one has gone.
overlap() {
	fl_ip pe link set acc address $GW
	fl_ip pe addr add 10.9.0.254/24 dev acc
	es es-new ifname=acc mode=port-active role=non-df
	inject old,acc b -s $GW
	at $GW 1 old "the gateway before"
	es es-set role=df
	at $GW 1 new "the gateway where the segment has opened"
	inject old,acc b -s $GW
	at $GW 1 new "the gateway after the other PE's last frames"
	rest
	es es-del
	fl_ip pe addr del 10.9.0.254/24 dev acc
	log_test "the other PE's last frames do not take the gateway away for long"
}

bridge_up() {
	fl_ip sw link set br0 type bridge fdb_flush
	fl_ip pe -batch - <<-END
		link add br0 type bridge mcast_snooping 0 forward_delay 0 $*
		link set br0 address 02:00:00:00:fe:02 up
		link set acc master br0
		link add other type veth peer name host netns ${FL}old
		link set other master br0 up
		$(for v in 20 30; do
			echo "link add link br0 name br0.$v address 02:00:00:00:fe:$v type vlan id $v"
			echo "link set br0.$v up"
			echo "addr add 10.9.$v.254/24 dev br0.$v"
		done)
		link add link br0.30 name vrr30 address 00:00:5e:00:01:1e type macvlan mode private
		link set vrr30 up
		addr add 10.9.30.1/24 dev vrr30
	END
	fl_ip old link set host up
}
bridge_down() {
	es es-del
	fl_ip pe link del other
	fl_ip pe link del br0
}
# opens: the segment does, and what leaves by the bridge's other port meanwhile is in ELSEWHERE
opens() {
	es es-new ifname=acc mode=port-active role=non-df
	sleep 0.5
	ELSEWHERE=$(heard old host)
	es es-set role=df
}

# goes_nowhere_else: until all is said
goes_nowhere_else() {
	rest
	check_eq "$(heard old host)" "$ELSEWHERE" "frames that left by the bridge's other port"
}

bridge_vlans() {
	bridge_up vlan_filtering 1
	bridge -n "${FL}pe" -batch - <<-END
		vlan add dev br0 vid 20 self
		vlan add dev br0 vid 30 self
		vlan add dev br0 vid 40 self
		vlan add dev acc vid 20
		vlan add dev acc vid 30 untagged pvid
	END
	fl_ip pe -batch - <<-END
		addr add 10.9.1.254/24 dev br0
		link add link br0 name br0.40 address 02:00:00:00:fe:40 type vlan id 40
		link set br0.40 up
		addr add 10.9.40.254/24 dev br0.40
	END
	opens
	at 02:00:00:00:fe:02 1 new "the bridge's own, in VLAN 1"
	at 02:00:00:00:fe:20 20 new "that of VLAN 20"
	at 02:00:00:00:fe:30 1 new "that of VLAN 30, whose frames leave without a tag"
	at 00:00:5e:00:01:1e 1 new "the virtual router on it"
	goes_nowhere_else
	check_eq "$(behind 02:00:00:00:fe:40 40)$(behind 02:00:00:00:fe:40)" "" "that of a VLAN that the port has not"
	bridge_down
	log_test "gateways on a bridge that looks at VLANs: each in its VLAN, by the segment's port only"
}

bridge_plain() {
	bridge_up
	fl_ip pe addr add 10.9.1.254/24 dev br0
	opens
	at 02:00:00:00:fe:02 1 new "the bridge's own"
	at 02:00:00:00:fe:20 20 new "that of VLAN 20"
	at 02:00:00:00:fe:30 30 new "that of VLAN 30"
	at 00:00:5e:00:01:1e 30 new "the virtual router on it"
	goes_nowhere_else
	bridge_down
	log_test "gateways on a bridge that does not"
}

only_bridges() {
	local v
	bridge_up vlan_filtering 1
	for v in 20 30; do fl_ip pe link del br0.$v; done
	in_fl sw tc qdisc add dev new clsact
	in_fl sw tc filter add dev new ingress protocol ipv6 matchall action drop # what its stack says by itself
	in_fl pe sysctl -qw net.ipv6.conf.br0.disable_ipv6=0
	opens
	rest
	check_eq "$(behind 02:00:00:00:fe:02)" "" "a bridge with its link-local address"
	fl_ip pe addr add fd00:9::1/64 dev br0 nodad
	es es-set role=non-df
	es es-set role=df
	at 02:00:00:00:fe:02 1 new "the same with an IPv6 address"
	bridge_down
	log_test "a bridge that is no gateway says nothing"
}

closes() {
	local before
	fl_ip sw link set br0 type bridge fdb_flush
	fl_ip pe addr add 10.9.0.254/24 dev acc
	es es-new ifname=acc mode=port-active role=non-df
	es es-set role=df
	at $GW 1 new "the gateway"
	es es-set role=non-df
	sleep 0.3
	before="$(sent) $(dropped)"
	rest
	check_eq "$(sent) $(dropped)" "$before" "frames sent, and dropped, after it has closed"
	es es-set role=df
	inject old,acc b -s $GW
	at $GW 1 new "when it has opened again"
	es es-del
	fl_ip pe addr del 10.9.0.254/24 dev acc
	log_test "a segment that closes again is quiet"
}

# Only the VLANs for which this PE is DF
vlan_df() {
	bridge_up vlan_filtering 1
	bridge -n "${FL}pe" -batch - <<-END
		vlan add dev br0 vid 20 self
		vlan add dev br0 vid 30 self
		vlan add dev acc vid 20
		vlan add dev acc vid 30
	END
	es es-new ifname=acc mode=single-active role=non-df
	sleep 0.5
	es es-set role=non-df vlan-df=30
	at 02:00:00:00:fe:30 30 new "that of a VLAN for which this PE is DF"
	rest
	check_eq "$(behind 02:00:00:00:fe:20 20)" "" "that of another one"
	check_eq "$(dropped)" 0 "frames dropped"
	bridge_down
	log_test "single-active: gateways of the VLANs for which this PE is DF"
}

# More than speak at a time, on one port
many_vlans() {
	local v before
	for ((v = 200; v < 500; v++)); do
		echo "link add link acc name acc.$v type vlan id $v"
		echo "link set acc.$v up"
		echo "addr add 10.$((v / 100)).$((v % 100)).1/24 dev acc.$v"
	done >"$FL_SEEN"
	es es-new ifname=acc mode=port-active role=non-df
	fl_ip pe -batch "$FL_SEEN"
	sleep 0.5
	before=$(sent)
	es es-set role=df
	slowwait 20 eval '[ $(($(sent) - before)) -ge 1200 ]'
	rest
	check_eq $(($(sent) - before)) 1200 "frames of 300 gateways on VLANs of the port, each four times"
	es es-del
	log_test "hundreds of gateways on VLANs of one port, a portion at a time"
}

tests_run
finish
