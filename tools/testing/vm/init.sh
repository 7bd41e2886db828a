#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=busybox
# Second stage of a guest's start, common to all of them: the root is a
# copy-on-write view of the host's, /run/guest/ctl is shared with the host.
# Mounts what programs expect, loads the module, runs the command, says how it
# ended, and switches the machine off. The commands are busybox's own applets
# (through /proc/self/exe, so /proc is there already): a static program starts
# ten times faster in a guest. `ip` and modprobe have to be the real ones.
#
# From the host, in ctl/: env (variables, shell syntax), command (shell syntax).
# To the host, in ctl/: status (a number), refused (why the command did not
# run), kmemleak (unreferenced objects), modules-left.

transport=$1
ctl=/run/guest/ctl
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LANG=C.UTF-8 TERM=${TERM:-dumb}
. $ctl/env

say() {
	echo "evpn-guest: $*" >/dev/kmsg
}

off() {
	sync
	poweroff -f
	sleep 60
}

refuse() {
	echo "$*" >$ctl/refused
	say "refused: $*"
	off
}

# share TAG PATH: the host's directory PATH, writable, at the same place here.
share() {
	mkdir -p "$2"
	case $transport in
	uml) mount -t hostfs -o "$2" none "$2" ;;
	qemu) mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 "$1" "$2" ;;
	esac
}

mounts() {
	mount -t sysfs sysfs /sys
	mount -t devtmpfs devtmpfs /dev 2>/dev/null || [ -c /dev/null ]
	mkdir -p /dev/pts /dev/shm
	mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
	mount -t tmpfs tmpfs /dev/shm
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/tracing
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mount -t tmpfs -o mode=755 tmpfs /var/log
	ln -sfn /proc/self/fd /dev/fd
	ln -sfn /proc/self/fd/0 /dev/stdin
	ln -sfn /proc/self/fd/1 /dev/stdout
	ln -sfn /proc/self/fd/2 /dev/stderr
	mkdir -p /run/netns /run/lock
	umount -l /run/guest/old 2>/dev/null
	# modules of a kernel that the host has not installed
	if [ -n "$EVPN_KMODS" ]; then
		mkdir -p "/lib/modules/$(uname -r)"
		mount --bind "$EVPN_KMODS" "/lib/modules/$(uname -r)"
	fi
}

load_module() {
	local dep
	[ -n "$EVPN_KO" ] || return 0
	for dep in $EVPN_DEPENDS; do
		/sbin/modprobe "$dep" || refuse "evpn.ko needs $dep, which does not load"
	done
	insmod "$EVPN_KO" $EVPN_PARAMS || refuse "evpn.ko does not load: $(dmesg | tail -n 3)"
	say "module $(grep '^evpn ' /proc/modules)"
}

# port NAME: the device of a virtio port.
port() {
	local p
	p=$(grep -lx "$1" /sys/class/virtio-ports/*/name) || refuse "no port $1"
	p=${p%/name}
	echo "/dev/${p##*/}"
}

# The lines that carry the command's output, on descriptors 5 and 6: raw, so
# that bytes arrive as sent.
streams() {
	[ -z "$EVPN_SHELL" ] || return 0
	case $transport in
	uml)
		exec 5<>/dev/ttyS0 6<>/dev/ttyS1
		drain
		;;
	qemu)
		/sbin/modprobe -q virtio_console
		exec 5>"$(port evpn.out)" 6>"$(port evpn.err)"
		;;
	esac
	[ "$EVPN_MERGE" = y ] && exec 6>&5
	return 0
}

# drain: until the host has every byte (setting a line waits for its output).
drain() {
	[ $transport = uml ] && [ -z "$EVPN_SHELL" ] || return 0
	stty -F /dev/ttyS0 raw -echo
	stty -F /dev/ttyS1 raw -echo
}

# Everything that still runs, then every namespace: what stays behind is a leak.
clear_up() {
	kill -KILL -1 2>/dev/null
	wait
	[ -z "$(ls /run/netns)" ] || /sbin/ip -all netns del
}

# An object is reported when it is 5 s old and two scans found it unreferenced.
leaks() {
	[ -e /sys/kernel/debug/kmemleak ] && [ -z "$EVPN_NO_LEAKS" ] || return 0
	sleep 5.1
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak >>$ctl/kmemleak
	echo clear >/sys/kernel/debug/kmemleak
}

mounts
streams
hostname "${EVPN_GUEST:-guest}"
ip link set lo up
[ -z "$EVPN_OUT" ] || share out "$EVPN_OUT" || refuse "cannot mount $EVPN_OUT"
[ -e /sys/kernel/debug/kmemleak ] && echo clear >/sys/kernel/debug/kmemleak
echo 2 >/proc/sys/net/core/netdev_unregister_timeout_secs
say "start"
load_module
cd "$EVPN_TREE" || refuse "$EVPN_TREE: no such directory"

if [ -n "$EVPN_SHELL" ]; then
	setsid -c bash -i <"$EVPN_SHELL" >"$EVPN_SHELL" 2>&1
	status=$?
else
	bash $ctl/command </dev/null >&5 2>&6 5>&- 6>&-
	status=$?
fi
say "command ended with status $status"
drain
clear_up
if [ -d /sys/module/evpn ]; then
	leaks
	timeout -s KILL 30 rmmod evpn 
	[ -d /sys/module/evpn ] && echo evpn >$ctl/modules-left
	leaks
fi
say "end"
echo $status >$ctl/status
off
