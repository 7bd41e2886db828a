#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# /init of the QEMU guest's initramfs: loads what is needed to reach the host's
# files over 9p, puts a copy-on-write root over them, goes on in init.sh.
/bin/busybox mkdir -p /proc /sys /dev /lower /cow /new
/bin/busybox mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
case $(cat /proc/cmdline) in
*evpn_probe*)
	echo evpn-probe-ok >/dev/ttyS0
	poweroff -f
	;;
esac

fail() {
	echo "evpn-guest: initramfs: $*" >/dev/kmsg
	poweroff -f
}

while read -r m; do
	insmod "/modules/$m" || fail "cannot load $m"
done </modules/order
nine=trans=virtio,version=9p2000.L,msize=512000
mount -t 9p -o $nine,ro,cache=loose host /lower || fail "cannot mount the host's root"
mount -t tmpfs -o mode=755,size=75% tmpfs /cow
mkdir /cow/upper /cow/work
mount -t overlay -o lowerdir=/lower,upperdir=/cow/upper,workdir=/cow/work,redirect_dir=off overlay /new ||
	fail "no overlay"
mkdir -p /new/run
mount -t tmpfs -o mode=755 tmpfs /new/run
mkdir -p /new/run/guest/ctl
mount -t 9p -o $nine ctl /new/run/guest/ctl || fail "no control directory"
mount -t proc proc /new/proc
init=$(sed -n 's/.*evpn_init=\([^ ]*\).*/\1/p' /proc/cmdline)
exec switch_root /new /bin/busybox sh "$init" qemu
