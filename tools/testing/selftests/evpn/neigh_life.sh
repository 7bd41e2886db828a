#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Synchronized neighbours outlive what happens to their device, wait where they cannot be, and are
# kept and asked for a while when the other PE does not have them any more.

NEEDS="module fast"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=neigh_lib.sh
. "$(dirname "$0")/neigh_lib.sh"
begin "the life of a synchronized neighbour" C2 C29 C41 C46 C60 C61 C62 A28 D11
neigh_lab
SYNCED="extern_learn STALE proto zebra"

wish tag=0 addr=10.9.0.9 mac=02:00:00:00:00:01 >/dev/null
wish tag=1 addr=10.0.0.9 mac=02:00:00:00:01:01 vrf="$(ifindex red)" >/dev/null
wish tag=$TAG_QINQ addr=10.5.0.9 mac=02:00:00:00:05:01 >/dev/null
wish tag=1 addr=2001:db8::9 mac=02:00:00:00:01:01 >/dev/null
all() {
	[ "$(kernel bond0 10.9.0.9)" = "02:00:00:00:00:01 $SYNCED" ] &&
		[ "$(kernel bond0.1 10.0.0.9)" = "02:00:00:00:01:01 $SYNCED" ] &&
		[ "$(kernel bond0.100.50 10.5.0.9)" = "02:00:00:00:05:01 $SYNCED" ] &&
		[ "$(kernel bond0.1 2001:db8::9)" = "02:00:00:00:01:01 $SYNCED" ]
}
all
check_err $? "installed: $(pe_ip neigh)"

# The link: of the customer, of the bond, of a sub-interface.
ip -n "$(n_ce ce)" link set ce down
slowwait 3 is 0 10.9.0.9 pending
check_err $? "without a carrier: $(state 0 10.9.0.9)"
check_eq "$(n_field error 0 10.9.0.9) $(n_field why 0 10.9.0.9)" 'ENETDOWN "bond0 is down"' "reason"
ip -n "$(n_ce ce)" link set ce up
slowwait 5 all
check_err $? "the carrier is back: $(pe_ip neigh)"
pe_ip link set bond0 down
slowwait 3 is $TAG_QINQ 10.5.0.9 pending
check_err $? "the bond is down: $(state $TAG_QINQ 10.5.0.9)"
pe_ip link set bond0 up
for d in bond0.1 bond0.2 bond0.100 bond0.100.50; do pe_ip link set $d up; done
pe_ip addr replace 2001:db8::254/64 dev bond0.1 nodad
slowwait 5 all
check_err $? "the bond is up: $(pe_ip neigh)"
log_test "neighbours are back after a loss of the link"

# A device that is dormant, as a port-active standby holds it: nothing is lost, nothing refused.
pe "$EVPN_NL" es-set esi=$ESI1 role=non-df standby=down >/dev/null
operstate() { pe_ip -j link show dev bond0 | jq -r '.[].operstate'; }
slowwait 2 eval '[ "$(operstate)" = DORMANT ]'
check_eq "$(operstate)" DORMANT "operational state"
all
check_err $? "dormant: $(pe_ip neigh)"
wish tag=0 addr=10.9.0.10 mac=02:00:00:00:00:10 >/dev/null
check_eq "$(kernel bond0 10.9.0.10)" "02:00:00:00:00:10 $SYNCED" "one that comes meanwhile"
say ce ce request 10.9.0.1 02:00:00:00:00:01 10.9.0.254
sleep 0.3
check_eq "$(state 0 10.9.0.1)" "" "what is heard on a blocked port"
pe "$EVPN_NL" es-set esi=$ESI1 role=df >/dev/null
log_test "a standby that is held down has and takes the neighbours, and learns none"

# A sub-interface that goes and comes, and one that is in another VRF for a while.
pe_ip link del bond0.100
slowwait 2 is $TAG_QINQ 10.5.0.9 pending
check_eq "$(n_field why $TAG_QINQ 10.5.0.9)" '"the segment has no VLAN device 50 on 100"' "reason"
pe_ip link add link bond0 name outer type vlan id 100
pe_ip link add link outer name bond0.100.50 type vlan id 50
pe_ip link set outer up
pe_ip link set bond0.100.50 up
slowwait 3 all
check_err $? "the sub-interface is back: $(pe_ip neigh)"
pe_ip link set bond0.1 master blue
slowwait 3 is 1 10.0.0.9 refused
check_err $? "in another VRF: $(state 1 10.0.0.9)"
check_eq "$(n_field why 1 10.0.0.9)" '"bond0.1 is in VRF blue, not in VRF red"' "reason"
check_eq "$(kernel bond0.1 10.0.0.9 | grep extern_learn)" "" "the entry"
pe_ip link set bond0.1 master red
pe_ip addr replace 2001:db8::254/64 dev bond0.1 nodad
slowwait 3 all
check_err $? "in its VRF again: $(pe_ip neigh)"
wish tag=7 addr=10.7.0.9 mac=02:00:00:00:07:01 >/dev/null
check_eq "$(n_field error 7 10.7.0.9) $(n_field why 7 10.7.0.9)" 'ENODEV "the segment has no VLAN device 7"' "reason"
pe_ip link add link bond0 name bond0.7 up type vlan id 7
slowwait 3 is 7 10.7.0.9 synced
check_err $? "a sub-interface that is new: $(state 7 10.7.0.9)"
log_test "a wish waits for its sub-interface, and for its VRF"

# A full table: said, and tried again.
sysctl -qw net.ipv4.neigh.default.gc_thresh1=1 net.ipv4.neigh.default.gc_thresh2=1 \
	net.ipv4.neigh.default.gc_thresh3=1
pe_ip neigh add 10.9.0.201 lladdr 02:00:00:00:02:01 dev bond0 nud reachable
pe_ip neigh add 10.9.0.202 lladdr 02:00:00:00:02:02 dev bond0 nud reachable
answer=$(wish tag=0 addr=10.9.0.203 mac=02:00:00:00:02:03)
grep -q 'state=pending .*error=ENOBUFS why="the neighbour table is full: net.ipv4.neigh.default.gc_thresh3 is 1"' <<<"$answer"
check_err $? "the answer: $answer"
[ "$(stat_of table-full)" -gt 0 ]
check_err $? "not counted"
sysctl -qw net.ipv4.neigh.default.gc_thresh3=1024 net.ipv4.neigh.default.gc_thresh2=512 \
	net.ipv4.neigh.default.gc_thresh1=128
slowwait 4 is 0 10.9.0.203 synced
check_err $? "with room again: $(state 0 10.9.0.203)"
log_test "a full neighbour table is told, and tried again"

# Retention. What leaves for the host is counted at the customer, beside the system under test.
$NSEXEC "$(n_ce ce)" nft -f - <<-END
	table netdev probes {
		chain in {
			type filter hook ingress device ce priority -10;
			arp operation request arp daddr ip 10.9.0.66 counter comment "asked4"
			icmpv6 type nd-neighbor-solicit ip6 daddr 2001:db8:9::66 counter comment "asked6"
		}
	}
END
asked() {
	$NSEXEC "$(n_ce ce)" nft -j list chain netdev probes in |
		jq --arg c "$1" '.nftables[].rule? | select(.comment? == $c) | .expr[].counter? | select(.) | .packets'
}
wish tag=0 addr=10.9.0.66 mac=02:00:00:00:00:01 >/dev/null
wish tag=0 addr=2001:db8:9::66 mac=02:00:00:00:00:01 >/dev/null
neigh del esi=$ESI1 tag=0 addr=10.9.0.66 retain=30000 >/dev/null
neigh del esi=$ESI1 tag=0 addr=2001:db8:9::66 retain=30000 >/dev/null
is 0 10.9.0.66 retained
check_err $? "state: $(state 0 10.9.0.66)"
slowwait 10 eval '[ "$(asked asked4)" != 0 ]'
check_err $? "no ARP request"
slowwait 10 eval '[ "$(asked asked6)" != 0 ]'
check_err $? "no neighbour solicitation"
kept=$(kernel bond0 10.9.0.66)
[[ "$kept" == 02:00:00:00:00:01* ]]
check_err $? "kept: $kept"
slowwait 60 gone 0 10.9.0.66
check_err $? "after its time: $(state 0 10.9.0.66)"
slowwait 5 gone 0 2001:db8:9::66
[[ "$(kernel bond0 10.9.0.66)" == 02:00:00:00:00:01* ]]
check_fail $? "the entry after its time: $(kernel bond0 10.9.0.66)"
log_test "a retained neighbour is kept, asked by ARP or ND, and goes after its time"

# The customer has 10.9.0.9: it answers.
neigh del esi=$ESI1 tag=0 addr=10.9.0.9 retain=10000 >/dev/null
slowwait 5 is 0 10.9.0.9 local
check_err $? "state: $(state 0 10.9.0.9)"
[[ "$(kernel bond0 10.9.0.9)" != *extern_learn* ]]
check_err $? "the entry: $(kernel bond0 10.9.0.9)"
log_test "a retained neighbour that answers becomes local"

# Wished for again while it was retained; and retained over a loss of the link.
wish tag=0 addr=10.9.0.67 mac=02:00:00:00:00:67 >/dev/null
neigh del esi=$ESI1 tag=0 addr=10.9.0.67 retain=2000 >/dev/null
wish tag=0 addr=10.9.0.67 mac=02:00:00:00:00:67 >/dev/null
sleep 2.5
# it may have been asked in between, and nobody answers: then the kernel is still waiting
again() { [ "$(state 0 10.9.0.67) $(kernel bond0 10.9.0.67)" = "synced 02:00:00:00:00:67 $SYNCED" ]; }
slowwait 10 again
check_eq "$(state 0 10.9.0.67) $(kernel bond0 10.9.0.67)" "synced 02:00:00:00:00:67 $SYNCED" "wished for again"
neigh del esi=$ESI1 tag=0 addr=10.9.0.67 retain=8000 >/dev/null
pe_ip link set bond0 down
sleep 0.5
pe_ip link set bond0 up
slowwait 4 test -n "$(kernel bond0 10.9.0.67)"
[[ "$(kernel bond0 10.9.0.67)" == "02:00:00:00:00:67 extern_learn"* ]]
check_err $? "after a loss of the link: $(kernel bond0 10.9.0.67)"
slowwait 10 gone 0 10.9.0.67
check_err $? "after its time: $(state 0 10.9.0.67)"
log_test "retention ends when the wish is back, and goes on over a loss of the link"

# A resync: the same wishes with a new generation change nothing in the kernel.
installed=$(stat_of installed)
wish addr=10.30.0.1 mac=02:00:00:00:00:01 count=1000 gen=1 >/dev/null
wish addr=10.30.0.1 mac=02:00:00:00:00:01 count=990 gen=2 >/dev/null
check_eq $(($(stat_of installed) - installed)) 1000 "installations"
neigh sweep gen=2 retain=10000 >/dev/null
check_eq "$(stat_of synced) $(neigh get dump state=retained | grep -c addr=10.30.3.)" "990 10" "after the sweep"
slowwait 30 eval '[ -z "$(neigh get dump state=retained | grep 10.30)" ]'
check_err $? "still retained: $(neigh get dump state=retained | grep -c 10.30)"
log_test "a restarted daemon's resync touches nothing, and a sweep retains what was not confirmed"

# 100,000 over a loss of the link; on 6.1 the kernel walks its whole table meanwhile. With the kernel's
# checkers in it each takes many times as long, and there a tenth shows the same.
many=100000
[ ! -e /sys/kernel/debug/kmemleak ] || many=10000
answer=$(wish tag=2 addr=10.64.0.0 mac=02:00:01:00:00:01 count="$many")
grep -q "^accepted=$many" <<<"$answer"
check_err $? "the answer: $answer"
pe_ip link set bond0 down
pe_ip link set bond0 up
pe_ip link set bond0.2 up
have() { [ "$(pe_ip neigh show dev bond0.2 | grep -c extern_learn)" = "$many" ]; }
slowwait 60 have
check_err $? "back: $(pe_ip neigh show dev bond0.2 | grep -c extern_learn) of $many"
check_eq "$(neigh get dump tag=2 esi=$ESI1 | grep -c state=synced)" "$many" "in a dump"
log_test "$many neighbours come back after a loss of the link"
finish
