# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What failed beside other steps is run again, alone, twice at most. If it passes then, it is unsteady:
# said, counted, and no failure of the code; a slow host has not waited long enough for it. What the kernel
# log complained of, and a guest that died, is a failure whatever happens afterwards. Sourced by check.sh.

# run_again: what passes then leaves $logs/failed for $logs/unsteady. Everything has its first turn before anything
# has its second: time may be limited, and what fails each time is the last that should use it up.
run_again() {
	local pool names attempt
	for attempt in 1 2; do
		for pool in $(sed -n 's/^  \([^ ]*\): .*/\1/p' "$logs/failed" | sort -u); do
			names=$(may_pass "$pool") || continue
			[ "$(time_left)" -gt 120 ] || return
			# shellcheck disable=SC2086
			! alone "$pool" $names || steady "$pool" "$attempt"
			# of several, each needs to pass once
			[ ! -d "$logs/$pool/queue" ] || still[$pool]=$(states "$logs/again-$pool.log" | names_failed)
		done
	done
}

declare -A still # POOL: scenarios that have failed each time so far
names_failed() { awk '$2 != "ok" && $2 != "-" { print $1 }'; }

# may_pass POOL: if it waits for other programs, what to run of it again (nothing: all of it).
may_pass() {
	! complained "$1" || return
	if [ -d "$logs/$1/queue" ]; then
		printf '%s\n' "${still[$1]-$(ran "$1" | names_failed)}" | grep .
	else
		case $1 in
		interop) interop_parts ;;
		interop* | kselftest | boot) ;;
		*) return 1 ;;
		esac
	fi
}

# interop_parts: those of interop/run.sh of which something failed; each begins its checks' names with its own.
interop_parts() {
	sed -n 's/^  interop: //p' "$logs/failed" | awk '
		{ sub(/:.*/, "") }
		/^reflector/ { $0 = "rr" }
		/^tshark/ { $0 = "wire" }
		!/^(raw|memory|wire|gobgp|exabgp|rr|frr|flood|bfd)$/ { all = 1 }
		!seen[$0]++ { part[++n] = $0 }
		END { for (i = 1; i <= n && !all; i++) print part[i] }'
}

# complained POOL: a guest of it had more to say than failed cases.
complained() {
	local s
	for s in $(members "$1"); do
		[ -z "${WHY[$s]:-}" ] || return 0
	done
	return 1
}

# alone POOL [NAME...]: these scenarios in the pool's kind of guest, these parts of the step, or the whole step, with
# nothing beside.
alone() {
	local as=again-$1 words
	rm -rf "$logs/$as"
	# shellcheck disable=SC2046
	read -ra words <<<"${COMMAND_OF[$(members "$1" | head -n 1)]}"
	[ "${words[0]}" != scenarios ] && [ "${words[0]}" != frr_scenarios ] || words=("${words[@]:0:2}")
	echo "again, alone: $1: ${*:2}"
	(
		step=$as pool=$as limit=$(time_left)
		[ "$limit" -lt 1200 ] || limit=1200
		execute "${words[@]}" "${@:2}"
	) >"$logs/$as.log" 2>&1 </dev/null || return
	! awk -f "$here/check/count.awk" "$logs/$as.log" | grep -q '^F '
}

# steady POOL ATTEMPT: what failed there did not fail alone.
steady() {
	sed -n "s/^  $1: .*/&: passed in run $2 alone/p" "$logs/failed" >>"$logs/unsteady"
	sed -i "/^  $1: /d" "$logs/failed"
	sed -i "s/^\([0-9]*\) \([0-9]*\) \([0-9]*\) $1\$/\1 0 \3 $1/" "$logs/.counts"
}
