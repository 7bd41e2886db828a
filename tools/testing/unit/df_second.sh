#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Random elections through `evpnctl df elect` and through df_second.py, an implementation of its own;
# every answer must be equal (B6). TAP on standard output.
#
#   df_second.sh [SEED [COUNT]]
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

second=tools/testing/unit/df_second.py
if ! "$second" generate "${1:-8584}" "${2:-6000}" > "$dir/cases"; then
	echo "Bail out! no cases"
	exit 1
fi
if ! "$evpnctl" df elect < "$dir/cases" > "$dir/answers"; then
	echo "Bail out! evpnctl df elect failed"
	exit 1
fi
"$second" compare "$dir/cases" "$dir/answers"
