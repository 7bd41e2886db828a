#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An all-active segment that is routed, in a VRF: multicast that the PE forwards from the core leaves
# on the DF only; unicast leaves on every PE, and so does what the PE itself has to say.

NEEDS="module"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "routed multicast leaves on the DF only" B7 C3 E35
flood_tools

#	src ---- core0 [VRF red] bond0 ---- ce
down() { for n in src pe1 ce; do ip netns del "$(fl $n)"; done; } 2>/dev/null
down
defer down
for n in src pe1 ce; do
	ip netns add "$(fl $n)"
done
fl_ip pe1 -batch - <<-END || skip "no lab"
	link add red type vrf table 10
	link set red up
	link add core0 type veth peer name eth0 netns $(fl src)
	link add bond0 type bond mode active-backup miimon 10
	link add m0 type veth peer name eth0 netns $(fl ce)
	link set m0 master bond0
	link set core0 master red
	link set bond0 master red
	link set core0 up
	link set m0 up
	link set bond0 up
	addr add 10.1.0.254/24 dev core0
	addr add 10.2.0.254/24 dev bond0
	addr add 2001:db8:1::254/64 dev core0 nodad
	addr add 2001:db8:2::254/64 dev bond0 nodad
END
for n in src:1 ce:2; do
	fl_ip ${n%:*} link set eth0 up
	fl_ip ${n%:*} addr add 10.${n#*:}.0.1/24 dev eth0
	fl_ip ${n%:*} addr add 2001:db8:${n#*:}::1/64 dev eth0 nodad
	fl_ip ${n%:*} route add default via 10.${n#*:}.0.254
	fl_ip ${n%:*} route add default via 2001:db8:${n#*:}::254
done
in_fl pe1 sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv6.conf.all.forwarding=1

# The multicast route of the VRF's table, of both families, for as long as the process lives
ip netns exec "$(fl pe1)" python3 - <<-'END' &
	import socket, struct, time
	index = socket.if_nametoindex
	core, bond = index("core0"), index("bond0")
	s4 = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
	s4.setsockopt(0, 209, struct.pack("I", 10))                     # MRT_TABLE
	s4.setsockopt(0, 200, struct.pack("i", 1))                      # MRT_INIT
	for vif, dev in ((0, core), (1, bond)):
	    s4.setsockopt(0, 202, struct.pack("HBBIi4s", vif, 8, 1, 0, dev, bytes(4)))  # MRT_ADD_VIF by index
	ttls = bytes([0, 1] + [0] * 30)
	s4.setsockopt(0, 204, struct.pack("4s4sH32s2xIIIi", socket.inet_aton("10.1.0.1"),
	    socket.inet_aton("239.1.1.1"), 0, ttls, 0, 0, 0, 0))       # MRT_ADD_MFC
	s6 = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
	s6.setsockopt(41, 209, struct.pack("I", 10))                    # MRT6_TABLE
	s6.setsockopt(41, 200, struct.pack("i", 1))                     # MRT6_INIT
	for mif, dev in ((0, core), (1, bond)):
	    s6.setsockopt(41, 202, struct.pack("HBBHxxI", mif, 0, 1, dev, 0))  # MRT6_ADD_MIF
	sa = lambda a: struct.pack("HHI16sI", socket.AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, a), 0)
	s6.setsockopt(41, 204, sa("2001:db8:1::1") + sa("ff0e::1") + struct.pack("Hxx8I", 0, 2, *[0] * 7))
	open("/run/flood-mroute", "w").write("ready")
	time.sleep(600)
END
mroute=$!
# shellcheck disable=SC2064
defer "kill $mroute"
rm -f /run/flood-mroute
slowwait 20 test -s /run/flood-mroute || skip "no multicast routes: the kernel has no tables for them"

in_fl ce nft -f - <<-END
	table netdev seen {
		chain in {
			type filter hook ingress device eth0 priority -10;
			ip daddr 239.1.1.1 counter comment "four"
			ip6 daddr ff0e::1 counter comment "six"
		}
	}
END
arrived() {
	in_fl ce nft -j list chain netdev seen in |
		jq --arg c "$1" '.nftables[].rule? | select(.comment? == $c) | .expr[].counter? | select(.) | .packets'
}
# talk: 100 datagrams to each group; prints how many more have arrived
talk() {
	local four six
	four=$(arrived four)
	six=$(arrived six)
	in_fl src python3 -c '
import socket
for family, group in ((socket.AF_INET, "239.1.1.1"), (socket.AF_INET6, "ff0e::1")):
    s = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET:
        s.setsockopt(0, socket.IP_MULTICAST_TTL, 8)
        s.setsockopt(0, socket.IP_MULTICAST_IF, socket.inet_aton("10.1.0.1"))
    else:
        s.setsockopt(41, socket.IPV6_MULTICAST_HOPS, 8)
        s.setsockopt(41, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("eth0"))
    for i in range(100):
        s.sendto(b"x" * 64, (group, 5000))
'
	sleep 0.3
	echo $(($(arrived four) - four)) $(($(arrived six) - six))
}
check_eq "$(talk)" "100 100" "without a segment"
fl_nl pe1 es-new esi=$ESI1 ifname=bond0 mode=all-active role=df peers=192.0.2.2 >/dev/null
check_eq "$(talk)" "100 100" "on the DF"
fl_nl pe1 es-set esi=$ESI1 role=non-df >/dev/null
check_eq "$(talk)" "0 0" "on a non-DF"
check_eq "$(counter 1 non-df)" 200 "counted"
log_test "multicast routed inside a VRF leaves on the DF only"

in_fl src ping -q -c 3 -i 0.2 -W 5 10.2.0.1 >/dev/null
check_err $? "IPv4 unicast through a non-DF"
in_fl src ping -q -c 3 -i 0.2 -W 5 2001:db8:2::1 >/dev/null
check_err $? "IPv6 unicast through a non-DF"
fl_ip pe1 neigh flush dev bond0
in_fl pe1 ping -q -I red -c 2 -i 0.2 -W 5 10.2.0.1 >/dev/null
check_err $? "from the non-DF itself, ARP included"
fl_nl pe1 es-set esi=$ESI1 role=df >/dev/null
check_eq "$(talk)" "100 100" "DF again"
log_test "unicast, and what the PE says itself, pass a non-DF"
finish
