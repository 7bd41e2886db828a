#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the kernel's own scripts/checkpatch.pl --strict says of the module: no error and no warning. It
# comes with the source of the UML guests. Left out, because they hold of a patch to the kernel only:
#   COMPLEX_MACRO		arguments of a format, and rows of a table, cannot be in parentheses
#   ALLOC_WITH_SIZEOF	kzalloc_obj() is younger than the oldest kernel supported
cd "$(dirname "$0")/../.." || exit 1
src=$(tools/testing/vm/guest.sh source) || exit 1
out=$(perl "$src/scripts/checkpatch.pl" --strict --no-tree --no-summary --terse --show-types \
	--ignore COMPLEX_MACRO,ALLOC_WITH_SIZEOF \
	-f $(git ls-files -c -o --exclude-standard -- 'kernel/*.c' 'kernel/*.h' | grep -v netlink_gen) 2>&1)
[ -n "$out" ] || { echo "checkpatch: it said nothing at all" >&2; exit 1; }
grep -E ': (ERROR|WARNING):' <<<"$out" && exit 1
echo "checkpatch: no error and no warning, $(wc -l <<<"$out") remarks"
