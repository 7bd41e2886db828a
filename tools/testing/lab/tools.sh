# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The small programs that the lab and the selftests use. Sourced by lab.sh.

# lab_tool NAME: builds it when it is missing or old; prints its path. Where the tree cannot be written (in a
# guest) it is built under /run, which takes long: tools/testing/lab/lab.sh build does it beforehand.
# Static where that is possible, because such a program starts much faster in a guest.
lab_tool() {
	local name=$1 dir=$LAB_DIR/../selftests/evpn out=$LAB_BUILD/lab/$1 flags=-static
	case $name in
	probe | nsexec) dir=$LAB_DIR ;;
	esac
	[ "$out" -nt "$dir/$name.c" ] || out=/run/evpn-lab/tools/$name
	if [ ! "$out" -nt "$dir/$name.c" ]; then
		case $name in
		probe) flags= ;;
		evpn_nl | neigh_nl)
			flags="-I$LAB_TREE/include/uapi -static -Wl,--no-warnings
				$(pkg-config --static --cflags --libs libnl-genl-3.0)" ;;
		nlstress) flags="-I$LAB_TREE/include/uapi -lmnl" ;;
		esac
		[ -w "$LAB_TREE" ] && out=$LAB_BUILD/lab/$name
		mkdir -p "${out%/*}"
		# shellcheck disable=SC2086
		gcc -D_GNU_SOURCE -std=gnu11 -O2 -Wall -Wextra -Wshadow -Wno-unused-parameter -Wno-sign-compare \
			"$dir/$name.c" -o "$out.$$" $flags && mv "$out.$$" "$out" || return 1
	fi
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
	for t in frames bondwatch evpn_nl neigh_nl neigh_say nlstress flood; do
		lab_tool $t >/dev/null || lab_fail "$t does not build"
	done
}
