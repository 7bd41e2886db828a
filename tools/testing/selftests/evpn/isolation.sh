#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
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
said=$(pe_ctl pe1 -j check | jq -r '.warnings[] | select(.what == "block-alone") | .message')
[[ $said == *"the session with 192.0.2.9 is the only one"* ]]
check_err $? "check does not warn of the only session: $said"
split_core pe1
slowwait 10 eval '[ "$(nl_field pe1 role $ESI1)" = non-df ]'
check_err $? "PE1 does not block"
check_eq "$(es_json pe1 | jq '.segments[0].isolated')" true "PE1 says it is isolated"
check_eq "$(es_json pe1 | jq -r '.segments[0].reason')" \
	"core isolation: no BGP session is Established (core-isolation: block)" "why PE1 is closed"
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

# ---- with BFD, which does not wait for TCP ----

lab_down
# shellcheck disable=SC2034
LAB_NEIGHBOR_EXTRA=", bfd: {interval: 100ms}"
lab --standby lacp-oos --isolation block --hold 60 --rr none --pes 3

bfd_up() { [ "$(pe_ctl pe1 -j bfd show | jq '[.sessions[] | select(.state == "up")] | length')" = "$1" ]; }
isolated() { [ "$(es_json pe1 | jq '.segments[0].isolated')" = "$1" ]; }

ready pe1
check_err $? "PE1 does not become DF: $(ce_ports ce)"
slowwait 20 bfd_up 2
check_err $? "BFD with both PEs: $(pe_ctl pe1 bfd show)"
before=$(mono_ms)
split_core pe1
slowwait 10 isolated true
check_err $? "PE1 does not know that it is alone"
log_info "PE1 knew after $(($(mono_ms) - before)) ms, with a hold time of 60 s"
slowwait 10 eval '[ "$(nl_field pe1 role $ESI1)" = non-df ]'
check_err $? "PE1 does not block"
slowwait 10 ce_uses_not ce pe1
check_err $? "the CE still uses PE1: $(ce_ports ce)"
slowwait 10 lab_passes
check_err $? "no ping through the others"
log_test "BFD: all PEs are silent at once, and the isolated one stands by, long before a hold time is over"

join_core pe1
slowwait 30 settled pe1
check_err $? "PE1 does not take the segment back"
slowwait 20 bfd_up 2
check_err $? "BFD with both PEs: $(pe_ctl pe1 bfd show)"
cut_core pe2
slowwait 10 bfd_up 1
check_err $? "BFD still hears PE2: $(pe_ctl pe1 bfd show)"
sleep 1 # (for what should not happen)
check_eq "$(es_json pe1 | jq '.segments[0] | [.isolated, .role] | join(" ")' -r)" "false df" "PE1, isolated and role"
log_test "BFD: one PE of two is silent: that is no isolation"

finish
