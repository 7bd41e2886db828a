#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the scenarios, all or the named ones, each in namespaces of its own, and looks after each
# whether the kernel complains and whether the module gave back everything it made. What a scenario
# needs and this machine does not have is skipped, with the reason.
#
#	run.sh                     all
#	run.sh genl drain          these
#	run.sh -n frr              those that declare this word (needs.sh has the words)
#	run.sh -t qinq flood_filter
#	                           of that scenario this case; several -t are several cases
#	run.sh -q DIR              only what nobody else has taken who was given the same directory:
#	                           guests of one kind share the work, each takes the next when it is free
#	run.sh -l                  their names and what they need, a tab between
#
# A scenario is an executable file here with a declaration NEEDS, or one that calls `begin`: nothing
# lists them. In a guest: tools/testing/vm/guest.sh run uml -- tools/testing/selftests/evpn/run.sh

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -e "$HERE/klog.sh" ] && . "$HERE/klog.sh" || . "$HERE/../../vm/klog.sh"
. "$HERE/needs.sh"

usage() {
	sed -n '/^#\trun\.sh/,/^#$/s/^#\t*//p' "${BASH_SOURCE[0]}" >&2
	exit 1
}

# scenarios [WORD]: the names of all, or of those that declare the word
scenarios() {
	local f
	for f in "$HERE"/*.sh; do
		[ -x "$f" ] && [ "$f" != "$HERE/run.sh" ] && grep -qE '^(NEEDS=|begin )' "$f" || continue
		[[ " $(needs_of "$f") " == *" ${1:-} "* || -z ${1:-} ]] && basename "$f" .sh
	done
}

WORD='' QUEUE='' LIST='' CASES=()
while getopts ln:q:t: o; do
	case $o in
	l) LIST=y ;;
	n) WORD=$OPTARG ;;
	q) QUEUE=$OPTARG ;;
	t) CASES+=(-t "$OPTARG") ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ ${#CASES[@]} -eq 0 ] || [ $# -gt 0 ] || usage

if [ -n "$LIST" ]; then
	for name in $(scenarios "$WORD"); do
		printf '%s\t%s\n' "$name" "$(needs_of "$HERE/$name.sh")"
	done
	exit 0
fi

# taken NAME: somebody else runs it, or has
taken() {
	[ -n "$QUEUE" ] || return 1
	! mkdir "$QUEUE/$1" 2>/dev/null
}

debug() { echo "module evpn $1" >/proc/dynamic_debug/control; } 2>/dev/null
since() { dmesg | sed -n "/evpn-selftest: $1 begins/,\$p"; }

# balance NAME: "created" and "destroyed" of segments and ports, from the module's debug messages
balance() {
	since "$1" | awk '
		/evpn: (es|port) .* created$/ { n[$(NF - 2)]++; made++ }
		/evpn: (es|port) .* destroyed$/ { n[$(NF - 2)]--; }
		END { for (o in n) if (n[o]) printf "%s %+d ", o, n[o]; printf "%d", made }'
}

balanced() { [[ $(balance "$1") != *[+-]* ]]; }

# after NAME: one case more for each scenario. Namespaces and what RCU frees go in their own time, on a
# slow guest after many seconds.
after() {
	local name=$1 end=$((SECONDS + 60)) bad reason=
	until balanced "$name" || [ $SECONDS -ge $end ]; do
		sleep 0.2
	done
	since "$name" >"/run/evpn-selftest.log"
	bad=$(grep -E "$KLOG_BAD" /run/evpn-selftest.log | grep -v evpn-selftest | head -n 5)
	[ -z "$bad" ] || reason="the kernel log: $bad"
	balanced "$name" || reason="not destroyed: $(balance "$name")"
	[ -z "$(ip netns list | grep '^lab-')" ] || reason="namespaces left behind: $(ip netns list | tr '\n' ' ')"
	[ -z "$reason" ] || echo -n "not "
	echo "ok 1 $name: no complaint in the kernel log, everything destroyed ($(balance "$name") objects)"
	[ -z "$reason" ] || { echo "# $reason"; return 1; }
}

failed=0 skipped=0 passed=0
[ -z "$QUEUE" ] || [ -d "$QUEUE" ] || { echo "Bail out! $QUEUE: no such directory"; exit 1; }
for name in ${*:-$(scenarios "$WORD")}; do
	name=${name%.sh}
	[ -x "$HERE/$name.sh" ] || { echo "Bail out! there is no scenario $name"; exit 1; }
	taken "$name" && continue
	needs=$(needs_of "$HERE/$name.sh")
	# shellcheck disable=SC2086
	if reason=$(unknown_word $needs); then
		echo "not ok 1 $name: its declaration NEEDS says '$reason', which is no word of needs.sh"
		failed=$((failed + 1))
		continue
	elif reason=$(lacks_any $needs); then
		echo "ok 1 $name # SKIP $reason"
		echo "1..1"
		skipped=$((skipped + 1))
		continue
	fi
	echo "# ==== $name"
	echo "evpn-selftest: $name begins" >/dev/kmsg
	debug +p
	start=$SECONDS
	"$HERE/$name.sh" "${CASES[@]}"
	status=$?
	echo "# $name: status $status after $((SECONDS - start)) s"
	case $status in
	0) passed=$((passed + 1)) ;;
	4) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
	if [ $status -ne 4 ]; then
		after "$name" || failed=$((failed + 1))
		echo "1..1"
	fi
	debug -p # not before: what is destroyed late is to be heard as well
done
echo "# scenarios: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
