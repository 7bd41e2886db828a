# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the scenarios share: checks and TAP, waiting, cleaning up, and the lab with its tools.
#
# A scenario declares what it needs (needs.sh has the words) and its cases, sources this file, says
# with `begin` what it is about and which requirements it shows, raises a lab, has its cases run, and
# ends with `finish`:
#
#	NEEDS="module"
#	ALL_TESTS="
#		one_copy
#		no_echo
#	"
#	. "$(dirname "$0")/lib.sh"
#	begin "flooded frames" B6 B7
#	lab --evpnd no
#	tests_run
#	finish
#
# A case is a function that stands on the lab alone, not on the cases before it: `-t CASE` chooses one
# (or several), `-l` lists them. What a case defers is done when it ends. It makes its checks like this:
#
#	... ; check_err $? "sentence when that failed"
#	log_test "what was shown"

set -u
SELF=$(basename "$0" .sh)
TESTS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The lab lies beside this file where the selftests were installed or are part of a kernel tree.
if [ -d "$TESTS_DIR/lab" ]; then
	. "$TESTS_DIR/lab/lab.sh"
else
	# shellcheck source=../../lab/lab.sh
	. "$TESTS_DIR/../../lab/lab.sh"
fi
# shellcheck source=needs.sh
. "$TESTS_DIR/needs.sh"

KSFT_PASS=0
KSFT_FAIL=1
KSFT_SKIP=4

TESTS=0
FAILED=0
RET=0
REASON=
DEFERRED=()

# --- cases -------------------------------------------------------------------------------------

CASES=

# The options of every scenario; what is left of its arguments is its own.
while [[ ${1:-} == -* ]]; do
	case $1 in
	-t)
		[[ -n ${2:-} && " ${ALL_TESTS:-} " == *[[:space:]]"$2"[[:space:]]* ]] || {
			echo "Bail out! $SELF has no case '${2:-}' (there are: $(echo ${ALL_TESTS:-none}))"
			exit $KSFT_FAIL
		}
		CASES="$CASES $2"
		shift
		;;
	-l)
		printf '%s\n' ${ALL_TESTS:-}
		exit 0
		;;
	*)
		echo "usage: $SELF.sh [-l | -t CASE...]"
		exit $KSFT_FAIL
		;;
	esac
	shift
done

# tests_run: the cases, all or the chosen ones. No check gets lost: not one made before them, not one
# of a case that ends without log_test.
tests_run() {
	local one deferred before
	[ "$RET" -eq 0 ] || log_test "everything is there that the cases need"
	for one in ${CASES:-$ALL_TESTS}; do
		deferred=${#DEFERRED[@]} before=$TESTS
		"$one"
		[ "$TESTS" -gt "$before" ] || check_err 1 "it says nothing of what it has shown"
		[ "$RET" -eq 0 ] || log_test "$one"
		undo "$deferred"
	done
}

# --- checks and TAP ----------------------------------------------------------------------------

# begin TITLE REQUIREMENT...: ends here where something is missing that the scenario needs
begin() {
	local reason
	echo "# $SELF: $1"
	shift
	echo "# shows: $*"
	# shellcheck disable=SC2086
	! reason=$(lacks_any ${NEEDS:-}) || skip "$reason"
	trap ended EXIT
}

# check_err STATUS SENTENCE: the first failure counts
check_err() {
	[ "$1" -eq 0 ] || [ "$RET" -ne 0 ] || { RET=1 REASON=$2; }
}

check_fail() {
	[ "$1" -ne 0 ] || [ "$RET" -ne 0 ] || { RET=1 REASON=$2; }
}

# check_eq IS SHOULD WHAT
check_eq() {
	[ "$1" = "$2" ]
	check_err $? "$3: is '$1', should be '$2'"
}

# check_le IS LIMIT WHAT
check_le() {
	[ -n "$1" ] && [ "${1%.*}" -le "$2" ] 2>/dev/null
	check_err $? "$3: is '$1', at most $2"
}

log_test() {
	TESTS=$((TESTS + 1))
	if [ "$RET" -eq 0 ]; then
		echo "ok $TESTS $1"
	else
		FAILED=$((FAILED + 1))
		echo "not ok $TESTS $1"
		echo "# $REASON"
	fi
	RET=0
	REASON=
}

log_info() { echo "# $*"; }

# log_skip NAME REASON: one check that cannot be made here
log_skip() {
	TESTS=$((TESTS + 1))
	echo "ok $TESTS $1 # SKIP $2"
}

# skip REASON: the whole scenario cannot be run here
skip() {
	echo "1..0 # SKIP $*"
	trap - EXIT
	undo
	exit $KSFT_SKIP
}

finish() {
	trap - EXIT
	[ "$FAILED" -eq 0 ] || on_failure
	undo
	echo "1..$TESTS"
	[ "$FAILED" -eq 0 ] && exit $KSFT_PASS
	exit $KSFT_FAIL
}

# A scenario that ends anywhere else than in finish has failed.
ended() {
	local status=$?
	trap - EXIT
	[ $status -eq $KSFT_SKIP ] && { undo; exit $KSFT_SKIP; }
	echo "not ok $((TESTS + 1)) the scenario came to its end (status $status)"
	on_failure
	undo
	exit $KSFT_FAIL
}

# What helps to understand a failure, as comments.
on_failure() {
	local f
	[ -n "${LAB_RUN:-}" ] || return 0 # there was no lab yet
	for f in "$LAB_RUN"/pe*/evpnd.log "$LAB_RUN"/rr/*.log; do
		[ -s "$f" ] || continue
		echo "# --- ${f#"$LAB_RUN"/}"
		# (bgpd alone complains that it has no zebra)
		grep -v zclient_send_message "$f" | tail -n 25 | sed 's/^/# /'
	done
	return 0
}

# --- cleaning up and waiting -------------------------------------------------------------------

defer() { DEFERRED+=("$*"); }

# undo [N]: what was deferred, the last first; the first N stay
undo() {
	local i
	for ((i = ${#DEFERRED[@]} - 1; i >= ${1:-0}; i--)); do
		eval "${DEFERRED[i]}"
		unset "DEFERRED[i]"
	done >/dev/null 2>&1
}

mono_ms() { local up; read -r up _ </proc/uptime; echo $((10#${up/./} * 10)); }

# pace PE: how slow this machine is just now, a factor for times into which a scenario must fit some
# commands: 1 where a command takes less than 50 ms
pace() {
	local i start
	start=$(mono_ms)
	for i in 1 2 3 4 5 6 7 8 9 10; do
		nl "$1" owner-get
	done >/dev/null
	echo $((1 + ($(mono_ms) - start) / 500))
}

# busywait MS COMMAND...: until the command succeeds, asked without a pause
busywait() {
	local end=$(($(mono_ms) + $1))
	shift
	until "$@"; do
		[ "$(mono_ms)" -lt "$end" ] || return 1
	done
}

# slowwait SECONDS COMMAND...: the same with a tenth of a second between two questions. A guest may be
# slow, so four times as long is waited before it counts as a failure.
slowwait() {
	local limit=$(($1 * 4)) end
	shift
	end=$(($(mono_ms) + limit * 1000))
	until "$@"; do
		[ "$(mono_ms)" -lt "$end" ] || { echo "# $limit s waited in vain: $*" >&2; return 1; }
		sleep 0.1
	done
}

# --- what a scenario needs ---------------------------------------------------------------------

need_module() {
	[ -d /sys/module/evpn ] || modprobe evpn 2>/dev/null ||
		skip "evpn.ko is not loaded: run this in a guest, tools/testing/vm/guest.sh"
}

need_evpnd() {
	[ -x "$LAB_BUILD/evpnd" ] && [ -x "$LAB_BUILD/evpnctl" ] || skip "evpnd is not built: make user"
}

# lab OPTION VALUE...: raises it, and takes it down at the end; skips where that is not possible
lab() {
	local out
	while [ $# -gt 0 ]; do
		lab_option "$1" "$2" || lab_fail "no such option: $1"
		shift 2
	done
	lab_defaults
	[ "$LAB_EVPND" = no ] || need_evpnd
	out=$(lab_possible 2>&1) || skip "${out#lab: SKIP: }"
	defer lab_down
	lab_up
	FRAMES=$(lab_tool frames) || lab_fail "frames does not build"
	BONDWATCH=$(lab_tool bondwatch) || lab_fail "bondwatch does not build"
	EVPN_NL=$(lab_tool evpn_nl) || lab_fail "evpn_nl does not build"
}

# shellcheck source=lab_lib.sh
. "$TESTS_DIR/lab_lib.sh"
