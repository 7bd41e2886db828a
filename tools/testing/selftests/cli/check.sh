#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The runner of the whole check, with toys: what starts when, what is counted, and what is said of a
# guest that dies. TAP.

set -u
cd "$(dirname "$0")/../../../.." || exit 1
here=tools/testing
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
logs=$DIR/logs vm=$DIR/vm scenarios=$DIR/scenarios
export EVPN_CACHE=$DIR/cache
mkdir -p "$logs" "$vm" "$scenarios" "$EVPN_CACHE"
TESTS=0
FAILED=0

result_of() { # STATUS SENTENCE
	TESTS=$((TESTS + 1))
	[ "$1" -eq 0 ] || { FAILED=$((FAILED + 1)); echo -n "not "; }
	echo "ok $TESTS $2"
	[ "$1" -eq 0 ] || sed 's/^/# /' "$DIR/out"
}

# check TABLE [STEP...]: runs it on two processors, in a shell of its own; what it prints is in out.
check() {
	rm -rf "$logs"
	mkdir -p "$logs"
	: >"$logs/skipped"
	: >"$logs/failed"
	(
		SECONDS=0
		nproc() { echo 2; }
		for part in schedule steps report; do . "$here/check/$part.sh"; done
		SLOW=${TOY_SLOW:-100} ROOM=${TOY_ROOM:-200}
		plan "$@"
		run_plan
		report
	) >"$DIR/out" 2>&1
}
said() { grep -q -- "$1" "$DIR/out"; }

# toy NAME CODE: a program
toy() {
	printf '#!/bin/bash\n%s\n' "$2" >"$DIR/$1"
	chmod 755 "$DIR/$1"
}

toy first 'sleep 1; touch '"$DIR"'/first.done; echo "ok 1 one"; echo 1..1'
toy second '[ -e '"$DIR"'/first.done ] && echo "ok 1 two" || echo "not ok 1 two"; echo 1..1'
check "$(printf '%s\n' "second 100 9 first $DIR/second" "first 100 9 - $DIR/first")"
STATUS=$?
[ $STATUS = 0 ] && said '^second .*ok .*1 passed, 0 failed' && said '^2 passed, 0 failed, 0 skipped$'
result_of $? "a step waits for what it needs"

rm "$DIR/first.done"
check "$(printf '%s\n' "second 100 9 first $DIR/second" "first 100 9 - $DIR/first" "third 100 9 - false")" second
[ $? = 0 ] && said '^first ' && ! said '^third '
result_of $? "a step that is asked for brings along what it needs, and nothing else"

# each counts those that run at the same time
toy count 'mkdir '"$DIR"'/at.$$; sleep 1.5; ls -d '"$DIR"'/at.* | wc -l >>'"$DIR"'/most; rmdir '"$DIR"'/at.$$; echo ok; echo 1..1'
check "$(for i in 1 2 3 4 5; do echo "s$i 100 20 - $DIR/count"; done)"
[ "$(sort -n "$DIR/most" | tail -n 1)" = 2 ]
result_of $? "two processors have room for two steps that keep one busy each"

# guests on a machine that is slow with processes, and what works all the time beside them
rm "$DIR/most"
TOY_SLOW=400 check "$(printf '%s\n' "g*4 23 20 - $DIR/count")"
[ "$(sort -n "$DIR/most" | tail -n 1)" = 2 ]
result_of $? "where processes are made four times slower, two guests are beside each other and not four"
rm "$DIR/most"
TOY_SLOW=300 TOY_ROOM=100 check "$(printf '%s\n' "w 100 20 - $DIR/count" "g*2 23 20 - $DIR/count" "w2 100 20 - $DIR/count")"
[ "$(sort "$DIR/most" | uniq -c | xargs)" = "4 1" ]
result_of $? "where processors do no more together than one of them, one thing is done after the other"

toy mark 'echo $1 >>'"$DIR"'/marks; sleep 2; echo "ok 1 a"; echo 1..1'
check "$(printf '%s\n' "w1 100 20 - $DIR/mark w1" "w2 100 20 - $DIR/mark w2" "g 23 20 - $DIR/mark g")"
[ "$(head -n 2 "$DIR/marks" | sort | xargs)" = "g w1" ]
result_of $? "what works all the time leaves a processor to what waits"

toy fails 'echo "ok 1 a"; echo "not ok 2 b"; echo "ok 3 c # SKIP no moon"; echo 1..3'
check "x 100 9 - $DIR/fails"
[ $? = 1 ] && said '^x *FAILED 1 passed, 1 failed, 1 skipped' && said 'x: b (' && said 'x: no moon: c'
result_of $? "what failed and what was skipped is named at the end"

toy hangs 'sleep 60'
check "x 100 1 - $DIR/hangs"
[ $? = 1 ] && said 'no end after 1 s'
result_of $? "a step without end is ended"

# guests of which one dies in the middle: NAME are scenarios, a name beginning with "deadly" kills
cat >"$scenarios/run.sh" <<'END'
#!/bin/bash
[ "$1" = -l ] && { printf '%s\tmodule\n' alpha beta gamma; exit; }
queue=$2
shift 2
for name; do
	mkdir "$queue/$name" 2>/dev/null || continue
	echo "# ==== $name"
	sleep 0.5
	[[ $name == deadly* ]] && exit 91
	echo "ok 1 it works"; echo 1..1
	echo "# $name: status 0 after 3 s"
	echo "ok 1 $name: no complaint"; echo 1..1
done
echo "# scenarios: some passed"
END
printf '#!/bin/bash\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n' >"$vm/guest.sh"
chmod 755 "$scenarios/run.sh" "$vm/guest.sh"
check "g*3 40 9 - scenarios toy"
[ $? = 0 ] && said '^g *ok *6 passed' && said '^beta *3 s$' && said ', [23] guests)'
result_of $? "guests share the scenarios, each is run once"
grep -q '^g alpha 3$' "$EVPN_CACHE/durations"
result_of $? "how long a scenario took is remembered"

check "g 40 9 - scenarios toy one deadly two"
[ $? = 1 ] && said 'g: the guest died' && said '^deadly *died$' && said 'g: two: not run, no guest was left'
result_of $? "a guest that dies is a failure, and so is what nobody ran after it"

check "$(printf '%s\n' "g*2 40 9 - scenarios toy deadly one two")"
[ $? = 1 ] && said '^two *3 s$' && ! said 'not run'
result_of $? "another guest goes on where one has died"

# a limit of time, of which an eighth is left when nothing begins any more
toy slow 'sleep 7; echo "ok 1 it ended"; echo 1..1'
toy endless 'echo "ok 1 so far"; sleep 60'
CHECK_LIMIT=8 check "$(printf '%s\n' "slow 100 9 - $DIR/slow" "endless 100 70 - $DIR/endless" "late 100 9 slow $DIR/first")"
[ $? = 0 ] && said '^late *ok *0 passed, 0 failed, 1 skipped' &&
	said '^endless *ok *1 passed, 0 failed, 1 skipped' && said 'late: no time was left (CHECK_LIMIT=8): all of it'
result_of $? "what there was no time for is said and counted, and the check ends in time"

sed -i 's/sleep 0.5/sleep 0.6/' "$scenarios/run.sh"
# shellcheck disable=SC2046
CHECK_LIMIT=8 check "g 40 20 - scenarios toy $(seq -s ' ' -f 's%g' 30)"
[ $? = 0 ] && said '^g *ok *[1-9][0-9]* passed, 0 failed, [1-9][0-9]* skipped' && said 'no time was left (CHECK_LIMIT=8): s'
result_of $? "scenarios that no guest has taken are named"

echo "1..$TESTS"
exit $((FAILED > 0))
