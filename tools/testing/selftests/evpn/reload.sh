#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A reload applies the difference and nothing else; an invalid file changes nothing, and is answered
# with all its errors.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "reload touches only the difference" A1 A6 A8
lab --standby lacp-oos --segments 2

conf=$LAB_RUN/pe1/evpnd.yaml
since() { pe_ctl pe1 -j peer show | jq -c '[.peers[] | [.address, .state, .resets, (.since | round)]]'; }
second() { es_json pe1 ce2 | jq -c '.segments[0] | [.role, .state, (.since | round)]'; }

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
slowwait 10 eval 'SEGMENT=ce2 SEGMENT_ESI=$ESI2 settled pe2'
check_err $? "the second segment does not settle"

# The preference of one segment: that one moves, the session and the other segment do not.
session=$(since) other=$(second)
LAB_PREFERENCE="50 200" pe_config pe1
check_eq "$(pe_ctl pe1 -j config diff | jq '.changes | length')" 1 "differences"
pe_ctl pe1 config reload >/dev/null
check_err $? "reload"
slowwait 5 settled pe2
check_err $? "the DF did not move to PE2"
check_eq "$(since)" "$session" "the session"
check_eq "$(second)" "$other" "the other segment"
check_eq "$(pe_ctl pe1 -j config diff | jq '.changes | length')" 0 "differences after the reload"
log_test "a changed preference moves the DF; session and other segment stay"

# A file with mistakes: all of them, with their lines, and nothing changes.
cp "$conf" "$LAB_RUN/good.yaml"
sed -i -e 's/standby: lacp-oos/standby: lacp-oss/' -e 's/remote-as: 65000/remote-as: 0/' "$conf"
pe_ctl pe1 config reload >"$LAB_RUN/reload.out" 2>&1
check_fail $? "an invalid file was accepted"
check_eq "$(grep -c 'lacp-oss' "$LAB_RUN/reload.out")" 2 "mistakes found in the standby policies"
grep -q 'remote-as' "$LAB_RUN/reload.out"
check_err $? "the wrong AS number is not complained about"
check_eq "$(since)" "$session" "the session"
settled pe2
check_err $? "the DF moved"
cp "$LAB_RUN/good.yaml" "$conf"
log_test "an invalid file is refused with every mistake, and nothing changes"

# SIGHUP is a reload too; a segment goes, and comes back, without the other one moving.
removed() { [ "$(es_json pe1 | jq -c '.segments[0] | [.removed, ."drain-state"]')" = '[true,"done"]' ]; }
sed -i '/name: ce$/,/df:/d' "$conf"
kill -HUP "$(cat "$LAB_RUN/pe1/pid")"
slowwait 5 removed
check_err $? "the segment is still configured: $(es_json pe1)"
check_eq "$(nl_field pe1 role $ESI1)" non-df "the segment in the kernel, while PE2 has it"
pe_ctl pe1 es del ce open >/dev/null
check_err $? "es del open"
slowwait 5 eval '[ "$(nl pe1 es-get esi=$ESI1 | cut -d" " -f1)" = error=ENOENT ]'
check_err $? "the segment in the kernel, when it was opened: $(nl pe1 es-get esi=$ESI1)"
check_eq "$(since)" "$session" "the session"
check_eq "$(second)" "$other" "the other segment"
LAB_PREFERENCE="300 200" pe_config pe1
kill -HUP "$(cat "$LAB_RUN/pe1/pid")"
ready pe1
check_err $? "the segment does not come back"
check_eq "$(since)" "$session" "the session"
log_test "a segment removed and added again with SIGHUP; session and other segment stay"

finish
