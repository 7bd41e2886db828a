#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What somebody who may not administer this host can make the module keep: a customer by what is in a
# tag, a user namespace by what it asks for.
#
#	pe: bond0 (segment) { p0 } ---- ce: c0
#
NEEDS="module reload"
ALL_TESTS="
	vlans
	vlans_without_a_bridge
	segments
	guest_vlans
	charged
	four_thousand
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "limits of the module" A2 A6
lab_defaults
EVPN_NL=$(lab_tool evpn_nl) || skip "evpn_nl does not build"
modprobe -a bonding bridge 8021q veth 2>/dev/null

PE=$(ns klpe) CE=$(ns klce)
down() { ip netns del "$PE"; ip netns del "$CE"; } 2>/dev/null
down
defer down
ip netns add "$PE" && ip netns add "$CE" || skip "no network namespaces"
pe() { ip netns exec "$PE" "$@"; }
es() { pe "$EVPN_NL" "$@"; }

# Nothing is sent but by the cases: nobody has an IPv6 address of its own making.
for n in "$PE" "$CE"; do
	ip netns exec "$n" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
pe ip -batch - <<-END || skip "no lab"
	link add bond0 type bond mode balance-xor miimon 10
	link add p0 type veth peer name c0 netns $CE
	link set p0 master bond0
	link set p0 up
	link set bond0 up
	link add br0 type bridge vlan_filtering 1 mcast_snooping 0
	link set br0 up
END
ip -n "$CE" link set c0 up

# tags DEVICE FIRST LAST: a frame to all in each of these VLANs, from the namespace this runs in
TAGS=$(mktemp) || skip "no temporary files"
defer rm -f "$TAGS"
chmod 644 "$TAGS"
cat >"$TAGS" <<-'END'
	import socket, struct, sys
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind((sys.argv[1], 0))
	for vid in range(int(sys.argv[2]), int(sys.argv[3]) + 1):
	    s.send(b"\xff" * 6 + bytes.fromhex("020000000c0e8100") + struct.pack("!H", vid) + bytes.fromhex("88b5") + bytes(46))
END
tags() { python3 "$TAGS" "$@"; }
from_ce() { ip netns exec "$CE" python3 "$TAGS" c0 "$@"; }

# counted COMMAND...: "VLAN PACKETS" of a dump
counted() {
	"$@" vlan-stats-get esi=$ESI1 dump |
		sed -n 's/.* vlan=\([0-9]*\) ingress.vlan-standby=\([0-9]*\).*/\1 \2/p'
}
dropped() { es stats-get esi=$ESI1 | tr ' ' '\n' | sed -n 's/^ingress.vlan-standby=//p'; }
sum() { awk '{ n += $2 } END { print n + 0 }'; }
single_active() {
	es es-new esi=$ESI1 ifname=bond0 mode=single-active role=non-df "$@" >/dev/null
	defer es es-del esi=$ESI1
}

vlans() {
	local out
	pe ip link set bond0 master br0
	defer pe ip link set bond0 nomaster
	bridge -n "$PE" vlan add dev bond0 vid 3000
	bridge -n "$PE" vlan add dev bond0 vid 3001
	pe ip link add link bond0 name bond0.3002 type vlan id 3002
	defer pe ip link del bond0.3002
	single_active untagged-vid=3003
	from_ce 2 4094
	slowwait 5 eval '[ "$(dropped)" = 4093 ]'
	check_eq "$(dropped)" 4093 "dropped in the segment"
	out=$(counted es)
	check_eq "$(sum <<<"$out")" 4093 "dropped in all that is counted"
	check_le "$(wc -l <<<"$out")" 21 "VLANs that have counters"
	check_eq "$(grep -cE '^300[0-3] 1$' <<<"$out")" 4 "this host's own VLANs"
	check_eq "$(sed -n 's/^4095 //p' <<<"$out")" 4073 "the others together"
	log_test "of all VLANs a customer sends, those of this host have counters, and few others"

	from_ce 3000 3001
	from_ce 4000 4009
	slowwait 5 eval '[ "$(dropped)" = 4105 ]'
	out=$(counted es)
	check_eq "$(grep -cE '^300[01] 2$' <<<"$out")" 2 "this host's own VLANs, again"
	check_eq "$(sed -n 's/^4095 //p' <<<"$out")" 4083 "the others together, again"
	es stats-get esi=$ESI1 reset >/dev/null
	check_eq "$(counted es)" "" "after a reset"
	log_test "they go on being counted so, and are reset"
}

# What a bridge carries that does not look at VLANs can be any.
vlans_without_a_bridge() {
	single_active
	from_ce 100 109
	slowwait 5 eval '[ "$(dropped)" = 10 ]'
	check_eq "$(counted es | wc -l)" 10 "VLANs that have counters"
	log_test "a few VLANs are counted one by one, wherever they are"
}

# load PARAMETER...: the module once more
load() {
	rmmod evpn && insmod "$EVPN_KO" "$@"
	check_err $? "the module does not load: $*"
}
# guest: commands of the standard input, in a network of its own, by somebody who is nobody
guest() { setpriv --reuid=65534 --regid=65534 --clear-groups unshare -Urn bash -s "$@"; }

segments() {
	local out
	guest <<<true || { log_skip "segments of a user namespace" "nobody may make one"; return; }
	load userns=1 userns_segments=5
	defer load
	out=$(guest "$EVPN_NL" <<-'END'
		for i in 1 2 3 4 5 6; do $1 es-new esi=00:11:00:00:00:00:00:00:00:0$i ifname=x$i; done
		$1 es-new esi=00:11:00:00:00:00:00:00:00:05 ifname=y5
		$1 es-del esi=00:11:00:00:00:00:00:00:00:05
		$1 es-new esi=00:11:00:00:00:00:00:00:00:06 ifname=x6
		$1 es-get | grep -c esi=
	END
	)
	check_eq "$(grep error <<<"$out")" \
		'error=ENOSPC message="a user namespace has no more than 5 segments (userns_segments)"' "the sixth"
	check_eq "$(tail -n 1 <<<"$out")" 5 "segments that are there"
	log_test "a user namespace has its limit of segments, and is told in a sentence"
	for i in 1 2 3 4 5 6; do
		es es-new esi=00:11:00:00:00:00:00:00:00:0$i ifname=x$i >/dev/null
	done
	check_eq "$(es es-get | grep -c esi=)" 6 "segments of the host"
	echo 6 >/sys/module/evpn/parameters/userns_segments
	check_eq "$(guest "$EVPN_NL" <<-'END'
		for i in 1 2 3 4 5 6 7; do $1 es-new esi=00:11:00:00:00:00:00:00:00:0$i ifname=x$i; done | grep -c 'than 6'
	END
	)" 1 "refusals above another limit"
	log_test "the host itself has none, and sets it"
}

# Counters are made when a frame is dropped, and then nobody is there to pay.
guest_vlans() {
	local out
	guest <<<true || { log_skip "VLANs of a user namespace" "nobody may make one"; return; }
	load userns=1
	defer load
	out=$(guest "$EVPN_NL" "$TAGS" <<-'END'
		sysctl -qw net.ipv6.conf.default.disable_ipv6=1
		ip link add v0 type veth peer name v1
		ip link set v0 up
		ip link set v1 up
		$1 es-new esi=00:11:22:33:44:55:66:77:88:01 ifname=v0 mode=single-active role=non-df
		python3 "$2" v1 100 199
		sleep 0.5
		$1 stats-get esi=00:11:22:33:44:55:66:77:88:01 | tr ' ' '\n' | grep '^ingress.vlan-standby='
		$1 vlan-stats-get esi=00:11:22:33:44:55:66:77:88:01 dump | grep -c vlan=
	END
	)
	check_eq "$(tail -n 2 <<<"$out" | xargs)" "ingress.vlan-standby=100 0" "drops, and VLANs that have counters"
	log_test "in a user namespace drops are counted by segment only"
}

# some_segments FIRST NUMBER: the requests for them
some_segments() {
	local i
	for ((i = $1; i < $1 + $2; i++)); do
		printf 'es-new esi=00:11:00:00:00:00:00:00:%02x:%02x ifname=x%d\n' $((i / 256)) $((i % 256)) $i
	done
}

charged() {
	local group=/sys/fs/cgroup/evpn-limits before after
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null
	mkdir -p $group
	[ -e $group/memory.stat ] || { rmdir $group; log_skip "charged to who made it" "no memory controller"; return; }
	defer rmdir $group
	percpu() { awk '$1 == "percpu" { print $2 }' $group/memory.stat; }
	before=$(percpu)
	some_segments 0 500 | (echo $BASHPID >$group/cgroup.procs && exec ip netns exec "$PE" "$EVPN_NL" -b) >/dev/null
	after=$(percpu)
	check_eq "$(es es-get | grep -c esi=)" 500 "segments"
	[ $((after - before)) -gt $((500 * 200 * $(nproc))) ]
	check_err $? "counters of 500 segments: $before octets before, $after after"
	es es-sweep generation=1 >/dev/null
	log_test "counters per CPU are charged to who made the segment"
}

# How the time grows, bench/es_kernel.sh measures.
four_thousand() {
	local i
	for ((i = 0; i < 4000; i += 500)); do
		some_segments $i 500 | es -b >/dev/null
	done
	check_eq "$(es es-get | grep -c esi=)" 4000 "segments"
	check_eq "$(es es-new esi=$ESI1 ifname=x1234)" \
		'error=EBUSY message="x1234 already belongs to segment 00:11:00:00:00:00:00:00:04:d2" attribute=ifname' "a name that is taken"
	es es-set esi=00:11:00:00:00:00:00:00:04:d2 ifname=free >/dev/null
	check_eq "$(es es-new esi=$ESI1 ifname=x1234 | grep error)" "" "the name when it is free"
	pe ip link add free type dummy
	check_eq "$(es es-get esi=00:11:00:00:00:00:00:00:04:d2 | tr ' ' '\n' | grep ^device)" device=free "its device"
	pe ip link del free
	es es-sweep generation=1 >/dev/null
	check_eq "$(es es-get | grep -c esi=)" 0 "segments in the end"
	log_test "four thousand segments are found by their names"
}

tests_run
finish
