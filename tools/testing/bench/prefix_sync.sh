#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Customers' routes, end to end, between two PEs whose daemons peer with each other: a hundred thousand from PE1's kernel to
# PE2's, by one router; what that takes in memory and processor time; and how long it is until all have gone again.
#
#   tools/testing/vm/guest.sh run --mem 1024 uml -- tools/testing/bench/prefix_sync.sh [COUNT]
#
#     ce --- pe1 ===core=== pe2            lag0 of each PE is the segment; routed, no VRF
#      \_______________________/
#
# Status 1 when a limit is not kept.
set -u
COUNT=${1:-100000}
TREE=$(cd "$(dirname "$0")/../../.." && pwd)
: "${LAB_BUILD:=$TREE/build}"
RUN=/run/evpn-bench
P=bench-

[ -d /sys/module/evpn ] || { echo "prefix_sync: SKIP: evpn.ko is not loaded"; exit 4; }
[ -x "$LAB_BUILD/evpnd" ] || { echo "prefix_sync: SKIP: evpnd is not built"; exit 4; }
mkdir -p $RUN
gcc -D_GNU_SOURCE -std=gnu11 -O2 -Wall -Wextra "$TREE/tools/testing/bench/route_bench.c" -o $RUN/route_bench || exit 4

down() {
	local f
	for f in "$RUN"/*.pid; do [ -e "$f" ] && kill "$(cat "$f")" 2>/dev/null; done
	sleep 0.5
	for n in ce pe1 pe2 core; do ip netns del $P$n 2>/dev/null; done
}
trap down EXIT
node() { local n=$1; shift; ip netns exec $P"$n" "$@"; }

lay() {
	local n i=0
	for n in ce pe1 pe2 core; do
		ip netns add $P$n
		ip -n $P$n link set lo up
	done
	ip -n ${P}core link add name core type bridge forward_delay 0
	ip -n ${P}core link set core up
	for n in pe1 pe2; do
		i=$((i + 1))
		ip link add name core0 netns $P$n type veth peer name $n netns ${P}core
		ip -n ${P}core link set $n master core up
		ip -n $P$n link set core0 up
		ip -n $P$n addr add 192.0.2.$i/24 dev core0
		ip link add name lag0 netns $P$n type veth peer name $n netns ${P}ce
		ip -n ${P}ce link set $n up
		ip -n $P$n link set lag0 up
		ip -n $P$n addr add 10.0.0.1/24 dev lag0
		node $n sysctl -qw net.ipv4.neigh.lag0.base_reachable_time_ms=3600000
	done
	ip -n ${P}ce addr add 10.0.0.2/24 dev pe1
}
conf() { # NODE NUMBER PEER
	cat >$RUN/"$1".yaml <<-END
		router-id: 192.0.2.$2
		as: 65000
		peers:
		  - {address: 192.0.2.$3, remote-as: 65000, connect-retry: 500ms, hold-time: 180}
		vrfs:
		  - {name: default, route-targets: {import: ["65000:1"], export: ["65000:1"]}, prefixes: {learn: [ospf], limit: 4000000}}
		segments:
		  - {name: ce, interface: lag0, esi: 00:11:22:33:44:55:66:77:88:01, mode: all-active, df: {wait: 0s}}
	END
}
start() {
	ip netns exec $P"$1" "$LAB_BUILD/evpnd" -f -n $P"$1" -c $RUN/"$1".yaml >$RUN/"$1".log 2>&1 &
	echo $! >$RUN/"$1".pid
	disown
}
ctl() { local n=$1; shift; "$LAB_BUILD/evpnctl" -n $P"$n" "$@"; }
up() { [ "$(ctl "$1" -j peer show 2>/dev/null | jq '[.peers[] | select(.["end-of-rib"])] | length')" -ge 1 ] 2>/dev/null; }
until_true() {
	local n
	for ((n = 0; n < 600; n++)); do "$@" && return 0; sleep 0.1; done
	return 1
}
processes() { cat $RUN/"$1".pid; pgrep -P "$(cat $RUN/"$1".pid)"; }
rss() { # of the parent and its children, in kB
	local pid total=0
	for pid in $(processes "$1"); do
		total=$((total + $(awk '/^VmRSS:/ { print $2 }' /proc/"$pid"/status)))
	done
	echo $total
}
cpu() {
	local pid ticks=0 f
	for pid in $(processes "$1"); do
		read -ra f < <(sed 's/.*) //' /proc/"$pid"/stat)
		ticks=$((ticks + f[11] + f[12]))
	done
	echo $((ticks * 1000 / $(getconf CLK_TCK)))
}
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
knows_router() { [ -n "$(ip -n ${P}pe2 neigh show to 10.0.0.2 dev lag0)" ]; }

lay
conf pe1 1 2
conf pe2 2 1
start pe1
start pe2
until_true up pe2 || { cat $RUN/pe*.log; echo "no session"; exit 1; }
sleep 1
node ce ping -q -c 1 -W 2 10.0.0.1 >/dev/null
until_true knows_router || { echo "PE2 does not know the router"; exit 1; }
before1=$(rss pe1) before2=$(rss pe2)
cpu1=$(cpu pe1) cpu2=$(cpu pe2)
line=$($RUN/route_bench fill /run/netns/${P}pe1 lag0 10.0.0.2 "$COUNT" /run/netns/${P}pe2) || failed=1
echo "$COUNT prefixes: $line"
echo "  from the first request at PE1's kernel to the last route in PE2's: $(value in-step-ms <<<"$line") ms"
limit "of it after the last one was made" $(($(value in-step-ms <<<"$line") - $(value made-ms <<<"$line"))) $((COUNT / 100)) ms
sleep 1
echo "  processor time of evpnd: PE1 $(($(cpu pe1) - cpu1)) ms, PE2 $(($(cpu pe2) - cpu2)) ms"
limit "memory for each prefix, both processes of PE1" $((($(rss pe1) - before1) * 1024 / COUNT)) 260 octets
limit "the same of PE2" $((($(rss pe2) - before2) * 1024 / COUNT)) 260 octets
echo "  nexthop objects in PE2's kernel: $(ip -n ${P}pe2 nexthop show proto 77 | wc -l)"
line=$($RUN/route_bench empty /run/netns/${P}pe1 lag0 10.0.0.2 "$COUNT" /run/netns/${P}pe2) || failed=1
echo "gone again: $line"
exit $failed
