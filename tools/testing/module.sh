#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds evpn.ko in a copy of the sources, and accepts no warning.
#   module.sh build     against the newest installed Debian 6.1 headers, with W=1, linked to the end
#   module.sh sparse    sparse over every file, against the same
#   module.sh i386      where a long has 32 bits: with the UML guests' kernel source
cd "$(dirname "$0")/../.." || exit 1
out=${O:-$PWD/build}/check/module.$1

kdir_6_1() {
	ls -d /lib/modules/6.1.*-amd64/build 2>/dev/null | sort -V | tail -n1
}

# kdir_i386: a kernel that is configured, and prepared for modules, in the guests' cache; never built
kdir_i386() {
	local src dir
	src=$(tools/testing/vm/guest.sh source) || return
	dir=$(dirname "$(dirname "$src")")/i386-$(basename "$src")
	(
		flock 9
		[ ! -e "$dir/ready" ] || exit 0
		mkdir -p "$dir"
		grep -v '^CONFIG_64BIT' tools/testing/vm/config/uml.config >"$dir/requested"
		make -s -C "$src" ARCH=i386 O="$dir" KCONFIG_ALLCONFIG="$dir/requested" allnoconfig &&
			make -s -C "$src" ARCH=i386 O="$dir" modules_prepare && touch "$dir/ready"
	) 9>"$dir.lock" >&2
	[ -e "$dir/ready" ] && echo "$dir"
}

complaints='warning:|error:|WARNING:' goal=module options=()
case $1 in
build) kdir=$(kdir_6_1) ;;
sparse) kdir=$(kdir_6_1) goal=sparse ;;
i386)
	kdir=$(kdir_i386)
	# a kernel that is not built has no list of its symbols
	complaints='warning:|error:' options=(ARCH=i386 KBUILD_MODPOST_WARN=1)
	;;
*) echo "usage: module.sh build|sparse|i386" >&2; exit 1 ;;
esac
[ -n "$kdir" ] || { echo "module: no kernel to build against" >&2; exit 1; }
rm -rf "$out"
mkdir -p "$out"
tar -c --exclude='*.o' --exclude='*.ko' --exclude='*.mod' --exclude='*.mod.c' --exclude='.*.cmd' \
	--exclude=compat-autoconf.h Makefile Kbuild kernel include | tar -x -C "$out" || exit 1
make -C "$out" KDIR="$kdir" "${options[@]}" "$goal" 2>&1 | tee "$out/log"
[ "${PIPESTATUS[0]}" = 0 ] || exit 1
if grep -E "$complaints" "$out/log" >/dev/null; then
	echo "module: warnings with ${kdir%/build}" >&2
	exit 1
fi
# a kernel that refuses this sparse says so, and goes on without it
if [ "$1" = sparse ] && ! grep '^  CHECK ' "$out/log" >/dev/null; then
	echo "module: sparse has looked at nothing" >&2
	exit 1
fi
[ "$1" = sparse ] || [ -e "$out/kernel/evpn.ko" ] || { echo "module: no evpn.ko" >&2; exit 1; }
# what gcc calls where a machine cannot divide 64 bits, and the kernel does not have
if [ "$1" = i386 ] && nm -u "$out/kernel/evpn.ko" | grep -E ' __u?(div|mod)[a-z]*di'; then
	echo "module: a division of 64 bits without div_u64()" >&2
	exit 1
fi
