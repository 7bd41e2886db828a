#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What this host learns of a segment's neighbours is told: once, in time, with its sub-interface and
# VRF; what it was only given is not; and who has fallen silent stays until a probe was not answered.

NEEDS="module fast"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=neigh_lib.sh
. "$(dirname "$0")/neigh_lib.sh"
begin "learning neighbours" C2 C15 C18 C28 C30 C31 C45
neigh_lab
monitor_start 120

# The hosts speak first: an ARP request, a Neighbour Solicitation for the PE.
start=$(mono_ms)
say ce ce request 10.9.0.1 02:00:00:00:00:01 10.9.0.254
said=$(mono_ms)
say ce1 ce.1 request 10.0.0.1 02:00:00:00:01:01 10.0.0.254
say ce2 ce.2 request 10.0.0.1 02:00:00:00:02:01 10.0.0.254
say ce5 ce.50 request 10.5.0.1 02:00:00:00:05:01 10.5.0.254
say ce1 ce.1 ns 2001:db8::9 02:00:00:00:01:01 2001:db8::254
for n in "0 10.9.0.1" "1 10.0.0.1" "2 10.0.0.1" "$TAG_QINQ 10.5.0.1" "1 2001:db8::9"; do
	# shellcheck disable=SC2086
	slowwait 2 is $n local
	check_err $? "not learned: $n"
done
since=$(($(n_field since 0 10.9.0.1) / 1000000))
[ $((since - said)) -le 1000 ] && [ $since -ge $((start - 10)) ]
check_err $? "said between $start and $said ms, learned at $since"
check_eq "$(n_field mac 2 10.0.0.1) $(n_field vrf 2 10.0.0.1)" "02:00:00:00:02:01 $(ifindex blue)" "of VRF blue"
check_eq "$(n_field ifindex $TAG_QINQ 10.5.0.1)" "$(ifindex bond0.100.50)" "device of QinQ"
sleep 0.3
check_eq "$(told 'addr=10.0.0.1 .*event=learned')" 2 "notifications, one for each VRF"
check_eq "$(grep -c 'addr=2001:db8::9 mac=02:00:00:00:01:01 .*state=local .*event=learned' $MON)" 1 "for IPv6"
log_test "ARP and ND requests are learned within 1 s, with tag, VRF and device"

# Answers: the PE asks.
pe ping -q -c 1 -W 1 -I red 10.0.0.9 >/dev/null 2>&1
slowwait 2 is 1 10.0.0.9 local
check_err $? "ARP"
pe ping -q -c 1 -W 1 -I bond0 2001:db8:9::9 >/dev/null 2>&1
slowwait 2 is 0 2001:db8:9::9 local
check_err $? "ND"
log_test "answers are learned"

# The same again, many times, is no news.
before=$(told 10.9.0.1)
say ce ce request 10.9.0.1 02:00:00:00:00:01 10.9.0.254 ff:ff:ff:ff:ff:ff 100
sleep 0.3
check_eq "$(told 10.9.0.1)" "$before" "notifications"
[ "$(stat_of coalesced)" -ge 90 ]
check_err $? "coalesced: $(stat_of coalesced)"
log_test "a host that repeats itself is told once"

# A host with another MAC address.
say ce ce request 10.9.0.1 02:00:00:00:00:aa 10.9.0.254
slowwait 3 grep -q 'addr=10.9.0.1 mac=02:00:00:00:00:aa .*event=moved' $MON
check_err $? "not told"
check_eq "$(n_field mac 0 10.9.0.1)" 02:00:00:00:00:aa "MAC address"
log_test "another MAC address is told as a move"

# What comes from the other PE is not told as local. When the host speaks here, it is: by a request
# for somebody else, which changes no entry of the kernel, hence notifies nobody but the hook.
wish tag=0 addr=10.9.0.40 mac=02:00:00:00:00:40 >/dev/null
wish tag=1 addr=2001:db8::40 mac=02:00:00:00:01:40 >/dev/null
sleep 0.3
check_eq "$(told 'addr=10.9.0.40')$(told 'addr=2001:db8::40')" 00 "notifications of our own doing"
say ce ce request 10.9.0.40 02:00:00:00:00:40 10.9.0.77
say ce1 ce.1 ns 2001:db8::40 02:00:00:00:01:40 2001:db8::77
slowwait 2 is 0 10.9.0.40 local
check_err $? "ARP: $(state 0 10.9.0.40)"
slowwait 2 is 1 2001:db8::40 local
check_err $? "ND: $(state 1 2001:db8::40)"
check_eq "$(kernel bond0 10.9.0.40)" "02:00:00:00:00:40 STALE" "the entry is the host's own"
sleep 0.3
check_eq "$(told 'addr=10.9.0.40 .*state=local .*event=confirmed') $(told 'addr=2001:db8::40 .*event=confirmed')" "1 1" "told"
log_test "a synchronized neighbour is not told as local, until it speaks here"

# It speaks with an address of its own: what is heard here goes before what was wished.
wish tag=0 addr=10.9.0.41 mac=02:00:00:00:00:41 >/dev/null
say ce ce request 10.9.0.41 02:00:00:00:00:4f 10.9.0.77
slowwait 2 is 0 10.9.0.41 local
check_eq "$(n_field mac 0 10.9.0.41) $(n_field wish 0 10.9.0.41)" "02:00:00:00:00:4f 02:00:00:00:00:41" "addresses"
check_eq "$(kernel bond0 10.9.0.41 | cut -d' ' -f1)" 02:00:00:00:00:4f "in the kernel"
# An advertisement without the override flag does not (RFC 4861, 7.2.5).
wish tag=1 addr=2001:db8::41 mac=02:00:00:00:01:41 >/dev/null
say ce1 ce.1 na-no-override 2001:db8::41 02:00:00:00:01:4f
sleep 0.5
check_eq "$(state 1 2001:db8::41)" synced "after an advertisement that does not override"
say ce1 ce.1 na 2001:db8::41 02:00:00:00:01:4f
slowwait 2 is 1 2001:db8::41 local
check_err $? "after one that does: $(state 1 2001:db8::41)"
log_test "a synchronized neighbour that speaks here with another MAC address is believed"

# Those who have no address yet say nothing.
say ce ce request 0.0.0.0 02:00:00:00:00:42 10.9.0.42
say ce1 ce.1 dad 2001:db8::42 02:00:00:00:01:42
wish tag=0 addr=10.9.0.42 mac=02:00:00:00:00:42 >/dev/null
wish tag=1 addr=2001:db8::42 mac=02:00:00:00:01:42 >/dev/null
say ce1 ce.1 dad 2001:db8::42 02:00:00:00:01:42
sleep 0.3
check_eq "$(state 0 10.9.0.42) $(state 1 2001:db8::42)" "synced synced" "states"
log_test "probes for duplicate addresses teach nothing"

# A host falls silent. While the kernel does not ask it, it stays; asked in vain, it goes.
for p in base_reachable_time_ms=1000 delay_first_probe_time=1 retrans_time_ms=300; do
	pe sysctl -qw "net.ipv4.neigh.bond0.$p"
done
say ce ce request 10.9.0.60 02:00:00:00:00:60 10.9.0.254
slowwait 2 is 0 10.9.0.60 local
sleep 3
check_eq "$(state 0 10.9.0.60) $(kernel bond0 10.9.0.60)" "local 02:00:00:00:00:60 STALE" "silent, and not asked"
check_eq "$(told 'addr=10.9.0.60 .*event=lost')" 0 "told as lost"
pe ping -q -c 2 -W 1 10.9.0.60 >/dev/null
slowwait 10 gone 0 10.9.0.60
check_err $? "asked in vain it stays"
slowwait 2 grep -q 'addr=10.9.0.60 mac=02:00:00:00:00:60 .*state=gone .*event=lost' $MON
check_err $? "not told"
log_test "a silent host stays while STALE, and is told as lost when its probes failed"

# The kernel forgets STALE neighbours. One who answers a probe is not told as lost.
pe ping -q -c 1 -W 1 10.9.0.9 >/dev/null
say ce ce request 10.9.0.61 02:00:00:00:00:61 10.9.0.254
slowwait 2 is 0 10.9.0.61 local
probes=$(stat_of probes)
for p in default.gc_thresh1=0 default.gc_thresh2=0; do sysctl -qw "net.ipv4.neigh.$p"; done
pe sysctl -qw net.ipv4.neigh.bond0.gc_stale_time=1
sleep 1.5
# With more than gc_thresh2 entries that are five seconds old, a new one makes the kernel clear up
sleep 4
pe_ip neigh add 10.5.0.77 lladdr 02:00:00:00:05:77 dev bond0.100.50 nud stale
slowwait 10 gone 0 10.9.0.61
check_err $? "who does not answer stays: $(state 0 10.9.0.61) $(kernel bond0 10.9.0.61)"
check_eq "$(state 0 10.9.0.9)" local "who answers"
check_eq "$(told 'addr=10.9.0.9 .*event=lost')" 0 "told as lost although it answers"
[ "$(stat_of probes)" -ge $((probes + 2)) ]
check_err $? "probes: $(stat_of probes), before $probes"
for p in default.gc_thresh1=128 default.gc_thresh2=512; do sysctl -qw "net.ipv4.neigh.$p"; done
log_test "a neighbour that the kernel forgets is asked before it is told as lost"

# More changes than can be noted: the tables are read again, and nothing is missing.
sysctl -qw net.ipv4.neigh.default.gc_thresh1=40000 net.ipv4.neigh.default.gc_thresh2=40000 \
	net.ipv4.neigh.default.gc_thresh3=40000
pe "$EVPN_NL" es-set esi=$ESI1 host-limit=40000 >/dev/null
pe "$NEIGH_RTNL" bond0 10.7.0.0 02:00:07:00:00:00 20000 local >/dev/null
count_is() { [ "$(neigh get dump esi=$ESI1 tag=0 state=local | grep -c addr=10.7.)" = "$1" ]; }
slowwait 20 count_is 20000
check_err $? "learned: $(neigh get dump esi=$ESI1 tag=0 state=local | grep -c addr=10.7.) of 20000"
check_eq "$(neigh get dump esi=$ESI1 tag=0 state=local | grep addr=10.7. | sort | uniq -d | wc -l)" 0 "told twice in a dump"
log_test "20,000 neighbours at once are all learned"
monitor_stop

# A device that had neighbours before it became a segment.
pe "$EVPN_NL" es-del esi=$ESI1 >/dev/null
slowwait 5 gone 0 10.7.0.5
pe "$EVPN_NL" es-new esi=$ESI1 ifname=bond0 role=df host-limit=40000 >/dev/null
slowwait 20 count_is 20000
check_err $? "learned: $(neigh get dump esi=$ESI1 tag=0 state=local | grep -c addr=10.7.) of 20000"
log_test "what was known before the segment began is learned from the tables"
finish
