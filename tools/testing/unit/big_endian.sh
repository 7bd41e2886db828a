#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The unit programs of kernel/core/ on a machine whose octets are the other way round and whose longs have
# 32 bits: built for PowerPC, run by QEMU's user emulation.
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.." || exit 1
CC=powerpc-linux-gnu-gcc
out=${UNIT_DIR:-build/san/unit}/big_endian
n=0

for p in $CC qemu-ppc; do
	command -v $p >/dev/null || { echo "1..0 # SKIP $p is not installed: make deps"; exit 4; }
done
mkdir -p "$out" || exit 1
for src in "$here"/test_core_*.c; do
	name=$(basename "$src" .c)
	$CC -std=gnu11 -O2 -static -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare \
		-I"$here/big_endian" -Iinclude/uapi -Ikernel/core "$src" kernel/core/*.c -o "$out/$name" ||
		{ echo "not ok $((++n)) $name does not build"; continue; }
	if said=$(qemu-ppc "$out/$name" 2>&1); then
		while read -r line; do
			echo "ok $((++n)) $name: ${line#ok * }"
		done < <(grep '^ok ' <<<"$said")
	else
		echo "not ok $((++n)) $name"
		sed 's/^/# /' <<<"$said"
	fi
done
echo "1..$n"
