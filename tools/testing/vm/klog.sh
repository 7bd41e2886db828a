# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Reads a guest's kernel log for what no test may cause. Sourced by guest.sh.

KLOG_BAD='WARNING: |BUG: |BUG at |KASAN|KFENCE|UBSAN|Oops|Kernel panic|general protection fault'
KLOG_BAD="$KLOG_BAD|INFO: possible|possible (circular|recursive) locking|inconsistent lock state"
KLOG_BAD="$KLOG_BAD|suspicious RCU usage|held lock freed|bad unlock balance|DEBUG_LOCKS_WARN_ON"
KLOG_BAD="$KLOG_BAD|rcu.*(stall|detected.*stalls)|self-detected stall|soft lockup|blocked for more than"
KLOG_BAD="$KLOG_BAD|sleeping function called|scheduling while atomic|refcount_t:|list_(add|del) corruption"
KLOG_BAD="$KLOG_BAD|unregister_netdevice: waiting|leaked reference|ODEBUG:"
# all that the tracker says but "memory allocation failure", which fault injection provokes
KLOG_BAD="$KLOG_BAD|ref_tracker: ([^m]|m[^e]|me[^m]|mem[^o])"
KLOG_BAD="$KLOG_BAD|deprecated workqueue|evpn.*(leak|not destroyed|deprecated)"

# klog_bad FILE: the lines that must not be there, with their numbers.
klog_bad() {
	awk '/evpn-guest: start/ { on = 1 } on { print NR ": " $0 }' "$1" |
		grep -E "$KLOG_BAD" | grep -v 'evpn-guest: '
}

# klog_report FILE: the first of them with what the kernel says around it.
klog_report() {
	local line
	line=$(klog_bad "$1" | sed -n '1s/:.*//p')
	sed -n "$((line > 3 ? line - 3 : 1)),$((line + 60))p" "$1" | sed '/end trace/q'
}
