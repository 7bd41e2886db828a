#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs every unit program in a directory and every script beside this one, prints each case as TAP
# and ends with "N passed, N failed, N skipped".
#
# usage: run.sh DIR [NAME...]
#   DIR   where the built programs (test_*) are; scripts (*.sh) find it in $UNIT_DIR
#   NAME  only these programs and scripts (without directory; a script without its suffix)
#
# A program is cmocka's or prints TAP itself. One that dies, or reports fewer cases than it planned,
# counts as one failure more.

set -u
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] && [ -d "$1" ] || { echo "usage: run.sh DIR [NAME...]" >&2; exit 1; }
dir=$(cd "$1" && pwd)
shift

passed=0 failed=0 skipped=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

wanted() {
	[ ${#names[@]} -eq 0 ] && return 0
	local n
	for n in "${names[@]}"; do
		[ "$n" = "$1" ] && return 0
	done
	return 1
}

one() { # NAME COMMAND...
	local name=$1 status planned ok nok skip
	shift
	wanted "$name" || return
	timeout "${UNIT_TIMEOUT:-300}" "$@" >"$out" 2>&1 </dev/null
	status=$?
	# cmocka says "not ok N # SKIP name"
	sed -i 's/^not ok \([0-9]*\) # SKIP \(.*\)/ok \1 - \2 # SKIP/' "$out"
	if grep -q '^1\.\.0.*# *SKIP' "$out"; then
		echo "ok $name # SKIP $(sed -n 's/^1\.\.0.*# *SKIP *//p' "$out")"
		skipped=$((skipped + 1))
		return
	fi
	sed "s/^\(not ok\|ok\) \([0-9]*\)\( - \)\?/\1 $name: /; t; /^#/!s/^/# /" "$out"
	skip=$(grep -c '^ok .*# *SKIP' "$out")
	ok=$(($(grep -c '^ok ' "$out") - skip))
	nok=$(grep -c '^not ok ' "$out")
	planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$out" | awk '{ n += $1 } END { print n + 0 }')
	if [ $((ok + nok + skip)) -ne "$planned" ] || [ "$planned" -eq 0 ]; then
		echo "not ok $name: $((ok + nok + skip)) of $planned planned cases reported, exit status $status"
		nok=$((nok + 1))
	elif [ $status -ne 0 ] && [ $nok -eq 0 ]; then
		echo "not ok $name: exit status $status"
		nok=$((nok + 1))
	fi
	passed=$((passed + ok)) failed=$((failed + nok)) skipped=$((skipped + skip))
}

names=("$@")
for program in "$dir"/test_*; do
	[ -f "$program" ] && [ -x "$program" ] || continue
	one "$(basename "$program")" "$program"
done
for script in "$here"/*.sh; do
	[ "$script" = "$here/run.sh" ] || [ ! -x "$script" ] && continue
	name=$(basename "$script")
	UNIT_DIR=$dir one "${name%.*}" "$script"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
