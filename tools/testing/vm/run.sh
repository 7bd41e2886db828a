# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# One run of a guest, whichever kind: control directory, output streams, time
# limit, verdict. Sourced by guest.sh.

KERNEL_ARGS=(oops=panic panic=-1 ignore_loglevel bonding.max_bonds=0 dummy.numdummies=0
	ifb.numifbs=0 rcupdate.rcu_cpu_stall_timeout=60 kunit.enable=1 kunit.autorun=1)

# contain COMMAND...: becomes COMMAND such that it and all that it starts die
# with this script, even if this script is killed outright. Without root there
# is no PID namespace; then only the process group is killed.
contain() {
	if [ "$(id -u)" = 0 ]; then
		exec setsid -w setpriv --pdeathsig KILL unshare --pid --fork --kill-child -- \
			sh -c '"$@"; exit $?' sh "$@"
	fi
	exec setsid -w setpriv --pdeathsig KILL "$@"
}

# What init.sh reads in the guest.
write_control() {
	local v
	mkdir "$RUN/ctl"
	if [ -n "$KO" ]; then
		mkdir "$RUN/ctl/modules"
		find "$KO" -name '*.ko' -exec cp {} "$RUN/ctl/modules/" \;
	fi
	{
		echo 'set -a'
		printf 'EVPN_TREE=%q EVPN_OUT=%q EVPN_GUEST=%q\n' "$TREE" "$OUT" "$GUEST"
		printf 'EVPN_KMODS=%q EVPN_PARAMS=%q\n' "$KMODS" "${PARAMS[*]}"
		[ -n "$NO_LEAKS" ] && echo EVPN_NO_LEAKS=y
		[ -n "$KO" ] && echo 'EVPN_KO=/run/guest/ctl/modules/evpn.ko'
		[ -n "$KO" ] && printf 'EVPN_DEPENDS=%q\n' "$(/sbin/modinfo -F depends \
			"$RUN/ctl/modules/evpn.ko" | tr , ' ')"
		[ "$(stat -Lc %d:%i /dev/fd/1)" = "$(stat -Lc %d:%i /dev/fd/2)" ] && echo EVPN_MERGE=y
		[ -n "$SHELL_MODE" ] && printf 'EVPN_SHELL=%q TERM=%q\n' "$SHELL_TTY" "$TERM"
		for v in $(compgen -e | grep -E '^(EVPN|KSFT)_'); do
			case $v in EVPN_TREE | EVPN_OUT | EVPN_GUEST | EVPN_KO | EVPN_CACHE) continue ;; esac
			printf '%s=%q\n' "$v" "${!v}"
		done
		echo 'set +a'
	} >"$RUN/ctl/env"
	printf '%q ' "${COMMAND[@]}" >"$RUN/ctl/command"
}

# Everything of this run is gone when the script ends, however it ends.
cleanup() {
	local p
	trap - EXIT INT TERM HUP
	for p in $GUEST_PID; do
		kill -KILL -- "-$p" "$p" 2>/dev/null
	done
	for p in $TIMER_PID $READERS; do
		kill "$p" 2>/dev/null
	done
	wait 2>/dev/null
	rm -rf "$RUN"
}

keep_log() {
	tr -d '\r' <"$RUN/console.log" >"$RUN/dmesg"
	[ -z "$OUT$LOG" ] || cp "$RUN/dmesg" "${LOG:-$OUT/dmesg.txt}"
}

# verdict: reads what the guest left behind and decides the exit status.
verdict() {
	local status bad=0
	keep_log
	if [ -e "$RUN/ctl/refused" ]; then
		echo "guest: $GUEST: $(cat "$RUN/ctl/refused")" >&2
		return 93
	fi
	if [ ! -e "$RUN/ctl/status" ]; then
		if [ -n "$TIMED_OUT" ]; then
			echo "guest: $GUEST: no end after $TIMEOUT s; the kernel's last lines:" >&2
			tail -n 15 "$RUN/dmesg" >&2
			return 92
		fi
		echo "guest: $GUEST died; the kernel's last lines:" >&2
		tail -n 60 "$RUN/dmesg" >&2
		return 91
	fi
	status=$(cat "$RUN/ctl/status")
	if klog_bad "$RUN/dmesg" >"$RUN/bad"; then
		{
			echo "guest: $GUEST: the kernel log complains:"
			head -n 20 "$RUN/bad"
			echo "guest: the first of these in full:"
			klog_report "$RUN/dmesg"
		} >&2
		bad=1
	fi
	if [ -s "$RUN/ctl/kmemleak" ]; then
		echo "guest: $GUEST: memory that nobody refers to any more:" >&2
		head -n 60 "$RUN/ctl/kmemleak" >&2
		[ -n "$OUT" ] && cp "$RUN/ctl/kmemleak" "$OUT/kmemleak.txt"
		bad=1
	fi
	if [ -e "$RUN/ctl/modules-left" ]; then
		echo "guest: $GUEST: evpn.ko could not be unloaded at the end" >&2
		bad=1
	fi
	if [ $bad = 1 ]; then
		echo "guest: $GUEST: the command itself ended with status $status" >&2
		return 90
	fi
	return "$status"
}

# build_tools: what a scenario or a bench runs is built here, where it takes seconds; a guest that has
# to do it takes minutes.
build_tools() {
	case ${COMMAND[0]:-} in
	*/selftests/evpn/* | */bench/*) "$TREE/tools/testing/lab/lab.sh" build >&2 ;;
	esac
}

run_guest() {
	local ended
	KERNEL=$(build "$GUEST") || exit 93
	KO=''
	[ -n "$NO_MODULE" ] || KO=$(build_modules "$GUEST" "$SOURCE") || exit 93
	build_tools || exit 93
	KMODS=$(echo "$KERNEL"/root/lib/modules/*)
	KIND=${GUEST%%-*}

	GUEST_PID='' TIMER_PID='' READERS='' TIMED_OUT=''
	RUN=$(mktemp -d "${TMPDIR:-/tmp}/evpn-guest.XXXXXX") || exit 93
	trap cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	SHELL_TTY=/dev/tty1
	[ "$KIND" = qemu ] && SHELL_TTY=/dev/ttyS1
	write_control
	: >"$RUN/console.log"
	if [ -n "$SHELL_MODE" ]; then
		run_shell
		return
	fi
	mkfifo "$RUN/stdout" "$RUN/stderr"
	cat "$RUN/stdout" &
	READERS=$!
	cat "$RUN/stderr" >&2 &
	READERS="$READERS $!"
	(
		exec 4>"$RUN/stdout" 5>"$RUN/stderr"
		trap - EXIT INT TERM HUP
		"exec_$KIND"
	) &
	GUEST_PID=$!
	setpriv --pdeathsig KILL sleep "$TIMEOUT" &
	TIMER_PID=$!
	wait -n -p ended "$GUEST_PID" "$TIMER_PID"
	if [ "$ended" = "$TIMER_PID" ]; then
		TIMED_OUT=y
		TIMER_PID=''
		kill -KILL -- "-$GUEST_PID" "$GUEST_PID" 2>/dev/null
	fi
	wait "$GUEST_PID" 2>/dev/null
	GUEST_PID=''
	# the readers end when the guest's ends of the pipes are closed
	wait $READERS
	READERS=''
	verdict
}

run_shell() {
	local old
	old=$(stty -g)
	( "exec_$KIND" )
	stty "$old"
	verdict
}

# probe: does a program start in this guest? What the kernel says otherwise goes to standard error.
probe() {
	NO_MODULE=y TIMEOUT=20 COMMAND=(true)
	(run_guest) && return
	echo "guest: $GUEST cannot start a program on this machine ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1))" >&2
	return 1
}
