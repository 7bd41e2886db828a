#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Installs what building and testing need on Debian 12. One package a line, with its purpose.
# With --print, prints the package names only.
packages() {
	sed -n 's/^#:[[:space:]]*\([^[:space:]]*\).*/\1/p' "$0"
}
#: build-essential          compiler and make
#: pkg-config               library flags
#: clang                    libFuzzer targets
#: libclang-rt-14-dev       sanitizer and fuzzer runtimes
#: clang-format             make style
#: reuse                    make style: licences
#: sparse                   make sparse
#: libmnl-dev               netlink (the module's family, rtnetlink)
#: libnl-route-3-dev        an independent netlink reader, in tests
#: libnl-genl-3-dev         the same, generic netlink
#: libsystemd-dev           event loop, notify, watchdog, journal
#: libyaml-dev              configuration
#: libjansson-dev           JSON
#: libbsd-dev               queue and tree macros
#: libcap-ng-dev            dropping capabilities
#: libseccomp-dev           the speaker's system-call filter
#: libcmocka-dev            unit tests
#: linux-headers-amd64      the module
#: flex                     kernel build
#: bison                    kernel build
#: bc                       kernel build
#: rsync                    make install of the kernel's selftests
#: libelf-dev               kernel build
#: libssl-dev               kernel build
#: kmod                     modprobe, depmod
#: xz-utils                 unpacking the kernel source
#: patch                    kernel build
#: cpio                     the QEMU guest's initramfs
#: qemu-system-x86          the QEMU guest
#: busybox-static           the guests' first process
#: procps                   looking for processes
#: iproute2                 namespaces, bonds, netlink
#: iputils-ping             probes
#: ethtool                  links
#: nftables                 comparison in the bench
#: tcpdump                  packet truth in the selftests
#: tshark                   second reader of what is sent
#: python3-scapy            second encoder and decoder
#: python3-yaml             the netlink specification
#: python3-jsonschema       the same, by the schema of the kernel
#: frr                      route reflector and peer
#: smcroute                 multicast router that hears nobody
#: bird2                    BFD peer
#: gobgpd                   route reflector and peer
#: exabgp                   peer
#: libteam-utils            a customer whose LACP is not the kernel's
#: openvswitch-switch       another one
#: gcc-powerpc-linux-gnu    kernel/core on a big-endian machine of 32 bits
#: libc6-dev-powerpc-cross  the same
#: qemu-user                the same
#: debhelper                packages
#: dh-dkms                  packages
#: debootstrap              a clean system to install the packages on
#: mmdebstrap               a whole system to boot with the packages
#: jq                       reading JSON in scripts
#: gojq                     the same, ten times faster (lab/json.sh)

if [ "$1" = "--print" ]; then
	packages
	exit 0
fi
missing=
for p in $(packages); do
	dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
[ "$(id -u)" = 0 ] || { echo "deps: need root to install:$missing" >&2; exit 1; }
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive

# BGP speakers come as services that would start at once, and at every boot: not on this account.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
	trap 'rm -f "$policy"' EXIT
	trap 'exit 1' INT TERM HUP
fi
apt-get update -qq && apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 \
	$missing >/dev/null || exit 1
for p in $missing; do
	case $p in
	frr | gobgpd | exabgp | bird2)
		command -v systemctl >/dev/null && systemctl --quiet disable "$p" >/dev/null 2>&1
		;;
	esac
done
exit 0
