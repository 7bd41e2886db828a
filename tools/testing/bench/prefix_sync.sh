#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Customers' routes, end to end: COUNT of one router from PE1's kernel to PE2's, by their two daemons, and in turn with it
# FRR_COUNT (0: none) from one kernel to another by FRR (zebra and bgpd, RT-5); IPv4, then IPv6. Medians of ROUNDS; what evpnd
# takes in memory and processor time.
#
#   tools/testing/vm/guest.sh run --timeout 1500 --mem 4096 uml -- tools/testing/bench/prefix_sync.sh [COUNT [ROUNDS [FAMILIES [FRR_COUNT]]]]
#   tools/testing/bench/prefix_sync.sh [COUNT [ROUNDS [FAMILIES [FRR_COUNT]]]]
#
# The second one is for the machine itself, as root, where the module is not loaded. It is not in the way of a route; what
# it knows is which neighbours there are, so that evpnd is linked with another function for that question (any_host.c).
# Nothing is enforced then, and so no segment advertised: a prefix that goes is one of a PE that has gone, and how long the
# emptying takes is not said.
#
# What is printed of a filling (and of an emptying likewise), in milliseconds from the first request to PE1's kernel:
#
#   made     PE1's kernel has taken the last request. On one processor all others have their turns meanwhile
#   first    the first route is in PE2's kernel: before "made" means that the two ends work at the same time
#   in step  the last one is there; the limit is on what of it is left after "made", where the floor is within it
#   floor    the same routes in one kernel to which nobody listens, by one program, twice: no way from one kernel to another can
#            be shorter on one processor
#
# The routes are made with one nexthop object, as FRR's zebra makes its own. FRR as the rival has them with their gateway: it
# takes none that is by an object of somebody else.
#
# FRR's time grows faster than the number of routes, so that fewer of them, compared by the route, flatter it.
#
#     ce --- pe1 ===core=== pe2            lag0 of each PE is the segment; routed, no VRF
#      \_______________________/
#     fa ===core=== fb                     FRR: VRF red, L3VNI 5000
#
# Status 1 when a limit is not kept.
set -u
COUNT=${1:-100000}
ROUNDS=${2:-3}
FAMILIES=${3:-4 6}
FRR_COUNT=${4:-$((COUNT < 5000 ? COUNT : 5000))}
TARGET=$((COUNT > 100000 ? COUNT / 125 : COUNT / 100)) # ms
TREE=$(cd "$(dirname "$0")/../../.." && pwd)
: "${LAB_BUILD:=$TREE/build}"
RUN=/run/evpn-bench
P=bench-
OBJECT=1000

EVPND=$LAB_BUILD/evpnd
module=true
retention=
if ! [ -d /sys/module/evpn ]; then
	EVPND=$LAB_BUILD/bench/evpnd
	module=false
	retention=', retention: 1s'
	make -s -C "$TREE" -f user/Makefile O="$LAB_BUILD" "$EVPND" >/dev/null
fi
[ -x "$EVPND" ] || { echo "prefix_sync: SKIP: $EVPND is not built"; exit 4; }
mkdir -p $RUN
gcc -D_GNU_SOURCE -std=gnu11 -O2 -Wall -Wextra "$TREE/tools/testing/bench/route_bench.c" -o $RUN/route_bench || exit 4

down() {
	local f
	for f in "$RUN"/*.pid "$RUN"/f?/*.pid; do [ -e "$f" ] && kill "$(cat "$f")" 2>/dev/null; done
	sleep 0.5
	for n in ce pe1 pe2 core fa fb; do ip netns del $P$n 2>/dev/null; done
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
		ip -n $P$n addr add fd00:1::1/64 dev lag0 nodad
		node $n sysctl -qw net.ipv4.neigh.lag0.base_reachable_time_ms=3600000 net.ipv6.neigh.lag0.base_reachable_time_ms=3600000
	done
	ip -n ${P}ce addr add 10.0.0.2/24 dev pe1
	ip -n ${P}ce addr add fd00:1::2/64 dev pe1 nodad
}
conf() { # NODE NUMBER PEER
	cat >$RUN/"$1".yaml <<-END
		router-id: 192.0.2.$2
		as: 65000
		peers:
		  - {address: 192.0.2.$3, remote-as: 65000, connect-retry: 500ms, hold-time: 180, maximum-paths: 4000000}
		vrfs:
		  - {name: default, route-targets: {import: ["65000:1"], export: ["65000:1"]}, prefixes: {learn: [bird], limit: 4000000}}
		segments:
		  - {name: ce, interface: lag0, esi: 00:11:22:33:44:55:66:77:88:01, mode: all-active, df: {wait: 0s}$retention}
	END
}
start() {
	ip netns exec $P"$1" "$EVPND" -f -n $P"$1" -c $RUN/"$1".yaml >$RUN/"$1".log 2>&1 &
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
limit() { # WHAT VALUE LIMIT UNIT [FLOOR]
	if [ "${5:-0}" -gt "$3" ]; then
		echo "  $1: $2 $4 (at most $3, which a machine on which the floor is $5 $4 cannot show)"
	elif [ "${2%.*}" -le "$3" ] 2>/dev/null; then
		echo "  $1: $2 $4 (at most $3)"
	else
		echo "  $1: $2 $4, MORE THAN $3"
		failed=1
	fi
}
value() { sed -n "s/.*$1 \([0-9]*\).*/\1/p"; }
knows_router() { [ -n "$(ip -n ${P}pe2 neigh show to "$1" dev lag0)" ]; }
median() { sort -n | awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : "-" }'; }
object() { ip -n $P"$1" nexthop replace id $OBJECT via "$(gateway "$3")" dev "$2" protocol zebra; } # NODE DEVICE FAMILY
gateway() { [ "$1" = 4 ] && echo 10.0.0.2 || echo fd00:1::2; }

# --- FRR: kernel table, zebra, bgpd, bgpd, zebra, kernel table ---

FRR=/usr/lib/frr
vty() { node "$1" vtysh --vty_socket $RUN/"$1" -c "${@:2}" 2>/dev/null; }
vrf_devices() { ip -n ${P}core link add name probe type vrf table 100 2>/dev/null && ip -n ${P}core link del probe; }
frr_lay() {
	local n i=10
	for n in fa fb; do
		i=$((i + 1))
		ip netns add $P$n
		ip link add name core0 netns $P$n type veth peer name $n netns ${P}core
		ip -n ${P}core link set $n master core up
		ip -n $P$n -batch - <<-END
			link set lo up
			link set core0 up
			addr add 192.0.2.$i/24 dev core0
			link add name red type vrf table 100
			link set red up
			link add name br5000 type bridge
			link set br5000 addrgenmode none
			link add name vni5000 type vxlan id 5000 local 192.0.2.$i dstport 4789 nolearning
			link set vni5000 addrgenmode none master br5000
			link set br5000 master red up
			link set vni5000 up
			link add name lag0 type veth peer name lag1
			link set lag0 master red up
			link set lag1 up
			addr add 10.0.0.1/24 dev lag0
			addr add fd00:1::1/64 dev lag0 nodad
		END
		mkdir -p $RUN/$n
		printf 'vrf red\n vni 5000\nexit-vrf\n' >$RUN/$n/zebra.conf
		cat >$RUN/$n/bgpd.conf <<-END
			router bgp 65000
			 bgp router-id 192.0.2.$i
			 no bgp default ipv4-unicast
			 neighbor 192.0.2.$((23 - i)) remote-as 65000
			 neighbor 192.0.2.$((23 - i)) timers 60 180
			 neighbor 192.0.2.$((23 - i)) timers connect 1
			 address-family l2vpn evpn
			  neighbor 192.0.2.$((23 - i)) activate
			  advertise-all-vni
			router bgp 65000 vrf red
			 bgp router-id 192.0.2.$i
			 address-family ipv4 unicast
			  redistribute kernel
			 address-family ipv6 unicast
			  redistribute kernel
			 address-family l2vpn evpn
			  advertise ipv4 unicast
			  advertise ipv6 unicast
		END
		chown -R frr:frr $RUN/$n
		for d in zebra bgpd; do # -s: as Debian starts it, else zebra loses what it cannot read in time
			node $n $FRR/$d -d -f $RUN/$n/$d.conf -i $RUN/$n/$d.pid --vty_socket $RUN/$n -z $RUN/$n/zserv -u frr -g frr \
				--log file:$RUN/$n/$d.log $([ $d = bgpd ] || echo -s 90000000) >>$RUN/$n/out 2>&1 || return 1
		done
	done
}
frr_up() {
	[ "$(vty fb "show bgp l2vpn evpn summary json" | jq '[.peers[]? | select(.state == "Established")] | length')" = 1 ] 2>/dev/null &&
		vty fb "show vrf vni json" | jq -e '.vrfs[]? | select(.vni == 5000 and .state == "Up")' >/dev/null 2>&1
}
frr_cpu() {
	local pid ticks=0 f
	for pid in $(cat $RUN/"$1"/*.pid); do
		read -ra f < <(sed 's/.*) //' /proc/"$pid"/stat)
		ticks=$((ticks + f[11] + f[12]))
	done
	echo $((ticks * 1000 / $(getconf CLK_TCK)))
}

# --- the rounds ---

# ours|theirs WAY FAMILY: one filling or emptying; what route_bench prints, and the processor time of both ends
ours() {
	local a b line
	a=$(cpu pe1) b=$(cpu pe2)
	line=$($RUN/route_bench -n $OBJECT "$1" /run/netns/${P}pe1 254 lag0 "$(gateway "$2")" "$COUNT" /run/netns/${P}pe2) || failed=1
	sleep 1
	echo "$line cpu1 $(($(cpu pe1) - a)) cpu2 $(($(cpu pe2) - b))"
}
theirs() {
	local a b line
	a=$(frr_cpu fa) b=$(frr_cpu fb)
	line=$($RUN/route_bench "$1" /run/netns/${P}fa 100 lag0 "$(gateway "$2")" "$FRR_COUNT" /run/netns/${P}fb) || failed=1
	sleep 1
	echo "$line cpu1 $(($(frr_cpu fa) - a)) cpu2 $(($(frr_cpu fb) - b))"
}
round() { echo "$1 $f $2 $($1 $2 "$f")" | tee -a $RUN/rounds >&2; } # WHO WAY
lines() { sed -n "s/^$1 $2 $3 //p" $RUN/rounds; } # WHO FAMILY WAY
of() { lines "$1" "$2" "$3" | value "$4" | median; }
after() { lines "$1" "$2" "$3" | awk '{ print $6 - $2 }' | median; } # the last one was made
say() { # NAME WHO FAMILY WAY WORD COUNT
	echo "  $1, $6 $5: made $(of "$2" "$3" "$4" made-ms), first $(of "$2" "$3" "$4" first-ms), in step $(of "$2" "$3" "$4" in-step-ms) ms:" \
		"$(after "$2" "$3" "$4") ms after the last request; processor time $(of "$2" "$3" "$4" cpu1) and $(of "$2" "$3" "$4" cpu2) ms"
}
per_route() { awk -v v="$1" -v n="$2" 'BEGIN { printf "%.1f", v * 1000 / n }'; } # MS COUNT: in us
times() { # FAMILY WAY FLOOR_MS
	local ours theirs
	ours=$(per_route "$(of ours "$1" "$2" in-step-ms)" "$COUNT")
	echo "  one route: evpnd $ours us, $(awk -v a="$ours" -v b="$(per_route "$3" "$COUNT")" 'BEGIN { printf "%.1f times the floor of %.1f us", a / b, b }')"
	theirs=$(of theirs "$1" "$2" in-step-ms)
	[ "$theirs" = - ] || awk -v a="$(per_route "$theirs" "$FRR_COUNT")" -v b="$ours" 'BEGIN { printf "  one route: FRR %.1f us, %.1f times as long as evpnd\n", a, a / b }'
}

# The same by nobody: the way of both kernels, with memory that they have had before
alone() { # FAMILY
	local way
	ip -n ${P}core link add name alone0 type veth peer name alone1
	ip -n ${P}core link set alone0 up
	ip -n ${P}core link set alone1 up
	ip -n ${P}core addr add "$([ "$1" = 4 ] && echo 10.0.0.1/24 || echo fd00:1::1/64)" dev alone0 $([ "$1" = 4 ] || echo nodad)
	object core alone0 "$1"
	for way in fill empty fill empty; do
		floor[$way]=$((2 * $($RUN/route_bench -n $OBJECT $way /run/netns/${P}core 254 alone0 "$(gateway "$1")" "$COUNT" | value made-ms)))
	done
	ip -n ${P}core link del alone0
}

# evpnd on both, anew: what it needs for each prefix is seen by its size
begin() {
	local n
	for n in pe1 pe2; do
		if [ -e $RUN/$n.pid ]; then
			kill "$(cat $RUN/$n.pid)"
			until_true is_gone "$(cat $RUN/$n.pid)"
		fi
		start $n
	done
	until_true up pe2 || { cat $RUN/pe*.log; echo "no session"; exit 1; }
	sleep 1
}
is_gone() { ! [ -e /proc/"$1" ]; }

rm -f $RUN/pe?.pid
lay
conf pe1 1 2
conf pe2 2 1
with_frr=true
declare -A floor
if [ "$FRR_COUNT" = 0 ]; then
	with_frr=false
elif ! [ -x $FRR/bgpd ]; then
	echo "FRR is not in $FRR: evpnd alone"
	with_frr=false
elif ! vrf_devices; then
	echo "this kernel makes no VRF device, which FRR's part needs: evpnd alone"
	with_frr=false
elif ! frr_lay || ! until_true frr_up; then
	cat $RUN/f?/out $RUN/f?/*.log
	echo "FRR has no session"
	exit 1
fi
: >$RUN/rounds
for f in $FAMILIES; do
	begin
	node ce ping -q -c 1 -W 2 "$([ "$f" = 4 ] && echo 10.0.0.1 || echo fd00:1::1)" >/dev/null
	! $module || until_true knows_router "$(gateway "$f")" || { echo "PE2 does not know the router $(gateway "$f")"; exit 1; }
	alone "$f"
	object pe1 lag0 "$f"
	echo "$COUNT IPv$f prefixes, $ROUNDS rounds; floor ${floor[fill]} ms, to empty them ${floor[empty]} ms"
	for ((round = 1; round <= ROUNDS; round++)); do
		before1=$(rss pe1) before2=$(rss pe2)
		round ours fill
		if [ $round = 1 ]; then
			memory1=$((($(rss pe1) - before1) * 1024 / COUNT)) memory2=$((($(rss pe2) - before2) * 1024 / COUNT))
			objects=$(ip -n ${P}pe2 nexthop show proto 77 | wc -l)
		fi
		round ours empty
		$with_frr || continue
		round theirs fill
		round theirs empty
	done
	say evpnd ours "$f" fill "into PE2's kernel" "$COUNT"
	$with_frr && say FRR theirs "$f" fill "into the other kernel" "$FRR_COUNT"
	times "$f" fill "${floor[fill]}"
	limit "evpnd's last one after the last request" "$(after ours "$f" fill)" $TARGET ms "${floor[fill]}"
	limit "memory for each prefix, both processes of PE1" $memory1 250 octets
	limit "the same of PE2" $memory2 250 octets
	echo "  nexthop objects in PE2's kernel: $objects"
	$module || limit "evpnd's last one after the first request" "$(of ours "$f" fill in-step-ms)" $TARGET ms "${floor[fill]}"
	$module || continue
	say evpnd ours "$f" empty gone "$COUNT"
	$with_frr && say FRR theirs "$f" empty gone "$FRR_COUNT"
	times "$f" empty "${floor[empty]}"
done
exit $failed
