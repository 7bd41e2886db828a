#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What one customer's neighbours bring about does not keep another's waiting: thousands that are to be
# asked do not delay the one of another segment, and a full neighbour table costs it no retention.
#
#     npe: bond0 (segment 1)  10.64.0.254/16  --- ce:  thousands
#          bond9 (segment 2)  10.99.0.254/24  --- ce9: 10.99.0.1, 10.99.0.2

NEEDS="module fast"
ALL_TESTS="
	full_when_taken_back
	full_when_the_link_is_back
	full_until_the_end
	full_and_collected
	turns
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=neigh_lib.sh
. "$(dirname "$0")/neigh_lib.sh"
begin "one customer's neighbours and another's" C46 C60 C61
neigh_lab
neigh_lab_second
pe_ip addr add 10.64.0.254/16 dev bond0
ip -n "$(n_ce ce9)" addr add 10.99.0.2/24 dev ce9

# thresholds LOW HIGH: above LOW the kernel collects, above HIGH it refuses
thresholds() {
	sysctl -qw net.ipv4.neigh.default.gc_thresh1="$1" net.ipv4.neigh.default.gc_thresh2="$1" \
		net.ipv4.neigh.default.gc_thresh3="$2"
}
other() { neigh get esi=$ESI2 tag=0 addr="$1" | sed -n "s/^entry.* state=\([^ ]*\).*/\1/p"; }
other_is() { [ "$(other "$1")" = "$2" ]; }
other_gone() { [ -z "$(other "$1")" ]; }

anew() {
	thresholds 30000 40000
	for e in "$ESI1 bond0" "$ESI2 bond9"; do
		# shellcheck disable=SC2086
		set -- $e
		pe "$EVPN_NL" es-del esi="$1"
		pe "$EVPN_NL" es-new esi="$1" ifname="$2" role=df
	done
	pe_ip neigh flush all nud permanent
	pe_ip neigh flush all
} >/dev/null

# full: others have filled the table with what no collection takes
full() {
	pe_ip neigh add 10.9.0.201 lladdr 02:00:00:00:02:01 dev bond0 nud reachable
	pe_ip neigh add 10.9.0.202 lladdr 02:00:00:00:02:02 dev bond0 nud reachable
	thresholds 1 1
}

# What was wished while there was no room is retained all the same, and put in when there is.
full_when_taken_back() {
	local answer
	defer anew
	full
	answer=$(neigh new esi=$ESI2 tag=0 addr=10.99.0.1 mac=02:00:99:00:00:01)
	grep -q 'state=pending .*error=ENOBUFS' <<<"$answer"
	check_err $? "the wish: $answer"
	neigh del esi=$ESI2 tag=0 addr=10.99.0.1 retain=20000 >/dev/null
	check_eq "$(other 10.99.0.1)" retained "taken back"
	sleep 2.5
	check_eq "$(other 10.99.0.1)" retained "two seconds later"
	thresholds 30000 40000
	slowwait 6 other_is 10.99.0.1 local
	check_err $? "when there is room its host is asked, and answers: $(other 10.99.0.1)"
	log_test "a wish that had no room is retained, and tried again"
}

full_when_the_link_is_back() {
	defer anew
	neigh new esi=$ESI2 tag=0 addr=10.99.0.77 mac=02:00:99:00:00:77 >/dev/null
	neigh del esi=$ESI2 tag=0 addr=10.99.0.77 retain=20000 >/dev/null
	check_eq "$(other 10.99.0.77)" retained "taken back"
	pe_ip link set bond9 down
	full
	pe_ip link set bond9 up
	sleep 2
	check_eq "$(other 10.99.0.77) $(pe_ip neigh show to 10.99.0.77 dev bond9 | wc -l)" "retained 0" "no room"
	thresholds 30000 40000
	slowwait 5 eval '[ -n "$(pe_ip neigh show to 10.99.0.77 dev bond9)" ]'
	check_eq "$(other 10.99.0.77)" retained "with room"
	log_test "a retained neighbour for which there is no room after a loss of the link is kept"
}

full_until_the_end() {
	local start
	defer anew
	full
	neigh new esi=$ESI2 tag=0 addr=10.99.0.78 mac=02:00:99:00:00:78 >/dev/null
	monitor_start 30
	start=$(mono_ms)
	neigh del esi=$ESI2 tag=0 addr=10.99.0.78 retain=4000 >/dev/null
	slowwait 8 other_gone 10.99.0.78
	check_err $? "after its time: $(other 10.99.0.78)"
	[ $(($(mono_ms) - start)) -ge 3900 ]
	check_err $? "it went after $(($(mono_ms) - start)) ms"
	slowwait 2 grep -q 'addr=10.99.0.78 .*state=gone .*event=expired' $MON
	check_err $? "told: $(grep 10.99.0.78 $MON)"
	monitor_stop
	log_test "its time ends all the same, and that is told"
}

# A local host of the other customer is collected, and cannot be asked at once.
full_and_collected() {
	defer anew
	say ce9 ce9 request 10.99.0.2 02:00:99:00:00:01 10.99.0.254
	slowwait 3 other_is 10.99.0.2 local
	check_err $? "learned: $(other 10.99.0.2)"
	# It is forgotten without having failed: its link goes for the kernel only, whose table is full then.
	sleep 5.5
	full
	for i in 1 2 3 4 5; do
		pe_ip neigh add 10.9.0.21$i lladdr 02:00:00:00:02:1$i dev bond0 nud stale 2>/dev/null
	done
	check_eq "$(pe_ip neigh show to 10.99.0.2 dev bond9 | wc -l)" 0 "in the kernel's table"
	sleep 1.5
	check_eq "$(other 10.99.0.2)" local "while there is no room to ask it"
	thresholds 30000 40000
	slowwait 5 eval '[[ "$(pe_ip neigh show to 10.99.0.2 dev bond9)" == *lladdr* ]]'
	check_err $? "it was not asked: $(pe_ip neigh show to 10.99.0.2 dev bond9)"
	check_eq "$(other 10.99.0.2)" local "asked"
	log_test "a host that was collected from a full table is asked when there is room"
}

# The other PE of the first customer's segment has died: 16,000 hosts are to be asked, eight seconds' worth.
# One of the other customer's, taken back after all of them, is asked at once.
turns() {
	local many=16000 probes before after asked already
	defer anew
	thresholds 30000 40000
	neigh new esi=$ESI1 tag=0 addr=10.64.1.0 mac=02:00:40:00:00:00 count=$many >/dev/null
	check_eq "$(stat_of synced)" $many "the first customer's hosts"
	neigh new esi=$ESI2 tag=0 addr=10.99.0.1 mac=02:00:99:00:00:01 >/dev/null
	probes=$(stat_of probes)
	neigh del esi=$ESI1 tag=0 addr=10.64.1.0 count=$many retain=60000 >/dev/null
	already=$(($(stat_of probes) - probes))
	neigh del esi=$ESI2 tag=0 addr=10.99.0.1 retain=60000 >/dev/null
	before=$(mono_ms)
	slowwait 20 other_is 10.99.0.1 local
	check_err $? "the other customer's retained host: $(other 10.99.0.1)"
	after=$(($(mono_ms) - before))
	asked=$(($(stat_of probes) - probes))
	echo "# it was local after $after ms; $asked of $many others had been asked by then"
	if [ $already -ge $((many / 4)) ]; then
		echo "# no queue to stand in: $already of $many were asked while the wishes were taken back"
	else
		[ $asked -lt $((many / 2)) ]
		check_err $? "the others had been asked by then: $asked of $many"
	fi
	slowwait 30 eval '[ $(($(stat_of probes) - probes)) -ge $many ]'
	check_err $? "the others are asked in the end: $(($(stat_of probes) - probes)) of $many"
	log_test "a retained host is asked at once while $many hosts of another customer wait for that"
}

tests_run
finish
