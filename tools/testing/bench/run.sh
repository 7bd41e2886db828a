#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `make bench`: what the project promises, measured. Medians of RUNS runs (20), most of them in the
# User-mode Linux guest; prints a table with the target beside each figure, and never fails because
# of one: a busy machine is not a fault.
#
#	run.sh                 all
#	run.sh failover idle   these: failover recovery power power-direct drain slides idle circuits election neigh prefix flood bfd
#	RUNS=50 run.sh         more runs
#	ROWS=block run.sh recovery   only the rows of failover, recovery and drain that have this in their title

cd "$(dirname "$0")/../../.." || exit 1
VM=tools/testing/vm
BENCH=tools/testing/bench
OUT=$PWD/build/bench
export EVPN_BENCH_RUNS=${RUNS:-20} EVPN_BENCH_ROWS=${ROWS:-}
what=${*:-failover recovery power power-direct drain slides idle circuits election neigh prefix flood bfd}

mkdir -p "$OUT"
rm -f "$OUT"/*.tsv "$OUT/bfd.txt" "$OUT/circuits.txt"
make --no-print-directory -s user >"$OUT/build.log" 2>&1 && tools/testing/lab/lab.sh build ||
	{ tail -n 20 "$OUT/build.log"; exit 1; }

election() {
	cc -O2 -D_GNU_SOURCE -Iuser/lib -o "$OUT/bench_df" $BENCH/bench_df.c build/libevpn.a -lbsd -ljansson || return
	"$OUT/bench_df" "$EVPN_BENCH_RUNS" | tee "$OUT/election.txt" >&2
}

guest=
for w in $what; do
	case $w in
	election | neigh | prefix | flood | bfd) ;;
	failover | recovery | power | power-direct | drain | slides | idle | circuits) guest="$guest $w" ;;
	*) echo "bench: no such measurement: $w" >&2; exit 1 ;;
	esac
done
if [ -n "$guest" ]; then
	# shellcheck disable=SC2086
	$VM/guest.sh run --out "$OUT" --timeout 3000 uml -- $BENCH/bench_guest.sh $guest >"$OUT/guest.log" 2>&1 ||
		{ tail -n 20 "$OUT/guest.log"; echo "bench: the guest failed; see $OUT/guest.log" >&2; exit 1; }
fi
case " $what " in *" election "*) election 2>/dev/null ;; esac
case " $what " in *" bfd "*) { $BENCH/bfd.sh; $BENCH/bfd_busy.sh; } >"$OUT/bfd.txt" 2>&1 ;; esac
# beside_each_other NAME PROGRAM...: programs that print their own comparison
beside_each_other() {
	local name=$1 p
	shift
	for p in "$@"; do
		$VM/guest.sh run --mem 1024 --timeout 3000 uml -- "$BENCH/$p" >"$OUT/${p%.sh}.log" 2>&1 ||
			echo "bench: $p: status $?, a limit is not kept or the guest failed; see $OUT/${p%.sh}.log"
		grep -v '^\[' "$OUT/${p%.sh}.log" | grep -v '^guest:' >>"$OUT/$name.txt"
	done
}
rm -f "$OUT"/neigh.txt "$OUT"/prefix.txt "$OUT"/flood.txt
case " $what " in *" neigh "*) beside_each_other neigh neigh_kernel.sh neigh_sync.sh ;; esac
case " $what " in *" prefix "*) beside_each_other prefix prefix_sync.sh prefix_takeover.sh ;; esac
case " $what " in *" flood "*) beside_each_other flood flood_kernel.sh es_kernel.sh ;; esac

echo
printf '%-52s %5s %9s %9s %9s  %s\n' "measured" runs median worst target unit
cat "$OUT"/*.tsv 2>/dev/null | awk -F'\t' '
	{
		n = 0
		for (i = 4; i <= NF; i++) if ($i != "") v[++n] = $i + 0
		if (!n) { printf "%-52s %5d %9s %9s %9s  %s\n", $1, 0, "-", "-", $3, $2; next }
		for (i = 2; i <= n; i++) {
			x = v[i]
			for (j = i - 1; j > 0 && v[j] > x; j--) v[j + 1] = v[j]
			v[j + 1] = x
		}
		m = n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
		printf "%-52s %5d %9.1f %9.1f %9s  %s\n", $1, n, m, v[n], $3, $2
	}'
[ ! -s "$OUT/circuits.txt" ] || { echo; echo "Circuits of a segment that change together (target: linear)"; cat "$OUT/circuits.txt"; }
[ ! -s "$OUT/election.txt" ] || { echo; echo "An election over 1,000 segments and 4,094 VLANs (target: 1000 ms)"; cat "$OUT/election.txt"; }
[ ! -s "$OUT/bfd.txt" ] || { echo; echo "BFD (targets: below 10 % of a processor, no flap)"; cat "$OUT/bfd.txt"; }
[ ! -s "$OUT/neigh.txt" ] || { echo; echo "Neighbours (targets: one entry 5 ms; 100,000 in 2 s and within twice ip -batch)"; cat "$OUT/neigh.txt"; }
[ ! -s "$OUT/prefix.txt" ] || { echo; echo "Customers' routes (targets: 100,000 from kernel to kernel in 1 s; takeover with them as fast as with one)"; cat "$OUT/prefix.txt"; }
[ ! -s "$OUT/flood.txt" ] || { echo; echo "The filter of flooded frames"; cat "$OUT/flood.txt"; }
echo
nproc | sed 's/$/ processors; load average '"$(cut -d' ' -f1-3 /proc/loadavg)/"
