#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What was decided is what the kernel does, whatever happens in between: somebody else changes or
# deletes a segment, the unprivileged half of evpnd dies, the module is unloaded and loaded again, a
# segment of unknown origin is there.

NEEDS="module"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "wishes and kernel are brought together again" B6 A12
lab --standby block

role() { nl_field pe1 role $ESI1; }
role_in_kernel() { [ "$(role)" = "$1" ]; }
installed() { [ "$(es_json pe1 | jq -r '.segments[0].kernel.status')" = "$1" ]; }
says() { grep -q "$1" "$LAB_RUN/pe1/evpnd.log"; }
# of PE1 only: the other PEs have speakers of their own
speaker_pid() { pgrep -P "$(cat "$LAB_RUN/pe1/pid")" -x evpnd-speaker; }
# the timer of the election, and with it everything that follows a start, is over
elected() { settled pe1 && role_in_kernel df; }

ready pe1
check_err $? "PE1 does not become DF"
installed installed
check_err $? "evpnctl does not say that the segment is installed"

# somebody takes the role away
nl pe1 es-set esi=$ESI1 role=non-df >/dev/null
slowwait 2 role_in_kernel df
check_err $? "the kernel's role is $(role)"
says "somebody else changed segment $ESI1"
check_err $? "the log does not say that somebody else changed it"
log_test "a role that somebody else changed is put right, and said"

# somebody deletes the segment
nl pe1 es-del esi=$ESI1 >/dev/null
slowwait 2 role_in_kernel df
check_err $? "the segment does not come back"
says "somebody else deleted segment $ESI1"
check_err $? "the log does not say that somebody else deleted it"
log_test "a segment that somebody else deleted comes back"

# the speaker dies: nothing in the kernel changes, and a new one takes over
transitions=$(nl_field pe1 transitions $ESI1)
old=$(speaker_pid)
kill -KILL "$old"
slowwait 5 says "another one will be started"
check_err $? "the parent does not say that it starts another speaker"
slowwait 10 elected
check_err $? "the PEs do not agree on PE1 with the new speaker"
check_eq "$(nl_field pe1 transitions $ESI1)" "$transitions" "changes of the kernel's blocking"
[ "$(speaker_pid)" != "$old" ]
check_err $? "it is the old process"
log_test "the speaker was killed: the kernel's blocking did not change, another one took over"

# a segment that nobody wishes goes with the sweep after the start
nl pe1 es-new esi=00:00:00:00:00:00:00:00:00:77 ifname=nosuch0 >/dev/null
check_err $? "a stray segment cannot be made"
pe_stop pe1
pe_start pe1
slowwait 10 elected
check_err $? "the PEs do not agree on PE1 after the restart"
slowwait 5 eval '! nl pe1 es-get | grep -q 00:00:00:00:00:00:00:00:00:77'
check_err $? "the stray segment is still there"
log_test "a segment of unknown origin is swept"

# the kernel's refusal arrives word by word
pe_ctl pe1 es add name loop interface lo esi 00:00:00:00:00:00:00:00:00:88 mode port-active >/dev/null
slowwait 5 eval '[ "$(es_json pe1 loop | jq -r ".segments[0].kernel.message")" = "lo is not an Ethernet device" ]'
check_err $? "es show says: $(es_json pe1 loop | jq -c '.segments[0].kernel')"
pe_ctl pe1 es del name loop open >/dev/null
check_err $? "the segment cannot be deleted"
log_test "a refusal is the kernel's own sentence"

# the module goes and comes
if [ -n "${EVPN_KO:-}" ]; then
	rmmod evpn
	slowwait 2 installed pending
	check_err $? "without the module the segment is: $(es_json pe1 | jq -c '.segments[0].kernel')"
	insmod "$EVPN_KO" dyndbg=+p
	slowwait 2 role_in_kernel df
	check_err $? "the segment does not come back with the module"
	slowwait 2 installed installed
	check_err $? "evpnctl does not say that it is installed again"
	log_test "the module was unloaded and loaded again: the segment is enforced again"
else
	log_skip "the module is loaded again" "no EVPN_KO"
fi

finish
