#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Neighbour synchronisation, end to end, between two PEs whose daemons peer with each other: the time of
# one entry from the CE's ARP to PE2's kernel; a hundred thousand at once, beside what `ip -batch neigh
# replace` needs for the last leg alone; memory; and the same routes into FRR's bgpd, in one boot.
#
#   tools/testing/vm/guest.sh run --mem 1024 uml -- tools/testing/bench/neigh_sync.sh [COUNT [HOSTS]]
#
#     ce --- pe1 ===core=== pe2            lag0 of each PE is the segment; routed, no VRF
#              \           /
#             bgpd      plain              FRR's bgpd, and an evpnd without a segment: the BGP leg
#
# Status 1 when a limit is not kept.
set -u
COUNT=${1:-100000}
HOSTS=${2:-200}
TREE=$(cd "$(dirname "$0")/../../.." && pwd)
: "${LAB_BUILD:=$TREE/build}"
RUN=/run/evpn-bench
P=bench-

[ -d /sys/module/evpn ] || { echo "neigh_sync: SKIP: evpn.ko is not loaded"; exit 4; }
[ -x "$LAB_BUILD/evpnd" ] || { echo "neigh_sync: SKIP: evpnd is not built"; exit 4; }
mkdir -p $RUN
gcc -D_GNU_SOURCE -std=gnu11 -O2 -Wall -Wextra "$TREE/tools/testing/bench/neigh_bench.c" -o $RUN/neigh_bench || exit 4

down() {
	local f
	for f in "$RUN"/*.pid; do [ -e "$f" ] && kill "$(cat "$f")" 2>/dev/null; done
	sleep 0.5
	for n in ce pe1 pe2 core bgpd plain; do ip netns del $P$n 2>/dev/null; done
}
trap down EXIT
node() { local n=$1; shift; ip netns exec $P"$n" "$@"; }

lay() {
	for n in ce pe1 pe2 core bgpd plain; do
		ip netns add $P$n
		ip -n $P$n link set lo up
	done
	ip -n ${P}core link add name core type bridge forward_delay 0
	ip -n ${P}core link set core up
	i=0
	for n in pe1 pe2 bgpd plain; do
		i=$((i + 1))
		ip link add name core0 netns $P$n type veth peer name $n netns ${P}core
		ip -n ${P}core link set $n master core up
		ip -n $P$n link set core0 up
		ip -n $P$n addr add 192.0.2.$i/24 dev core0
	done
	ip link add name lag0 netns ${P}pe1 type veth peer name pe1 netns ${P}ce
	ip link add name lag0 netns ${P}pe2 type veth peer name pe2 netns ${P}ce
	ip -n ${P}ce link set pe1 up
	ip -n ${P}ce link set pe2 up
	for n in pe1 pe2; do
		ip -n $P$n link set lag0 up
		ip -n $P$n addr add 10.0.0.1/8 dev lag0
		node $n sysctl -qw net.ipv4.neigh.lag0.base_reachable_time_ms=3600000
	done
}
for t in 1 2 3; do sysctl -qw net.ipv4.neigh.default.gc_thresh$t=$((COUNT * 4)); done

conf() { # NODE NUMBER PEERS...
	local n=$1 i=$2 p
	shift 2
	{
		echo "router-id: 192.0.2.$i"
		echo "as: 65000"
		echo "peers:"
		for p in "$@"; do echo "  - {address: 192.0.2.$p, remote-as: 65000, connect-retry: 500ms, hold-time: 180}"; done
		[ "$n" = plain ] && return
		echo "memory-reserve: $RESERVE"
		cat <<-END
			vrfs:
			  - {name: default, route-targets: {import: ["65000:1"], export: ["65000:1"]}}
			segments:
			  - {name: ce, interface: lag0, esi: 00:11:22:33:44:55:66:77:88:01, mode: all-active, host-limit: 200000, df: {wait: 0s}}
		END
	} >$RUN/$n.yaml
}
start() {
	# not by a function: $! has to be evpnd
	ip netns exec $P"$1" "$LAB_BUILD/evpnd" -f -n $P"$1" -c $RUN/"$1".yaml >$RUN/"$1".log 2>&1 &
	echo $! >$RUN/"$1".pid
	disown
}
ctl() { local n=$1; shift; "$LAB_BUILD/evpnctl" -n $P"$n" "$@"; }
up() { [ "$(ctl "$1" -j peer show 2>/dev/null | jq '[.peers[] | select(.["end-of-rib"])] | length')" -ge "$2" ] 2>/dev/null; }
until_true() {
	local n
	for ((n = 0; n < 600; n++)); do "$@" && return 0; sleep 0.1; done
	return 1
}
# the parent and its child, in kB
rss() {
	local pid total=0 kb
	for pid in $(cat $RUN/"$1".pid) $(pgrep -P "$(cat $RUN/"$1".pid)"); do
		kb=$(awk '/^VmRSS:/ { print $2 }' /proc/"$pid"/status)
		total=$((total + kb))
	done
	echo $total
}
cpu_ms() { # PID...: user and system time
	local pid ticks=0 f
	for pid in "$@"; do
		read -ra f < <(sed 's/.*) //' /proc/"$pid"/stat)
		ticks=$((ticks + f[11] + f[12]))
	done
	echo $((ticks * 1000 / $(getconf CLK_TCK)))
}
cpu_of() { cpu_ms "$(cat $RUN/"$1".pid)" $(pgrep -P "$(cat $RUN/"$1".pid)"); }
now_ms() { local u; read -r u _ </proc/uptime; echo $((10#${u/./} * 10)); }
failed=0
limit() { # WHAT VALUE LIMIT UNIT
	if [ "${2%.*}" -le "$3" ] 2>/dev/null; then
		echo "  $1: $2 $4 (at most $3)"
	else
		echo "  $1: $2 $4, MORE THAN $3"
		failed=1
	fi
}
value() { sed -n "s/.*$1 \([0-9]*\).*/\1/p"; }

# two PEs with a session, RESERVE MiB of memory kept
pes() {
	lay
	conf pe1 1 2 3 4
	conf pe2 2 1
	conf plain 4 1
	start pe1
	start pe2
	until_true up pe2 1 || { cat $RUN/pe*.log; echo "no session"; exit 1; }
	sleep 1
}
fill() {
	cpu1=$(cpu_of pe1) cpu2=$(cpu_of pe2)
	line=$($RUN/neigh_bench fill /run/netns/${P}pe1 lag0 "$COUNT" /run/netns/${P}pe2) || failed=1
	echo "  $line"
	synced=$(value synced-ms <<<"$line")
}
processor_time() {
	echo "  processor time of evpnd: PE1 $(($(cpu_of pe1) - cpu1)) ms, PE2 $(($(cpu_of pe2) - cpu2)) ms"
}

RESERVE=0
pes
echo "one entry, from the CE's ARP request to PE2's kernel, $HOSTS hosts:"
line=$($RUN/neigh_bench latency /run/netns/${P}ce pe1 10.0.0.1 /run/netns/${P}pe2 "$HOSTS") || failed=1
echo "  $line"
limit "median" "$(value median <<<"$line")" 5000 us

echo "$COUNT entries at once, memory-reserve: 0"
fill
sleep 2
processor_time
echo "  memory of evpnd: PE1 $(rss pe1) kB, PE2 $(rss pe2) kB"
down
rm -f $RUN/*.pid

RESERVE=$((COUNT * 48 / 100000))
echo "$COUNT entries at once, memory-reserve: $RESERVE"
pes
fill
limit "in PE2's kernel after" "$synced" $((COUNT / 50)) ms
sleep 2
processor_time
limit "memory of evpnd on PE2, both processes" "$(rss pe2)" 61440 kB
limit "the same on PE1" "$(rss pe1)" 61440 kB

# the last leg alone: ip gets a tenth
few=$((COUNT / 10))
for ((i = 0; i < few; i++)); do
	printf 'neigh replace 11.%d.%d.%d lladdr 02:00:00:%02x:%02x:%02x dev lag1 nud stale extern_learn\n' \
		$((i / 65536)) $((i / 256 % 256)) $((i % 256)) $((i / 65536)) $((i / 256 % 256)) $((i % 256))
done >$RUN/batch
ip -n ${P}ce link add name lag1 type dummy
ip -n ${P}ce link set lag1 up
start=$(now_ms)
ip -n ${P}ce -batch $RUN/batch
batch=$((($(now_ms) - start) * 10))
ip -n ${P}ce link del lag1
limit "beside ip -batch neigh replace for the last leg alone, $batch ms; all of it" "$synced" $((batch * 2)) ms

# the BGP leg: the same routes into a receiver that does nothing with them
if [ -x /usr/lib/frr/bgpd ]; then
	echo "the same routes into FRR's bgpd and into an evpnd without a segment:"
	cat >$RUN/bgpd.conf <<-END
		router bgp 65000
		 bgp router-id 192.0.2.3
		 no bgp default ipv4-unicast
		 neighbor 192.0.2.1 remote-as 65000
		 neighbor 192.0.2.1 timers 60 180
		 address-family l2vpn evpn
		  neighbor 192.0.2.1 activate
		 exit-address-family
	END
	mkdir -p $RUN/vty
	chown -R frr:frr $RUN
	node bgpd /usr/lib/frr/bgpd -d -Z -f $RUN/bgpd.conf -i $RUN/bgpd.pid --vty_socket $RUN/vty -u frr -g frr
	sleep 0.3
	bgpd_rss=$(awk '/^VmRSS:/ { print $2 }' /proc/"$(cat $RUN/bgpd.pid)"/status)
	bgpd_has() { [ "$(node bgpd vtysh --vty_socket $RUN/vty -c 'show bgp l2vpn evpn summary json' 2>/dev/null |
		jq '[.. | .pfxRcd? // empty] | add // 0')" -ge "$COUNT" ]; }
	until_true bgpd_has || echo "  bgpd does not have them"
	sleep 1
	bgpd_cpu=$(cpu_ms "$(cat $RUN/bgpd.pid)")
	bgpd_rss=$(($(awk '/^VmRSS:/ { print $2 }' /proc/"$(cat $RUN/bgpd.pid)"/status) - bgpd_rss))
	sed -i '/^peers/,$d' $RUN/plain.yaml
	echo "peers: []" >>$RUN/plain.yaml
	start plain
	sleep 1
	plain_rss=$(rss plain)
	conf plain 4 1
	ctl plain config reload >/dev/null
	plain_has() { [ "$(ctl plain -j 2>/dev/null | jq '.routes["2"] // 0')" -ge "$COUNT" ]; }
	until_true plain_has || echo "  evpnd does not have them"
	sleep 1
	plain_cpu=$(cpu_of plain)
	plain_rss=$(($(rss plain) - plain_rss))
	limit "evpnd's processor time beside a third of bgpd's, $bgpd_cpu ms" $plain_cpu $((bgpd_cpu / 3)) ms
	limit "evpnd's memory beside a third of bgpd's, $bgpd_rss kB" $plain_rss $((bgpd_rss / 3)) kB
fi
exit $failed
