#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How long 100,000 neighbours take into the kernel's neighbour table: through the module
# (neigh-new, 1000 entries in a message), by `ip -batch` (neigh replace), and by rtnetlink with
# 1000 messages in one sendmsg(), the fastest way there is without a module; in turns in one boot.
# And what the module does with them at a loss of the link. Run it in a guest:
#
#   tools/testing/vm/guest.sh run --mem 1024 uml -- tools/testing/bench/neigh_kernel.sh [COUNT [ROUNDS]]
#
# ip gets a tenth of the entries, because it needs so long; what is compared is the time for one
# entry, of the best round, which a busy machine disturbs least. Status 1 when the module needs
# more than twice as long as ip.
set -u
COUNT=${1:-100000}
ROUNDS=${2:-7}
TREE=$(cd "$(dirname "$0")/../../.." && pwd)
RUN=/run/evpn-bench
ESI=00:11:22:33:44:55:66:77:88:01
NS=bench-neigh

[ -d /sys/module/evpn ] || { echo "neigh_kernel: SKIP: evpn.ko is not loaded"; exit 4; }
mkdir -p $RUN
make -s -C "$TREE/tools/testing/selftests/evpn" OUTPUT=$RUN $RUN/evpn_nl $RUN/neigh_rtnl || exit 4

ip netns add $NS
trap 'ip netns del $NS' EXIT
pe() { ip netns exec $NS "$@"; }
ip -n $NS link add lag0 type veth peer name ce0
ip -n $NS link set ce0 up
ip -n $NS link set lag0 up
ip -n $NS addr add 10.0.0.1/8 dev lag0
for t in 1 2 3; do sysctl -qw net.ipv4.neigh.default.gc_thresh$t=$((COUNT * 2)); done
pe $RUN/evpn_nl es-new esi=$ESI ifname=lag0 role=df >/dev/null

few=$((COUNT / 10))
for ((i = 0; i < few; i++)); do
	printf 'neigh replace %s lladdr 02:00:00:%02x:%02x:%02x dev lag0 nud stale extern_learn proto zebra\n' \
		"10.$((1 + i / 65536)).$((i / 256 % 256)).$((i % 256))" \
		$((i / 65536)) $((i / 256 % 256)) $((i % 256))
done >$RUN/batch

now_ms() { local up; read -r up _ </proc/uptime; echo $((10#${up/./} * 10)); }
present() { ip -n $NS -4 neigh show nud stale | grep -c extern_learn; }
# The tables are empty again: the link goes down and up
flush() {
	ip -n $NS link set lag0 down
	ip -n $NS link set lag0 up
}
failed=0
check() {
	local is
	is=$(present)
	[ "$is" = "$2" ] || { echo "$1: $is of $2 entries"; failed=1; }
}
best() { sort -n "$RUN/$1" | head -n 1; }
synced() { pe $RUN/evpn_nl neigh-stats-get | tr ' ' '\n' | sed -n 's/^synced=//p'; }

: >$RUN/ip
: >$RUN/rtnl
: >$RUN/module
bulk="addr=10.1.0.0 mac=02:00:00:00:00:00 count=$COUNT"
for ((r = 1; r <= ROUNDS; r++)); do
	start=$(now_ms)
	ip -n $NS -batch $RUN/batch
	took=$(($(now_ms) - start))
	check ip $few
	echo $took >>$RUN/ip
	flush

	raw=$(pe $RUN/neigh_rtnl lag0 10.1.0.0 02:00:00:00:00:00 "$COUNT" | sed -n 's/.*ms=//p')
	check rtnetlink "$COUNT"
	echo "$raw" >>$RUN/rtnl
	flush

	# shellcheck disable=SC2086
	module=$(pe $RUN/evpn_nl neigh-new esi=$ESI $bulk | sed -n 's/.*ms=//p')
	check module "$COUNT"
	echo "$module" >>$RUN/module

	start=$(now_ms)
	flush
	until [ "$(synced)" = "$COUNT" ]; do
		[ $(($(now_ms) - start)) -lt 60000 ] || { echo "not back in 60 s"; failed=1; break; }
		sleep 0.05
	done
	back=$(($(now_ms) - start))
	check "after the flap" "$COUNT"

	start=$(now_ms)
	pe $RUN/evpn_nl neigh-sweep gen=1 >/dev/null
	swept=$(($(now_ms) - start))
	check "after the sweep" 0
	echo "round $r: ip $few in $took ms; $COUNT: rtnetlink $raw ms, module $module ms," \
		"back after a flap $back ms, swept $swept ms"
	flush
done
ip_us=$(($(best ip) * 1000 * 100 / few))
rtnl_us=$(($(best rtnl) * 1000 * 100 / COUNT))
module_us=$(($(best module) * 1000 * 100 / COUNT))
echo "one neighbour, best of $ROUNDS rounds, in hundredths of a microsecond: ip -batch $ip_us," \
	"rtnetlink $rtnl_us, module $module_us; module/ip $((module_us * 100 / ip_us))%," \
	"module/rtnetlink $((module_us * 100 / rtnl_us))%"
[ $failed = 0 ] && [ $module_us -le $((ip_us * 2)) ]
