#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every way in which a customer's frame can leave a bridge, or come to it from the core: what is
# flooded from the core leaves on the DF only, what the bridge knows leaves on every PE. The bridge is
# asked in the VLAN that the frame was in, and nothing is configured for that.
#
#	r ---- vx [ bridges of pe1 ] bond0 ---- ce
#
NEEDS="module"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "flooded and known frames, in each kind of bridge" B6 B7 E34 E35 E37
flood_tools

down() { printf "netns del $FL%s\n" r pe1 ce | ip -force -batch -; } 2>/dev/null
down
defer down
printf "netns add $FL%s\n" r pe1 ce | ip -batch - || skip "no network namespaces"
fl_ip pe1 -batch - <<-END || skip "no lab"
	link add bond0 type bond mode active-backup miimon 10
	link set bond0 addrgenmode none
	link add m0 type veth peer name c0 netns $(fl ce)
	link set m0 master bond0
	link set m0 up
	link set bond0 up
	link add core type veth peer name eth0 netns $(fl r)
	addr add 192.0.2.1/24 dev core
	link set core up
	link add vx type vxlan id 100 local 192.0.2.1 remote 192.0.2.3 dstport 4789 nolearning
	link set vx addrgenmode none
	link set vx up
END
fl_ip r -batch - <<-END
	addr add 192.0.2.3/24 dev eth0
	link set eth0 up
	link add vx type vxlan id 100 local 192.0.2.3 remote 192.0.2.1 dstport 4789 nolearning
	link set vx addrgenmode none
	link set vx up
END
printf 'link set c0 %s\n' addrgenmode\ none up | fl_ip ce -batch -
slowwait 10 in_fl r ping -q -c 1 -W 1 192.0.2.1 >/dev/null || skip "the core does not reach the PE"
fl_nl pe1 es-new esi=$ESI1 ifname=bond0 mode=all-active role=non-df >/dev/null
PLACES="ce,c0 r,vx"

bridges() { fl_ip pe1 -batch -; }
ports() { bridge -n "${FL}pe1" -batch -; }
# host PORT [VLAN]: the customer's host is behind that port, and what the bridge's table says then
host() {
	bridge -n "${FL}pe1" fdb replace $CE_MAC dev "$1" master static ${2:+vlan $2}
	log_info "$(bridge -n "${FL}pe1" fdb show | grep "^$CE_MAC dev $1" | head -n 1)"
}
# what NUMBER-OF-FLOODED NUMBER-OF-KNOWN [OPTION...]: of frames that enter by the tunnel
what() {
	inject r,vx bmuk -w 150 "${@:3}"
	expect "to all, to a group, to an unknown host" ce,c0 bmu "$1"
	expect "to a known host" ce,c0 k "$2"
}
# way NAME [OPTION...]: on a non-DF, and on the DF
way() {
	what 0 100 "${@:2}"
	fl_nl pe1 es-set esi=$ESI1 role=df >/dev/null
	what 100 100 "${@:2}"
	fl_nl pe1 es-set esi=$ESI1 role=non-df >/dev/null
	log_test "$1"
}
gone() { printf 'link del %s\n' "$@" | fl_ip pe1 -batch -; }
# one BRIDGE-OPTIONS PORT PORT
one() {
	bridges <<-END
		link add br0 type bridge mcast_snooping 0 $1
		link set br0 addrgenmode none
		link set $2 master br0
		link set $3 master br0
		link set br0 up
	END
}
vlan_dev() {
	printf '%s\n' "link add link $1 name $1.$2 type vlan id $2" "link set $1.$2 addrgenmode none" \
		"link set $1.$2 up" | bridges
}

one "" vx bond0
host bond0
way "a bridge that does not look at VLANs"
gone br0

one "vlan_filtering 1" vx bond0
host bond0 1
way "VLAN 1, untagged: the default of a bridge that does"
ports <<-END
	vlan add dev vx vid 10 pvid untagged
	vlan add dev bond0 vid 10
END
host bond0 10
way "VLAN 10, tagged"
ports <<-END
	vlan add dev bond0 vid 10 untagged
END
way "VLAN 10, one of two that leave the port untagged"
ports <<-END
	vlan del dev bond0 vid 1
	vlan add dev bond0 vid 10 pvid untagged
END
way "VLAN 10, untagged"
gone br0

vlan_dev bond0 100
one "vlan_filtering 1" vx bond0.100
host bond0.100 1
way "a VLAN device as port, VLAN 1 untagged"
ports <<-END
	vlan add dev vx vid 20 pvid untagged
	vlan add dev bond0.100 vid 20
END
host bond0.100 20
way "a VLAN device as port, VLAN 20 tagged"
gone br0

vlan_dev bond0.100 50
one "" vx bond0.100.50
host bond0.100.50
way "a VLAN device on a VLAN device as port"
gone br0 bond0.100.50

one "vlan_filtering 1 vlan_protocol 802.1ad" vx bond0
ports <<-END
	vlan add dev vx vid 10 pvid untagged
	vlan add dev bond0 vid 10
END
host bond0 10
way "QinQ: S-VLAN 10" -t 5
ports <<-END
	vlan del dev bond0 vid 1
	vlan add dev bond0 vid 10 pvid untagged
END
way "QinQ: S-VLAN 10, and a C-tag only to the customer" -t 5
gone br0

vlan_dev vx 100
one "" vx.100 bond0.100
host bond0.100
way "a VLAN device on the tunnel as port" -t 100
fl_nl pe1 es-set esi=$ESI1 role=df peers=192.0.2.3 >/dev/null
what 0 100 -t 100
check_eq "$(counter 1 split-horizon)" 300 "PE1 counts"
fl_nl pe1 es-set esi=$ESI1 role=non-df peers= >/dev/null
log_test "a VLAN device on the tunnel as port: split horizon"
gone br0 vx.100 bond0.100

bridges <<-END
	link add br0 type bridge mcast_snooping 0
	link add br1 type bridge mcast_snooping 0
	link add v0 type veth peer name v1
	link set vx master br0
	link set v0 master br0
	link set v1 master br1
	link set bond0 master br1
END
printf 'link set %s\n' "br0 addrgenmode none" "br1 addrgenmode none" "v0 addrgenmode none" "v1 addrgenmode none" \
	"br0 up" "br1 up" "v0 up" "v1 up" | bridges
slowwait 5 eval 'bridge -n "${FL}pe1" link show dev v1 | grep -q forwarding'
host v0
host bond0
way "two bridges joined by a veth pair"
fl_nl pe1 es-set esi=$ESI1 role=df peers=192.0.2.3 >/dev/null
what 0 100
fl_nl pe1 es-set esi=$ESI1 role=non-df peers= >/dev/null
PLACES="ce,c0 pe1,v0" inject pe1,v0 b -w 150
expect "from the first bridge itself" ce,c0 b 100
log_test "two bridges joined by a veth pair: split horizon, and local bias"
gone br0 br1 v0

# Without a bridge the frames of a tunnel are routed: to one host always, as from anywhere.
in_fl pe1 sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.vx.rp_filter=0
fl_ip pe1 -batch - <<-END
	addr add 172.16.0.1/24 dev vx
	addr add 10.1.0.1/24 dev bond0
END
fl_ip r addr add 172.16.0.3/24 dev vx
fl_ip r route add 10.1.0.0/24 via 172.16.0.1
fl_ip ce -batch - <<-END
	addr add 10.1.0.50/24 dev c0
	route add 172.16.0.0/24 via 10.1.0.1
END
routed() {
	in_fl r ping -q -c 3 -i 0.1 -W 5 10.1.0.50 >/dev/null
	check_err $? "no answer through a non-DF"
	log_test "$1"
}
routed "unicast that is routed from the tunnel passes a non-DF"
fl_ip pe1 -batch - <<-END
	link add red type vrf table 10
	link set red up
	link set vx master red
	link set bond0 master red
END
routed "in a VRF too"
finish
