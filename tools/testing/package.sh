#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the Debian packages, installs them on a clean system (a fresh debootstrap in a directory) and
# looks whether what an operator needs is there and works. Prints TAP. Needs root.
cd "$(dirname "$0")/../.." || exit 1
. tools/testing/packages.sh
cache=$PACKAGES_CACHE
work=$(mktemp -d "${TMPDIR:-/tmp}/evpn-package.XXXXXX")
root=$work/root
n=0 bad=0

cleanup() {
	umount -l "$root/proc" 2>/dev/null
	rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

result() {	# status, name
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		bad=$((bad + 1))
		echo "not ok $n - $2"
		tail -n 15 "$work/log" | sed 's/^/#   /'
	fi
}

try() {	# name, command...
	local name=$1
	shift
	"$@" >"$work/log" 2>&1
	result $? "$name"
}

finish() {
	echo "1..$n"
	[ "$bad" = 0 ]
	exit
}

in_root() {
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		DEBIAN_FRONTEND=noninteractive "$@"
}

build() {
	built=$(packages)
}

clean_system() {
	local suite tarball from
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	from=$(packages_mirror "$suite")
	[ -n "$from" ] || { echo "apt's sources name no main archive of Debian $suite"; return 1; }
	tarball=$cache/clean-$suite.tar
	mkdir -p "$root" "$cache" || return
	if [ ! -e "$tarball" ]; then
		debootstrap --variant=minbase --include=ca-certificates,adduser "$suite" "$root" \
			"$from" || return
		tar -C "$root" -cf "$tarball.new" . && mv "$tarball.new" "$tarball"
	else
		tar -C "$root" -xf "$tarball"
	fi
	cp /etc/resolv.conf "$root/etc/" 2>/dev/null
	cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2>/dev/null
	echo "deb $from $suite main" >"$root/etc/apt/sources.list"
	mount -t proc proc "$root/proc"
	in_root apt-get update -qq
}

for tool in debootstrap dpkg-buildpackage dh_dkms; do
	command -v "$tool" >/dev/null || missing="$missing $tool"
done
if [ -n "$missing" ]; then
	echo "1..0 # SKIP missing:$missing (make deps installs them)"
	exit 4
fi

try "the packages build" build
[ "$bad" = 0 ] || finish
try "a clean system" clean_system
[ "$bad" = 0 ] || finish
cp "$built"/new/evpn_*.deb "$built"/new/evpn-dkms_*.deb "$root/tmp/"
try "kernel headers install on it" in_root apt-get install -y -qq --no-install-recommends linux-headers-amd64
try "the packages install on it" in_root sh -c 'apt-get install -y -qq --no-install-recommends /tmp/evpn_*.deb /tmp/evpn-dkms_*.deb'
try "DKMS has built and installed the module" in_root sh -c 'dkms status | grep -q "evpn.*installed"'
try "modinfo knows the module" in_root sh -c 'modinfo -k $(ls /lib/modules | tail -1) evpn | grep -q "^license:.*GPL"'
try "evpnctl runs" in_root evpnctl version
try "an election works offline" in_root sh -c 'echo "{\"candidates\": [{\"address\": \"10.0.0.1\"}]}" | evpnctl df elect | grep -q 10.0.0.1'
try "the example configuration is valid" in_root evpnd --check /etc/evpn/evpnd.yaml
try "the unit is there" in_root test -e /lib/systemd/system/evpnd.service
try "manual pages are there" in_root sh -c 'test -e /usr/share/man/man8/evpnctl.8.gz && test -e /usr/share/man/man8/evpnd.8.gz && test -e /usr/share/man/man5/evpnd.yaml.5.gz'
try "the user evpn is there, and the groups of the control socket without it" in_root sh -c 'id evpn && getent group evpn-show && getent group evpn-admin && [ "$(id -Gn evpn)" = evpn ]'
try "an upgrade restarts evpnd" in_root sh -c 'grep -q "_dh_action=restart" /var/lib/dpkg/info/evpn.postinst && ! grep -q "stop.*evpnd" /var/lib/dpkg/info/evpn.preinst 2>/dev/null'
try "removal stops it" in_root sh -c 'grep -A3 "\[ \"\$1\" = remove \]" /var/lib/dpkg/info/evpn.prerm | grep -q "deb-systemd-invoke stop.*evpnd.service"'
try "purging leaves no module" in_root sh -c 'apt-get purge -y -qq evpn evpn-dkms && ! find /lib/modules -name "evpn.ko*" | grep -q . && ! test -e /etc/evpn/evpnd.yaml'
finish
