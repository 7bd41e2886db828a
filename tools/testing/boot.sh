#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A whole Debian 12 that boots with the packages under systemd, beside NetworkManager, systemd-networkd, ifupdown
# and FRR, in User-mode Linux: what happens between power-on and the first election, at stop, upgrade, removal
# and reboot, and without the module. Prints TAP. Needs root.
#
#   boot.sh [--keep] [BOOT...]   all boots, or these, one after the other on one disk; --keep leaves it, and says
#                                where it is
cd "$(dirname "$0")/../.." || exit 1
here=tools/testing/boot
. tools/testing/packages.sh
. "$here/machine.sh"
unset O
n=0 bad=0 keep=
[ "${1:-}" != --keep ] || { keep=y; shift; }
only=" $* "

# What is booted, one after the other: name, what configures the network, and evpnd's configuration: the package's, one
# with a segment, or as the boot before has left it.
boots() {
	cat <<-END
	first       ifupdown    package
	nomodule    networkd    segment
	ifupdown    ifupdown    segment
	networkd    networkd    kept
	nm          nm          kept
	END
}

cleanup() {
	trap - EXIT INT TERM
	# shellcheck disable=SC2086
	[ -z "${MACHINE:-}" ] || kill -KILL ${MACHINE/ */} $MACHINE 2>/dev/null
	wait 2>/dev/null
	[ -z "$keep" ] || { echo "# $root" >&2; exit; }
	umount "$root" 2>/dev/null || umount -l "$root" 2>/dev/null
	rm -rf --one-file-system "$work"
}

# disk: the machine's root directory, in which everything may be changed
disk() {
	mkdir -p "$work/upper" "$work/work" "$root"
	mount -t overlay -o "lowerdir=$1,upperdir=$work/upper,workdir=$work/work" overlay "$root" 2>/dev/null ||
		cp -a "$1/." "$root/"
}

# lay_modules: of the kernel, and evpn.ko where dkms would put it
lay_modules() {
	local version
	version=$(basename "$KERNEL"/root/lib/modules/*)
	mkdir -p "$root/lib/modules/$version/updates/dkms" "$root/boot-test/modules"
	cp -r "$KERNEL/root/lib/modules/$version/." "$root/lib/modules/$version/"
	rm -f "$root/lib/modules/$version"/{build,source}
	cp "$(tools/testing/vm/guest.sh modules uml)/kernel/evpn.ko" "$root/boot-test/modules/new.ko" &&
		cp "$(tools/testing/vm/guest.sh modules uml "$packages/src")/kernel/evpn.ko" "$root/boot-test/modules/old.ko" &&
		cp "$root/boot-test/modules/old.ko" "$root/lib/modules/$version/updates/dkms/evpn.ko" &&
		depmod -b "$root" "$version"
}

# lay_cases: what happens in the machine, and the other PE's programs
lay_cases() {
	local unit
	mkdir -p "$root/boot-test"/{out,bin,debs}
	cp -r "$here"/guest/. "$root/boot-test/"
	cp -r "$packages"/{old,new} "$root/boot-test/debs/"
	make -s -C tools/testing/selftests/evpn OUTPUT="$root/boot-test/bin" "$root/boot-test/bin/flood" || return
	dpkg-deb --fsys-tarfile "$packages"/new/evpn_*.deb | tar -x -C "$root/boot-test/bin" --strip-components=3 ./usr/sbin
	cp "$here"/guest/units/* "$root/etc/systemd/system/"
	for unit in cable flood-ce flood-core cases; do
		mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
		ln -sf "/etc/systemd/system/$unit.service" "$root/etc/systemd/system/multi-user.target.wants/"
	done
	ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
	mkdir -p "$root/var/log/journal"
	cp -r "$here"/guest/frr/. "$root/etc/frr/"
}

# install_old: as an installer of the whole machine does it, in its root directory
install_old() {
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
		sh -c 'dpkg -i /boot-test/debs/old/evpn_*.deb' >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
}

prepare() {
	packages=$(packages) && machine_kernel && disk "$("$here/root.sh")" && lay_modules && lay_cases && install_old
}

# words NET: which of the three configures the network
words() {
	case $1 in
	ifupdown) echo systemd.mask=NetworkManager.service ;;
	networkd) echo systemd.mask=NetworkManager.service systemd.mask=networking.service systemd.wants=systemd-networkd.service ;;
	nm) echo systemd.mask=networking.service ;;
	esac
}

# lay_network NET: and nothing of the two others
lay_network() {
	rm -rf "$root"/etc/network/interfaces "$root"/etc/systemd/network/* "$root"/etc/NetworkManager/{system-connections,conf.d}/*
	cp -r "$here/guest/net/$1/etc" "$root/"
	find "$root/etc/NetworkManager" -name '*.nmconnection' -exec chmod 600 {} +
}

# report BOOT: its cases, numbered on
report() {
	local line
	while read -r line; do
		case $line in
		'ok '*) n=$((n + 1)); echo "ok $n - $1: ${line#ok * }" ;;
		'not ok '*) n=$((n + 1)); bad=1; echo "not ok $n - $1: ${line#not ok * }" ;;
		1..*) ;;
		*) echo "$line" ;;
		esac
	done <"$root/boot-test/out/$1"
}

boot() {
	local name=$1 net=$2 conf=$3 status
	: >"$root/boot-test/out/$name"
	lay_network "$net"
	[ "$conf" = kept ] && [[ $only = *[a-z]* ]] && conf=segment
	[ "$conf" != segment ] || install -m 640 "$here/guest/evpnd.yaml" "$root/etc/evpn/evpnd.yaml"
	[ ! -e "$here/guest/$name.modprobe" ] || cp "$here/guest/$name.modprobe" "$root/etc/modprobe.d/evpn-test.conf"
	# shellcheck disable=SC2046
	machine "$name" $(words "$net")
	status=$?
	report "$name"
	n=$((n + 1))
	if [ $status = 0 ] && grep -q '^1\.\.' "$root/boot-test/out/$name"; then
		echo "ok $n - $name: booted, and switched itself off ($((SECONDS - began)) s)"
		return
	fi
	bad=1
	echo "not ok $n - $name: booted, and switched itself off"
	tail -n 25 "$run/console.$name" | sed 's/^/#   /'
}

for tool in mmdebstrap dpkg-buildpackage dh_dkms; do
	command -v "$tool" >/dev/null || missing="$missing $tool"
done
if [ -n "$missing" ]; then
	echo "1..0 # SKIP missing:$missing (make deps installs them)"
	exit 4
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/evpn-boot.XXXXXX") || exit 1
root=$work/root run=$work/run
mkdir "$run"
trap cleanup EXIT
trap 'exit 1' INT TERM
prepare || { echo "not ok 1 - a Debian with the packages"; echo 1..1; exit 1; }
while read -r name net conf; do
	[[ $only != *[a-z]* || $only == *" $name "* ]] || continue
	began=$SECONDS
	boot "$name" "$net" "$conf"
done < <(boots)
echo "1..$n"
[ "$bad" = 0 ]
