#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A whole Debian, as a PE has it, in the cache: with systemd, the three that configure networks, and FRR; the
# packages of this tree are not in it. Prints its directory, which nobody changes afterwards.
cd "$(dirname "$0")/../../.." || exit 1
. tools/testing/packages.sh

SUITE=bookworm
# what a PE has, then what evpn's packages depend on (there is no network to take it from), then what the cases
# look with
WANTED=(systemd-sysv udev dbus kmod ifupdown ifenslave bridge-utils network-manager frr iproute2 iputils-ping procps
	adduser libmnl0 libjansson4 libyaml-0-2 libsystemd0 libseccomp2 libcap-ng0 libbsd0
	jq)

key() {
	{ echo "$SUITE" "${WANTED[@]}"; cat tools/testing/boot/root.sh; } | sha256sum | cut -c 1-12
}

# make_root DIR
make_root() {
	local from
	from=$(packages_mirror "$SUITE")
	[ -n "$from" ] || { echo "apt's sources name no main archive of Debian $SUITE" >&2; return 1; }
	# a directory is read by whoever the guest's services are
	mmdebstrap --mode=root --variant=minbase --include="$(IFS=,; echo "${WANTED[*]}")" \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		"$SUITE" "$1" "deb $from $SUITE main" || return
	# what it was made with is not how it is used
	rm -rf "$1"/var/cache/apt/*.bin "$1"/var/lib/apt/lists/* "$1/etc/resolv.conf" "$1"/etc/apt/apt.conf.d/*mmdebstrap*
	: >"$1/etc/machine-id"
	echo pe1 >"$1/etc/hostname"
	printf '127.0.0.1 localhost pe1\n' >"$1/etc/hosts"
	: >"$1/etc/fstab"
}

dir=$PACKAGES_CACHE/boot/$SUITE-$(key)
mkdir -p "$PACKAGES_CACHE/boot"
exec 9>"$PACKAGES_CACHE/boot/lock"
flock 9
if [ ! -e "$dir/ready" ]; then
	rm -rf --one-file-system "$PACKAGES_CACHE/boot/$SUITE"-*
	mkdir -p "$dir"
	echo "boot: making a Debian $SUITE" >&2
	make_root "$dir/root" >"$dir/log" 2>&1 || { tail -n 30 "$dir/log" >&2; exit 1; }
	touch "$dir/ready"
fi
echo "$dir/root"
