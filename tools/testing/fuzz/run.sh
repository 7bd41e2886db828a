#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs every fuzz target in a directory for a time, each on its committed seeds, and prints "ok" or
# "not ok" for it; ends with "N passed, N failed, N skipped".
#
# usage: run.sh DIR SECONDS [NAME...]
#   DIR      where the built targets (fuzz_*) are
#   SECONDS  for each of them; 0 runs the seeds once
#   NAME     only these targets
#
# The seeds of fuzz_NAME are in corpus/NAME (or corpus/fuzz_NAME) beside this script; fuzz_message and
# fuzz_update have those of unit/foreign.txt too. What the fuzzer finds grows in a
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

# foreign DIRECTORY FROM PREFIX: a file for each message of other projects: PREFIX, then the message from
# its octet FROM on
foreign() {
	mkdir -p "$1"
	python3 - "$@" "$here/../unit/foreign.txt" <<-'END'
		import sys
		directory, start, prefix, path = sys.argv[1:]
		rows = [line.split() for line in open(path) if not line.startswith("#")]
		for n, (types, _, project, octets) in enumerate(rows):
		    with open(f"{directory}/{project}-{n}", "wb") as f:
		        f.write(bytes.fromhex(prefix) + bytes.fromhex(octets)[int(start):])
	END
}
# The header of a message is not fuzz_update's, but an octet of its own is.
foreign "$tmp/foreign.message" 0 "" && foreign "$tmp/foreign.update" 19 00 || exit 1

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
	more=()
	[ ! -d "$tmp/foreign.$short" ] || more=("$tmp/foreign.$short")
	grown=${FUZZ_KEEP:-$tmp}/$short
	mkdir -p "$grown" "$tmp/artifacts.$short"
	limit="-max_total_time=$seconds"
	[ "$seconds" -eq 0 ] && limit="-runs=0"
	# The seeds alone first: libFuzzer may drop some of them when it merges.
	if "$target" -runs=0 -timeout=10 -artifact_prefix="$tmp/artifacts.$short/" "$seeds"/* ${more:+"$more"/*} \
		>"$tmp/log" 2>&1 &&
	   "$target" "$limit" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$tmp/artifacts.$short/" "$grown" "$seeds" "${more[@]}" >"$tmp/log" 2>&1; then
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
