#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs every fuzz target in a directory for a time, each on its committed seeds, and prints "ok" or
# "not ok" for it; ends with "N passed, N failed, N skipped".
#
# usage: run.sh DIR SECONDS [NAME...]
#   DIR      where the built targets (fuzz_*) are
#   SECONDS  for each of them; 0 runs the seeds once
#   NAME     only these targets
#
# The seeds of fuzz_NAME are in corpus/NAME (or corpus/fuzz_NAME) beside this script. What the fuzzer finds grows in a
# temporary directory (or in $FUZZ_KEEP/NAME), never in the tree. A failing input is printed in base64.

set -u
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 2 ] && [ -d "$1" ] || { echo "usage: run.sh DIR SECONDS [NAME...]" >&2; exit 1; }
dir=$(cd "$1" && pwd)
seconds=$2
shift 2

passed=0 failed=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

for target in "$dir"/fuzz_*; do
	[ -f "$target" ] && [ -x "$target" ] || continue
	name=$(basename "$target")
	short=${name#fuzz_}
	case " $* " in
	"  " | *" $name "* | *" $short "*) ;;
	*) continue ;;
	esac
	seeds=$here/corpus/$short
	[ -d "$seeds" ] || seeds=$here/corpus/$name
	if [ ! -d "$seeds" ] || [ -z "$(ls -A "$seeds")" ]; then
		echo "not ok $name: no seeds in tools/testing/fuzz/corpus/$short"
		failed=$((failed + 1))
		continue
	fi
	grown=${FUZZ_KEEP:-$tmp}/$short
	mkdir -p "$grown" "$tmp/artifacts.$short"
	limit="-max_total_time=$seconds"
	[ "$seconds" -eq 0 ] && limit="-runs=0"
	# The seeds alone first: libFuzzer may drop some of them when it merges.
	if "$target" -runs=0 -timeout=10 -artifact_prefix="$tmp/artifacts.$short/" "$seeds"/* \
		>"$tmp/log" 2>&1 &&
	   "$target" "$limit" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$tmp/artifacts.$short/" "$grown" "$seeds" >"$tmp/log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$tmp/log")
		echo "ok $name: ${runs:-0} inputs in $seconds s"
		passed=$((passed + 1))
	else
		echo "not ok $name"
		grep -E '^(SUMMARY|ERROR|.*: runtime error|==.*ERROR)|\.c:[0-9]+: ' "$tmp/log" | head -5 | sed 's/^/# /'
		for f in "$tmp/artifacts.$short"/*; do
			[ -f "$f" ] && echo "# $(basename "$f" | cut -d- -f1): $(base64 -w0 "$f")"
		done
		failed=$((failed + 1))
	fi
done

echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
