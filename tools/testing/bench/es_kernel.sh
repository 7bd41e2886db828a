#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What segments cost that are there already: the time for the next thousand, whose devices do not exist,
# and for a device that comes and goes beside them. Both should stay what they were at the first.
#
#   tools/testing/vm/guest.sh run --mem 512 uml -- tools/testing/bench/es_kernel.sh [THOUSANDS]
set -u
THOUSANDS=${1:-8}
TREE=$(cd "$(dirname "$0")/../../.." && pwd)
RUN=/run/evpn-bench
N=bench-es

[ -d /sys/module/evpn ] || { echo "es_kernel: SKIP: evpn.ko is not loaded"; exit 4; }
mkdir -p $RUN
make -s -C "$TREE/tools/testing/selftests/evpn" OUTPUT=$RUN $RUN/evpn_nl || exit 4
ip netns add $N || exit 4
trap 'ip netns del $N' EXIT
in_n() { ip netns exec $N "$@"; }

# thousand T: the requests for its segments
thousand() {
	awk -v t="$1" 'BEGIN { for (i = 0; i < 1000; i++) { n = t * 1000 + i
		printf "es-new esi=00:11:00:00:00:00:00:%02x:%02x:%02x ifname=x%d\n", n / 65536, n / 256 % 256, n % 256, n } }'
}
devices() {
	local i
	for ((i = 0; i < 100; i++)); do
		printf 'link add d%d type dummy\nlink del d%d\n' $i $i
	done | ip -n $N -batch -
}
ms() {
	local begin
	begin=$(date +%s%N)
	"$@" >/dev/null
	echo $((($(date +%s%N) - begin) / 1000000))
}
batch() { in_n $RUN/evpn_nl -b <$RUN/requests; }

devices # what is only slow the first time
echo "segments there   ms for 1,000 more   ms for 100 devices"
for ((t = 0; t < THOUSANDS; t++)); do
	thousand $t >$RUN/requests
	links=$(ms devices)
	printf '%14d %19d %20d\n' $((t * 1000)) "$(ms batch)" "$links"
done
[ "$(in_n $RUN/evpn_nl es-get | grep -c esi=)" = $((THOUSANDS * 1000)) ] || { echo "segments are missing"; exit 1; }
echo "all of them swept: $(ms in_n $RUN/evpn_nl es-sweep generation=1) ms"
