# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What failed beside other steps is run again, alone, twice at most. If it passes then, it is unsteady:
# said, counted, and no failure of the code; a slow host has not waited long enough for it. What the kernel
# log complained of, and a guest that died, is a failure whatever happens afterwards. Sourced by check.sh.

# run_again: what passes then leaves $logs/failed for $logs/unsteady.
run_again() {
	local pool names attempt
	for pool in $(sed -n 's/^  \([^ ]*\): .*/\1/p' "$logs/failed" | sort -u); do
		! complained "$pool" || continue
		names=
		if [ -d "$logs/$pool/queue" ]; then
			names=$(ran "$pool" | awk '$2 == "FAILED" { print $1 }')
			[ -n "$names" ] || continue
		elif [[ $pool != interop* && $pool != kselftest && $pool != boot ]]; then
			continue # nothing in it waits for another program
		fi
		for attempt in 1 2; do
			[ "$(time_left)" -gt 120 ] || break
			# shellcheck disable=SC2086
			! alone "$pool" $names || { steady "$pool" "$attempt"; break; }
		done
	done
}

# complained POOL: a guest of it had more to say than failed cases.
complained() {
	local s
	for s in $(members "$1"); do
		[ -z "${WHY[$s]:-}" ] || return 0
	done
	return 1
}

# alone POOL [NAME...]: these scenarios in the pool's kind of guest, or the whole step, with nothing beside.
alone() {
	local as=again-$1 words
	rm -rf "$logs/$as"
	# shellcheck disable=SC2046
	read -ra words <<<"${COMMAND_OF[$(members "$1" | head -n 1)]}"
	echo "again, alone: $1: ${*:2}"
	(
		step=$as pool=$as limit=$(time_left)
		[ "$limit" -lt 1200 ] || limit=1200
		if [ $# -gt 1 ]; then
			execute "${words[0]}" "${words[1]}" "${@:2}"
		else
			execute "${words[@]}"
		fi
	) >"$logs/$as.log" 2>&1 </dev/null || return
	! awk -f "$here/check/count.awk" "$logs/$as.log" | grep -q '^F '
}

# steady POOL ATTEMPT: what failed there did not fail alone.
steady() {
	sed -n "s/^  $1: .*/&: passed in run $2 alone/p" "$logs/failed" >>"$logs/unsteady"
	sed -i "/^  $1: /d" "$logs/failed"
	sed -i "s/^\([0-9]*\) \([0-9]*\) \([0-9]*\) $1\$/\1 0 \3 $1/" "$logs/.counts"
}
