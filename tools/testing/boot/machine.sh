# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A machine with a root directory of its own: User-mode Linux, systemd as its first process, and the module
# where a packager of kernels would put it. It ends when it switches itself off. Sourced by boot.sh.

. tools/testing/vm/cache.sh
. tools/testing/vm/klog.sh
. tools/testing/vm/uml.sh
. tools/testing/vm/run.sh

GUEST=uml MEM=1024 # uml.sh
BOOT_LIMIT=400	   # seconds for one boot, whatever it does

# machine_kernel: in KERNEL, the directory of the uml guest's kernel
machine_kernel() {
	KERNEL=$(tools/testing/vm/guest.sh build uml && tools/testing/vm/guest.sh path uml)
}

# exec_machine WORD...: replaces the caller by the machine. (hostfs shows the host's own files: what is written
# below $root is there at once, for both.)
exec_machine() {
	local con=(con=null con0=null,fd:3 ssl=null)
	exec 3>>"$run/console"
	TMPDIR=$(memory_dir "$MEM")
	export TMPDIR
	take_cpu
	contain taskset -c "$CPU" "$KERNEL/linux" mem="${MEM}M" uml_dir="$run/" umid=machine \
		rootfstype=hostfs rootflags="$root" rw init=/lib/systemd/systemd seccomp=auto \
		systemd.show_status=0 systemd.journald.forward_to_kmsg=0 "${con[@]}" "${KERNEL_ARGS[@]}" "$@" \
		</dev/null >&3 2>&3
}

# machine NAME WORD...: boots once, with these words on the kernel's command line. Return: whether it came to its
# own end and its kernel complained of nothing
machine() {
	local name=$1 pid timer ended
	shift
	: >"$run/console"
	echo "evpn-guest: start" >>"$run/console" # klog.sh
	(exec_machine boot_test="$name" "$@") &
	pid=$!
	setpriv --pdeathsig KILL sleep "$BOOT_LIMIT" &
	timer=$!
	MACHINE="$pid $timer"
	wait -n -p ended "$pid" "$timer"
	[ "$ended" = "$pid" ] || { kill -KILL -- "-$pid" "$pid" 2>/dev/null; echo "# $name: no end after $BOOT_LIMIT s"; }
	kill "$timer" 2>/dev/null
	wait 2>/dev/null
	MACHINE=
	tr -d '\r' <"$run/console" | grep -v 'Kernel command line' >"$run/console.$name"
	! klog_bad "$run/console.$name" | sed 's/^/# kernel: /' | grep . && [ "$ended" = "$pid" ]
}
