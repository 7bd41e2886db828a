#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The selftests as part of a kernel tree: a scratch copy of the guest's own kernel source gets the
# directory, builds it, and runs and installs it by the kernel's own rules; what was installed runs in
# the guest. TAP.

cd "$(dirname "$0")/../../.." || exit 1
VM=tools/testing/vm
. $VM/cache.sh
EVPN=tools/testing/selftests/evpn
n=0 failed=0

result() { # STATUS SENTENCE
	n=$((n + 1))
	[ "$1" -eq 0 ] || { failed=$((failed + 1)); echo -n "not "; }
	echo "ok $n $2"
	[ "$1" -eq 0 ] || tail -n 40 "$LOG" | sed 's/^/# /'
}

# two that between them use the lab, evpnd's tools and programs of their own
SOME="genl ctl_kernel"

SRC=$($VM/guest.sh source) || exit 1
# beside the source, because links cannot leave the file system
KERNEL=$(mktemp -d "$CACHE/kselftest.XXXXXX") || exit 1
trap 'rm -rf "$KERNEL"' EXIT
trap 'exit 130' INT TERM HUP
LOG=$KERNEL/log
INSTALLED=$KERNEL/installed
KSFT="make -C $KERNEL/tree/tools/testing/selftests TARGETS=evpn"

cp -al "$(realpath "$SRC")" "$KERNEL/tree" || exit 1
make -s -C $EVPN kernel-tree KERNEL="$KERNEL/tree" >"$LOG" 2>&1 &&
	nice make -s -C "$KERNEL/tree" headers >>"$LOG" 2>&1 && nice $KSFT >"$LOG" 2>&1
result $? "a tree of Linux $(make -s -C "$KERNEL/tree" kernelversion) builds TARGETS=evpn"

# where no module is each scenario is begun and skipped; that is what there is to see here
if [ ! -d /sys/module/evpn ]; then
	$KSFT run_tests >"$LOG" 2>&1
	[ "$(grep -c '^ok .* selftests: evpn: .*# SKIP' "$LOG")" = "$($EVPN/run.sh -l | wc -l)" ] && ! grep -q '^not ok' "$LOG"
	result $? "run_tests runs every scenario, and each says why it skips"
fi

nice $KSFT install INSTALL_PATH="$INSTALLED" >"$LOG" 2>&1
result $? "install"

tests=$(printf -- '-t evpn:%s.sh ' $SOME)
$VM/guest.sh run --timeout 300 uml -- \
	sh -c "cd $INSTALLED && LAB_BUILD=$PWD/build ./run_kselftest.sh $tests" >"$LOG" 2>&1 &&
	[ "$(grep -cE "^ok [0-9]+ selftests: evpn: (${SOME// /|}).sh$" "$LOG")" = 2 ]
result $? "what was installed runs in a guest: $SOME"

echo "1..$n"
[ $failed = 0 ]
