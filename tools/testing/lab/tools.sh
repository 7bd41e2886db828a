# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The small programs that the lab and the selftests use. Sourced by lab.sh.

# lab_tool NAME: builds it when it is missing or old; prints its path. Where the tree cannot be written (in a
# guest) it is built under /run, which takes long: tools/testing/lab/lab.sh build does it beforehand.
# The selftests' Makefile knows how each is built; in a kernel tree it has built them beside itself.
lab_tool() {
	local name=$1 tests=$LAB_DIR/../selftests/evpn out
	[ -d "$tests" ] || tests=$LAB_DIR/..
	for out in "$tests/$name" "$LAB_BUILD/lab/$name" "/run/evpn-lab/tools/$name"; do
		[ -x "$out" ] && ! lab_tool_old "$out" "$tests/$name"*.[ch] "$LAB_DIR/$name.c" && { echo "$out"; return; }
	done
	[ -w "$LAB_TREE" ] && out=$LAB_BUILD/lab/$name
	make -s -C "$tests" OUTPUT="${out%/*}" "$out" >&2 || return 1
	echo "$out"
}

# lab_tool_old PROGRAM SOURCE...: one of these is newer
lab_tool_old() {
	local program=$1 src
	shift
	for src; do
		[ "$src" -nt "$program" ] && return
	done
	return 1
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
	make -s -C "$LAB_DIR/../selftests/evpn" OUTPUT="$LAB_BUILD/lab" || lab_fail "a tool does not build"
}
