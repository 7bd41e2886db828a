#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# RT-7 and RT-8 that member_second.py has written from the text of RFC 9251, at random, read by
# `evpnctl decode`: every field and every verdict must be what was put in (C52). TAP on standard output.
#
#   member_second.sh [SEED [COUNT]]
#
# The seed is the same in every run unless one is given. EVPNCTL, O or UNIT_DIR say where evpnctl is.

cd "$(dirname "$0")/../../.." || exit 1

evpnctl=
for f in "$EVPNCTL" "${O:+$O/evpnctl}" "${UNIT_DIR:+$UNIT_DIR/../../evpnctl}" build/evpnctl; do
	if [ -n "$f" ] && [ -x "$f" ]; then
		evpnctl=$f
		break
	fi
done
if [ -z "$evpnctl" ]; then
	echo "1..0 # SKIP evpnctl is not built"
	exit 0
fi

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

second=tools/testing/unit/member_second.py
count=${2:-60}
"$second" generate "${1:-9251}" "$count" >"$dir/cases" || { echo "Bail out! no cases"; exit 1; }
while read -r hex wanted; do
	printf '%s\t%s\n' "$wanted" "$("$evpnctl" -j decode <<<"$hex")"
done <"$dir/cases" >"$dir/both"
echo "1..$count"
"$second" compare "$dir/both" | tee "$dir/result"
! grep -q '^not ok' "$dir/result" && [ "$(grep -c '^ok' "$dir/result")" = "$count" ]
