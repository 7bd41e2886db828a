# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Where built guest kernels and modules live, and under which key. Sourced.

CACHE=${EVPN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/evpn-guests}
VM=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TREE=$(cd "$VM/../../.." && pwd)
# From 6.13 on User-mode Linux asks the host for the size of its floating-point state; before, it runs on
# no processor that has AMX.
UML_KERNEL=7.2

die() {
	echo "guest: $*" >&2
	exit "${DIE_STATUS:-1}"
}

# source_dir: where the cache has the source of the User-mode Linux guests; nothing if it has none.
# The directory's name is the version of Debian's package.
source_dir() {
	local dir
	for dir in "$CACHE/src/$UML_KERNEL".*/; do
		[ -e "$dir/Makefile" ] && echo "${dir%/}"
	done | sort -V | tail -n 1
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
	printf '%s-%s\n' "$1" "$({ basename "$(source_dir)"; gcc --version | head -n1
		cat "${frags[@]}"; } | sha256sum | cut -c1-12)"
}
