#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a new service costs the rest of the tree. A service that nobody needs is added to a copy of the tree:
# one fact up, one wish down, one object shown, one key of the configuration. Its own files are in new/, its
# rows in files that are there already in rows.txt. It has to build, to do what it is for, and to have changed
# nothing else. Prints TAP, and the count of lines. Usage: echo.sh [--quick] [DIRECTORY-TO-KEEP]
# --quick compiles its own files only, and runs nothing.
[ "$1" = --quick ] && quick=1 && shift
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
tree=${1:-$(mktemp -d)}
[ -n "$1" ] || trap 'rm -rf "$tree"' EXIT
n=0 bad=0

result() {	# 0 or not, name, details
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		bad=1
		echo "not ok $n - $2"
		sed 's/^/#   /' <<<"$3"
	fi
}

copy() {
	mkdir -p "$tree"
	git -C "$top" ls-files -z | (cd "$top" && xargs -0 tar -cf - --ignore-failed-read 2>/dev/null) | tar -xf - -C "$tree"
	git -C "$tree" init -q . && git -C "$tree" add -A &&
		git -C "$tree" -c user.name=echo -c user.email=echo commit -qm before
}

add() {
	local file after row line

	cp -r "$here/new/." "$tree/"
	while IFS='|' read -r file after row; do
		[[ $file = \#* ]] && continue
		line=$(grep -nF -- "$after" "$tree/$file" | head -1 | cut -d: -f1)
		if [ -z "$line" ]; then
			echo "$file: there is no line with \"$after\""
			return 1
		fi
		sed -i "${line}r /dev/stdin" "$tree/$file" <<<"$row"
	done <"$here/rows.txt"
}

built() {
	make -s -C "$tree" -f user/Makefile O="$tree/build" CFLAGS=-O0 -j2 "$tree/build/$1" 2>&1
}

copy
out=$(add)
result $? "each row has its place" "$out"

rows=$(grep -vc '^#' "$here/rows.txt")
git -C "$tree" add -A
git -C "$tree" diff --cached --stat=100 HEAD | sed 's/^/# /'
out=$(git -C "$tree" diff --cached --numstat --diff-filter=M HEAD | awk -v rows="$rows" '
	{ added += $1; removed += $2 }
	END { if (added != rows || removed) print added " lines added to files of others, " removed + 0 " removed; there are " rows " rows" }')
result "$([ -z "$out" ] && echo 0 || echo 1)" "it touches its own files and its $rows rows" "$out"
out=$(git -C "$tree" diff --cached --name-only --diff-filter=A HEAD | grep -v echo)
result "$([ -z "$out" ] && echo 0 || echo 1)" "its own files have its name" "$out"
result "$([ "$rows" -le 9 ] && echo 0 || echo 1)" "nine rows are enough" "there are $rows"

if [ "$quick" ]; then
	out=$(cd "$tree" && for f in $(git diff --cached --name-only --diff-filter=A HEAD -- '*.c'); do
		cc -fsyntax-only -Wall -Wextra -Wno-unused-parameter -Werror -D_GNU_SOURCE -Iuser/lib -Iuser/evpnd -Iinclude/uapi \
			-Itools/testing/unit $(pkg-config --cflags jansson libsystemd libbsd-overlay) "$f" 2>&1
	done)
	result "$([ -z "$out" ] && echo 0 || echo 1)" "its files are right" "$out"
	echo "1..$n"
	exit $bad
fi
for what in unit/test_service_echo unit/test_evpnd_echo evpnctl; do
	out=$(built "$what")
	result $? "$what builds" "$(grep -E 'error|undefined' <<<"$out" | head -20)"
done
for what in test_service_echo test_evpnd_echo; do
	out=$("$tree/build/unit/$what" 2>&1)
	result $? "$what" "$out"
done
out=$("$tree/build/evpnctl" help 2>&1)
grep -q '^  echo  *show' <<<"$out"
result $? "evpnctl knows the object" "$out"

echo "1..$n"
exit $bad
