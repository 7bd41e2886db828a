#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Inside a guest whose kernel has KUnit: the module's suites ran when it was
# loaded; this prints their cases as TAP.
cases=$(dmesg -t | grep -E '^ {4}(not )?ok [0-9]+' | sed 's/^ *//')
if [ -z "$cases" ]; then
	echo "Bail out! the kernel log has no KUnit result"
	exit 1
fi
echo "TAP version 13"
printf '%s\n' "$cases" | awk '{ print } END { print "1.." NR }'
if printf '%s\n' "$cases" | grep -q '^not ok'; then
	dmesg -t | grep -B 3 -A 12 EXPECTATION
	exit 1
fi
