# SPDX-License-Identifier: GPL-2.0-only
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

# patches: what is changed in the kernel's source (config/*.patch), as a word.
patches() {
	cat "$VM"/config/*.patch | sha256sum | cut -c1-8
}

# source_dir: where the cache has the source of the User-mode Linux guests; nothing if it has none.
# The directory's name is the version of Debian's package, +, and the patches.
source_dir() {
	local dir
	for dir in "$CACHE/source/$UML_KERNEL".*+"$(patches)"/; do
		[ -e "$dir/Makefile" ] && echo "${dir%/}"
	done | sort -V | tail -n 1
}

# fragments GUEST: the configuration files of a UML guest, in order.
fragments() {
	echo "$VM/config/uml.config"
	[ "$1" = uml-debug ] && echo "$VM/config/debug.config"
	return 0
}

# build_options GUEST: variables for the kernel's own make, one a line. KASAN and UBSAN look at the network
# and at what it stands on; memory management and file systems, where a guest spends its time, stay fast.
build_options() {
	local part='$(if $(filter net/% drivers/net/% kernel/% lib/%,$(obj)/),y,n)'
	[ "$1" = uml-debug ] && printf '%s\n' "KASAN_SANITIZE=$part" "UBSAN_SANITIZE=$part"
	return 0
}

# kernel_key GUEST: a directory name that changes with anything that would
# make the kernel another one; comments do not. (The patches concern what uml-debug alone has.)
kernel_key() {
	local frags source
	mapfile -t frags < <(fragments "$1")
	source=$(basename "$(source_dir)")
	[ "$1" = uml ] && source=${source%+*}
	printf '%s-%s\n' "$1" "$({ echo "$source"; gcc --version | head -n1
		cat "${frags[@]}" | sed '/ is not set$/b; /^#/d; /^$/d'; build_options "$1"; } | sha256sum | cut -c1-12)"
}
