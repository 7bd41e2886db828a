# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a scenario needs, in words that it declares at its head, on one line:
#
#	NEEDS="system frr>=10.3"
#
#	module		about the module, which is spoken to directly: runs wherever evpn.ko does
#	system		evpnd and its peers together, against the timers of BGP, LACP and ARP: not on a
#			kernel that debugs itself, nor under emulation
#	plain		a kernel that does not debug itself
#	fast		a machine on which a command takes milliseconds: not under emulation
#	guest		it changes the machine itself (/etc, /usr)
#	reload		the module can be unloaded, and loaded again from $EVPN_KO
#	faults		a kernel that injects faults
#	smp		two processors or more
#	real-time	a clock that does not jump ahead when everybody sleeps
#	gobgp, frr	these are installed; FRR here, or in the system whose root is EVPN_FRR_ROOT
#	tcp-ao		a kernel with TCP-AO (CONFIG_TCP_AO)
#	ynl		a kernel's tools/net/ynl and its schemas, where YNL_DIR says, or in the source tree that this
#			directory is in, or in that of the guests
#	kernel>=V, frr>=V
#
# EVPN_HAS names words that shall count as there: "system", to try on an emulated machine what takes long there.
# run.sh -l prints the declarations, and who runs a scenario asks lacks() what is not there. Sourced.

# has_emulated: instructions are translated one by one (QEMU without KVM)
has_emulated() {
	grep -q QEMU /sys/class/dmi/id/sys_vendor &&
		! grep -q kvm /sys/devices/system/clocksource/clocksource0/available_clocksource
} 2>/dev/null

# has_debugging: KASAN, lockdep and the like
has_debugging() { [ -e /proc/lockdep ] || [ -e /sys/kernel/debug/kmemleak ]; }

# has_at_least VERSION WANTED
has_at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# has_frr: its version
has_frr() {
	${EVPN_FRR_ROOT:+chroot "$EVPN_FRR_ROOT"} "${FRR_DAEMONS:-/usr/lib/frr}/bgpd" --version 2>/dev/null |
		sed -n 's/^bgpd version \([0-9.]*\).*/\1/p'
}

# has_tcp_ao: setsockopt(TCP_AO_INFO) of a closed socket is possible
has_tcp_ao() { python3 -c 'import socket; socket.socket().setsockopt(socket.IPPROTO_TCP, 40, bytes(48))'; } 2>/dev/null

# has_ynl: the root of a kernel's source that has them
has_ynl() {
	local here dir
	here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
	python3 -c 'import yaml' 2>/dev/null || return
	for dir in "${YNL_DIR:-}" "$here/../../../.." "$([ ! -e "$here/../../vm/cache.sh" ] || { . "$here/../../vm/cache.sh"; source_dir; })"; do
		[ -e "$dir/tools/net/ynl/pyynl/cli.py" ] && { echo "$dir"; return; }
	done
}

# lacks WORD: succeeds when this machine does not have it, and says why
lacks() {
	local is
	[[ " ${EVPN_HAS:-} " != *" $1 "* ]] || return 1
	case $1 in
	module) [ -d /sys/module/evpn ] || modprobe evpn 2>/dev/null || {
		echo "evpn.ko is not loaded: run this in a guest, tools/testing/vm/guest.sh"
		return
	} ;;
	system) lacks module || lacks fast || lacks plain && return ;;
	plain) has_debugging && echo "a kernel that debugs itself is too slow for the timers of BGP and LACP" && return ;;
	fast) has_emulated && echo "emulation is too slow for it" && return ;;
	guest) [ -n "${EVPN_GUEST:-}" ] || { echo "this changes /etc and /usr: run it in a guest"; return; } ;;
	reload) [ -n "${EVPN_KO:-}" ] || { echo "EVPN_KO is not set: the module cannot be loaded again"; return; } ;;
	faults) [ -d /sys/kernel/debug/failslab ] && [ -e /proc/self/fail-nth ] || {
		echo "this kernel injects no faults (guest uml-debug does)"
		return
	} ;;
	smp) [ "$(nproc)" -ge 2 ] || { echo "this machine has one processor"; return; } ;;
	real-time) grep -q time-travel /proc/cmdline && echo "the clock jumps here" && return ;;
	tcp-ao) has_tcp_ao || { echo "this kernel has no TCP-AO (CONFIG_TCP_AO)"; return; } ;;
	ynl) [ -n "$(has_ynl)" ] || { echo "there is no kernel source with tools/net/ynl, or no python3-yaml"; return; } ;;
	gobgp) command -v gobgpd >/dev/null || { echo "gobgpd is not installed"; return; } ;;
	frr) [ -n "$(has_frr)" ] || { echo "FRR is not installed"; return; } ;;
	frr'>='*) is=$(has_frr)
		[ -n "$is" ] && has_at_least "$is" "${1#*=}" || { echo "needs FRR ${1#*=}, this is ${is:-no FRR}"; return; } ;;
	kernel'>='*) is=$(uname -r)
		has_at_least "${is%%-*}" "${1#*=}" || { echo "needs Linux ${1#*=}, this is $is"; return; } ;;
	*) echo "'$1' is no word that needs.sh knows" && return ;;
	esac
	return 1
}

# lacks_any WORD...: the first that is not there
lacks_any() {
	local word
	for word; do
		lacks "$word" && return
	done
	return 1
}

# unknown_word WORD...: the first that has no meaning here, which is a mistake and nothing to skip for
unknown_word() {
	local word
	for word; do
		case $word in
		module | system | plain | fast | guest | reload | faults | smp | real-time | tcp-ao | ynl | gobgp | frr) ;;
		frr'>='[0-9]* | kernel'>='[0-9]*) ;;
		*) echo "$word"; return ;;
		esac
	done
	return 1
}

# needs_of FILE: its declaration. A scenario without one is from before there were any: a whole system.
needs_of() {
	local words
	words=$(sed -n 's/^NEEDS="\(.*\)"$/\1/p' "$1")
	echo "${words:-system}"
}
