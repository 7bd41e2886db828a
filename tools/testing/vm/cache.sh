# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Where built guest kernels and modules live, and under which key. Sourced.

CACHE=${EVPN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/evpn-guests}
VM=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TREE=$(cd "$VM/../../.." && pwd)
UML_TARBALL=${UML_TARBALL:-/usr/src/linux-source-6.1.tar.xz}

die() {
	echo "guest: $*" >&2
	exit "${DIE_STATUS:-1}"
}

# The source's identity: Debian's package version, else the tarball's own sum.
source_version() {
	dpkg-query -W -f='${Version}' linux-source-6.1 2>/dev/null ||
		sha256sum "$UML_TARBALL" | cut -c1-16
}

# fragments GUEST: the configuration files of a UML guest, in order.
fragments() {
	echo "$VM/config/uml.config"
	[ "$1" = uml-debug ] && echo "$VM/config/debug.config"
	return 0
}

# kernel_key GUEST: a directory name that changes with anything that would
# make the kernel another one.
kernel_key() {
	local frags
	mapfile -t frags < <(fragments "$1")
	printf '%s-%s\n' "$1" "$({ source_version; gcc --version | head -n1
		cat "${frags[@]}"; } | sha256sum | cut -c1-12)"
}
