#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A core in two parts: the active PE's link to it is up, and the reflector is not there. It cannot know
# who else forwards; "keep" leaves it as it is, "block" takes it out so that the customer goes to the
# other PE. (A link that is down is another matter: who_dies.sh.)
#
#     ce === pe1 ---X--- core        sessions of PE1 end with the hold time
#        === pe2 ------- core

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "core isolation: block or keep" A2 A12 A14

lab --standby lacp-oos --isolation block --hold 3
ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
split_core pe1
slowwait 10 eval '[ "$(nl_field pe1 role $ESI1)" = non-df ]'
check_err $? "PE1 does not block"
check_eq "$(es_json pe1 | jq '.segments[0].isolated')" true "PE1 says it is isolated"
[ -n "$(es_json pe1 | jq -r '.segments[0].reason // ""')" ]
check_err $? "PE1 does not say why"
slowwait 5 ce_uses_only 2
check_err $? "the CE does not use PE2 alone: $(ce_ports ce)"
slowwait 5 lab_passes
check_err $? "no ping through PE2"
log_test "block: the isolated PE stands by, the customer reaches the core through the other one"

join_core pe1
ready pe1
check_err $? "PE1 does not come back"
check_eq "$(es_json pe1 | jq '.segments[0].isolated')" false "PE1 says it is isolated"
log_test "block: with its session back it takes the segment back"

lab_down
lab --standby lacp-oos --isolation keep --hold 3
ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
split_core pe1
slowwait 10 eval '[ "$(nl_field pe2 role $ESI1)" = df ]'
check_err $? "PE2 does not take over"
sleep 2
check_eq "$(nl_field pe1 role $ESI1)" df "PE1's role"
check_eq "$(es_json pe1 | jq '.segments[0].isolated')" true "PE1 says it is isolated"
log_test "keep: the isolated PE goes on as it was, and says that it is isolated"

finish
