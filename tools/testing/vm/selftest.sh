#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does guest.sh tell the truth? Exit statuses, output, isolation, and that each
# kind of complaint of the kernel fails the run. TAP on standard output.
#   selftest.sh GUEST...

vm=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit 1
# here a run keeps what is its own, and its processes carry the name
mkdir "$dir/runs"
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
n=0 bad=0

# result NAME: by the status of the command before.
result() {
	if [ $? = 0 ]; then
		echo "ok $((++n)) - $guest: $1"
	else
		echo "not ok $((++n)) - $guest: $1"
		sed 's/^/# /' "$dir/err"
		bad=1
	fi
}

# run [--leaks] OPTIONS... -- COMMAND: in the guest, with the misbehaving module.
run() {
	local options=(--no-leaks)
	[ "$1" = --leaks ] && { options=(); shift; }
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	TMPDIR=$dir/runs "$vm/guest.sh" run --source "$vm/selftest" --timeout 400 "${options[@]}" "$guest" "$@" \
		>"$dir/out" 2>"$dir/err"
}

# misbehaves DEED STATUS WORDS NAME: the run ends with STATUS and says WORDS.
misbehaves() {
	run $([ "$1" = leak ] && echo --leaks) -- sh -c "echo $1 >/sys/module/evpn/parameters/do"
	[ $? = "$2" ] && grep -q "$3" "$dir/err"
	result "$4"
}

statuses() {
	local s
	for s in 0 1 7 255; do
		run -- sh -c "exit $s"
		[ $? = $s ]
		result "exit status $s arrives"
	done
	run -- sh -c 'kill -9 $$'
	[ $? = 137 ]
	result "a killed command is told apart"
}

output() {
	run -- sh -c 'echo to-out; echo to-err >&2'
	[ "$(cat "$dir/out")" = to-out ] && [ "$(cat "$dir/err")" = to-err ]
	result "standard output and error stay apart"
	run -- seq 1 40000
	seq 1 40000 | cmp -s - "$dir/out"
	result "every byte of a long output arrives"
}

isolation() {
	local canary=/var/tmp/evpn-guest-canary.$$
	run --out "$dir/share" -- sh -c "echo 1 >$canary && echo 2 >\$EVPN_OUT/kept && cat $canary"
	[ "$(cat "$dir/out")" = 1 ] && [ ! -e "$canary" ]
	result "what is written to the root stays in the guest"
	[ "$(cat "$dir/share/kept")" = 2 ] && grep -q 'evpn-guest: end' "$dir/share/dmesg.txt"
	result "--out keeps files and the kernel log"
	EVPN_SELFTEST='two words' run -- sh -c 'echo "$EVPN_SELFTEST"'
	[ "$(cat "$dir/out")" = 'two words' ]
	result "EVPN_ variables arrive"
}

ends() {
	run --timeout 8 -- sleep 100
	[ $? = 92 ] && grep -q 'no end after' "$dir/err"
	result "a command that does not end is ended"
	run --param refuse=1 -- true
	[ $? = 93 ] && grep -q 'does not load' "$dir/err"
	result "a module that does not load is told"
	TMPDIR=$dir/runs "$vm/guest.sh" probe "$guest" 2>"$dir/err"
	result "a program starts, says the probe"
	TMPDIR=$dir/runs "$vm/guest.sh" probe --arg init=/no/program "$guest" 2>"$dir/err"
	[ $? = 1 ] && grep -q 'cannot start a program' "$dir/err"
	result "where none starts, the probe says that"
	! pgrep -f "$dir/runs" >/dev/null && [ -z "$(ls "$dir/runs")" ]
	result "nothing runs on"
}

for guest; do
	# what is built or tried for the first time says so, on standard error; later runs do not
	run -- true
	# what the guests have in common is looked at in the fast one
	if [ "$guest" = uml ]; then
		statuses
		isolation
		ends
		misbehaves stay 90 'could not be unloaded' "a module that cannot be unloaded fails the run"
	fi
	output
	misbehaves warn 90 'WARNING: .*misbehave' "a warning fails the run"
	misbehaves oops 91 'do_oops' "an oops is told"
	[ "$guest" = uml-debug ] || continue
	misbehaves overrun 90 'KASAN: slab-out-of-bounds in do_overrun' "KASAN is heard"
	misbehaves deadlock 90 'possible circular locking' "lockdep is heard"
	misbehaves leak 90 'do_leak' "kmemleak is heard, with the culprit"
done
echo "1..$n"
exit $bad
