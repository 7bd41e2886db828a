#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Nobody decides any more: what the kernel does on its own. Within the owner hold time nothing
# changes; after it the segment's loss policy applies, and only somebody who names the role again
# ends it.
#
#     ce --- wire --- pe1: bond0 is the segment, DF, the only PE with a segment

NEEDS="module"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "the loss of the daemon: hold, then the policy" A11 A12
lab --evpnd no --ce lacp --standby lacp-oos

field() { nl_field pe1 "$1" $ESI1; }
has_oper() { [[ ,$(field oper), == *,$1,* ]]; }
lost() { # LOSS HOLD: a DF segment whose owner dies now
	own pe1
	nl pe1 es-new esi=$ESI1 ifname=bond0 role=df standby=lacp-oos loss="$1" hold="$2" >/dev/null
	slowwait 5 ce_uses ce pe1
	check_err $? "the CE does not use the DF's port"
	disown_segment
}

# Every hold time is long enough for this script to look around in it.
PACE=$(pace pe1)
log_info "hold times are $PACE times as long as on an idle machine"

# pe2 forwards nothing here: the CE's traffic has one way only
cut_cable ce pe2
slowwait 10 ce_uses ce pe1
slowwait 5 lab_passes
check_err $? "no ping through PE1"

# hold: a probe over the whole time sees nothing at all.
probe_start hold -r 200
lost hold $((1000 * PACE))
has_oper hold-running
check_err $? "the hold time does not run: $(field oper)"
sleep $((1 + PACE))
check_eq "$(field oper)" "" "in force after the hold time"
check_eq "$(nl pe1 owner-get | tr ' ' '\n' | sed -n 's/^state=//p')" lost "owner"
probe_stop
check_eq "$(probe_get hold 0 lost) $(probe_get hold 1 lost)" "0 0" "datagrams lost"
check_eq "$(ce_state ce pe1 a) $(ce_state ce pe1 p)" "63 63" "LACP at the CE"
log_test "on-daemon-loss hold: nothing changes, ever"

# block: nothing within the hold time, everything after it.
bg pe1 "$EVPN_NL" monitor 600 >"$LAB_RUN/heard"
listener=$!
slowwait 10 grep -q monitoring "$LAB_RUN/heard"
HOLD=$((2000 * PACE))
probe_start block -r 200
before=$("$PROBE" -n)
lost block $HOLD
t=$("$PROBE" -n)
blocked() { has_oper fail-applied; }
slowwait $((2 + 2 * PACE)) blocked
check_err $? "the policy was never applied: $(field oper)"
at=$(field changed)
probe_stop
check_eq "$(field oper)" "blocked,lacp-oos,fail-applied" "in force"
log_info "blocked $(((at - t) / 1000000)) ms after the owner was killed; hold time $HOLD ms"
# The owner was killed between the two readings of the clock, which on a slow guest are far apart.
[ $(((at - before) / 1000000)) -ge $((HOLD - 10)) ] && [ $(((at - t) / 1000000)) -le $((HOLD + 600)) ]
check_err $? "blocked $(((at - t) / 1000000)) to $(((at - before) / 1000000)) ms after the loss, should be $HOLD"
check_eq "$(awk -v at="$at" '/^a>b/ && $3 < at - 20000000 && $4 == 0' "$PROBE_DIR/block.log" | wc -l)" 0 \
	"datagrams lost before the hold time was over"
check_eq "$(awk -v at="$at" '/^a>b/ && $3 > at && $4 != 0' "$PROBE_DIR/block.log" | wc -l)" 0 \
	"datagrams that passed afterwards"
slowwait 2 ce_uses_not ce pe1
check_err $? "the CE still uses the blocked port"
kill $listener
check_eq "$(grep -c '^es-fail-ntf' "$LAB_RUN/heard")" 1 "alarms heard"
log_test "on-daemon-loss block: nothing within the hold time, blocked and out of sync after it"

# A new owner alone does not open the port: it may not know better. The role does.
own pe1
check_eq "$(field oper)" "blocked,lacp-oos,fail-applied" "in force with a new owner"
nl pe1 es-set esi=$ESI1 role=df >/dev/null
check_eq "$(field oper)" "" "in force once the role was named"
slowwait 3 lab_passes
check_err $? "no ping after the role was named"
log_test "the loss policy ends when the role is named, not before"

# An owner that comes back within the hold time: as if nothing had been.
nl pe1 es-set esi=$ESI1 hold=$((1500 * PACE)) >/dev/null
disown_segment
has_oper hold-running
check_err $? "the hold time does not run"
own pe1
check_eq "$(field oper)" "" "in force with the new owner"
sleep $((2 * PACE))
check_eq "$(field oper)" "" "in force after the old hold time"
disown_segment
log_test "a new owner within the hold time stops the clock"

finish
