# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What came of the steps: one line each as they end, then the table of scenarios and kernels, the
# slowest steps and the count. Sourced by check.sh.

# ended STEP STATUS: what it did is counted; the cases go to $logs/STEP.cases.
ended() {
	local log=$logs/$1.log why failed
	awk -f "$here/check/count.awk" "$log" >"$logs/$1.cases"
	[ -z "${OVER[$1]:-}" ] || { echo "S what it had not come to $LATE" >>"$logs/$1.cases"; return; }
	failed=$(grep -c '^F ' "$logs/$1.cases")
	# shellcheck disable=SC2086
	why=$(reason "$2" "$failed" "${LIMIT[$1]}" ${COMMAND_OF[$1]})
	[ -z "$why" ] || { echo "F $why" >>"$logs/$1.cases"; WHY[$1]=$why; }
}

declare -A WHY

# reason STATUS FAILED LIMIT COMMAND...: why a step failed beyond its own cases.
reason() {
	case $4:$1 in
	*:0) ;;
	guest:90 | *scenarios:90) echo "the kernel log complains" ;;
	guest:91 | *scenarios:91) echo "the guest died" ;;
	guest:93 | *scenarios:93) echo "the guest or the module did not start" ;;
	guest:92 | *scenarios:92 | *:124 | *:137) echo "no end after $3 s" ;;
	*:127) echo "not found" ;;
	*) [ "$2" -gt 0 ] || echo "exit status $1" ;;
	esac
}

# result POOL: its line, when all of it has ended.
result() {
	local pool=$1 s p f k took=0 first=999999 last=0 guests=0
	for s in $(members "$pool"); do
		[ -e "$logs/$s.cases" ] || continue
		guests=$((guests + 1))
		[ "${BEGIN[$s]}" -lt "$first" ] && first=${BEGIN[$s]}
		[ $((BEGIN[$s] + TOOK[$s])) -gt $last ] && last=$((BEGIN[$s] + TOOK[$s]))
		cat "$logs/$s.cases" >>"$logs/.cases.$pool"
		rm "$logs/$s.cases"
	done
	[ "$guests" -gt 0 ] || return
	[ -d "$logs/$pool/queue" ] && not_run "$pool" >>"$logs/.cases.$pool"
	p=$(grep -c '^P ' "$logs/.cases.$pool")
	f=$(grep -c '^F ' "$logs/.cases.$pool")
	k=$(grep -c '^S ' "$logs/.cases.$pool")
	if [ $((p + f + k)) = 0 ]; then
		p=1
	elif [ $((p + f)) = 0 ] && [ -z "$closing" ]; then
		echo "F nothing ran: every case was skipped" >>"$logs/.cases.$pool"
		f=1
	fi
	echo "$p $f $k $pool" >>"$logs/.counts"
	echo "$((last - first)) $(work "$pool") $pool" >>"$logs/.times"
	sed -n "s/^S /  $pool: /p" "$logs/.cases.$pool" >>"$logs/skipped"
	sed -n "s|^F \(.*\)|  $pool: \1 (${logs#"$PWD"/}/$pool*.log)|p" "$logs/.cases.$pool" >>"$logs/failed"
	[ -t 1 ] && printf '\r\033[K'
	printf '%-12s %-6s %d passed, %d failed, %d skipped  (%s%s)\n' "$pool" \
		"$([ "$f" = 0 ] && echo ok || echo FAILED)" "$p" "$f" "$k" "$(clock $((last - first)))" \
		"$([ $guests = 1 ] || echo ", $guests guests")"
	for s in $(members "$pool"); do
		[ -z "${WHY[$s]:-}" ] || tail -n 5 "$logs/$s.log" | cut -c 1-160 | sed 's/^/    | /'
	done
}

# work POOL: the seconds of a processor that its steps took together.
work() {
	# times: two lines, the shell's own and its children's, each user and system, as 1m2.345s
	# shellcheck disable=SC2046
	cat $(members "$1" | sed "s|.*|$logs/&.cpu|") 2>/dev/null |
		tr 'ms ' '  \n' | awk 'NF == 2 { t += $1 * 60 + $2 } END { printf "%d", t }'
}

# ran POOL: a line for each scenario that began: name, state, seconds.
ran() {
	# shellcheck disable=SC2046
	states $(members "$1" | sed "s|.*|$logs/&.log|")
}

# states LOG...: the same, of these logs
states() {
	cat "$@" 2>/dev/null | tr -d '\r' | awk '
		/^# ==== / { if (name) print name, "died", "-"; name = $3; bad = 0 }
		/^not ok/ { bad = 1 }
		/^ok 1 [a-z0-9_]+ # SKIP / && !name { print $3, "-", "-" }
		/^# [a-z0-9_]+: status [0-9]+ after/ { status = $4; took = $6; ended = 1 }
		/^1\.\.1$/ && ended { print name, status == 4 ? "-" : status || bad ? "FAILED" : "ok", took; name = ""; ended = 0 }
		/^# scenarios: / { if (ended) print name, "-", "-"; name = ""; ended = 0 }
		END { if (name) print name, "died", "-" }'
}

# not_run POOL: what no guest came to; only when guests have died.
not_run() {
	local name
	# shellcheck disable=SC2046
	for name in $(pool=$1 in_order $(asked "$1")); do
		[ -d "$logs/$1/queue/$name" ] || echo "F $name: not run, no guest was left"
	done
}

# asked POOL: the scenarios that its command names; none: all.
asked() {
	# shellcheck disable=SC2046
	set -- $(members "$1" | head -n 1)
	# shellcheck disable=SC2086
	set -- ${COMMAND_OF[$1]}
	echo "${@:3}"
}

# matrix: scenario by kernel.
matrix() {
	local pools pool
	pools=$(for s in "${ORDER[@]}"; do [ -d "$logs/${POOL[$s]}/queue" ] && echo "${POOL[$s]}"; done | uniq)
	[ -n "$pools" ] || return
	for pool in $pools; do
		ran "$pool" | sed "s/^/$pool /"
	done >"$logs/.ran"
	remember
	awk -v pools="$(echo $pools)" '
		{ cell[$2, $1] = $3 == "ok" ? $4 " s" : $3; names[$2] }
		END {
			n = split(pools, p, " ")
			printf "%-22s", "scenario"
			for (i = 1; i <= n; i++) printf " %10s", p[i]
			print ""
			for (name in names) {
				line = sprintf("%-22s", name)
				for (i = 1; i <= n; i++) line = line sprintf(" %10s", cell[name, p[i]])
				print line | "sort"
			}
		}' "$logs/.ran"
	echo "(seconds: passed;  -: skipped, the reason is above;  empty: not asked of this kernel)"
}

# remember: how long each scenario took, for the order in which they go the next time.
remember() {
	awk 'NR == FNR { if ($3 == "ok") { print $1, $2, $4; new[$1, $2] } next }
		!(($1, $2) in new)' "$logs/.ran" "$durations" >"$durations.$$" && mv "$durations.$$" "$durations"
}

# busy: jiffies in which a processor worked, and all
busy() {
	awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 + $9, $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9 }' /proc/stat
}
BUSY_AT_START=$(busy)

# reasons: what was skipped, by step and reason: "  STEP: REASON: NAME, NAME ..."
reasons() {
	awk '{
		at = match($0, / *# *[Ss][Kk][Ii][Pp] */)
		step = $1
		reason = at ? substr($0, at + RLENGTH) : ""
		name = at ? substr($0, 1, at - 1) : $0
		sub(/^ *[^ ]+ /, "", name)
		key = step (reason == "" ? "" : " " reason ":")
		if (!(key in names)) order[++n] = key
		names[key] = names[key] (names[key] == "" ? " " : ", ") name
	}
	END { for (i = 1; i <= n; i++) print "  " order[i] names[order[i]] }' "$logs/skipped" | fold -s -w 150 | sed '/^  /!s/^/      /'
}

# failures: with what their logs say around them, and once more by name alone at the very end: where the output
# of a check is cut, it is the end that is kept.
failures() {
	local pool
	printf '\nFailed:\n'
	for pool in $(sed -n 's/^  \([^ ]*\): .*/\1/p' "$logs/failed" | sort -u); do
		printf '\n%s:\n' "$pool"
		grep -hE -B 12 -A 3 '^not ok|^\[  FAILED  \] [a-z_]|: (error|runtime error): |^Bail out' \
			$(members "$pool" | sed "s|.*|$logs/&.log|") "$logs/again-$pool.log" 2>/dev/null |
			cut -c 1-200 | tail -n 80 | sed 's/^/  | /'
	done
	echo
	cut -c 1-110 "$logs/failed"
}

report() {
	run_again
	[ ! -s "$logs/skipped" ] || { printf '\nSkipped:\n'; reasons; }
	echo
	matrix
	printf '\nslowest steps, and what they took of one processor:\n'
	sort -rn "$logs/.times" | head -n 10 | while read -r seconds worked step; do
		printf '  %7s  %7s  %s\n' "$(clock "$seconds")" "$(clock "$worked")" "$step"
	done
	[ ! -s "$logs/unsteady" ] || { printf '\nUnsteady (failed beside others, passed alone):\n'; cat "$logs/unsteady"; }
	[ ! -s "$logs/failed" ] || failures
	echo
	awk -v before="$BUSY_AT_START" -v now="$(busy)" -v took="$(clock $SECONDS)" -v n="$(nproc)" 'BEGIN {
		split(before, b); split(now, a)
		printf "all in %s; %d processors, busy for %d %% of it\n", took, n, 100 * (a[1] - b[1]) / (a[2] - b[2]) }'
	awk -v unsteady="$(wc -l <"$logs/unsteady")" '
		{ p += $1; f += $2; s += $3 }
		END {
			printf "%d passed, %d failed, %d skipped", p, f, s
			print unsteady ? ", " unsteady " unsteady" : ""
			exit f > 0
		}' "$logs/.counts"
}
