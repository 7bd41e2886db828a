#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What other drivers send through a segment's device, take from it, or bring from the core: blocked means
# blocked for them too, and what comes by their tunnels is flooded by the DF only.
#
#	r ---- core [ pe1 ] bond0 { p0 } ---- ce: c0
#	       in0
#
NEEDS="module"
ALL_TESTS="
	ipvlan
	macvtap
	nft_fwd
	geneve
	ipsec
	ipsec_core
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "segments and other drivers" A2 A12 B6 B7
flood_tools
modprobe -a ipvlan macvtap geneve nft_fwd_netdev esp4 xfrm_user 2>/dev/null

down() { printf "netns del $FL%s\n" r pe1 ce | ip -force -batch -; } 2>/dev/null
down
defer down
printf "netns add $FL%s\n" r pe1 ce | ip -batch - || skip "no network namespaces"
# Nothing is sent but by the cases: nobody has an IPv6 address of its own making.
for n in r pe1 ce; do
	in_fl $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
pe1() { fl_ip pe1 "$@"; }
pe1 -batch - <<-END || skip "no lab"
	link add bond0 type bond mode balance-xor miimon 10
	link add p0 type veth peer name c0 netns $(fl ce)
	link set p0 master bond0
	link set p0 up
	link set bond0 up
	link add core type veth peer name eth0 netns $(fl r)
	addr add 192.0.2.1/24 dev core
	link set core up
	link add in0 type veth peer name in1
	link set in0 up
	link set in1 up
END
fl_ip r -batch - <<-END
	addr add 192.0.2.3/24 dev eth0
	link set eth0 up
END
fl_ip ce link set c0 up
slowwait 10 in_fl r ping -q -c 1 -W 1 192.0.2.1 >/dev/null || skip "the core does not reach the PE"

# a segment MODE, non-DF, until the case is over
standby() {
	fl_nl pe1 es-new esi=$ESI1 ifname=bond0 mode="$1" role=non-df >/dev/null
	defer fl_nl pe1 es-del esi=$ESI1
}
df() { fl_nl pe1 es-set esi=$ESI1 role=df "$@" >/dev/null; }
not_here() { RET=0; log_skip "$1" "this kernel has no $1"; }
# passes FROM TO NUMBER [KINDS]: of a hundred frames of each kind
passes() {
	PLACES=$2 inject "$1" "${4:-b}" -w 200
	expect "$1" "$2" "${4:-b}" "$3"
}
# both_ways DEVICE NAME: a device on the bond, blocked and open
both_ways() {
	standby port-active
	passes "pe1,$1" ce,c0 0
	passes ce,c0 "pe1,$1" 0
	df
	passes "pe1,$1" ce,c0 100
	passes ce,c0 "pe1,$1" 100
	log_test "$2 on a blocked bond sends and receives nothing, on an open one everything"
}

ipvlan() {
	pe1 link add link bond0 name iv0 type ipvlan mode l2 2>/dev/null || { not_here ipvlan; return; }
	defer pe1 link del iv0
	pe1 link set iv0 up
	both_ways iv0 ipvlan
}

macvtap() {
	pe1 link add link bond0 name mt0 type macvtap mode bridge 2>/dev/null || { not_here macvtap; return; }
	defer pe1 link del mt0
	pe1 link set mt0 up
	both_ways mt0 macvtap
}

# fwd DEVICE: what in0 receives goes there
fwd() {
	in_fl pe1 nft -f - 2>/dev/null <<-END
		table netdev evpn_fwd {
			chain in {
				type filter hook ingress device in0 priority 0;
				fwd to $1
			}
		}
	END
}
unfwd() { in_fl pe1 nft delete table netdev evpn_fwd; }

nft_fwd() {
	local to
	fwd p0 || { not_here "nft fwd"; return; }
	unfwd
	for to in bond0 p0; do
		fwd $to
		standby port-active
		passes pe1,in1 ce,c0 0
		df
		passes pe1,in1 ce,c0 100
		log_test "nft fwd to $to: nothing leaves a blocked port"
		unfwd
	done
}

# tunnel TYPE OPTION...: between r and pe1, there a port of the bridge
tunnel() {
	pe1 link add tn type "$1" "${@:2}" remote 192.0.2.3 2>/dev/null || return
	defer pe1 link del tn
	fl_ip r link add tn type "$1" "${@:2}" remote 192.0.2.1
	defer fl_ip r link del tn
	fl_ip r link set tn up
	pe1 -batch - <<-END
		link add br0 type bridge mcast_snooping 0
		link set tn master br0
		link set bond0 master br0
		link set tn up
		link set br0 up
	END
	defer pe1 link del br0
	bridge -n "${FL}pe1" fdb replace $CE_MAC dev bond0 master static
}

geneve() {
	tunnel geneve id 100 || { not_here Geneve; return; }
	standby all-active
	passes r,tn ce,c0 0 bmu
	passes r,tn ce,c0 100 k
	df
	passes r,tn ce,c0 100 bmuk
	log_test "what Geneve brings is flooded by the DF only, and known unicast by all"
	df peers=192.0.2.3
	passes r,tn ce,c0 100 b
	log_test "its PE is not told apart: there is no split horizon"
}

# Transport mode, the same key for both ways.
esp_state() {
	ip -n "$FL$1" xfrm state add src "$2" dst "$3" proto esp spi "$4" mode transport \
		aead 'rfc4106(gcm(aes))' 0x0102030405060708090a0b0c0d0e0f1011121314 128 2>/dev/null
}
esp_policy() {
	ip -n "$FL$1" xfrm policy add src "$2" dst "$3" dir "$4" tmpl src "$2" dst "$3" proto esp mode transport
}
# esp NODE ADDRESS NODE ADDRESS
esp() {
	esp_state "$1" "$2" "$4" 0x101 && esp_state "$1" "$4" "$2" 0x102 || return
	esp_state "$3" "$2" "$4" 0x101
	esp_state "$3" "$4" "$2" 0x102
	esp_policy "$1" "$2" "$4" out
	esp_policy "$1" "$4" "$2" in
	esp_policy "$3" "$4" "$2" out
	esp_policy "$3" "$2" "$4" in
	defer "ip -n $FL$1 xfrm state flush; ip -n $FL$1 xfrm policy flush"
	defer "ip -n $FL$3 xfrm state flush; ip -n $FL$3 xfrm policy flush"
}
encrypted() { # NODE: packets that were
	ip -n "$FL$1" -s xfrm state | awk '/^[ \t]*[0-9]+\(bytes\), [0-9]+\(packets\)/ { n += $2 } END { print n + 0 }'
}
rx() { fl_ip ce -j -s link show dev c0 | jq '.[].stats64.rx.packets'; }

ipsec() {
	local before
	pe1 addr add 10.9.0.1/24 dev bond0
	defer pe1 addr del 10.9.0.1/24 dev bond0
	fl_ip ce addr add 10.9.0.2/24 dev c0
	defer fl_ip ce addr del 10.9.0.2/24 dev c0
	esp pe1 10.9.0.1 ce 10.9.0.2 || { not_here IPsec; return; }
	in_fl pe1 ping -q -c 3 -i 0.2 -W 5 10.9.0.2 >/dev/null
	check_err $? "no ping without a segment"
	[ "$(encrypted ce)" -ge 6 ]
	check_err $? "it was not encrypted: $(encrypted ce) packets"
	standby port-active
	# (no LACPDU has been seen here, so ARP passes a member; the bond itself lets none out)
	before=$(rx)
	! in_fl pe1 ping -q -c 3 -i 0.2 -W 1 10.9.0.2 >/dev/null
	check_err $? "a ping through a blocked port"
	check_eq $(($(rx) - before)) 0 "frames that left it"
	df
	in_fl pe1 ping -q -c 3 -i 0.2 -W 5 10.9.0.2 >/dev/null
	check_err $? "no ping when it is open"
	log_test "encrypted packets do not leave a blocked port"
}

# The mark is written where the packet is delivered, and then it is decrypted.
ipsec_core() {
	local before
	esp pe1 192.0.2.1 r 192.0.2.3 || { not_here IPsec; return; }
	tunnel vxlan id 100 local 192.0.2.1 dstport 4789 nolearning || { check_err 1 "no VXLAN"; return; }
	fl_ip r link del tn
	fl_ip r link add tn type vxlan id 100 local 192.0.2.3 remote 192.0.2.1 dstport 4789 nolearning
	fl_ip r link set tn up
	before=$(encrypted pe1)
	standby all-active
	passes r,tn ce,c0 0 bmu
	df
	passes r,tn ce,c0 100 bmuk
	df peers=192.0.2.3
	passes r,tn ce,c0 0 bmu
	passes r,tn ce,c0 100 k
	[ $(($(encrypted pe1) - before)) -ge 1000 ]
	check_err $? "VXLAN was not encrypted"
	log_test "split horizon holds where the core is encrypted"
}

tests_run
finish
