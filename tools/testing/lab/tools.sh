# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The small programs that the lab and the selftests use. Sourced by lab.sh.

# lab_tool NAME: builds it when it is missing or old; prints its path. Where the tree cannot be written (in a
# guest) it is built under /run, which takes long: tools/testing/lab/lab.sh build does it beforehand.
# The selftests' Makefile knows how each is built; in a kernel tree it has built them beside itself.
lab_tool() {
	local name=$1 tests=$LAB_DIR/../selftests/evpn src out
	[ -d "$tests" ] || tests=$LAB_DIR/..
	src=$tests/$name.c
	[ -e "$src" ] || src=$LAB_DIR/$name.c
	for out in "$tests/$name" "$LAB_BUILD/lab/$name" "/run/evpn-lab/tools/$name"; do
		[ -x "$out" ] && [ ! "$src" -nt "$out" ] && { echo "$out"; return; }
	done
	[ -w "$LAB_TREE" ] && out=$LAB_BUILD/lab/$name
	make -s -C "$tests" OUTPUT="${out%/*}" "$out" >&2 || return 1
	echo "$out"
}

# lab_tools: what every lab uses
lab_tools() {
	PROBE=$(lab_tool probe) || lab_fail "probe does not build"
	NSEXEC=$(lab_tool nsexec) || lab_fail "nsexec does not build"
}

# lab_tools_all: these, and all of the selftests
lab_tools_all() {
	local t
	lab_tools
	for t in "$LAB_DIR"/../selftests/evpn/*.c; do
		t=$(basename "$t" .c)
		lab_tool "$t" >/dev/null || lab_fail "$t does not build"
	done
}
