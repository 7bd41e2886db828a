# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Runs steps side by side: each says how much of a processor it keeps busy, and starts when what it
# needs is done and the processors have room for it. A guest sleeps most of the time, so several of
# them fit on one processor. Sourced by check.sh.

ORDER=()	# all steps, the most urgent first
declare -A SHARE LIMIT AFTER COMMAND_OF STATE PID BEGIN TOOK POOL OVER WORKS
ROOM=$(($(nproc) * 100))	# what runs at the same time
SLOW=100	# how much slower than others this machine makes processes, in hundredths

# plan TABLE [STEP...]: reads the table; with names, only these and what they need.
plan() {
	local name share limit after command n i wanted=" ${*:2} " grown
	while [ $# -gt 1 ]; do
		grown=$wanted
		while read -r name share limit after command; do
			[[ $wanted == *" ${name%\**} "* ]] || continue
			for n in ${after//,/ }; do
				[ "$n" = - ] || [[ $wanted == *" $n "* ]] || wanted="$wanted$n "
			done
		done <<<"$1"
		[ "$wanted" != "$grown" ] || break
	done
	while read -r name share limit after command; do
		[ $# = 1 ] || [[ $wanted == *" ${name%\**} "* ]] || continue
		n=1
		[[ $name != *\** ]] || n=${name#*\*}
		name=${name%\**}
		for ((i = 1; i <= n; i++)); do
			add "$name$([[ $n = 1 ]] || echo ".$i")" "$share" "$limit" "$after" "$command" "$name"
		done
	done <<<"$1"
}

# add NAME SHARE LIMIT AFTER COMMAND POOL. What works all the time does so on any machine; what mostly waits has
# the more to do the slower the machine is.
add() {
	ORDER+=("$1")
	SHARE[$1]=$2 LIMIT[$1]=$3 AFTER[$1]=$4 COMMAND_OF[$1]=$5 POOL[$1]=$6 STATE[$1]=waits WORKS[$1]=''
	if [ "$2" -lt 80 ]; then
		SHARE[$1]=$(($2 * SLOW / 100))
		[ "${SHARE[$1]}" -le 95 ] || SHARE[$1]=95
	elif [ "$2" -le 100 ]; then
		WORKS[$1]=y
	fi
	[ "${SHARE[$1]}" -le "$ROOM" ] || SHARE[$1]=$ROOM
}

# measure: SLOW and ROOM. A guest under User-mode Linux does little but make, map and end processes, and its
# scenarios are shell. How long that takes differs by ten times between machines that compute equally fast; 1 ms for
# a small program is usual. Where page tables are the hypervisor's own, processors that do it at once wait for each other,
# and four guests beside each other take four times as long, and what they wait for comes too late.
measure() {
	local n one=0 all=0 round took
	n=$(nproc)
	for round in 1 2 3; do
		timed programs
		[ "$one" -gt 0 ] && [ "$took" -ge "$one" ] || one=$took
		timed programs_at_once "$n"
		[ "$all" -gt 0 ] && [ "$took" -ge "$all" ] || all=$took
	done
	SLOW=$((one / 100))
	[ "$SLOW" -gt 100 ] || SLOW=100
	ROOM=$((n * 100 * one / all))
	[ "$ROOM" -lt $((n * 60)) ] || ROOM=$((n * 100))
	[ "$ROOM" -ge 100 ] || ROOM=100
	echo "# a program starts in $((one / 10)) us; $n processors have room for $ROOM %"
}

programs() {
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		/bin/true
	done
}
programs_at_once() {
	local pids=() k
	for ((k = 0; k < $1; k++)); do
		programs &
		pids+=($!)
	done
	wait "${pids[@]}"
}

# timed COMMAND...: microseconds, in $took
timed() {
	local start=${EPOCHREALTIME/[.,]/}
	"$@"
	took=$((${EPOCHREALTIME/[.,]/} - start))
}

# members POOL: its steps (a plain step is a pool of one)
members() {
	local s
	for s in "${ORDER[@]}"; do
		[ "${POOL[$s]}" = "$1" ] && echo "$s"
	done
}

# pool_done POOL: all its steps are; a step that is not planned holds up nobody.
pool_done() {
	local s
	for s in "${ORDER[@]}"; do
		[ "${POOL[$s]}" != "$1" ] || [ "${STATE[$s]}" = done ] || return 1
	done
}

ready() {
	local n
	[ "${STATE[$1]}" = waits ] || return 1
	for n in ${AFTER[$1]//,/ }; do
		[ "$n" = - ] || pool_done "$n" || return 1
	done
}

# room: what the processors have left, in $free, and what is taken by what works all the time, in $working.
# (No subshell: this is asked all the time.)
room() {
	local s
	free=$ROOM working=0
	for s in "${ORDER[@]}"; do
		[ "${STATE[$s]}" = runs ] || continue
		free=$((free - SHARE[$s]))
		[ -z "${WORKS[$s]}" ] || working=$((working + SHARE[$s]))
	done
}

# start STEP: in the background. What it and all it started took of the processors goes to STEP.cpu.
start() {
	STATE[$1]=runs
	BEGIN[$1]=$SECONDS
	: >"$logs/$1.log"
	(
		trap - INT HUP EXIT
		trap 'kill "$command" 2>/dev/null' TERM
		(
			trap - TERM
			# What works all the time lets those go first that wait for each other's timers.
			[ -z "${WORKS[$1]}" ] || renice -n 10 -p $BASHPID >/dev/null
			step=$1 pool=${POOL[$1]} limit=${LIMIT[$1]}
			# shellcheck disable=SC2086
			execute ${COMMAND_OF[$1]}
		) >"$logs/$1.log" 2>&1 </dev/null &
		command=$!
		wait "$command"
		status=$?
		times >"$logs/$1.cpu"
		exit $status
	) &
	PID[$1]=$!
}

# empty STEP: its pool has no work left, so it has nothing to do
empty() {
	[ "${POOL[$1]}" != "$1" ] && nothing_left "${POOL[$1]}" || return 1
	STATE[$1]=done
	conclude "$1"
	return 0
}

# begin_some: all that is ready and fits, the most urgent first. One processor is not for what works all the
# time while anything else can begin.
begin_some() {
	local s free working kept=0
	room
	for s in "${ORDER[@]}"; do
		[ "$ROOM" -ge 200 ] && [ -z "${WORKS[$s]}" ] && ready "$s" || continue
		empty "$s" || { kept=100; break; }
	done
	for s in "${ORDER[@]}"; do
		[ "$free" -gt 0 ] || return
		[ "${SHARE[$s]}" -le "$free" ] && ready "$s" || continue
		[ -z "${WORKS[$s]}" ] || [ $((working + SHARE[$s])) -le $((ROOM - kept)) ] || continue
		! empty "$s" || continue
		start "$s"
		free=$((free - SHARE[$s]))
		[ -z "${WORKS[$s]}" ] || working=$((working + SHARE[$s]))
	done
}

# end_some: those that have ended since.
end_some() {
	local s
	for s in "${ORDER[@]}"; do
		[ "${STATE[$s]}" = runs ] && ! kill -0 "${PID[$s]}" 2>/dev/null || continue
		wait "${PID[$s]}"
		ended "$s" $?
		TOOK[$s]=$((SECONDS - BEGIN[$s]))
		STATE[$s]=done
		conclude "$s"
	done
}

# conclude STEP: the result of its pool, when this was the last of it.
conclude() {
	pool_done "${POOL[$1]}" && result "${POOL[$1]}"
}

run_plan() {
	local s left=1
	while [ "$left" -gt 0 ]; do
		end_some
		close_in_time
		begin_some
		look
		left=0
		for s in "${ORDER[@]}"; do
			[ "${STATE[$s]}" = done ] || left=$((left + 1))
		done
		[ "$left" -eq 0 ] || sleep 0.7
	done
	[ -t 1 ] && printf '\r\033[K'
	return 0
}

# time_left: seconds until whoever runs the check ends it (CHECK_LIMIT, seconds, if there is such a limit)
time_left() {
	[ -n "${CHECK_LIMIT:-}" ] && echo $((CHECK_LIMIT - SECONDS)) || echo 999999
}

LATE="# SKIP no time was left (CHECK_LIMIT=${CHECK_LIMIT:-})"
closing=''

# close_in_time: an eighth of a limited time is kept for what failed beside others, which is run again alone. In
# the eighth before that nothing begins any more, and at its end what still works is ended: a check that
# tells what it did not come to is worth more than one that is cut off.
close_in_time() {
	local s left
	[ -n "${CHECK_LIMIT:-}" ] || return
	left=$(($(time_left) - CHECK_LIMIT / 8))
	[ "$left" -le $((CHECK_LIMIT / 8)) ] || return
	if [ -z "$closing" ]; then
		closing=y
		close_down
	fi
	[ "$left" -le 0 ] || return
	for s in "${ORDER[@]}"; do
		[ "${STATE[$s]}" = runs ] && [ -z "${OVER[$s]:-}" ] || continue
		OVER[$s]=y
		kill "${PID[$s]}" 2>/dev/null
	done
}

# close_down: what has not begun is skipped, scenarios that no guest has taken among it.
close_down() {
	local s pool name
	for s in "${ORDER[@]}"; do
		pool=${POOL[$s]}
		for name in $([ ! -d "$logs/$pool/queue" ] || pool=$pool in_order $(asked "$pool")); do
			mkdir "$logs/$pool/queue/$name" 2>/dev/null && echo "S $name $LATE" >>"$logs/.cases.$pool"
		done
		[ "${STATE[$s]}" = waits ] || continue
		STATE[$s]=done
		[ -d "$logs/$pool/queue" ] || { echo "S all of it $LATE" >"$logs/$s.cases"; BEGIN[$s]=$SECONDS; TOOK[$s]=0; }
		conclude "$s"
	done
}

# finish: whatever still runs is ended.
finish() {
	local s
	trap - EXIT
	for s in "${ORDER[@]}"; do
		[ "${STATE[$s]}" = runs ] && kill "${PID[$s]}" 2>/dev/null
	done
	wait
}

clock() {
	printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

beat=0	# when the last sign of life was given
glance=-9	# when the logs were looked at
declare -A seen

# look: what the running steps have to say. A terminal sees their newest lines, anything else the
# lines that matter, and a sign of life every minute.
look() {
	local s line='' last width=160
	[ $((SECONDS - glance)) -ge 3 ] || return
	glance=$SECONDS
	for s in "${ORDER[@]}"; do
		[ "${STATE[$s]}" != runs ] || heard "$s"
	done
	[ -t 1 ] || [ $((SECONDS - beat)) -ge 60 ] || return
	for s in "${ORDER[@]}"; do
		[ "${STATE[$s]}" = runs ] || continue
		last=$(tail -c 300 "$logs/$s.log" 2>/dev/null | tail -n 1 | tr '\r\t' '  ')
		line="$line$s $(clock $((SECONDS - BEGIN[$s]))) ${last:0:24}  "
	done
	if [ -t 1 ]; then
		width=$(tput cols 2>/dev/null || echo 80)
		printf '\r\033[K%s' "${line:0:$((width - 1))}"
	else
		echo "... $(clock $SECONDS) $line"
		beat=$SECONDS
	fi
}

# heard STEP: the lines that matter among those it has written since.
heard() {
	local log=$logs/$1.log total
	total=$(wc -l <"$log" 2>/dev/null || echo 0)
	[ "$total" -gt "${seen[$1]:-0}" ] || return
	[ -t 1 ] && printf '\r\033[K'
	sed -n "$((${seen[$1]:-0} + 1)),${total}p" "$log" | grep -E \
		'^not ok|^\[  FAILED  \] [a-z_]|^Bail out|^guest: .*(died|complains|no end|QEMU)|: not found$' |
		cut -c 1-150 | sed "s/^/    $1: /"
	seen[$1]=$total
}
