#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kill -9 of the active PE's daemon. Its kernel holds the role, so its port goes on; the peers see
# its session drop and elect PE2, which opens its port too. For the hold time both forward: the CE is
# a LAG and forwards nothing from one link to the other, so there is no loop, and nothing is lost.
# After the hold time the loss policy "block" takes PE1 out; a daemon that is started again puts it
# back into the role it has by then.
#
#     ce === pe1  evpnd killed, kernel: DF for owner-hold, then blocked
#        === pe2  DF

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "kill -9 of the active PE's evpnd" A11 A12 A37
lab --standby lacp-oos --loss block

both_in_sync() { ce_uses ce pe1 && ce_uses ce pe2; }

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
log_test "PE1 is DF"

# A hold time long enough for this script to look around before it is over.
HOLD=$((3 + $(pace pe1)))
LAB_OWNER_HOLD=${HOLD}s pe_config pe1
pe_ctl pe1 config reload >/dev/null
check_eq "$(nl_field pe1 hold $ESI1)" "$((HOLD * 1000))" "PE1's hold time"
pid=$(cat "$LAB_RUN/pe1/pid")
children=$(pgrep -P "$pid" | tr '\n' ' ')
probe_start kill -r 200 -f 8
pe_stop pe1 KILL
killed=$(nl pe1 owner-get | tr ' ' '\n' | sed -n 's/^since=//p')
slowwait 3 eval '[ "$(nl_field pe2 role $ESI1)" = df ]'
check_err $? "PE2 does not take over"
check_eq "$(nl_field pe1 role $ESI1)" df "PE1's role in the kernel"
[[ $(nl_field pe1 oper $ESI1) == *hold-running* ]]
check_err $? "PE1's hold time does not run: $(nl_field pe1 oper $ESI1)"
for c in $children; do
	slowwait 2 eval "! kill -0 $c 2>/dev/null"
	check_err $? "a process of the killed daemon lives on"
done
slowwait 2 both_in_sync
log_test "PE2 takes over; PE1's kernel goes on within the hold time"

# after the hold time
slowwait $((HOLD + 2)) eval '[[ $(nl_field pe1 oper $ESI1) == *fail-applied* ]]'
check_err $? "the loss policy was not applied"
at=$(nl_field pe1 changed $ESI1)
held=$(((at - killed) / 1000000))
log_info "PE1 blocked $held ms after the kill; hold time $((HOLD * 1000)) ms"
[ "$held" -ge $((HOLD * 1000 - 500)) ]
check_err $? "PE1 blocked after $held ms, before the hold time was over"
slowwait 3 ce_uses_only 2
check_err $? "the CE still uses PE1: $(ce_ports ce)"
sleep 0.5
probe_stop
check_eq "$(awk -v at="$at" '$3 < at - 20000000 && $4 == 0' "$PROBE_DIR/kill.log" | wc -l)" 0 \
	"datagrams lost within the hold time"
check_outage kill 1000
log_info "lost when PE1 was blocked: $(lost kill 0) from the CE, $(lost kill 1) to it"
log_test "nothing is lost within the hold time; after it PE1 is blocked and the CE leaves it"

# the daemon is started again
probe_start again -r 200
pe_start pe1
ready pe1
check_err $? "PE1 does not take the segment back: $(ce_ports ce)"
probe_stop
check_outage again 1000
check_eq "$(nl_field pe1 oper $ESI1)" "" "in force on PE1"
log_test "started again, evpnd ends the loss policy and takes the segment back"

# The same on the standby PE must not be seen by anybody.
"$BONDWATCH" "$(ns ce)" bond0 6 >"$LAB_RUN/bondwatch" &
watch=$!
probe_start standby -r 200
pe_stop pe2 KILL
sleep 2
pe_start pe2
ready pe1
check_err $? "not settled again: $(ce_ports ce)"
probe_stop
wait $watch
check_eq "$(lost standby 0) $(lost standby 1)" "0 0" "datagrams lost"
check_eq "$(grep -c ' pe1 ' "$LAB_RUN/bondwatch")" 1 "states of the CE's port to PE1"
log_test "kill -9 of the standby's evpnd is not seen in traffic"

# The process that reads from the network dies on its own: its parent keeps the roles in force and
# starts another one, which adopts them. The other PE may forward meanwhile; nothing is lost.
"$BONDWATCH" "$(ns ce)" bond0 20 >"$LAB_RUN/bondwatch" &
watch=$!
probe_start speaker -r 200
kill -KILL "$(pgrep -P "$(cat "$LAB_RUN/pe1/pid")" | head -n 1)"
slowwait 5 eval '[ "$(nl_field pe2 role $ESI1)" = df ]'
check_err $? "PE2 did not notice"
[[ $(nl_field pe1 oper $ESI1) != *hold-running* ]]
check_err $? "PE1's kernel lost its owner, although the parent lives"
ready pe1
check_err $? "not settled again: $(ce_ports ce)"
probe_stop
kill $watch 2>/dev/null; wait $watch 2>/dev/null
check_eq "$(lost speaker 0) $(lost speaker 1)" "0 0" "datagrams lost"
check_eq "$(grep -c ' pe1 ' "$LAB_RUN/bondwatch")" 1 "states of the CE's port to PE1"
log_test "kill -9 of the active PE's speaker alone: another one is started, nothing is lost"

# The default where nobody leads the CE: PE1's kernel closes in the moment when its evpnd dies, before
# PE2 can hear of it. The CE uses both links, so that what two PEs forward comes twice.
unset LAB_CE
lab_down
LAB_CE=broadcast LAB_STANDBY=block LAB_LOSS=auto
lab_up
ready pe1
check_err $? "PE1 does not become DF"
slowwait 5 eval '[ "$(nl_field pe1 loss $ESI1) $(nl_field pe1 hold $ESI1)" = "block 0" ]'
check_err $? "PE1's kernel is not told to close at once: $(nl pe1 es-get esi=$ESI1)"
probe_start unled -r 1000
pe_stop pe1 KILL
slowwait 5 eval '[ "$(nl_field pe2 role $ESI1)" = df ]'
check_err $? "PE2 does not take over"
check_eq "$(nl_field pe1 oper $ESI1)" "blocked,fail-applied" "in force on PE1"
slowwait 5 lab_passes
check_err $? "no ping through PE2"
pe_start pe1
ready pe1
check_err $? "PE1 does not take the segment back: $(es_json pe1)"
probe_stop
log_info "lost $(lost unled 0) and $(lost unled 1)"
check_eq "$(probe_get unled 0 duplicates) $(probe_get unled 1 duplicates)" "0 0" "datagrams that came twice"
check_outage unled $((500 * $(pace pe1)))
log_test "auto, block: kill -9 closes PE1 at once, started again it takes over, nothing comes twice"

finish
