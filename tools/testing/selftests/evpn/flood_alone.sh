#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# evpnd alone, no other daemon on the PEs: bridge domains and a segment are configured, BGP does the
# rest. Flooding lists come from RT-3, roles and split horizon from RT-4 and RT-1. Frames are counted at
# the customer and at the hosts, as in flood_filter.sh.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "flooding with evpnd alone: one copy, no echo, through a restart" B6 B7 B11 E35 E37
need_evpnd
flood_tools
[ -x /usr/lib/frr/bgpd ] || skip "FRR's bgpd, the route reflector, is not installed"

# The lists are evpnd's business here, and addresses are learned from what arrives.
FL_LISTS=daemon

# The route reflector, on the same core
alone_rr() {
	ip netns add "$(ns rr)" || return 1
	fl_ip core link add rr type veth peer name core0 netns "$(ns rr)"
	fl_ip core link set rr master br0 up
	ip -n "$(ns rr)" link set lo up
	ip -n "$(ns rr)" addr add 192.0.2.9/24 dev core0
	ip -n "$(ns rr)" link set core0 up
	rr_frr
}

alone_config() {
	local i=$1 dir=$LAB_RUN/fpe$1
	mkdir -p "$dir"
	{
		cat <<-END
			router-id: 192.0.2.$i
			as: 65000
			startup-delay: 5s
			peers:
			  - {address: 192.0.2.9, remote-as: 65000, hold-time: 3, connect-retry: 1s}
			bridges:
			  - {bridge: br0, vni: 100, vxlan: vx}
		END
		[ "$i" = 3 ] || cat <<-END
			segments:
			  - name: ce
			    interface: bond0
			    esi: $ESI1
			    mode: all-active
			    vlans: [untagged]
			    df: {algorithm: preference, preference: $((400 - i * 100)), wait: 0s}
		END
	} >"$dir/evpnd.yaml"
}

alone_down() {
	local f
	for f in "$LAB_RUN"/*/pid; do
		[ -e "$f" ] && kill_wait "$(cat "$f")"
	done
	ip netns del "$(ns rr)"
	rm -rf "$LAB_RUN" /run/evpn/"$LAB_PREFIX"fpe[1-3]
} 2>/dev/null

# list PE: its flooding list as the device has it
list() { bridge -n "$(fl "pe$1")" fdb show dev vx | awk '/^00:00:00:00:00:00/ { print $3 }' | sort | xargs; }
es() { pe_ctl "fpe$1" -j es show ce 2>/dev/null | jq -r ".segments[0] | $2"; }
lists_complete() {
	[ "$(list 1)" = "192.0.2.2 192.0.2.3" ] && [ "$(list 2)" = "192.0.2.1 192.0.2.3" ] &&
		[ "$(list 3)" = "192.0.2.1 192.0.2.2" ]
}
# PE1 is DF, PE2 is not, both know each other, and the module has it
agreed() {
	local k='"\(.state) \(.df) \(.vlans.df | length) \(."split-horizon" | join(",")) \(.kernel.status)"'
	[ "$(es 1 "$k")" = "df-done 192.0.2.1 1 192.0.2.2 installed" ] &&
		[ "$(es 2 "$k")" = "df-done 192.0.2.1 0 192.0.2.1 installed" ]
}
alone_ready() { lists_complete && agreed; }

flood_lab || skip "no lab: $(ip -V)"
mkdir -p "$LAB_RUN"
defer alone_down
alone_rr || skip "no route reflector"
for i in 1 2 3; do
	alone_config $i
	pe_start fpe$i
done
slowwait 30 alone_ready
check_err $? "lists: $(list 1) / $(list 2) / $(list 3); $(es 1 .state) $(es 2 .state), split horizon from $(es 1 '."split-horizon"|join(",")') and $(es 2 '."split-horizon"|join(",")')"
check_eq "$(rr_show | grep -c '\[3\]:\[0\]:\[32\]:')" 3 "RT-3 at the route reflector"
check_eq "$(pe_ctl fpe3 -j flood show | jq -r '.bridges[0].remotes | map(.address) | sort | join(" ")')" \
	"192.0.2.1 192.0.2.2" "flood show of PE3"
log_test "flooding lists and peers come from BGP alone"

# check_flood: one copy, no echo, local bias
check_flood() {
	counters_reset
	from_host 3
	expect "from the remote host, leg of the DF" ce,p1 bmu 100
	expect "from the remote host, leg of the non-DF" ce,p2 bmu 0
	expect "from the remote host, host at the DF" h1,eth0 bmu 100
	expect "from the remote host, host at the non-DF" h2,eth0 bmu 100
	check_eq "$(counter 2 non-df)" 300 "PE2 counts"
	from_ce 2
	expect "the customer's own, back on the leg of the DF" ce,p1 b 0
	expect "the customer's, host at PE1" h1,eth0 b 100
	expect "the customer's, host at PE2" h2,eth0 b 100
	expect "the customer's, host at PE3" h3,eth0 b 100
	check_eq "$(counter 1 split-horizon)" 100 "PE1 counts"
	from_ce 1
	expect "the customer's own, back on the leg of the non-DF" ce,p2 b 0
	expect "the customer's, host at PE2" h2,eth0 b 100
	from_host 2
	expect "from the host at the non-DF, its own leg" ce,p2 bmu 100
	expect "from the host at the non-DF, other leg" ce,p1 bmu 0
	expect "from the host at the non-DF, remote" h3,eth0 bmu 100
	from_host 1
	expect "from the host at the DF, its own leg" ce,p1 bmu 100
	expect "from the host at the DF, other leg" ce,p2 bmu 0
}
check_flood
log_test "broadcast, multicast, unknown unicast: one copy, no echo, local bias"

check_eq "$(pe_ctl fpe2 -j -s es show ce | jq '[.segments[0].stats.vlans[].drops[].packets] | add > 0')" true \
	"es show -s: drops by VLAN"
check_eq "$(pe_ctl fpe2 -j kernel show core | jq -r '"\(."mark-mask") \(."vxlan-ports"[0]) \(."peers-used")"')" \
	"0xff000000 4789 1" "kernel show core"
log_test "what is dropped and how PEs are told apart can be seen"

# peers_are PE LIST: as the module has them
peers_are() { fl_nl "pe$1" es-get esi=$ESI1 | tr ' ' '\n' | grep -qx "peers=$2"; }
fl_nl pe2 es-set esi=$ESI1 peers=192.0.2.99,192.0.2.98 >/dev/null
slowwait 5 peers_are 2 192.0.2.1
check_err $? "peers of PE2: $(fl_nl pe2 es-get esi=$ESI1 | tr ' ' '\n' | grep ^peers)"
bridge -n "$(fl pe2)" fdb del 00:00:00:00:00:00 dev vx dst 192.0.2.3
fl_ip pe2 link set vx down
fl_ip pe2 link set vx up
slowwait 10 alone_ready
check_err $? "lists: $(list 1) / $(list 2) / $(list 3)"
log_test "peers and entries that somebody else changes are put right"

# The customer spoke through PE2 last: PE3 has learned that, and the non-DF lets its unicast pass
from_ce 2
from_host 3 k
expect "known unicast, leg of the non-DF" ce,p2 k 100
expect "known unicast, leg of the DF" ce,p1 k 0
log_test "known unicast passes the non-DF"

# The customer of a silent address spoke through PE1, whose port then goes down: PE2 does not know that
# address, so it cannot speak for it. PE3 and PE2 forget where it was; what somebody has configured stays.
SILENT=02:00:00:00:0c:77 FIXED=02:00:00:00:0c:78
learned() { bridge -n "$(fl "pe$1")" fdb show dev vx | grep -c "^$SILENT"; }
all_learned() { [ "$(learned 2) $(learned 3)" = "2 2" ]; }
all_forgot() { [ "$(learned 2) $(learned 3)" = "0 0" ]; }
bridge -n "$(fl pe3)" fdb add $FIXED dev vx dst 192.0.2.1 static
from_ce 1 b -s $SILENT
slowwait 3 all_learned
check_err $? "not learned: PE2 has $(learned 2) entries, PE3 $(learned 3)"
fl_ip pe1 link set bond0 down
slowwait 5 all_forgot
check_err $? "not forgotten: PE2 has $(learned 2) entries, PE3 $(learned 3)"
bridge -n "$(fl pe3)" fdb show dev vx | grep -q "^$FIXED dst 192.0.2.1 "
check_err $? "a configured entry was deleted"
fl_ip pe1 link set bond0 up
slowwait 20 alone_ready
check_err $? "not as before: lists $(list 1) / $(list 2) / $(list 3)"
from_ce 2
log_test "RT-1 withdrawn: what was learned of that PE's tunnel is forgotten"

# kernel PE: what is in force there
kernel() { fl_nl "pe$1" es-get esi=$ESI1 | tr ' ' '\n' | grep -E '^(role|vlan-df|peers|transitions|changed)=' | xargs; }
before=$(kernel 2)
bridge -n "$(fl pe2)" monitor fdb >"$LAB_RUN/monitor" 2>&1 &
monitor=$!
pe_stop fpe2 KILL
sleep 1
check_eq "$(kernel 2)" "$before" "the segment on PE2, evpnd killed"
check_eq "$(list 2)" "192.0.2.1 192.0.2.3" "flooding list of PE2, evpnd killed"
from_ce 2
expect "evpnd killed: the customer's, host at PE3" h3,eth0 b 100
expect "evpnd killed: the customer's own, back on the leg of the DF" ce,p1 b 0
from_host 3
expect "evpnd killed: from the remote host, leg of the DF" ce,p1 bmu 100
expect "evpnd killed: from the remote host, leg of the non-DF" ce,p2 bmu 0
pe_start fpe2
slowwait 20 alone_ready
check_err $? "not as before: lists $(list 1) / $(list 2) / $(list 3)"
sleep 1
kill $monitor
wait $monitor 2>/dev/null
check_eq "$(kernel 2)" "$before" "the segment on PE2, evpnd started again"
check_eq "$(grep -c '^\(Deleted \)*00:00:00:00:00:00' "$LAB_RUN/monitor")" 0 "changes of PE2's flooding list"
check_flood
log_test "evpnd killed and started again: filters and lists stay, nothing flaps"

# df_timing WORDS: what the configuration says of the election's time, on both PEs
df_timing() {
	local i
	for i in 1 2; do
		sed -i "s/\(preference: [0-9]*\), .*}/\1, $1}/" "$LAB_RUN/fpe$i/evpnd.yaml"
		pe_ctl fpe$i config reload >/dev/null || return 1
	done
}
df_is_2() { [ "$(es 2 .df)" = 192.0.2.2 ]; }
# pe1_returns: its link to the customer comes back, with a thousand broadcasts a second from the remote host
pe1_returns() {
	local pid
	fl_ip pe1 link set bond0 down
	slowwait 10 df_is_2
	check_err $? "PE2 does not take over: $(es 2 .df)"
	"$FLOOD" -n 60000 -r 1000 b "$(fl h3),eth0" "$(fl ce),p1" "$(fl ce),p2" >$FL_SEEN &
	pid=$!
	slowwait 5 grep -q ready $FL_SEEN
	sleep 0.5
	fl_ip pe1 link set bond0 up
	slowwait 20 agreed
	check_err $? "PE1 does not take the segment back: $(es 1 .state) $(es 1 .df)"
	sleep 1
	kill $pid
	wait $pid
	read -r SENT ONE TWO TWICE < <(awk '$2 == "sent" { n = $3 } $2 ~ /,p1$/ { a = $3; t += $4 }
		$2 ~ /,p2$/ { b = $3; t += $4 } END { print n, a, b, t }' $FL_SEEN)
	LOST=$((SENT - ONE - TWO))
	check_eq "$TWICE" 0 "frames that came twice"
	[ "$ONE" -gt 0 ] && [ "$TWO" -gt 0 ]
	check_err $? "of $SENT frames $ONE came through PE1 and $TWO through PE2"
	log_info "the DF comes back, $1: $LOST of $SENT lost, $TWICE twice"
}
# Both PEs wait a second before they forward. With RFC 9722 the one that loses does, too, all but the skew, which a busy
# machine needs more of than the usual 10 ms.
df_timing "wait: 1s"
check_err $? "the configuration is not taken"
pe1_returns "wait 1 s"
alone_lost=$LOST
df_timing "wait: 1s, time-sync: yes, skew: 100ms"
slowwait 10 alone_ready
pe1_returns "wait 1 s, time-sync, skew 100 ms"
[ $((LOST * 4)) -lt "$alone_lost" ]
check_err $? "$LOST frames lost with time-sync, $alone_lost without"
log_test "hand-over without and with RFC 9722: nothing twice, and a gap of the skew instead of the wait"

# Taken back when it is not wished any more; what somebody else has put there stays
bridge -n "$(fl pe3)" fdb append 00:00:00:00:00:00 dev vx dst 192.0.2.77
sed -i '/^bridges/,/vni/d' "$LAB_RUN/fpe2/evpnd.yaml"
pe_ctl fpe2 config reload >/dev/null
gone() { [ "$(list 2)" = "" ] && [ "$(list 1)" = 192.0.2.3 ] && [ "$(list 3)" = "192.0.2.1 192.0.2.77" ]; }
slowwait 5 gone
check_err $? "lists: $(list 1) / $(list 2) / $(list 3)"
log_test "a bridge domain that is no more leaves the lists; entries of others stay"
finish
