#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The form of the scenarios itself, with toys and without a guest: a failure is never lost, a case can
# be chosen, and every declaration can be read. TAP.

set -u
EVPN=$(cd "$(dirname "$0")/../evpn" && pwd)
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
TESTS=0
FAILED=0

result() { # STATUS SENTENCE
	TESTS=$((TESTS + 1))
	[ "$1" -eq 0 ] || { FAILED=$((FAILED + 1)); echo -n "not "; }
	echo "ok $TESTS $2"
	[ "$1" -eq 0 ] || sed 's/^/# /' "$DIR/out"
}

# toy ARGUMENT...: runs the scenario on standard input
toy() {
	{ cat; echo; } >"$DIR/toy.sh"
	bash "$DIR/toy.sh" "$@" >"$DIR/out" 2>&1
}

# two CODE [ARGUMENT...]: a scenario with two cases, of which the second is CODE
two() {
	local code=$1
	shift
	toy "$@" <<-END
		ALL_TESTS="
			first
			second
		"
		. "$EVPN/lib.sh"
		begin "a toy"
		first() { defer "touch $DIR/undone"; log_test "the first"; }
		second() { $code; }
		tests_run
		finish
	END
}

# says STATUS LINE...: the toy ended with that status (passed or not), and printed these lines
says() {
	local status=$1 line
	shift
	for line; do
		grep -qxF -- "$line" "$DIR/out" || return 1
	done
	[ "$STATUS" = "$status" ]
}

two 'log_test "the second"'; STATUS=$?
says 0 "ok 1 the first" "ok 2 the second" "1..2"
result $? "all cases run"

two '[ -e '"$DIR"'/undone ]; check_err $? "not yet"; log_test "undone"'; STATUS=$?
says 0 "ok 2 undone"
result $? "what a case defers is done before the next one begins"

two 'log_test "the second"' -t second; STATUS=$?
says 0 "ok 1 the second" "1..1"
result $? "-t chooses a case"

two : -l; STATUS=$?
[ "$(cat "$DIR/out")" = "$(printf 'first\nsecond')" ]
result $? "-l lists the cases"

two : -t third; STATUS=$?
says 1 "Bail out! toy has no case 'third' (there are: first second)"
result $? "-t refuses a case that is not there, and says which are"

two 'check_err 1 "broken"; log_test "the second"'; STATUS=$?
says 1 "ok 1 the first" "not ok 2 the second" "# broken"
result $? "a case fails"

two 'check_err 1 "broken"'; STATUS=$?
says 1 "not ok 2 second" "# broken"
result $? "a check that no log_test follows is not lost"

two ':'; STATUS=$?
says 1 "not ok 2 second" "# it says nothing of what it has shown"
result $? "a case that checks nothing fails"

two 'exit 0'; STATUS=$?
says 1 "not ok 2 the scenario came to its end (status 0)"
result $? "a scenario that ends halfway fails"

toy <<-END
	ALL_TESTS=one
	. "$EVPN/lib.sh"
	begin "a toy"
	check_err 1 "the lab does not come up"
	one() { log_test "one"; }
	tests_run
	finish
END
STATUS=$?
says 1 "not ok 1 everything is there that the cases need" "# the lab does not come up" "ok 2 one"
result $? "a check before the cases is not lost"

toy <<-END
	NEEDS="kernel>=99.1"
	. "$EVPN/lib.sh"
	begin "a toy"
	log_test "never"
	finish
END
STATUS=$?
says 4 "1..0 # SKIP needs Linux 99.1, this is $(uname -r)"
result $? "a scenario that needs another kernel is skipped, with the reason"

: >"$DIR/out"
. "$EVPN/needs.sh"
n=0
while IFS=$'\t' read -r name words; do
	n=$((n + 1))
	# shellcheck disable=SC2086
	[ -n "$words" ] && ! unknown_word $words >/dev/null || echo "$name: '$words'" >>"$DIR/out"
done < <("$EVPN/run.sh" -l)
[ ! -s "$DIR/out" ] && [ $n -gt 30 ]
result $? "all of the $n scenarios declare what they need in words that are known"

echo "1..$TESTS"
[ $FAILED -eq 0 ]
