#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# /init of the QEMU guest's initramfs: loads what is needed to reach the host's
# files over 9p, puts a copy-on-write root over them, goes on in init.sh.
bb=/bin/busybox
$bb mkdir -p /proc /sys /dev /lower /cow /new
$bb mount -t proc proc /proc
$bb mount -t sysfs sysfs /sys
$bb mount -t devtmpfs devtmpfs /dev
case $($bb cat /proc/cmdline) in
*evpn_probe*)
	echo evpn-probe-ok >/dev/ttyS0
	$bb poweroff -f
	;;
esac

fail() {
	echo "evpn-guest: initramfs: $*" >/dev/kmsg
	$bb poweroff -f
}

while read -r m; do
	$bb insmod "/modules/$m" || fail "cannot load $m"
done </modules/order
nine=trans=virtio,version=9p2000.L,msize=512000
$bb mount -t 9p -o $nine,ro,cache=loose host /lower || fail "cannot mount the host's root"
$bb mount -t tmpfs -o mode=755,size=75% tmpfs /cow
$bb mkdir /cow/upper /cow/work
$bb mount -t overlay -o lowerdir=/lower,upperdir=/cow/upper,workdir=/cow/work,redirect_dir=off overlay /new ||
	fail "no overlay"
$bb mkdir -p /new/run
$bb mount -t tmpfs -o mode=755 tmpfs /new/run
$bb mkdir -p /new/run/guest/ctl
$bb mount -t 9p -o $nine ctl /new/run/guest/ctl || fail "no control directory"
$bb umount /dev /sys
init=$($bb sed -n 's/.*evpn_init=\([^ ]*\).*/\1/p' /proc/cmdline)
$bb umount /proc
exec $bb switch_root /new /bin/bash "$init" qemu
