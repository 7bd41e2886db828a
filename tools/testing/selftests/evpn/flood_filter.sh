#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# One copy, no echo: what is flooded reaches a multihomed customer once, and never comes back to it;
# counted at the customer and at the hosts. PE1 is DF, PE2 is not, the remote host is behind PE3.

NEEDS="module"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "flooded frames: one copy, no echo" B6 B7 E34 E35 E37
flood_tools

# Without the module's help there are two copies and an echo: the lab can show what is wrong.
flood_lab || skip "no lab: $(ip -V)"
from_host 3 b
expect "leg of PE1" ce,p1 b 100
expect "leg of PE2" ce,p2 b 100
from_ce 2
expect "echo on the leg of PE1" ce,p1 b 100
log_test "without a segment the customer gets two copies, and its own frames back"

# check_flood: the whole of it
check_flood() {
	counters_reset
	from_host 3
	expect "from the remote host, leg of the DF" ce,p1 bmu 100
	expect "from the remote host, leg of the non-DF" ce,p2 bmu 0
	expect "from the remote host, host at the non-DF" h2,eth0 bmu 100
	check_eq "$(counter 2 non-df)" 300 "PE2 counts"
	check_eq "$(counter 1 non-df)" 0 "PE1 counts"
	# from the customer, through the non-DF and through the DF
	from_ce 2
	expect "the customer's own, back on the leg of the DF" ce,p1 b 0
	expect "the customer's, host at PE1" h1,eth0 b 100
	expect "the customer's, host at PE2" h2,eth0 b 100
	expect "the customer's, host at PE3" h3,eth0 b 100
	check_eq "$(counter 1 split-horizon)" 100 "PE1 counts"
	from_ce 1
	expect "the customer's own, back on the leg of the non-DF" ce,p2 b 0
	expect "the customer's, host at PE1" h1,eth0 b 100
	expect "the customer's, host at PE2" h2,eth0 b 100
	check_eq "$(counter 2 split-horizon)" 100 "PE2 counts"
	# local bias: a host at the non-DF is served there, and only there
	from_host 2
	expect "from the host at the non-DF, its own leg" ce,p2 bmu 100
	expect "from the host at the non-DF, other leg" ce,p1 bmu 0
	expect "from the host at the non-DF, remote" h3,eth0 bmu 100
	from_host 1
	expect "from the host at the DF, its own leg" ce,p1 bmu 100
	expect "from the host at the DF, other leg" ce,p2 bmu 0
	known
}

# Known unicast passes a non-DF, from a PE that shares the segment and from one that does not
known() {
	local p dev=bond0 vlan=
	[ $FL_BRIDGE != port ] || dev=bond0.10
	case $FL_BRIDGE in vlan | untagged | qinq) vlan="vlan 10" ;; esac
	for p in 1 2; do
		# shellcheck disable=SC2086
		bridge -n "${FL}pe$p" fdb replace $CE_MAC dev $dev master static $vlan
	done
	in_fl pe3 bridge fdb replace $CE_MAC dev vx dst "$(vtep 2)" self static ${FL_SVD:+src_vni 100}
	counters_reset
	from_host 3 k
	expect "known unicast on the leg of the non-DF" ce,p2 k 100
	expect "known unicast on the leg of the DF" ce,p1 k 0
	check_eq "$(counter 2 non-df)" 0 "PE2 counts"
	for p in 1 2; do
		# shellcheck disable=SC2086
		bridge -n "${FL}pe$p" fdb del $CE_MAC dev $dev master $vlan
	done
	in_fl pe3 bridge fdb del $CE_MAC dev vx dst "$(vtep 2)" self ${FL_SVD:+src_vni 100}
}

# variant NAME VARIABLE=VALUE...: the same in another lab
variant() {
	local name=$1
	shift
	FL_BRIDGE=plain FL_VXLAN=vni FL_FAMILY=4 FL_SVD=
	eval "$*"
	[ $FL_VXLAN != svd ] || FL_SVD=y
	flood_lab || { log_skip "$name" "this lab cannot be raised: $*"; return 1; }
	segment 1 df >/dev/null
	segment 2 non-df >/dev/null
	check_flood
	log_test "$name"
}

variant "plain bridge, one VXLAN device for the VNI"
# what is the module's own, in the same lab
check_eq "$(fl_nl pe2 core-get | tr ' ' '\n' | grep -E 'mask|port|used' | xargs)" \
	"mark-mask=4278190080 peers-used=1 port=4789" "core"
check_eq "$(fl_nl pe2 es-get esi=$ESI1 | tr ' ' '\n' | grep -E '^peers|^unknown' | xargs)" \
	"unknown-unicast=filter peers=192.0.2.1" "segment"
counters_reset
from_host 3
check_eq "$(fl_nl pe2 vlan-stats-get esi=$ESI1 dump | sed 's/.* vlan=/vlan=/')" "vlan=0 egress.non-df=300" "by VLAN"
from_host 3 b -t 20
from_host 3 b
check_eq "$(fl_nl pe2 vlan-stats-get esi=$ESI1 dump | sed 's/.* vlan=/vlan=/' | xargs)" \
	"vlan=0 egress.non-df=400 vlan=20 egress.non-df=100" "by VLAN, in turns"
log_test "what is in force can be read, and what was dropped by VLAN"

# What split horizon cannot bear is said
warnings() { in_fl pe2 "$LAB_BUILD/evpnctl" -j kernel show core | jq -r '.warnings[]' | cut -d: -f1,2 | sort; }
check_eq "$(warnings)" "" "warnings about this lab"
fl_ip pe2 rule add fwmark 0x10/0xff pref 100 table 100
fl_ip pe2 rule add fwmark 0x1000000/0xff000000 pref 101 table 100
fl_ip pe2 -6 rule add fwmark 0x1 pref 102 table 100
fl_ip pe2 link add vxgbp type vxlan id 200 local "$(vtep 2)" dstport 4789 gbp
fl_ip pe3 link add vxmoved type vxlan id 201 local "$(vtep 3)" dstport 4789
fl_ip pe3 link set vxmoved netns "${FL}pe2"
check_eq "$(warnings)" "$(cat <<-END
	IPv4 rule 101 looks at fwmark 0x1000000/0xff000000, which overlaps with mark-mask 0xff000000: choose other bits for one of them
	IPv6 rule 102 looks at fwmark 0x1/0xffffffff, which overlaps with mark-mask 0xff000000: choose other bits for one of them
	vxgbp: VXLAN with group policy (gbp) overwrites the packet's mark; what comes through it has no split horizon
	vxmoved: its tunnels end in another network namespace, and the packet's mark is lost between the two; what comes through it has no split horizon
END
)" "warnings"
fl_ip pe2 rule del pref 100
fl_ip pe2 rule del pref 101
fl_ip pe2 -6 rule del pref 102
fl_ip pe2 link del vxgbp
fl_ip pe2 link del vxmoved
log_test "who else uses the mark, and where it is lost, is said"

fl_nl pe2 es-set esi=$ESI1 unknown-unicast=pass >/dev/null
from_host 3
expect "unknown unicast" ce,p2 u 100
expect "broadcast" ce,p2 b 0
fl_nl pe2 es-set esi=$ESI1 unknown-unicast=filter >/dev/null
log_test "unknown unicast can be let pass"

# Large packets, cut on their way or not; received on a queue that is steered to a processor
for p in 1 2 3; do
	ip netns exec "$FL"pe$p sh -c 'for q in vx core; do echo 1 >/sys/class/net/$q/queues/rx-0/rps_cpus; done' 2>/dev/null ||
		rps=" (this kernel has no RPS)"
done
from_host 3 big
expect "leg of the DF" ce,p1 bi 100
expect "leg of the DF" ce,p1 g 10
expect "leg of the non-DF" ce,p2 big 0
expect "host at the non-DF" h2,eth0 g 10
from_ce 2 bg
expect "echo" ce,p1 bg 0
expect "host at PE1" h1,eth0 g 10
log_test "large packets, and RPS${rps:-}"

# The bridge makes one copy with the member's own address of what is for a group.
bridge -n "${FL}pe2" link set dev bond0 mcast_to_unicast on
fl_ip pe2 link set br0 type bridge mcast_snooping 1 mcast_querier 1 mcast_query_response_interval 20
fl_ip ce link set p2 address $CE_MAC
fl_ip ce addr add 10.0.0.14/24 dev p2
ip netns exec "$(fl ce)" python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("239.1.1.1") + socket.inet_aton("10.0.0.14"))
time.sleep(60)' &
member=$!
slowwait 10 eval 'bridge -n "${FL}pe2" mdb show | grep -q "port bond0 grp 239.1.1.1"'
check_err $? "the bridge has no member: $(bridge -n "${FL}pe2" mdb show)"
sleep 0.5
from_host 2 i
expect "from the host at PE2" ce,p2 i 100
from_host 3 i
expect "from the remote host, through the non-DF" ce,p2 i 0
kill $member
wait $member 2>/dev/null
fl_ip ce addr del 10.0.0.14/24 dev p2
fl_ip pe2 link set br0 type bridge mcast_snooping 0
bridge -n "${FL}pe2" link set dev bond0 mcast_to_unicast off
log_test "multicast that the bridge has made unicast is multicast still"

fl_nl pe1 es-set esi=$ESI1 peers= >/dev/null
from_ce 2
expect "the customer's own, without peers" ce,p1 b 100
fl_nl pe1 es-set esi=$ESI1 peers=192.0.2.2,2001:db8::2 >/dev/null
fl_nl pe1 core-set mark-mask=0x0ff00000 port=4789 port=8472 >/dev/null
from_ce 2
expect "the customer's own, with another mask" ce,p1 b 0
fl_nl pe1 core-set port=8472 >/dev/null
from_ce 2
expect "the customer's own, with a port nobody uses" ce,p1 b 100
fl_nl pe1 core-set port=4789 mark-mask=0xff000000 >/dev/null
log_test "peers, mask and ports take effect at once"

refused() { check_eq "$(fl_nl pe1 "${@:2}")" "$1" "$3"; }
refused 'error=EINVAL message="mark mask 0x5 is not 2 to 16 bits in a row" attribute=mark-mask' core-set mark-mask=5
refused 'error=EINVAL message="mark mask 0x1ffff is not 2 to 16 bits in a row" attribute=mark-mask' core-set mark-mask=0x1ffff
refused 'error=EINVAL message="65536 is no UDP port" attribute=port' core-set port=65536
fl_nl pe1 es-set esi=$ESI1 peers=192.0.2.2,192.0.2.3,192.0.2.4,192.0.2.5 >/dev/null
[[ "$(fl_nl pe1 core-set mark-mask=3)" == 'error=ENOSPC message="mark mask 0x3 can tell 2 PEs apart, number '[3-9]' is in use" attribute=mark-mask' ]]
check_err $? "a mask too narrow"
fl_nl pe1 es-set esi=$ESI1 peers=192.0.2.2 >/dev/null
fl_nl pe1 core-set mark-mask=3 >/dev/null
[[ "$(fl_nl pe1 es-set esi=$ESI1 peers=192.0.2.2,192.0.2.3,192.0.2.4,192.0.2.5)" == *'mark mask 0x3 can tell 2 PEs apart, not one more'* ]]
check_err $? "one PE too many"
check_eq "$(fl_nl pe1 es-get esi=$ESI1 | tr ' ' '\n' | grep ^peers)" "peers=192.0.2.2" "nothing has changed"
[[ "$(fl_nl pe1 es-set esi=$ESI1 peers=224.0.0.1)" == *'is not the address of one peer'* ]]
check_err $? "a group as a peer"
fl_nl pe1 core-set mark-mask=0xff000000 >/dev/null
log_test "what cannot be is refused in a sentence, and changes nothing"

# A hand-over at a thousand frames a second, the loser first
"$FLOOD" -n 60000 -r 1000 b "$(fl h3),eth0" "$(fl ce),p1" "$(fl ce),p2" >$FL_SEEN &
pid=$!
slowwait 5 grep -q ready $FL_SEEN
sleep 1
fl_nl pe1 es-set esi=$ESI1 role=non-df >/dev/null
fl_nl pe2 es-set esi=$ESI1 role=df >/dev/null
sleep 1
kill $pid
wait $pid
read -r sent one two twice < <(awk '$2 == "sent" { n = $3 } $2 ~ /,p1$/ { a = $3; t += $4 }
	$2 ~ /,p2$/ { b = $3; t += $4 } END { print n, a, b, t }' $FL_SEEN)
lost=$((sent - one - two))
check_eq "$twice" 0 "frames that came twice"
[ $((lost * 2)) -lt "$sent" ] && [ "$one" -gt 0 ] && [ "$two" -gt 0 ]
check_err $? "of $sent frames $one came through PE1 and $two through PE2"
log_info "hand-over at 1,000 a second: $lost of $sent lost, $twice twice"
log_test "no frame comes twice in a hand-over"
undo

# Single-active: the non-DF of a VLAN lets nothing of it by, in either direction.
FL_BRIDGE=vlan
if flood_lab; then
	for p in 1 2; do
		fl_nl pe$p es-new esi=$ESI1 ifname=bond0 mode=single-active role=non-df vlan-df=$((9 + p)) >/dev/null
	done
	from_host 3
	expect "VLAN 10, its DF" ce,p1 bmu 100
	expect "VLAN 10, its non-DF" ce,p2 bmu 0
	from_host 2
	expect "VLAN 10, a host at the non-DF" ce,p2 bmu 0
	from_ce 2
	expect "VLAN 10, into the non-DF" h2,eth0 b 0
	expect "VLAN 10, into the non-DF" h3,eth0 b 0
	from_ce 1
	expect "VLAN 10, into its DF" h3,eth0 b 100
	check_eq "$(fl_nl pe2 vlan-stats-get esi=$ESI1 dump | sed 's/.* vlan=/vlan=/')" \
		"vlan=10 ingress.vlan-standby=100 egress.vlan-standby=700" "by VLAN"
	log_test "single-active: everything of a VLAN stops at its non-DF"
fi

variant "VLAN-aware bridge, tagged to the customer" FL_BRIDGE=vlan
if reason=$(lacks system); then
	log_skip "untagged, VLAN device, QinQ, IPv6" "$reason"
else
	variant "VLAN-aware bridge, untagged to the customer" FL_BRIDGE=untagged
	variant "plain bridge with a VLAN device of the bond as its port" FL_BRIDGE=port
	variant "QinQ" FL_BRIDGE=qinq
	variant "IPv6 underlay" FL_FAMILY=6
fi
variant "one external VXLAN device with a VNI filter" FL_BRIDGE=vlan FL_VXLAN=svd
if modprobe br_netfilter 2>/dev/null; then
	variant "br_netfilter, its calls on" FL_BRIDGE=vlan
	modprobe -r br_netfilter 2>/dev/null
else
	log_skip "br_netfilter, its calls on" "br_netfilter is not a module here"
fi
finish
