#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Memberships in step, end to end, between two PEs whose daemons peer with each other: the time of one from
# the CE's report to what PE2's stack receives; thousands at once; memory; and what becomes of them when
# PE1 dies.
#
#   tools/testing/vm/guest.sh run --mem 1024 uml -- tools/testing/bench/member_sync.sh [COUNT [SINGLE [KIND]]]
#
#     ce --- pe1 ===core=== pe2            lag0 of each PE is the segment; routed, no VRF
#
# More groups than a PE keeps of a sub-interface are spread over segments lag0, lag1 and so on.
#
# KIND: 4 (IGMPv2, the default), 4s (IGMPv3, each group with a source), 6 (MLDv2), 6s. Status 1 when evpnd's memory for a
# membership is above its limit.
#
# The clock is the packets': tcpdump on the CE's leg and on PE2's segment, in one kernel.
set -u
COUNT=${1:-10000}
SINGLE=${2:-50}
KIND=${3:-4}
case $KIND in *s) LIMIT=330 ;; *) LIMIT=300 ;; esac # octets of evpnd for one, on one PE
TREE=$(cd "$(dirname "$0")/../../.." && pwd)
: "${LAB_BUILD:=$TREE/build}"
RUN=/run/evpn-bench
P=bench-
ESI=00:11:22:33:44:55:66:77:88
PER_LAG=16000
LAGS=$(((COUNT + PER_LAG - 1) / PER_LAG))
SAY=$LAB_BUILD/lab/mcast_say NL=$LAB_BUILD/lab/evpn_nl

[ -d /sys/module/evpn ] || { echo "member_sync: SKIP: evpn.ko is not loaded"; exit 4; }
[ -x "$LAB_BUILD/evpnd" ] && [ -x "$SAY" ] && [ -x "$NL" ] || { echo "member_sync: SKIP: evpnd or the lab's tools are not built"; exit 4; }
mkdir -p $RUN

down() {
	local f
	for f in "$RUN"/*.pid; do [ -e "$f" ] && kill "$(cat "$f")" 2>/dev/null; done
	sleep 0.5
	for n in ce pe1 pe2 core; do ip netns del $P$n 2>/dev/null; done
}
trap down EXIT
node() { local n=$1; shift; ip netns exec $P"$n" "$@"; }
ctl() { "$LAB_BUILD/evpnctl" -n $P"$1" "${@:2}"; }

for n in ce pe1 pe2 core; do
	ip netns add $P$n
	ip -n $P$n link set lo up
done
ip -n ${P}core link add name core type bridge forward_delay 0
ip -n ${P}core link set core up
i=0
for n in pe1 pe2; do
	i=$((i + 1))
	ip link add name core0 netns $P$n type veth peer name $n netns ${P}core
	ip -n ${P}core link set $n master core up
	ip -n $P$n link set core0 up
	ip -n $P$n addr add 192.0.2.$i/24 dev core0
	segments=
	for lag in $(seq 0 $((LAGS - 1))); do
		ip link add name lag$lag netns $P$n type veth peer name $n-$lag netns ${P}ce
		ip -n ${P}ce link set $n-$lag up
		ip -n $P$n link set lag$lag up
		ip -n $P$n addr add 10.0.$lag.254/24 dev lag$lag
		segments+="{name: ce$lag, interface: lag$lag, esi: $ESI:0$lag, mode: all-active, df: {wait: 0s}}, "
	done
	cat >$RUN/$n.yaml <<-END
		router-id: 192.0.2.$i
		as: 65000
		core-isolation: keep
		peers: [{address: 192.0.2.$((3 - i)), remote-as: 65000, hold-time: 30, connect-retry: 1s, send-multicast: yes}]
		vrfs: [{name: default, route-targets: {import: ["65000:1"], export: ["65000:1"]}}]
		segments: [$segments]
	END
	ip netns exec $P$n "$LAB_BUILD/evpnd" -f -n $P$n -c $RUN/$n.yaml --state $RUN/$n.state >$RUN/$n.log 2>&1 &
	echo $! >$RUN/$n.pid
done
for _ in $(seq 200); do
	[ "$(ctl pe1 -j peer show 2>/dev/null | jq '[.peers[] | select(.["end-of-rib"])] | length')" = 1 ] && break
	sleep 0.1
done
# stat PE NAME: into $STAT, without a process that is not needed: the clock runs
stat() {
	node "$1" "$NL" mcast-stats-get >$RUN/stat
	read -r STAT <$RUN/stat
	STAT=${STAT##* "$2"=}
	STAT=${STAT%% *}
}
reached() { stat "$1" "$2"; [ "$STAT" -ge "$3" ]; }
# (smaps_rollup is not in every kernel)
rss() { awk '/^RssAnon:/ { n += $2 } END { print n + 0 }' /proc/"$1"/status; }
speaker() { pgrep -P "$(cat $RUN/"$1".pid)" | while read -r p; do echo "$(rss "$p") $p"; done | sort -n | tail -n 1 | cut -d" " -f2; }
ms() { local up; read -r up _ </proc/uptime; echo $((10#${up/./} * 10)); }

# one by one: from the frame at PE1's device to the one that PE2's stack receives
for n in pe1 pe2; do
	ip netns exec $P$n tcpdump -n -U -tt -Q in -i lag0 -w $RUN/$n.pcap igmp 2>/dev/null &
	echo $! >$RUN/dump-$n.pid
done
sleep 1
for i in $(seq "$SINGLE"); do
	node ce "$SAY" report pe1-0 239.0.1.$i
	sleep 0.15
done
sleep 0.5
kill "$(cat $RUN/dump-pe1.pid)" "$(cat $RUN/dump-pe2.pid)"
sleep 0.3
for n in pe1 pe2; do
	tcpdump -n -tt -r $RUN/$n.pcap 2>/dev/null | awk -v n=$n '/report/ { print $1, $NF, n }' >$RUN/$n.txt
done
awk '$3 == "pe1" { at[$2] = $1 } $3 == "pe2" && at[$2] { printf "%.3f\n", ($1 - at[$2]) * 1000 }' $RUN/pe1.txt $RUN/pe2.txt |
	sort -n >$RUN/times
echo "one membership, CE's report at PE1 to PE2's stack: median $(sed -n "$(($(wc -l <$RUN/times) / 2 + 1))p" $RUN/times) ms," \
	"99 %: $(sed -n "$(($(wc -l <$RUN/times) * 99 / 100))p" $RUN/times) ms, of $(wc -l <$RUN/times)"

# of lag NUMBER the first group, with its source
group() {
	case $KIND in
	4) echo 239.$((64 + $1)).0.0 ;;
	4s) echo 239.$((64 + $1)).0.0,198.51.100.1 ;;
	6) echo ff3e::$((8000 + $1)):0:0 ;;
	6s) echo ff3e::$((8000 + $1)):0:0,2001:db8::1 ;;
	*) echo "member_sync: kind $KIND: expected 4, 4s, 6 or 6s" >&2; return 1 ;;
	esac
}
group 0 >/dev/null || exit 1
slab() { awk '/^Slab:/ { print $2 }' /proc/meminfo; }
# of PE2's RIB, for what PE1 advertises
rib() { ctl pe2 -j peer show | jq '[.peers[].memory] | add'; }
before1=$(rss "$(speaker pe1)") before2=$(rss "$(speaker pe2)") rib=$(rib)
slab=$(slab)
start=$(ms)
# The module reads 16,000 a second of one VLAN; where the machine is busy it may have to be told again.
for _ in 1 2 3 4; do
	for lag in $(seq 0 $((LAGS - 1))); do
		n=$((COUNT - lag * PER_LAG < PER_LAG ? COUNT - lag * PER_LAG : PER_LAG))
		node ce "$SAY" report pe1-$lag "$(group $lag)" $n $((12000 / LAGS)) &
	done
	again=$(($(ms) + 5000 + COUNT / 5))
	until reached pe1 groups "$COUNT" || [ "$(ms)" -gt $again ]; do sleep 0.02; done
	! reached pe1 groups "$COUNT" || break
done
heard=$(ms)
until reached pe2 wishes "$COUNT" || [ $(($(ms) - start)) -gt 60000 ]; do sleep 0.02; done
end=$(ms)
echo "$COUNT memberships ($KIND): heard by PE1 after $((heard - start)) ms, wished at PE2 after $((end - start)) ms"
sleep 2
stat pe2 wishes
N=$STAT
[ "$N" -ge "$COUNT" ] || echo "only $N of $COUNT are there: the figures are of these"
per() { echo $(($1 * 1024 / N)); }
path=$((($(rib) - rib) / N))
total1=$(per $(($(rss "$(speaker pe1)") - before1))) total2=$(per $(($(rss "$(speaker pe2)") - before2)))
both=$(per $(($(slab) - slab)))
echo "memory of evpnd per membership, resident, with its route in BGP: PE1 (heard, advertised) $total1 octets, PE2 (received, wished) $total2," \
	"of which $path are the RIB's"
failed=0
[ "$total1" -le $LIMIT ] && [ "$total2" -le $LIMIT ] || { echo "MORE THAN $LIMIT octets"; failed=1; }
# A wish alone, for a namespace of its own: what is left of both is what PE1 has heard.
if [ "$KIND" = 4 ]; then
	slab=$(slab)
	node pe1 "$NL" mcast-wish-new esi=$ESI:00 group=239.128.0.0 mode=exclude versions=v3 count="$N" batch=100 >/dev/null
	wish=$(per $(($(slab) - slab)))
	echo "memory of the module per membership: heard $((both - wish)) octets, wished $wish"
fi

# PE1 dies: what PE2 has is retained, and hosts are asked once
stat pe2 asked
asked=$STAT
kill -KILL "$(cat $RUN/pe1.pid)"
start=$(ms)
retained() { node pe2 "$NL" mcast-wish-get dump >$RUN/wishes; [ "$(grep -c retained $RUN/wishes)" -ge "$N" ]; }
until retained || [ $(($(ms) - start)) -gt 60000 ]; do sleep 0.1; done
end=$(ms)
stat pe2 asked
echo "PE1 dies: $N retained after $((end - start)) ms, queries sent: $((STAT - asked))"
exit $failed
