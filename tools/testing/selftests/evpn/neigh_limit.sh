#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A customer says that he has as many addresses as he likes: no more than the limit of his segment are
# learned, the rest is forgotten in the kernel's table too, it is said once, and another customer, whose
# segment stands beside, notices nothing.
#
#     npe: bond0 (segment 1)  10.64.0.254/16  --- ce:  as many hosts as he says
#          bond9 (segment 2)  10.99.0.254/24  --- ce9: 10.99.0.1 to 20

NEEDS="module fast"
ALL_TESTS="
	configured
	too_many
	others
	by_hand_and_synced
	smaller
	in_all
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=neigh_lib.sh
. "$(dirname "$0")/neigh_lib.sh"
begin "the limit of neighbours" C2 C45
neigh_lab
neigh_lab_second
sysctl -qw net.ipv4.neigh.default.gc_thresh1=4000 net.ipv4.neigh.default.gc_thresh2=6000 \
	net.ipv4.neigh.default.gc_thresh3=8000
pe_ip addr add 10.64.0.254/16 dev bond0

es_set() { pe "$EVPN_NL" es-set esi="$1" "${@:2}"; }
es_field() { pe "$EVPN_NL" es-get esi="$1" | tr ' ' '\n' | sed -n "s/^$2=//p"; }
hosts_are() { [ "$(es_field "$1" hosts)" = "$2" ]; }
# entries DEVICE PREFIX: how many the kernel has, in any state
entries() { pe_ip neigh show dev "$1" nud all to "$2" | wc -l; }
entries_are() { [ "$(entries "$1" "$2")" = "$3" ]; }
# hosts FIRST COUNT: so many behind the first segment say who they are
hosts() { say ce ce requests "$1" 02:00:40:00:00:00 10.64.0.254 ff:ff:ff:ff:ff:ff "$2"; }

anew() {
	pe "$EVPN_NL" es-del esi=$ESI1
	pe "$EVPN_NL" es-new esi=$ESI1 ifname=bond0 role=df
	pe_ip neigh flush all nud permanent
	pe_ip neigh flush all
	neigh set host-limit=131072
} >/dev/null

configured() {
	check_eq "$(es_field $ESI1 host-limit) $(stat_of host-limit)" "16384 131072" "defaults"
	for n in 0 4194305; do
		es_set $ESI1 host-limit=$n 2>&1 | grep -q "a limit of $n hosts is not from 1 to 4194304"
		check_err $? "of a segment: $(es_set $ESI1 host-limit=$n 2>&1)"
		neigh set host-limit=$n 2>&1 | grep -q "a limit of $n hosts is not from 1 to 4194304"
		check_err $? "of all: $(neigh set host-limit=$n 2>&1)"
	done
	neigh set 2>&1 | grep -q "the limit is missing"
	check_err $? "none: $(neigh set 2>&1)"
	check_eq "$(es_field $ESI1 host-limit) $(stat_of host-limit)" "16384 131072" "after refusals"
	log_test "16384 on a segment, 131072 in all, unless said otherwise; what cannot be is refused"
}

# mark: what the kernel says from here on is what logged prints (the log itself belongs to all scenarios)
mark() { echo "evpn-selftest: mark" >/dev/kmsg; }
logged() { dmesg | awk '/evpn-selftest: mark/ { n = 0 } { line[n++] = $0 } END { for (i = 0; i < n; i++) print line[i] }'; }

warnings() { logged | grep -c "evpn: .*forgotten"; }
# said_forgotten: how many, in all warnings together
said_forgotten() { logged | sed -n 's/.* \([0-9]*\) were forgotten.*/\1/p' | awk '{ n += $1 } END { print n + 0 }'; }

too_many() {
	local warned
	defer anew
	es_set $ESI1 host-limit=100 >/dev/null
	mark
	# (as in monitor_start, not through pe)
	$NSEXEC "$N_PE" "$EVPN_NL" monitor 300 config >/run/neigh-limit-monitor &
	MON2=$!
	slowwait 5 grep -q monitoring /run/neigh-limit-monitor
	hosts 10.64.1.0 1500
	slowwait 10 hosts_are $ESI1 100
	check_err $? "learned: $(es_field $ESI1 hosts)"
	slowwait 10 entries_are bond0 10.64.0.0/16 100
	check_err $? "in the kernel's table: $(entries bond0 10.64.0.0/16)"
	check_eq "$(neigh get dump esi=$ESI1 tag=0 state=local | grep -c addr=10.64.)" 100 "in a dump"
	check_eq "$(es_field $ESI1 hosts) $(es_field $ESI1 hosts-forgotten)" "100 1400" "hosts"
	check_eq "$(stat_of forgotten)" 1400 "in all"
	log_test "of 1500 hosts that say who they are 100 are learned, and no more are in the kernel"
	hosts 10.64.1.0 1500
	slowwait 10 entries_are bond0 10.64.0.0/16 100
	slowwait 10 eval '[ "$(es_field $ESI1 hosts-forgotten)" -ge 2800 ]'
	check_eq "$(es_field $ESI1 hosts) $(entries bond0 10.64.0.0/16)" "100 100" "said again"
	is 0 10.64.1.5 local
	check_err $? "one that was learned in time: $(state 0 10.64.1.5)"
	warned=$(logged | sed -n 's/^\[ *\([0-9.]*\)\] evpn: .*forgotten.*/\1/p' |
		awk 'NR > 1 && $1 - last < 9.9 { close_by++ } { last = $1 } END { print (NR > 0), close_by + 0 }')
	check_eq "$warned" "1 0" "a warning, and none within ten seconds of another: $(logged | grep forgotten)"
	logged | grep -q "evpn: bond0 (segment $ESI1) has 100 neighbours, and may have no more: [0-9]* were forgotten"
	check_err $? "the warning: $(logged | grep forgotten)"
	# A slow machine forgets the second 1500 over more than ten seconds, and says it more than once.
	slowwait 15 eval '[ "$(said_forgotten)" = "$(es_field $ESI1 hosts-forgotten)" ]'
	check_err $? "the rest, later: $(said_forgotten) of $(es_field $ESI1 hosts-forgotten), $(logged | grep forgotten)"
	[ "$(warnings)" -ge 2 ]
	check_err $? "warnings: $(warnings)"
	kill $MON2
	wait $MON2 2>/dev/null
	check_eq "$(grep -c 'es-ntf.*hosts-forgotten=[1-9]' /run/neigh-limit-monitor)" "$(warnings)" "notifications, one with each warning"
	log_test "it is said once in ten seconds, with the segment and its device, and counted"
	# When some go there is room again.
	pe_ip neigh flush to 10.64.1.0/28 dev bond0
	slowwait 5 hosts_are $ESI1 84
	check_err $? "after 16 have gone: $(es_field $ESI1 hosts)"
	hosts 10.64.9.0 50
	slowwait 5 hosts_are $ESI1 100
	check_err $? "16 more: $(es_field $ESI1 hosts)"
	log_test "those who go make room"
}

others() {
	local before after i
	defer anew
	es_set $ESI1 host-limit=500 >/dev/null
	for i in $(seq 1 20); do
		say ce9 ce9 request 10.99.0.$i 02:00:99:00:00:$(printf %02x "$i") 10.99.0.254
	done
	slowwait 5 hosts_are $ESI2 20
	check_err $? "the other customer's hosts: $(es_field $ESI2 hosts)"
	neigh new esi=$ESI2 tag=0 addr=10.99.0.100 mac=02:00:99:00:01:00 count=10 >/dev/null
	before=$(pe_ip neigh show dev bond9 to 10.99.0.0/24 | sort)
	monitor_start 60
	for i in 1 2 3; do
		hosts 10.64.$((i * 20)).0 5000 &
		FLOOD=$!
		wait $FLOOD
	done
	say ce9 ce9 request 10.99.0.50 02:00:99:00:00:50 10.99.0.254
	slowwait 2 hosts_are $ESI2 21
	check_err $? "one who speaks meanwhile: $(es_field $ESI2 hosts)"
	slowwait 10 entries_are bond0 10.64.0.0/16 500
	check_err $? "the first customer's in the kernel: $(entries bond0 10.64.0.0/16)"
	check_eq "$(es_field $ESI1 hosts)" 500 "the first customer's"
	after=$(pe_ip neigh show dev bond9 to 10.99.0.0/24 | grep -v '^10.99.0.50 ' | sort)
	check_eq "$after" "$before" "the other customer's entries"
	check_eq "$(es_field $ESI2 hosts) $(es_field $ESI2 hosts-forgotten)" "21 0" "the other customer's hosts"
	monitor_stop
	check_eq "$(grep "esi=$ESI2" $MON | grep -c -e event=lost -e state=gone)" 0 "told as lost"
	pe_ip neigh del 10.99.0.50 dev bond9
	slowwait 2 hosts_are $ESI2 20
	neigh sweep gen=1 >/dev/null
	log_test "15,000 hosts of one customer leave another customer's neighbours as they were"
}

by_hand_and_synced() {
	defer anew
	es_set $ESI1 host-limit=10 >/dev/null
	hosts 10.64.1.0 30
	slowwait 5 hosts_are $ESI1 10
	pe_ip neigh replace 10.64.2.1 lladdr 02:00:00:00:02:01 dev bond0 nud permanent
	slowwait 2 is 0 10.64.2.1 local
	check_err $? "set by hand: $(state 0 10.64.2.1)"
	wish tag=0 addr=10.64.2.2 mac=02:00:00:00:02:02 >/dev/null
	is 0 10.64.2.2 synced
	check_err $? "of another PE: $(state 0 10.64.2.2)"
	say ce ce request 10.64.2.2 02:00:00:00:02:02 10.64.0.254
	slowwait 2 is 0 10.64.2.2 local
	check_err $? "of another PE, and heard: $(state 0 10.64.2.2)"
	say ce ce request 10.64.2.3 02:00:00:00:02:03 10.64.0.254
	slowwait 3 entries_are bond0 10.64.2.3 0
	check_eq "$(state 0 10.64.2.3) $(entries bond0 10.64.2.3)" " 0" "any other"
	check_eq "$(es_field $ESI1 hosts)" 12 "hosts"
	log_test "what was set by hand, and what another PE has as well, is learned all the same"
}

smaller() {
	defer anew
	hosts 10.64.1.0 50
	slowwait 5 hosts_are $ESI1 50
	pe_ip neigh replace 10.64.2.1 lladdr 02:00:00:00:02:01 dev bond0 nud permanent
	slowwait 5 hosts_are $ESI1 51
	check_err $? "learned: $(es_field $ESI1 hosts)"
	es_set $ESI1 host-limit=20 >/dev/null
	slowwait 5 hosts_are $ESI1 20
	check_err $? "with a smaller limit: $(es_field $ESI1 hosts)"
	slowwait 5 entries_are bond0 10.64.0.0/16 20
	check_err $? "in the kernel: $(entries bond0 10.64.0.0/16)"
	is 0 10.64.2.1 local
	check_err $? "set by hand: $(state 0 10.64.2.1)"
	log_test "a limit that becomes smaller is for those too who are there"
}

in_all() {
	defer anew
	neigh set host-limit=30 >/dev/null
	check_eq "$(stat_of host-limit)" 30 "limit"
	for i in $(seq 1 20); do
		say ce9 ce9 request 10.99.0.$i 02:00:99:00:00:$(printf %02x "$i") 10.99.0.254
	done
	slowwait 5 hosts_are $ESI2 20
	mark
	hosts 10.64.1.0 50
	slowwait 5 hosts_are $ESI1 10
	check_err $? "on the first: $(es_field $ESI1 hosts)"
	sleep 0.3
	check_eq "$(es_field $ESI1 hosts) $(es_field $ESI2 hosts)" "10 20" "hosts"
	logged | grep -q "evpn: bond0 (segment $ESI1): all segments together may have no more neighbours"
	check_err $? "the warning: $(logged | grep evpn)"
	log_test "the limit of all segments together"
}

tests_run
finish
