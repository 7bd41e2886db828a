#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A CE on an all-active LAG sends a join to one PE; the other one thinks that the host is its own, and so
# does its multicast router. The picture is in tools/testing/lab/topology_l3.sh.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
begin "a join that one PE has heard is delivered at the other" C3 C16 C27 C50 C51 C54 C60 C61 C63
LAB_NEIGHBOR_EXTRA=", send-multicast: yes"
lab --form routed --mode all-active --standby block --ce lacp --rr none --retention 8s
MCAST_SAY=$(lab_tool mcast_say) && NSEXEC=$(lab_tool nsexec) || skip "mcast_say does not build"

# wants HOST DEVICE GROUP...: a host that wants these, in the background; its number in $HOST
wants() {
	local out
	out=$(mktemp)
	"$NSEXEC" "$(ns "$1")" "$MCAST_SAY" join "${@:2}" >"$out" &
	HOST=$!
	slowwait 5 grep -q joined "$out"
	check_err $? "the host has not joined"
	rm -f "$out"
	defer leaves $HOST
}
leaves() { kill "$1" && wait "$1"; } 2>/dev/null

# member PE GROUP TAG [SOURCE]: what evpnd says of it: local, synced, ..., or nothing
member() {
	pe_ctl "$1" -j member show "$2" tag "$3" 2>/dev/null |
		jq -r --arg source "${4:-}" '[.memberships[] | select((.source // "") == $source) | .state][0] // empty'
}
is() { [ "$(member "$1" "$2" "$3" "${5:-}")" = "$4" ]; }
# in_step GROUP TAG [SOURCE]: one PE has heard it, the other one has it from there
in_step() {
	local a b
	a=$(member pe1 "$1" "$2" "${3:-}") b=$(member pe2 "$1" "$2" "${3:-}")
	[[ "$a $b" == "local synced" || "$a $b" == "synced local" || "$a $b" == "local local" ]]
}
# hearer GROUP TAG: the PE that has heard it, and the other one
hearer() { if is pe1 "$1" "$2" local; then echo pe1 pe2; else echo pe2 pe1; fi; }
nowhere() { [ -z "$(member pe1 "$1" "$2")$(member pe2 "$1" "$2")" ]; }
both() { echo "pe1: $(pe_ctl pe1 member show); pe2: $(pe_ctl pe2 member show)"; }
# spoken PE GROUP TAG: the module speaks for it
spoken() { nl "$1" mcast-wish-get esi=$ESI1 tag="$3" group="$2" 2>/dev/null | grep -q "wish=${4:-spoken}"; }

slowwait 20 lag_up
slowwait 20 sessions_up
check_err $? "no session"
CAPTURE=$LAB_RUN/bgp.pcap
if command -v tcpdump >/dev/null; then
	$NSEXEC "$(ns pe2)" tcpdump -U --immediate-mode -i core0 -w "$CAPTURE" "tcp port 179" 2>"$CAPTURE.log" &
	TCPDUMP=$!
	defer kill $TCPDUMP
	slowwait 5 grep -qs listening "$CAPTURE.log"
	check_err $? "no tcpdump: $(cat "$CAPTURE.log")"
fi
wants h1 bond0.1 239.1.1.1
start=$(mono_ms)
slowwait 5 in_step 239.1.1.1 1
check_err $? "$(both)"
log_info "in step after at most $(($(mono_ms) - start)) ms"
read -r one other < <(hearer 239.1.1.1 1)
slowwait 5 spoken "$other" 239.1.1.1 1
check_err $? "the module of $other: $(nl "$other" mcast-wish-get dump)"
check_eq "$(member pe1 239.1.1.1 2)$(member pe2 239.1.1.1 2)" "" "in the other VRF"
check_eq "$(pe_ctl "$other" -j route show type 7 | jq '[.routes[] | select(.paths[].local | not)] | length')" 1 "RT-7 at $other"
first=$HOST
log_test "a join that $one has heard is spoken for at $other, in its VLAN and in no other"

wants h2 bond0.2 239.1.1.1 232.1.1.1,192.0.2.100,192.0.2.101
wants hq bond0.3.30 239.1.1.3 ff3e::8000:1
slowwait 5 in_step 239.1.1.1 2
check_err $? "the same group in another VRF: $(both)"
slowwait 5 in_step 232.1.1.1 2 192.0.2.100
check_err $? "source-specific: $(both)"
slowwait 5 in_step 239.1.1.3 $((3 << 12 | 30))
check_err $? "QinQ: $(both)"
slowwait 5 in_step ff3e::8000:1 $((3 << 12 | 30))
check_err $? "MLD: $(both)"
log_test "groups overlap in two VRFs; source-specific, QinQ and MLD as well"

slowwait 5 in_step 232.1.1.1 2 192.0.2.101
for pe in pe1 pe2; do
	check_eq "$(pe_ctl $pe -j df why be1 2 group 232.1.1.1 | jq -c '.membership["wanted-by"] | length')" 1 \
		"PEs of $pe's that have heard of two sources: $(pe_ctl $pe df why be1 2 group 232.1.1.1)"
	pe_ctl $pe trace member 232.1.1.1 | grep -q "tag 2 .*bond0.2"
	check_err $? "trace: $(pe_ctl $pe trace member 232.1.1.1)"
	! pe_ctl $pe trace member 232.1.1.1 | grep -q "^ *-[0-9]"
	check_err $? "a hop before the one above it: $(pe_ctl $pe trace member 232.1.1.1)"
done
completes() { "$LAB_BUILD/evpnctl" complete -n "$(ns pe1)" "$@"; }
check_eq "$(completes df why be)" $'be1\nbe2' "completion of a segment's name"
check_eq "$(completes df why be1 group 232)" 232.1.1.1 "completion of a group"
check_eq "$(completes trace member ff)" ff3e::8000:1 "completion of a group of IPv6"
log_test "who of the PEs has heard it, and its way, are said; groups are completed"

# Nobody is a router here: the test asks, as the router of the PE that has heard the leave would.
start=$(mono_ms)
leaves $first
slowwait 2 eval '[ "$(pe_ctl pe1 -j route show type 8 | jq ".routes | length")" = 1 ]'
check_err $? "no RT-8: $(pe_ctl pe1 route show type 8)"
slowwait 10 nowhere 239.1.1.1 1
check_err $? "still there: $(both)"
log_info "ended on both after $(($(mono_ms) - start)) ms"
slowwait 5 eval '! spoken $other 239.1.1.1 1'
check_err $? "the module of $other still speaks for it"
slowwait 5 eval '[ "$(pe_ctl pe1 -j route show type 8 | jq ".routes | length")" = 0 ]'
check_err $? "an RT-8 is left: $(pe_ctl pe1 route show type 8)"
in_step 239.1.1.1 2
check_err $? "in the other VRF: $(both)"
log_test "a leave ends it on both PEs, by RT-8, which is withdrawn"

# as_read FILTER WHAT: there is such a route in the capture, by the second reader
as_read() {
	cut -d ' ' -f 2- "$LAB_RUN/read" | jq -s -e "any(.[].nlri[]; $1)" >/dev/null
	check_err $? "the second reader finds no $2: $(cut -d ' ' -f 2- "$LAB_RUN/read" | jq -c '.nlri[]' | tr '\n' ' ')"
}
# read_by_others: the capture, by the reader that knows the RFC alone, and what evpnctl decode makes of the same octets; and by tshark
read_by_others() {
	local hex wanted dir=$LAB_TREE/tools/testing/unit
	[ -e "$CAPTURE" ] && [ -e "$dir/member_capture.py" ] || { log_skip "read by others" "no tcpdump, or not in the tree"; return; }
	sleep 0.3
	kill $TCPDUMP
	wait $TCPDUMP
	python3 -B "$dir/member_capture.py" "$CAPTURE" >"$LAB_RUN/read" 2>"$LAB_RUN/read.err"
	check_err $? "the second reader: $(tail -n 1 "$LAB_RUN/read.err")"
	while read -r hex wanted; do
		printf '%s\t%s\n' "$wanted" "$("$LAB_BUILD/evpnctl" -j decode <<<"$hex")"
	done <"$LAB_RUN/read" >"$LAB_RUN/both"
	python3 -B "$dir/member_second.py" compare "$LAB_RUN/both" >"$LAB_RUN/compared"
	[ "$(grep -c '^ok' "$LAB_RUN/compared")" -ge 6 ] && ! grep -q '^not ok' "$LAB_RUN/compared"
	check_err $? "evpnctl decode and the second reader: $(grep -A1 '^not ok' "$LAB_RUN/compared")"
	log_info "$(grep -c '^ok' "$LAB_RUN/compared") UPDATEs of memberships"
	as_read '.action == "reach" and .type == 7 and .group == "239.1.1.1" and .etag == 1 and .source == null and .versions == ["igmpv3"] and .exclude' "RT-7 of any source"
	as_read '.action == "reach" and .type == 7 and .group == "232.1.1.1" and .etag == 2 and .source == "192.0.2.100" and (.exclude | not)' "RT-7 of a source"
	as_read '.action == "reach" and .type == 7 and .group == "ff3e::8000:1" and .etag == 12318 and .versions == ["mldv2"]' "RT-7 of MLD, QinQ"
	as_read '.action == "reach" and .type == 8 and .group == "239.1.1.1" and .etag == 1 and ."max-response-time" == 30' "RT-8 with its time"
	as_read '.action == "unreach" and .type == 8 and .group == "239.1.1.1"' "withdraw of RT-8"
	as_read ".esi == \"$ESI1\" and (.originator | test(\"^192.0.2.[12]\$\"))" "segment and originator"
	log_test "RT-7 and RT-8 of a live capture, read by a reader of the RFC"
	command -v tshark >/dev/null || { log_skip "tshark" "it is not installed"; return; }
	shark() { tshark -r "$CAPTURE" -Y "bgp && ($1)" 2>/dev/null | grep -q .; check_err $? "tshark finds no $1"; }
	shark "bgp.evpn.nlri.rt == 7 && bgp.evpn.nlri.igmp_mc_flags == 0x0c"
	shark "bgp.evpn.nlri.rt == 7 && bgp.evpn.nlri.or_addr_ipv4 == 192.0.2.1 || bgp.evpn.nlri.or_addr_ipv4 == 192.0.2.2"
	shark "bgp.evpn.nlri.rt == 8"
	# (RT-8 it knows in an older layout)
	check_eq "$(tshark -r "$CAPTURE" -Y 'bgp.evpn.nlri.rt == 7 && !(bgp.evpn.nlri.rt == 8) && (_ws.malformed || _ws.expert.severity >= 0x00600000)' 2>/dev/null)" "" "what tshark minds"
	log_test "and by tshark"
}
read_by_others

# evpnd is restarted, and killed, on the PE that speaks for the host: the module goes on
read -r one other < <(hearer 239.1.1.1 2)
for signal in TERM KILL; do
	pe_stop "$other" $signal
	spoken "$other" 239.1.1.1 2
	check_err $? "$signal: not spoken for without evpnd"
	pe_start "$other"
	slowwait 20 in_step 239.1.1.1 2
	check_err $? "$signal: $(both)"
	spoken "$other" 239.1.1.1 2
	check_err $? "$signal: not spoken for any more: $(nl "$other" mcast-wish-get dump)"
done
log_test "evpnd is restarted, and killed: the module goes on speaking"

# and on the one that has heard it: the others keep it meanwhile
pe_stop "$one" KILL
slowwait 10 spoken "$other" 239.1.1.1 2 retained
check_err $? "not retained: $(nl "$other" mcast-wish-get dump)"
pe_start "$one"
slowwait 20 spoken "$other" 239.1.1.1 2
check_err $? "not spoken for again: $(nl "$other" mcast-wish-get dump)"
slowwait 10 in_step 239.1.1.1 2
check_err $? "$(both)"
log_test "evpnd is killed where the join was heard: the other PE retains it until it is back"

# the PE dies: its cables are cut, and its daemon is gone
read -r one other < <(hearer 239.1.1.1 2)
cut_cable ce "$one"
pe_stop "$one" KILL
slowwait 20 is "$other" 239.1.1.1 2 local
check_err $? "hosts were asked, and nobody has answered: $(pe_ctl "$other" member show)"
sleep 10 # longer than the retention
is "$other" 239.1.1.1 2 local
check_err $? "after the retention: $(pe_ctl "$other" member show)"
spoken "$other" 239.1.1.1 2 retained && check_err 1 "retained for ever"
log_test "a PE dies: the other one asks, hears the host itself, and keeps the group"

finish
