#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# First process of a UML guest, on the host's root mounted read-only through
# hostfs. Puts a copy-on-write root over it and goes on in init.sh.
# EVPN_CTL (host path of the control directory) comes from the command line.
set -e
mount -t tmpfs -o mode=755,size=75% tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work,redirect_dir=off overlay /mnt/root
mkdir -p /mnt/root/run
mount -t tmpfs -o mode=755 tmpfs /mnt/root/run
mkdir -p /mnt/root/run/guest/ctl
mount -t hostfs -o "$EVPN_CTL" none /mnt/root/run/guest/ctl
mkdir -p /mnt/root/run/guest/old
cd /mnt/root
pivot_root . run/guest/old
exec /bin/bash "${0%/*}/init.sh" uml
