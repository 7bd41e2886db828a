#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# First process of a UML guest, on the host's root mounted read-only through
# hostfs. Puts a copy-on-write root over it and goes on in init.sh.
# EVPN_CTL (host path of the control directory) comes from the command line.
set -e
/bin/busybox mount -t proc proc /proc
mount -t tmpfs -o mode=755,size=75% tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work,redirect_dir=off overlay /mnt/root
mkdir -p /mnt/root/run
mount -t tmpfs -o mode=755 tmpfs /mnt/root/run
mkdir -p /mnt/root/run/guest/ctl /mnt/root/run/guest/old
mount -t hostfs -o "$EVPN_CTL" none /mnt/root/run/guest/ctl
mount -t proc proc /mnt/root/proc
cd /mnt/root
pivot_root . run/guest/old
exec /bin/busybox sh "${0%/*}/init.sh" uml
