#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Takeover with COUNT prefixes behind the segment, beside that with one: PE1 forwards and has learned them, PE2 has its port closed
# and them in its kernel. Medians of ROUNDS, in turn, IPv4 and then IPv6. In turn with both, too, the floor: COUNT routes in
# PE1's kernel that evpnd is told to leave alone. Both PEs are in one kernel here, with one RTNL, on one processor: that PE1's has
# to forget its routes when their port goes delays PE2, as it would not on two machines.
#
#   tools/testing/vm/guest.sh run --timeout 1500 --mem 1024 uml -- tools/testing/bench/prefix_takeover.sh [COUNT [ROUNDS [FAMILIES [EVENTS]]]]
#
# The events:
#
#   cut      the cable between the customer and PE1
#   down     PE1's port is set down: its kernel forgets the routes through it in that moment
#   drain    evpnctl, on PE1, with the time that it takes to start
#   evpnd    PE1's is killed
#   power    the cable and PE1's way to the core in one moment; BFD, 3 x 50 ms
#
# What is printed, in milliseconds from the event:
#
#   open     the first datagram to the customer's router, which needs no prefix, has passed PE2's port
#   first    the first one to a host in the prefix that was installed first
#   last     in the one that was installed last
#
# A datagram is sent to PE2 for each of these every millisecond, and none may pass before the event.
#
#              +--- pe1 (200) ---+
#     ce (br0) |                 | core (br0), from where the datagrams come
#              +--- pe2 (100) ---+
#
# Status 1 when one is not reached, or with COUNT prefixes later than SLACK ms after the later one of one prefix and the floor.
set -u
COUNT=${1:-100000}
ROUNDS=${2:-5}
FAMILIES=${3:-4 6}
EVENTS=${4:-cut down drain evpnd power}
SLACK=50
TREE=$(cd "$(dirname "$0")/../../.." && pwd)
: "${LAB_BUILD:=$TREE/build}"
RUN=/run/evpn-bench
P=bench-
OBJECT=1000

[ -d /sys/module/evpn ] || { echo "prefix_takeover: SKIP: there is no port to open without the module"; exit 4; }
mkdir -p $RUN
for p in route_bench takeover_bench; do
	gcc -D_GNU_SOURCE -std=gnu11 -O2 -Wall -Wextra "$TREE/tools/testing/bench/$p.c" -o $RUN/$p || exit 4
done

down() {
	local f
	for f in "$RUN"/pe?.pid; do [ -e "$f" ] && kill "$(cat "$f")" 2>/dev/null; done
	sleep 0.5
	for n in ce pe1 pe2 core; do ip netns del $P$n 2>/dev/null; done
}
trap down EXIT

lay() {
	local n i
	for n in ce pe1 pe2 core; do
		ip netns add $P$n
		ip -n $P$n link set lo up
	done
	for n in ce core; do
		ip -n $P$n link add name br0 type bridge forward_delay 0 mcast_snooping 0
		ip -n $P$n link set br0 up
	done
	for i in 1 2; do
		n=pe$i
		ip link add name core0 netns $P$n type veth peer name $n netns ${P}core
		ip -n $P$n link add name lag0 address 02:00:00:00:00:01 type bond mode active-backup miimon 10
		ip link add name leg0 netns $P$n type veth peer name $n netns ${P}ce
		ip -n ${P}core link set $n master br0 up
		ip -n ${P}ce link set $n master br0 up
		ip netns exec $P$n sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
		ip -n $P$n -batch - <<-END
			link set core0 up
			addr add 192.0.2.$i/24 dev core0
			addr add 2001:db8:2::$i/64 dev core0 nodad
			link set leg0 master lag0
			link set lag0 addrgenmode none up
			link set leg0 up
			addr add 10.0.0.1/24 dev lag0
			addr add fd00:1::1/64 dev lag0 nodad
		END
		ip netns exec $P$n sysctl -qw net.ipv4.neigh.lag0.base_reachable_time_ms=3600000 net.ipv6.neigh.lag0.base_reachable_time_ms=3600000
	done
	ip -n ${P}ce -batch - <<-END
		addr add 10.0.0.2/24 dev br0
		addr add fd00:1::2/64 dev br0 nodad
	END
	ip -n ${P}core -batch - <<-END
		addr add 192.0.2.9/24 dev br0
		addr add 2001:db8:2::9/64 dev br0 nodad
		route add 0.0.0.0/0 via 192.0.2.2
		route add ::/0 via 2001:db8:2::2
	END
}
conf() { # NUMBER LEARN
	cat >$RUN/pe"$1".yaml <<-END
		router-id: 192.0.2.$1
		as: 65000
		bfd: {segments: yes, interval: 50ms, multiplier: 3}
		peers:
		  - {address: 192.0.2.$((3 - $1)), remote-as: 65000, connect-retry: 500ms, hold-time: 180}
		vrfs:
		  - {name: default, route-targets: {import: ["65000:1"], export: ["65000:1"]}, prefixes: {learn: [$2]}}
		segments:
		  - name: ce
		    interface: lag0
		    esi: 00:11:22:33:44:55:66:77:88:01
		    mode: port-active
		    standby: block
		    retention: 60s
		    df: {algorithm: preference, preference: $((300 - $1 * 100)), wait: 0s, recovery-wait: 0s}
	END
}
start() {
	ip netns exec $P"$1" "$LAB_BUILD/evpnd" -f -n $P"$1" -c $RUN/"$1".yaml >>$RUN/"$1".log 2>&1 &
	echo $! >$RUN/"$1".pid
	disown
}
ctl() { local n=$1; shift; "$LAB_BUILD/evpnctl" -n $P"$n" "$@"; }
until_true() {
	local n
	for ((n = 0; n < 600; n++)); do "$@" && return 0; sleep 0.1; done
	return 1
}
median() { sort -n | awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : "-" }'; }

# --- what is there -----------------------------------------------------------------------------

router() { [ "$1" = 4 ] && echo 10.0.0.2 || echo fd00:1::2; } # FAMILY
# host FAMILY N: an address in the prefix of that number, as route_bench makes them
host() {
	if [ "$1" = 4 ]; then
		printf '%d.%d.%d.%d\n' $((11 + ($2 >> 20))) $((($2 >> 12) & 255)) $((($2 >> 4) & 255)) $((($2 << 4) & 255 | 1))
	else
		printf '2400:%x:%x:%x::1\n' $(($2 >> 24)) $((($2 >> 8) & 65535)) $((($2 << 8) & 65535))
	fi
}
says() { [ "$(ctl "$1" -j es show ce 2>/dev/null | jq -r ".segments[0].$2")" = "$3" ]; }
bfd_up() { [ "$(ctl pe2 -j bfd show 2>/dev/null | jq -r '.sessions[0].state')" = up ]; }
knows_router() { [ -n "$(ip -n ${P}pe2 neigh show to "$(router "$1")" dev lag0)" ]; }
# installed N: evpnd says that so many are in PE2's kernel, and that it waits for nothing
installed() {
	ctl pe2 metrics | awk -v n="$1" '/^evpn_prefixes{/ { all += $2; if (/state="installed"/) here = $2 }
		END { exit !(here == n && all == n) }'
}
# PE1 forwards, PE2 has all and stands by
at_home() { # FAMILY PREFIXES
	until_true says pe1 role df && until_true says pe2 role non-df && until_true bfd_up || return
	# the customer's bridge may have heard nobody since its port is up; then he speaks, and PE1 knows him
	ip -n ${P}ce link set br0 type bridge fdb_flush
	until_true ip netns exec ${P}ce ping -q -c 1 -W 1 "$([ "$1" = 4 ] && echo 10.0.0.1 || echo fd00:1::1)" >/dev/null &&
		until_true knows_router "$1" && until_true installed "$2"
}

# fill, empty: $count routes of family $f in PE1's kernel
fill() {
	ip -n ${P}pe1 nexthop replace id $OBJECT via "$(router "$f")" dev lag0 protocol zebra &&
		$RUN/route_bench -n $OBJECT fill /run/netns/${P}pe1 254 lag0 "$(router "$f")" "$count" >/dev/null
}
empty() {
	# (of the floor's there is none in PE2's)
	# shellcheck disable=SC2046
	$RUN/route_bench -n $OBJECT empty /run/netns/${P}pe1 254 lag0 "$(router "$f")" "$count" \
		$([ $who = floor ] || echo /run/netns/${P}pe2) >/dev/null
}
# again: a nexthop object goes when its device is seen without a carrier (within a second), and its routes with it
again() {
	until_true up && sleep 1.2
	[ -n "$(ip -n ${P}pe1 nexthop show id $OBJECT)" ] || fill
}
up() { [ "$(ip netns exec ${P}pe1 cat /sys/class/net/lag0/carrier 2>/dev/null)" = 1 ]; }

# --- events and their mending ------------------------------------------------------------------

event_cut() { echo "-c /run/netns/${P}ce,pe1"; }
mend_cut() { ip -n ${P}ce link set pe1 up && again; }
event_down() { echo "-c /run/netns/${P}pe1,lag0"; }
mend_down() {
	ip -n ${P}pe1 link set lag0 up
	ip -n ${P}pe1 addr add fd00:1::1/64 dev lag0 nodad 2>/dev/null
	again
}
event_drain() { :; }
mend_drain() { ctl pe1 es drain ce undo; }
event_evpnd() { echo "-k $(cat $RUN/pe1.pid)"; }
mend_evpnd() { start pe1; }
event_power() { echo "-c /run/netns/${P}core,pe1 -c /run/netns/${P}ce,pe1"; }
mend_power() {
	ip -n ${P}core link set pe1 up
	ip -n ${P}ce link set pe1 up && again
}

failed=0
fault() { echo "  $*"; failed=1; }
quit() {
	tail -n 5 $RUN/pe*.log | cut -c1-200
	ctl pe2 metrics | grep '^evpn_prefixes{'
	fault "IPv$f, $who: $*"
	exit 1
}
# begin: $who's routes are in PE1's kernel, and $there of them in PE2's
begin() {
	count=$COUNT there=$COUNT
	case $who in
	one) count=1 there=1 ;;
	floor) there=0 ;;
	esac
	conf 1 $([ $who = floor ] && echo babel || echo bird)
	ctl pe1 config reload >/dev/null && fill && at_home "$f" "$there" || quit "PE2 does not have $there prefixes"
}
one() { # EVENT: a line in $RUN/rounds
	local to command=() ms
	to=$(router "$f")
	[ $who = floor ] || to+=" $(host "$f" 0) $(host "$f" $((count - 1)))"
	[ "$1" != drain ] || command=(-- "$LAB_BUILD/evpnctl" -n ${P}pe1 es drain ce)
	# shellcheck disable=SC2046,SC2086
	ms=$($RUN/takeover_bench $("event_$1") /run/netns/${P}core /run/netns/${P}ce $to "${command[@]}") ||
		fault "IPv$f, $who, $1: $ms"
	echo "$f $who $1 $ms" | tee -a $RUN/rounds >&2
	"mend_$1" >/dev/null 2>&1
	at_home "$f" "$there" || quit "it is not as before after $1"
}
of() { awk -v f="$1" -v w="$2" -v e="$3" -v c="$4" '$1 == f && $2 == w && $3 == e { print $(c + 3) }' $RUN/rounds | median; }
say() { # FAMILY EVENT
	local c name=(- open first last) one floor all text=
	floor=$(of "$1" floor "$2" 1)
	for c in 1 2 3; do
		one=$(of "$1" one "$2" $c) all=$(of "$1" all "$2" $c)
		text+=", ${name[c]} $one and $all"
		awk -v a="$one" -v f="$floor" -v b="$all" -v s=$SLACK 'BEGIN { exit !(b == "-" || b > (a > f ? a : f) + s) }' && text+=" TOO LATE" && failed=1
	done
	echo "  $2: floor $floor$text; ratio $(awk -v a="$one" -v b="$all" 'BEGIN { printf "%.1f", b / a }')"
}

rm -f $RUN/pe?.pid $RUN/pe?.log
lay
conf 1 bird
conf 2 bird
start pe1
start pe2
: >$RUN/rounds
for f in $FAMILIES; do
	ip -n ${P}ce addr replace "$(host "$f" 0)" dev lo
	ip -n ${P}ce addr replace "$(host "$f" $((COUNT - 1)))" dev lo
	who=start
	at_home "$f" 0 || quit "no way to the customer"
	for ((round = 1; round <= ROUNDS; round++)); do
		for who in one floor all; do
			begin
			for event in $EVENTS; do one "$event"; done
			empty || exit 1
		done
	done
	echo "IPv$f: ms with one prefix and with $COUNT, medians of $ROUNDS"
	for event in $EVENTS; do say "$f" "$event"; done
done
exit $failed
