#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the customer's LACP sees of a standby port, for each standby policy, and how soon. The module
# is spoken to directly; the judge is the CE's own bonding driver and the frames on the wire.
#
#     ce: bond0 --- pe1   (not a segment: the other half of the LAG)
#      ^       \--- wire --- pe2: bond0 is the segment
#   looked at         ^
#                 captured

NEEDS="module fast"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "the customer's LACP follows the role at once" A3 A4 A11 A13 A14 A39
lab --evpnd no --ce lacp --standby lacp-oos

# role ROLE POLICY: sets it while the CE's bond is watched; fills WHEN_PARTNER and
# WHEN_ACTOR, the milliseconds until the CE saw, and until it acted, or "" for never
role() {
	local start watch log=$LAB_RUN/bondwatch
	: >"$log"
	timeout 30 "$BONDWATCH" "$(ns ce)" bond0 >"$log" &
	watch=$!
	slowwait 15 grep -q ' pe2 ' "$log" # on a slow guest it takes its time to look for the first time
	sleep 0.2
	nl pe2 es-set esi=$ESI1 role="$1" standby="$2" >/dev/null
	sleep 2.5
	kill $watch
	wait $watch 2>/dev/null
	start=$(nl_field pe2 changed $ESI1) # by the same clock
	read -r WHEN_PARTNER WHEN_ACTOR LAST_ACTOR LAST_PARTNER < <(awk -v t="$start" '
		$2 == "pe2" {
			ms = ($1 - t) / 1e6
			if (seen && p != "" && $4 != p && when_p == "") when_p = ms
			# collecting and distributing: 0x30
			cd = int($3 / 16) % 4
			if (seen && cd != old && when_a == "") when_a = ms
			old = cd; p = $4; a = $3; seen = 1
		}
		END { printf "%s %s %s %s\n", when_p == "" ? "-" : when_p, when_a == "" ? "-" : when_a, a, p }' "$log")
}

operstate() { ip -n "$(ns pe2)" -j link show bond0 | jq -r '.[0].operstate'; }
carrier() { ip netns exec "$(ns pe2)" cat /sys/class/net/bond0/carrier; } # with its own /sys

ports_up() { ce_uses ce pe1 && ce_uses ce pe2; }

slowwait 10 ports_up
check_err $? "LACP does not come up: $(ce_ports ce)"
# one partner for both links: same system, same key, one aggregator (A3, A4)
check_eq "$(in_ns ce awk '/^Slave|details actor/ { p = 0 } /details partner/ { p = 1 }
	p && /system (priority|mac)|oper key/' /proc/net/bonding/bond0 | sort -u | wc -l)" 3 "different partner identities"
check_eq "$(in_ns ce awk '/Aggregator ID:/ { print $NF }' /proc/net/bonding/bond0 | sort -u | wc -l)" 1 "aggregators"
nl pe2 es-new esi=$ESI1 ifname=bond0 role=df standby=lacp-oos >/dev/null
log_test "both PEs are one LACP partner, and the DF is in sync"

# Flows spread over both links while both are in sync.
probe_start both -r 400 -f 64 -d 2
wait $PROBE_PID
n=$(awk '/^a>b/ && $6 == "192.0.2.2"' "$PROBE_DIR/both.log" | wc -l)
all=$(grep -c '^a>b' "$PROBE_DIR/both.log")
[ "$all" -gt 100 ] && [ $((4 * n)) -gt "$all" ] && [ $((4 * n)) -lt $((3 * all)) ]
check_err $? "of $all datagrams $n went through PE2"
log_test "flows use both links while both ports are in sync"

# block: nothing of it shows in LACP.
role non-df block
check_eq "$WHEN_PARTNER $WHEN_ACTOR" "- -" "a change of the CE's view"
check_eq "$LAST_ACTOR $LAST_PARTNER" "63 63" "the port's states"
check_eq "$(operstate) $(carrier)" "UP 1" "the PE's bond"
role df block
log_test "block: the CE sees no difference"

# lacp-oos: the LACPDU leaves at once, not at the next period, whatever the phase of that period.
worst_partner=0 worst_actor=0
for i in 1 2 3; do
	role non-df lacp-oos
	check_eq "$((LAST_PARTNER & 0x38))" 0 "SYNC, COLLECTING, DISTRIBUTING of the partner"
	check_eq "$((LAST_ACTOR & 0x30))" 0 "COLLECTING, DISTRIBUTING of the CE's port"
	check_le "$WHEN_PARTNER" 100 "ms until the LACPDU was there, standby"
	check_le "$WHEN_ACTOR" 300 "ms until the CE's port followed, standby"
	log_info "standby: LACPDU there after $WHEN_PARTNER ms, CE's port out after $WHEN_ACTOR ms"
	check_eq "$(operstate) $(carrier)" "UP 1" "the PE's bond"
	role df lacp-oos
	check_eq "$LAST_ACTOR $LAST_PARTNER" "63 63" "the port's states as DF"
	check_le "$WHEN_PARTNER" 100 "ms until the LACPDU was there, DF"
	check_le "$WHEN_ACTOR" 300 "ms until the CE's port followed, DF"
	log_info "DF: LACPDU there after $WHEN_PARTNER ms, CE's port in after $WHEN_ACTOR ms"
done
log_test "lacp-oos: out of sync and back within 300 ms, the PE's own bond stays up"

# All flows go to the other PE while this one is out of sync.
role non-df lacp-oos
probe_start one -r 400 -f 64 -d 2
wait $PROBE_PID
check_eq "$(awk '/^a>b/ && $6 == "192.0.2.2"' "$PROBE_DIR/one.log" | wc -l)" 0 "datagrams through PE2"
check_eq "$(probe_get one 0 lost)" 0 "lost"
log_test "lacp-oos: every flow of the CE takes the other link"

# An independent reader: every LACPDU that leaves PE2 now says so, as long as it stands by.
if command -v tshark >/dev/null; then
	in_ns wire timeout 4 tcpdump -Z root -q -i pe2.ce -Q in -w "$LAB_RUN/lacp.pcap" ether proto 0x8809 2>/dev/null
	flags=$(tshark -r "$LAB_RUN/lacp.pcap" -T fields -e lacp.actor.state.synchronization \
		-e lacp.actor.state.collecting -e lacp.actor.state.distributing 2>/dev/null | sort -u)
	check_eq "$flags" $'0\t0\t0' "SYNCHRONIZATION, COLLECTING, DISTRIBUTING in tshark's words"
	log_test "lacp-oos: tshark reads every LACPDU as out of sync"
else
	log_skip "lacp-oos: tshark reads every LACPDU as out of sync" "tshark is not installed"
fi

# The rewriting must not make the two bonds answer each other without end: one LACPDU a second and
# the few of a transition.
before=$(nl pe2 stats-get esi=$ESI1 | tr ' ' '\n' | sed -n 's/^lacp-rewritten=//p')
sleep 5
after=$(nl pe2 stats-get esi=$ESI1 | tr ' ' '\n' | sed -n 's/^lacp-rewritten=//p')
check_le $((after - before)) 8 "LACPDUs in five seconds"
[ $((after - before)) -ge 4 ]
check_err $? "only $((after - before)) LACPDUs in five seconds"
log_test "lacp-oos: the two bonds do not answer each other without end"

# down: dormant as well, so that routing daemons and bridges see it; carrier and LACP live.
role non-df down
check_eq "$(operstate) $(carrier)" "DORMANT 1" "the PE's bond"
check_eq "$((LAST_PARTNER & 0x38))" 0 "SYNC, COLLECTING, DISTRIBUTING of the partner"
role df down
check_eq "$(operstate) $(carrier)" "UP 1" "the PE's bond as DF"
check_le "$WHEN_ACTOR" 300 "ms until the CE's port followed"
log_test "down: dormant as well, with carrier; and up again with the role"

# The segment goes while it stands by: nothing of it may stay.
role non-df down
nl pe2 es-del esi=$ESI1 >/dev/null
slowwait 1 ce_uses ce pe2
check_err $? "the CE's port is still out of sync: $(ce_ports ce)"
check_eq "$(operstate)" UP "the PE's bond"
log_test "deleting the segment brings the port back in sync at once"

# With the slow rate the next LACPDU is up to 30 s away; the change does not wait for it.
lab_down
lab --evpnd no --ce lacp --standby lacp-oos --lacp-rate slow
# the module repeats what the host last sent, so there must have been one
repeated() {
	nl pe2 es-set esi=$ESI1 role=non-df >/dev/null
	nl pe2 es-set esi=$ESI1 role=df >/dev/null
	[ "$(nl pe2 stats-get esi=$ESI1 | tr ' ' '\n' | sed -n 's/^lacp-sent=//p')" -gt 0 ]
}
nl pe2 es-new esi=$ESI1 ifname=bond0 role=df standby=lacp-oos >/dev/null
slowwait 60 ports_up
check_err $? "LACP does not come up at the slow rate: $(ce_ports ce)"
slowwait 40 repeated
check_err $? "the host has sent no LACPDU"
role non-df lacp-oos
check_le "$WHEN_PARTNER" 100 "ms until the LACPDU was there, standby"
check_le "$WHEN_ACTOR" 300 "ms until the CE's port followed, standby"
role df lacp-oos
check_le "$WHEN_PARTNER" 100 "ms until the LACPDU was there, DF"
check_le "$WHEN_ACTOR" 300 "ms until the CE's port followed, DF"
log_test "the slow LACP rate does not slow the change down"

finish
