#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the filter of flooded frames costs, in turns in one boot: frames come in through VXLAN, cross
# a bridge, and leave through a bond or are dropped there.
#
#   forward   no module; the module and a DF segment
#   drop      by the module on a non-DF; by an nftables rule at netdev egress; by tc at egress; by
#             the nftables rules that do what the module does: the rule alone drops what the host
#             itself and its other customers send, too, so they mark what comes out of the tunnel
#   scale     DF for one VLAN, for 4,094; with one segment, with 1,000
#   role      4,094 VLANs change their role by one message
#
#   tools/testing/vm/guest.sh run --mem 512 uml -- tools/testing/bench/flood_kernel.sh [FRAMES [ROUNDS]]
#
#   tools/testing/vm/guest.sh run --icount --mem 768 --timeout 1800 qemu -- tools/testing/bench/flood_kernel.sh 500 1
#
# The second has no noise at all, and is slow: its nanoseconds are instructions, the sender's and the
# customer's included.
#
# Prints the median of each, in nanoseconds for one frame from the sender's system call to the end
# of its way, and the medians of each round's ratios. On a busy machine look at the fastest rounds: many
# rounds of few frames (1000 60). Everything but the comparison is the same: one
# processor, one boot, and every second round goes through the cases backwards.
set -u
FRAMES=${1:-20000}
ROUNDS=${2:-21}
TREE=$(cd "$(dirname "$0")/../../.." && pwd)
RUN=/run/evpn-bench
ESI=00:11:22:33:44:55:66:77:88:01
PE=bench-pe SRC=bench-src CE=bench-ce

[ -d /sys/module/evpn ] && [ -n "${EVPN_KO:-}" ] || { echo "flood_kernel: SKIP: evpn.ko is not loaded"; exit 4; }
mkdir -p $RUN
make -s -C "$TREE/tools/testing/selftests/evpn" OUTPUT=$RUN $RUN/evpn_nl &&
	gcc -D_GNU_SOURCE -std=gnu11 -O2 -I"$TREE/include/uapi" "$TREE/tools/testing/bench/flood_bench.c" \
		-o $RUN/flood_bench -lmnl || exit 4

for n in $PE $SRC $CE; do
	ip netns add $n || exit 4
	ip netns exec $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
trap 'for n in $PE $SRC $CE; do ip netns del $n; done' EXIT
pe() { ip netns exec $PE "$@"; }
nl() { pe $RUN/evpn_nl "$@" >/dev/null; }
ip -n $PE link add core type veth peer name core netns $SRC
ip -n $PE addr add 192.0.2.1/24 dev core
ip -n $SRC addr add 192.0.2.3/24 dev core
ip -n $PE link set core up
ip -n $SRC link set core up
ip -n $PE link add br0 type bridge mcast_snooping 0
ip -n $PE link set br0 up
ip -n $PE link add vx type vxlan id 100 local 192.0.2.1 dstport 4789 nolearning
ip -n $PE link set vx master br0
ip -n $PE link set vx up
ip -n $PE link add bond0 type bond mode active-backup miimon 100
ip -n $PE link add m0 type veth peer name ce netns $CE
ip -n $PE link set m0 master bond0
ip -n $PE link set m0 up
ip -n $PE link set bond0 up
ip -n $PE link set bond0 master br0
ip -n $CE link set ce up
pe bridge fdb replace 02:00:00:00:0c:0e dev bond0 master static
sleep 1

# one NAME KIND [VLAN]: a round, kept under that name; the customer's counter says what arrived
one() {
	local name=$1 before after
	# what was changed just now has come to rest, caches are warm
	sleep 0.2
	ip netns exec $SRC $RUN/flood_bench send 192.0.2.1 2000 "${@:2}" >/dev/null
	before=$(ip netns exec $CE cat /sys/class/net/ce/statistics/rx_packets)
	ip netns exec $SRC $RUN/flood_bench send 192.0.2.1 "$FRAMES" "${@:2}" >>"$RUN/flood.$name"
	after=$(ip netns exec $CE cat /sys/class/net/ce/statistics/rx_packets)
	case $name in
	drop*) [ $((after - before)) -lt 100 ] || { echo "$name: $((after - before)) of $FRAMES were not dropped"; failed=1; } ;;
	*) [ $((after - before)) -ge "$FRAMES" ] || { echo "$name: only $((after - before)) of $FRAMES arrived"; failed=1; } ;;
	esac
}
module() { insmod "$EVPN_KO" && nl es-new esi=$ESI ifname=bond0 mode=all-active "$@"; }
peers=192.0.2.2
nft_drop() {
	pe nft -f - <<-END
		table netdev t {
			chain c {
				type filter hook egress device bond0 priority 0;
				ether daddr & 01:00:00:00:00:00 == 01:00:00:00:00:00 drop
			}
		}
	END
}
nft_same() {
	pe nft -f - <<-END
		table netdev t {
			chain core {
				type filter hook ingress device vx priority 0;
				meta mark set 0x01000000
			}
			chain c {
				type filter hook egress device bond0 priority 0;
				meta mark & 0xff000000 != 0 ether daddr & 01:00:00:00:00:00 == 01:00:00:00:00:00 counter drop
			}
		}
	END
}
tc_drop() {
	pe tc qdisc add dev bond0 clsact &&
		pe tc filter add dev bond0 egress protocol all flower dst_mac 01:00:00:00:00:00/01:00:00:00:00:00 action drop
}
CASES="without without-unicast drop-nft drop-module drop-unmarked drop-tc drop-nft-same df df-unicast non-df-unicast vlan-1 vlans"
# turn CASE: everything it needs comes and goes with it
turn() {
	case $1 in
	without) one "$1" b ;;
	without-unicast) one "$1" u ;;
	drop-nft) nft_drop && one "$1" b ;;
	drop-nft-same) nft_same && one "$1" b ;;
	drop-tc) tc_drop && one "$1" b ;;
	drop-module) module role=non-df peers=$peers && one "$1" b ;;
	drop-unmarked) module role=non-df && one "$1" b ;;
	df) module role=df peers=$peers && one "$1" b ;;
	df-unicast) module role=df peers=$peers && one "$1" u ;;
	non-df-unicast) module role=non-df peers=$peers && one "$1" u ;;
	vlan-1) module vlan-df=0 peers=$peers && one "$1" b ;;
	vlans) module vlan-df=0-4095 peers=$peers && one "$1" b ;;
	esac || failed=1
	case $1 in
	drop-nft*) pe nft delete table netdev t ;;
	drop-tc) pe tc qdisc del dev bond0 clsact ;;
	without*) ;;
	*) rmmod evpn ;;
	esac
}
median() { sort -n "$RUN/flood.$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ratio() {
	paste "$RUN/flood.$1" "$RUN/flood.$2" | awk '{ print $1 / $2 }' | sort -n |
		awk -v a="$(fastest "$1")" -v b="$(fastest "$2")" '{ v[NR] = $1 } END { printf "%.3f  %.3f", v[int((NR + 1) / 2)], a / b }'
}
fastest() { sort -n "$RUN/flood.$1" | head -n 1; }

failed=0
rm -f $RUN/flood.*
rmmod evpn
one warm-up b
for ((r = 0; r < ROUNDS; r++)); do
	order=$CASES
	((r % 2)) && order=$(printf '%s\n' $CASES | tac)
	for c in $order; do
		turn "$c"
	done
done
# many segments, each on a device of its own
for ((i = 0; i < 1000; i++)); do
	echo "link add d$i type dummy"
done | ip -n $PE -batch -
for ((r = 0; r < ROUNDS / 3 + 1; r++)); do
	module role=df peers=$peers
	one segments-1 b
	for ((i = 0; i < 999; i++)); do
		printf 'es-new esi=00:ff:00:00:00:00:00:00:%02x:%02x ifname=d%d mode=all-active role=df peers=%s\n' \
			$((i / 256)) $((i % 256)) $i $peers
	done | nl -b
	[ "$(pe $RUN/evpn_nl es-get | grep -c esi=)" = 1000 ] || { echo "there are not 1000 segments"; failed=1; }
	one segments-1000 b
	rmmod evpn
done
module role=df peers=$peers
# shellcheck disable=SC2034
read -r role_median role_worst < <(pe $RUN/flood_bench role $ESI 1000)

echo "nanoseconds for one frame, medians of $ROUNDS rounds of $FRAMES frames, and the fastest round"
for n in $CASES segments-1 segments-1000; do
	printf '%-18s %9s %9s\n' "$n" "$(median $n)" "$(fastest $n)"
done
echo "ratios: the median of each round's, and of the fastest rounds, which other work of the machine disturbs least"
echo "forwarding a broadcast, DF segment / no module        $(ratio df without)   (target 1.03)"
echo "forwarding known unicast, DF segment / no module      $(ratio df-unicast without-unicast)   (target 1.03)"
echo "forwarding known unicast, non-DF segment / no module  $(ratio non-df-unicast without-unicast)"
echo "a drop, module / nftables that drops the same frames  $(ratio drop-module drop-nft-same)   (target 1)"
echo "a drop, module / nftables that drops all groups       $(ratio drop-module drop-nft)   (target 1)"
echo "  the same without split horizon (no peers)           $(ratio drop-unmarked drop-nft)"
echo "a drop, module / tc that drops all groups             $(ratio drop-module drop-tc)   (target 1)"
echo "DF for 4,094 VLANs / for one                          $(ratio vlans vlan-1)   (target 1)"
echo "DF for 4,094 VLANs by name / DF for all               $(ratio vlans df)"
echo "1,000 segments / one                                  $(ratio segments-1000 segments-1)   (target 1)"
echo "4,094 VLANs change their role: $role_median ns, at worst $role_worst ns   (target 1000000)"
exit $failed
