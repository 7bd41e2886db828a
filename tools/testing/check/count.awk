# SPDX-License-Identifier: GPL-2.0-only
# Counts test cases in the output of one step of check.sh: TAP, and what cmocka
# prints. Writes "P passed", "S skipped", "F failed" lines, each with the case.

function pass(name) { print "P " name }
function fail(name) { print "F " name }
function skip(name) { print "S " name }

{ sub(/\r$/, "") }

# TAP. A plan that promises more than came is a failure: the program died.
/^1\.\.[0-9]+/ {
	sub(/^1\.\./, "")
	if ($0 + 0 == 0) {
		sub(/^0[ \t]*#?[ \t]*(SKIP)?[ \t]*/, "")
		skip($0 == "" ? "empty plan" : $0)
	}
	planned += $0 + 0
	next
}
/^ok$/ { next } # what a tool has answered, and no case
/^(not )?ok( |$)/ {
	bad = /^not /
	name = $0
	sub(/^(not )?ok *[0-9]* *(- *)?/, "", name)
	seen++
	if (toupper(name) ~ /# *SKIP/)
		skip(name)
	else if (bad)
		fail(name)
	else
		pass(name)
	next
}
/^Bail out!/ { fail($0); next }

# cmocka: the summary at the end names failures again, so only a case that was
# started counts.
/^\[ RUN +\]/ { running = 1; next }
/^\[ +OK +\]/ && running { running = 0; sub(/^[^]]*\] */, ""); pass($0); next }
/^\[ +FAILED +\]/ && running { running = 0; sub(/^[^]]*\] */, ""); fail($0); next }
/^\[ +SKIPPED +\]/ && running { running = 0; sub(/^[^]]*\] */, ""); skip($0); next }

END {
	if (running)
		fail("a case that never ended")
	if (planned > seen)
		fail(planned " cases planned, " seen + 0 " came")
}
