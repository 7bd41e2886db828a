#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Compiles evpn.ko against kernels that this machine does not run: headers of
# another Debian suite, unpacked into the cache, never installed.
#
#   headers.sh fetch SUITE     prints the build directory (KDIR)
#   headers.sh compile SUITE   compiles the module in a private copy
#
# The packages come from the mirror that the machine's own apt uses. Where the
# suite's build tools run here the module is linked to the end. Where they do
# not (their C library is newer), every object is compiled and the symbols that
# the module wants are looked up in the kernel's Module.symvers by hand.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$HERE/cache.sh"
. "$HERE/suite.sh"
. "$HERE/module-build.sh"

# fetch SUITE: the newest amd64 headers of SUITE; prints KDIR.
fetch() {
	local root
	root=$(unpack_kernel "$1" amd64 headers) || exit 1
	echo "$root/usr/src/linux-headers-${root##*/}"
}

# tools_run KDIR: do the kernel's own build tools run on this machine?
tools_run() {
	local tool=$1/scripts/mod/modpost
	[ -e "$tool.real-lsb-64" ] && tool=$tool.real-lsb-64
	! "$tool" 2>&1 | grep -q 'not found (required by'
}

# check_symbols KDIR OBJECT: what the object wants, the kernel exports.
check_symbols() {
	local missing
	missing=$(nm -u "$2" | awk '{ print $2 }' | sort -u |
		comm -23 - <({ awk '{ print $2 }' "$1/Module.symvers"
			# what modpost would define
			printf '%s\n' __this_module _GLOBAL_OFFSET_TABLE_; } | sort -u))
	[ -z "$missing" ] || { echo "not exported by this kernel:" $missing; return 1; }
	echo "$(nm -u "$2" | wc -l) symbols, all exported"
}

compile() {
	local suite=$1 kdir dir object target=modules args
	kdir=$(fetch "$suite") || exit 1
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
	copy_sources "$TREE" "$dir"
	# BTF wants pahole; objtool and some options of CC belong to another toolchain
	args=(CC="${CC:-gcc}" CONFIG_DEBUG_INFO_BTF_MODULES= KCFLAGS=-Wno-attributes W=1)
	if ! tools_run "$kdir"; then
		echo "the build tools of ${kdir##*/} do not run here: objects and symbols only"
		target=kernel/
		args+=(CONFIG_OBJTOOL= objtool-enabled=)
	fi
	"${CC:-gcc}" -fmin-function-alignment=16 -E -x c /dev/null >/dev/null 2>&1 ||
		args+=(CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=)
	nice make -C "$kdir" M="$dir" -j"${JOBS:-$(nproc)}" "${args[@]}" "$target" >"$dir/log" 2>&1 ||
		{ cat "$dir/log"; die "does not compile against ${kdir##*/}"; }
	grep -E '^ +(CC|LD)' "$dir/log"
	if grep -E "^($dir/|\./)?(kernel|include)/.*(warning|error):" "$dir/log"; then
		die "warnings with ${kdir##*/}"
	fi
	object=$(find "$dir" -name evpn.o | head -n1)
	[ -n "$object" ] || die "no evpn.o was made"
	if [ "$target" = modules ]; then
		find "$dir" -name evpn.ko | grep -q . || die "no evpn.ko was made"
	else
		check_symbols "$kdir" "$object" || die "unresolved symbols with ${kdir##*/}"
	fi
	echo "compiled against ${kdir##*/}"
}

case ${1:-} in
fetch | compile) "$1" "${2:?a suite}" ;;
*)
	echo "usage: headers.sh fetch|compile SUITE" >&2
	exit 1
	;;
esac
