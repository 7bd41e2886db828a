#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Segments on VLAN devices of one port (RFC 9784): VLANs 10 and 20 of each PE's bond0 are segments whose DFs
# are different PEs, VLAN 30 is none. The module is spoken to directly.

NEEDS="module"
ALL_TESTS="
	both_ways
	roles
	many
	single_active
	all_active
	lost
	dormant
	enslaved
	speaks
	speak_all
	refused
	speak_through
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=ves_lib.sh
. "$(dirname "$0")/ves_lib.sh"
begin "segments on VLANs of a shared port" D5 D6
flood_tools

# es PE VLAN COMMAND [KEY=VALUE...]: of that VLAN's segment
es() { fl_nl "pe$1" "$3" esi="00:de:5e:00:00:00:00:00:00:$2" "${@:4}"; }

# dropped PE VLAN: what that VLAN's segment has dropped, in and out
dropped() {
	es "$1" "$2" stats-get | tr ' ' '\n' | sed -n 's/^\(in\|e\)gress.standby=//p' | xargs
}

ves_lab || skip "no lab: $(ip -V)"
es 1 10 es-new ifname=bond0.10 role=df >/dev/null
es 1 20 es-new ifname=bond0.20 role=non-df >/dev/null
es 2 10 es-new ifname=bond0.10 role=non-df >/dev/null
es 2 20 es-new ifname=bond0.20 role=df >/dev/null

both_ways() {
	passes 1 10 100
	passes 1 20 0
	passes 2 10 0
	passes 2 20 100
	passes 1 30 100
	passes 2 30 100
	check_eq "$(dropped 1 10) $(dropped 1 20) $(dropped 2 10) $(dropped 2 20)" "0 0 100 100 100 100 0 0" \
		"counted, by segment: in and out"
	inject ce,p1 b -t 0 -t 20
	expect "VLAN 20 behind a priority tag" h1,v20 b 0
	inject ce,p1 b -t 0 -t 10
	expect "VLAN 10 behind a priority tag" h1,v10 b 100
	inject ce,p1 b -t 88a8:20
	check_eq "$(dropped 1 20)" "200 100" "an S-tag of the same number is another VLAN"
	log_test "each VLAN has its own DF, in both directions, and the others pass"
}

roles() {
	es 1 10 es-set role=non-df >/dev/null
	es 2 10 es-set role=df >/dev/null
	passes 1 10 0
	passes 2 10 100
	passes 1 20 0
	passes 2 20 100
	es 2 10 es-del >/dev/null
	passes 2 10 100
	es 2 10 es-new ifname=bond0.10 role=non-df >/dev/null
	passes 2 10 0
	es 1 10 es-set role=df >/dev/null
	passes 1 10 100
	log_test "a role changes for one VLAN, and so does a segment's end"
}

# A hundred more, every second blocked
many() {
	local v
	for ((v = 100; v < 200; v++)); do echo "link add link bond0 name bond0.$v type vlan id $v"; done |
		fl_ip pe1 -batch -
	for ((v = 100; v < 200; v++)); do
		printf 'es-new esi=00:de:5e:00:00:00:00:00:01:%02x ifname=bond0.%d role=%s\n' $v $v \
			"$((v % 2))" | sed 's/role=0/role=df/; s/role=1/role=non-df/'
	done | fl_nl pe1 -b >/dev/null
	check_eq "$(fl_nl pe1 es-get | grep -c state=bound)" 102 "segments bound"
	for v in 100 101 198 199; do
		inject ce,p1 b -t $v
		check_eq "$(fl_nl pe1 stats-get "esi=00:de:5e:00:00:00:00:00:01:$(printf %02x $v)" | tr ' ' '\n' |
			sed -n 's/^ingress.standby=//p')" $((v % 2 * 100)) "dropped of VLAN $v"
	done
	passes 1 20 0
	for ((v = 100; v < 200; v++)); do echo "link del bond0.$v"; done | fl_ip pe1 -batch -
	check_eq "$(fl_nl pe1 es-get | grep -c state=unbound)" 100 "segments unbound"
	for ((v = 100; v < 200; v++)); do printf 'es-del esi=00:de:5e:00:00:00:00:00:01:%02x\n' $v; done |
		fl_nl pe1 -b >/dev/null
	passes 1 20 0
	log_test "a hundred segments on one port"
}

state() { es 1 20 es-get | tr ' ' '\n' | sed -n 's/^state=//p'; }

# The VLAN device goes and comes, and so does the port.
lost() {
	fl_ip pe1 link del bond0.20
	check_eq "$(state)" unbound "without its device"
	fl_ip pe1 link add link bond0 name bond0.20 type vlan id 20
	fl_ip pe1 link set bond0.20 addrgenmode none master br20 up
	check_eq "$(state)" bound "with a new one"
	passes 1 20 0
	fl_ip pe1 link del bond0
	check_eq "$(state)" unbound "without its port"
	fl_ip pe1 -batch - <<-END
		link add bond0 type bond mode active-backup miimon 10
		link set m0 down
		link set m0 master bond0
		link set m0 up
		link set bond0 addrgenmode none up
		link add link bond0 name bond0.20 type vlan id 20
		link set bond0.20 addrgenmode none master br20 up
	END
	check_eq "$(state)" bound "with a new port"
	slowwait 5 eval '[ "$(fl_ip pe1 -br link show dev bond0.20 | awk "{ print \$2 }")" = UP ]'
	passes 1 20 0
	fl_ip pe1 link add d0 type dummy
	fl_ip pe1 link add link d0 name d0.20 type vlan id 20
	es 1 20 es-set ifname=d0.20 >/dev/null
	check_eq "$(state)" bound "on another port"
	passes 1 20 100
	ip netns add "${FL}other"
	fl_ip pe1 link set d0 netns "${FL}other"
	check_eq "$(state)" unbound "its port in another namespace"
	ip netns del "${FL}other"
	log_test "VLAN devices and the port go and come"
}

operstate() { fl_ip pe2 -j link show dev "$1" | jq -r '.[0].operstate'; }

dormant() {
	es 2 10 es-set standby=down >/dev/null
	slowwait 5 eval '[ "$(operstate bond0.10)" = DORMANT ]'
	check_err $? "the VLAN device of the standby is $(operstate bond0.10)"
	check_eq "$(operstate bond0) $(operstate bond0.20)" "UP UP" "port and the other segment"
	es 2 10 es-set role=df >/dev/null
	slowwait 5 eval '[ "$(operstate bond0.10)" = UP ]'
	check_err $? "the VLAN device of the active is $(operstate bond0.10)"
	es 2 10 es-set role=non-df standby=block >/dev/null
	log_test "the state of one VLAN device is the role of its segment"
}

# The port joins a bond: not while it is shared, and not the other way round.
enslaved() {
	local vlan="es-new esi=00:de:5e:00:00:00:00:00:04:01 ifname=d1.20" said
	fl_ip pe1 -batch - <<-END
		link add bond1 type bond mode active-backup
		link add d1 type dummy
		link add link d1 name d1.20 type vlan id 20
	END
	# shellcheck disable=SC2086
	check_eq "$(fl_nl pe1 $vlan)" ok "a segment on d1.20"
	said=$(fl_ip pe1 link set d1 master bond1 2>&1)
	[[ $said == *"d1 is shared by segments on its VLAN devices"* ]]
	check_err $? "a shared port joins a bond: '$said'"
	fl_nl pe1 es-del esi=00:de:5e:00:00:00:00:00:04:01 >/dev/null
	check_eq "$(fl_ip pe1 link set d1 master bond1 2>&1)" "" "the port, when it is not shared any more"
	# shellcheck disable=SC2086
	said=$(fl_nl pe1 $vlan)
	[[ $said == *"d1, below d1.20, is a member of bond1"* ]]
	check_err $? "a segment on a VLAN of a member: '$said'"
	printf 'link del %s\n' bond1 d1 | fl_ip pe1 -batch -
	log_test "a shared port is no member of an aggregate"
}

# again PE ROLE: the segment of VLAN 10 as it was
again() {
	es "$1" 10 es-del >/dev/null
	es "$1" 10 es-new ifname=bond0.10 role="$2" >/dev/null
}

# inside PE TAG: how many of 100 frames with that tag behind the one of VLAN 10 pass, in and out
inside() {
	local in
	inject "ce,p$1" b -t 10 -t "$2"
	in=${SEEN[b h$1,v10]:-nothing}
	inject "h$1,v10" b -t "$2"
	echo "$in ${SEEN[b ce,p$1]:-nothing}"
}

# Single-active: what is behind the tag of the segment is the customer's VLAN, and each has its DF.
single_active() {
	local why
	es 1 10 es-set mode=single-active role=non-df >/dev/null
	passes 1 10 0
	why=" $(es 1 10 stats-get) "
	[[ $why == *" ingress.vlan-standby=100 "* && $why == *" egress.vlan-standby=100 "* ]]
	check_err $? "counted:$why"
	es 1 10 es-set role=df >/dev/null
	passes 1 10 100
	es 1 10 es-set vlan-df=5 >/dev/null
	passes 1 10 0
	check_eq "$(inside 1 5) $(inside 1 6)" "100 100 0 0" "customer's VLANs 5 and 6, of which PE1 is DF for 5"
	es 1 10 es-set vlan-df=0,6 >/dev/null
	passes 1 10 100
	check_eq "$(inside 1 5) $(inside 1 6)" "0 0 100 100" "customer's VLANs 5 and 6, of which PE1 is DF for 6"
	passes 1 20 0
	again 1 df
	log_test "single-active on one VLAN of a port: the customer's VLANs in it have a DF each"
}

# A tunnel between the PEs for VLAN 10
tunnel() {
	local i
	for i in 1 2; do
		fl_ip pe$i link add vx10 type vxlan id 10 local 192.0.2.$i remote 192.0.2.$((3 - i)) dstport 4789
		fl_ip pe$i link set vx10 addrgenmode none master br10 up
	done
}

# All-active: the customer's frames come in by either PE, and what the core floods leaves by the DF.
all_active() {
	local i
	tunnel
	for i in 1 2; do
		es $i 10 es-set mode=all-active role=$([ $i = 1 ] && echo df || echo non-df) peers=192.0.2.$((3 - i)) >/dev/null
		passes $i 10 100
	done
	inject h1,v10 bu
	expect "a host of PE1, by PE1" ce,p1 bu 100
	expect "a host of PE1, by PE2, which shares the segment" ce,p2 bu 0
	inject ce,p2 b -t 10
	expect "the customer's own, back by PE1" ce,p1 b 0
	expect "the customer's, at the host of PE1" h1,v10 b 100
	# a PE that does not share it
	for i in 1 2; do es $i 10 es-set peers= >/dev/null; done
	inject h1,v10 bu
	expect "from the core, by the non-DF" ce,p2 bu 0
	inject h2,v10 bu
	expect "from the core, by the DF" ce,p1 bu 100
	bridge -n "${FL}pe1" fdb replace $CE_MAC dev vx10 dst 192.0.2.2 self static
	bridge -n "${FL}pe1" fdb replace $CE_MAC dev vx10 master static
	bridge -n "${FL}pe2" fdb replace $CE_MAC dev bond0.10 master static
	inject h1,v10 k -d $CE_MAC
	expect "to a host that is known, by the non-DF" ce,p2 k 100
	fl_ip pe2 link set br10 type bridge vlan_filtering 1
	bridge -n "${FL}pe2" fdb del $CE_MAC dev bond0.10 vlan 1 master
	inject h1,v10 k -d $CE_MAC
	expect "to a host that is not known in VLAN 1, by the non-DF" ce,p2 k 0
	bridge -n "${FL}pe2" fdb replace $CE_MAC dev bond0.10 vlan 1 master static
	inject h1,v10 k -d $CE_MAC
	expect "the same in VLAN 1 of a bridge that looks at VLANs" ce,p2 k 100
	fl_ip pe2 link set br10 type bridge vlan_filtering 0
	for i in 1 2; do fl_ip pe$i link del vx10; done
	again 1 df
	again 2 non-df
	log_test "all-active on one VLAN of a port: one copy from the core, no echo, and to known hosts by either"
}

# The gateway of a VLAN, the same on both PEs, speaks on the one that takes over, and no other.
speaks() {
	local i heard='fl_ip ce neigh show 10.40.0.1 dev'
	for i in 1 2; do
		fl_ip pe$i link add link bond0 name bond0.40 type vlan id 40
		fl_ip pe$i link set bond0.40 address 02:00:00:00:00:40 up
		fl_ip ce link add link p$i name p$i.40 type vlan id 40
		fl_ip ce link set p$i.40 up
		fl_ip ce addr add 10.40.0.1$i/24 dev p$i.40
		in_fl ce sysctl -qw "net.ipv4.conf.p$i/40.arp_accept=1"
	done
	for i in 1 2; do es $i 40 es-new ifname=bond0.40 role=non-df >/dev/null; done
	for i in 1 2; do fl_ip pe$i addr add 10.40.0.1/24 dev bond0.40; done
	check_eq "$($heard p1.40)$($heard p2.40)" "" "the gateway before anybody has the VLAN"
	es 2 40 es-set role=df >/dev/null
	slowwait 5 eval '[ "$($heard p2.40 | grep -c 02:00:00:00:00:40)" = 1 ]'
	check_err $? "the gateway of PE2 does not speak"
	check_eq "$($heard p1.40)" "" "the gateway of the other PE"
	for i in 1 2; do
		es $i 40 es-del >/dev/null
		fl_ip pe$i link del bond0.40
		fl_ip ce link del p$i.40
	done
	log_test "the gateway speaks where a VLAN has opened"
}

received() { fl_ip ce -s -j link show dev p2 | jq '.[0].stats64.rx.packets'; }

# More than speak at a time: each of them is heard, as often as any.
speak_all() {
	local v before
	for ((v = 200; v < 400; v++)); do
		echo "link add link bond0 name bond0.$v type vlan id $v"
		echo "link set bond0.$v up"
		echo "addr add 10.$((v / 100)).$((v % 100)).1/24 dev bond0.$v"
	done >"$FL_SEEN"
	for ((v = 200; v < 400; v++)); do
		printf 'es-new esi=00:de:5e:00:00:00:00:00:03:%02x ifname=bond0.%d role=non-df\n' $((v - 200)) $v
	done | fl_nl pe2 -b >/dev/null
	fl_ip pe2 -batch "$FL_SEEN"
	before=$(received)
	for ((v = 200; v < 400; v++)); do
		printf 'es-set esi=00:de:5e:00:00:00:00:00:03:%02x role=df\n' $((v - 200))
	done | fl_nl pe2 -b >/dev/null
	slowwait 20 eval '[ "$(received)" -ge $((before + 800)) ]'
	sleep 0.5
	check_eq $(($(received) - before)) 800 "what is heard of gateways after a take-over of 200 VLANs, four times each"
	for ((v = 200; v < 400; v++)); do echo "link del bond0.$v"; done | fl_ip pe2 -batch -
	for ((v = 200; v < 400; v++)); do
		printf 'es-del esi=00:de:5e:00:00:00:00:00:03:%02x\n' $((v - 200))
	done | fl_nl pe2 -b >/dev/null
	log_test "many gateways speak, a portion at a time"
}

refused() {
	local new="es-new esi=00:de:5e:00:00:00:00:00:02:01"
	# shellcheck disable=SC2086
	check_eq "$(fl_nl pe2 $new ifname=bond0)" \
		'error=EBUSY message="bond0 is shared by segments on its VLAN devices" attribute=ifname' "the port itself"
	fl_ip pe2 link add link bond0.30 name bond0.30.5 type vlan id 5
	# shellcheck disable=SC2086
	[[ "$(fl_nl pe2 $new ifname=bond0.30.5)" == *'bond0.30.5 is on another VLAN device, bond0.30"'* ]]
	check_err $? "two tags"
	fl_ip pe2 link add link bond0 name bond0.s10 type vlan proto 802.1ad id 10
	# shellcheck disable=SC2086
	[[ "$(fl_nl pe2 $new ifname=bond0.s10)" == *'VLAN 10 of bond0 already belongs to a segment'* ]]
	check_err $? "the same VLAN by another protocol"
	passes 2 10 0
	passes 2 20 100
	es 2 10 es-del >/dev/null
	es 2 20 es-del >/dev/null
	# shellcheck disable=SC2086
	check_eq "$(fl_nl pe2 $new ifname=bond0)" ok "the port itself, when it is not shared"
	[[ "$(es 2 10 es-new ifname=bond0.10)" == *'bond0, below bond0.10, belongs to segment'* ]]
	check_err $? "a VLAN of a port that is a segment"
	log_test "what cannot be is refused in a sentence"
}

# advertised DEV: unsolicited neighbour advertisements that have left by it
advertised() { in_fl pe2 awk '$1 == "Icmp6OutNeighborAdvertisements" { print $2 }' "/proc/net/dev_snmp6/$1"; }

# The port is one segment; the kernel itself tells its VLAN devices, and those on them, what the port is told.
speak_through() {
	local before v
	local whole="esi=00:de:5e:00:00:00:00:00:02:01"
	for v in 10 20; do es 2 $v es-del >/dev/null; done
	fl_nl pe2 es-del $whole >/dev/null
	fl_nl pe2 es-new $whole ifname=bond0 role=non-df >/dev/null
	fl_ip pe2 -batch - <<-END
		link add link bond0 name bond0.77 type vlan id 77
		link add link bond0.77 name bond0.77.5 type vlan id 5
		link set bond0.77 addrgenmode none up
		link set bond0.77.5 addrgenmode none up
		addr add 10.0.40.1/24 dev bond0.77
		addr add 10.0.5.1/24 dev bond0.77.5
	END
	before=$(received)
	fl_nl pe2 es-set $whole role=df >/dev/null
	slowwait 10 eval '[ "$(received)" -ge $((before + 8)) ]'
	sleep 0.5
	check_eq $(($(received) - before)) 8 "what is heard of two gateways on VLANs of the port, four times each"
	fl_nl pe2 es-set $whole role=non-df >/dev/null
	for v in bond0.77 bond0.77.5; do in_fl pe2 sysctl -qw "net.ipv6.conf.${v//./\/}.disable_ipv6=0"; done
	fl_ip pe2 addr add fd00:40::1/64 dev bond0.77 nodad
	fl_ip pe2 addr add fd00:5::1/64 dev bond0.77.5 nodad
	sleep 0.5
	before="$(advertised bond0.77) $(advertised bond0.77.5)"
	fl_nl pe2 es-set $whole role=df >/dev/null
	slowwait 10 eval '[ "$(advertised bond0.77.5)" -ge "$((${before#* } + 4))" ]'
	check_err $? "unsolicited neighbour advertisements are missing"
	sleep 0.5
	check_eq "$(advertised bond0.77) $(advertised bond0.77.5)" "$((${before% *} + 4)) $((${before#* } + 4))" "advertisements"
	fl_ip pe2 link del bond0.77
	fl_nl pe2 es-del $whole >/dev/null
	log_test "a gateway on a VLAN of the port speaks, once each time, IPv4 and IPv6"
}

tests_run
finish
