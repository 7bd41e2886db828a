#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the hosts of a segment want of multicast is heard: by whatever version of IGMP or MLD they speak,
# on every sub-interface apart, until they leave or fall silent; and no more of it than there is room for.
# The hosts' kernels speak, by sockets that join.

NEEDS="module fast"
ALL_TESTS="
	sub_interfaces
	sources
	versions
	mld
	leave
	asked_in_vain
	down
	nowhere
	bridge
	blocked
	flood
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=neigh_lib.sh
. "$(dirname "$0")/neigh_lib.sh"

# wants CE DEVICE GROUP...: a host that wants these, in the background; its number in $HOST
wants() {
	local out
	out=$(mktemp)
	$NSEXEC "$(n_ce "$1")" "$MCAST_SAY" join "${@:2}" >"$out" &
	HOST=$!
	slowwait 5 grep -q joined "$out"
	check_err $? "the host has not joined"
	rm -f "$out"
	defer leaves $HOST
}
leaves() { kill "$1" && wait "$1"; } 2>/dev/null
mcast() { $NSEXEC "$(n_ce "$1")" "$MCAST_SAY" "${@:2}"; }

# wanted TAG GROUP: what the module has of it, or nothing
wanted() {
	pe "$EVPNCTL" -j kernel show membership |
		jq -r --argjson tag "$1" --arg group "$2" '.memberships[] | select(.tag == $tag and .group == $group) |
			[.mode, (.versions | join("+")),
			 (.sources | map((if .blocked then "-" else "" end) + .address) | join("+")),
			 (if .leaving then "leaving" else empty end)] | join(" ")'
}
is_wanted() { [ "$(wanted "$1" "$2")" = "$3" ]; }
unwanted() { [ -z "$(wanted "$1" "$2")" ]; }
# kept TAG GROUP: the same of the one group alone, when there are too many for a dump
kept() { pe "$EVPN_NL" mcast-get esi=$ESI1 tag="$1" group="$2" | grep -q "mode=exclude versions=v3"; }
stat() { pe "$EVPN_NL" mcast-stats-get | tr ' ' '\n' | sed -n "s/^$1=//p"; }
force() { $NSEXEC "$(n_ce "$1")" sysctl -qw "net.$3.conf.${2//./\/}.$4"; }

mcast_monitor() {
	MON=/run/mcast-monitor
	: >$MON
	$NSEXEC "$N_PE" "$EVPN_NL" monitor 120 mcast >$MON &
	MON_PID=$!
	slowwait 5 grep -q monitoring $MON
	defer monitor_stop
}

sub_interfaces() {
	mcast_monitor
	wants ce ce 239.1.1.1
	wants ce1 ce.1 239.1.1.1
	wants ce2 ce.2 239.1.1.1
	wants ce5 ce.50 239.1.1.1
	for tag in 0 1 2 $TAG_QINQ; do
		slowwait 2 is_wanted $tag 239.1.1.1 "exclude igmpv3 "
		check_err $? "tag $tag: $(wanted $tag 239.1.1.1)"
	done
	check_eq "$(pe "$EVPN_NL" mcast-get esi=$ESI1 tag=2 group=239.1.1.1 | grep -o 'ifindex=[0-9]*')" \
		"ifindex=$(ifindex bond0.2)" "the device of VLAN 2"
	slowwait 2 grep -q "tag=$TAG_QINQ group=239.1.1.1 mode=exclude versions=v3 .*event=joined" $MON
	check_err $? "not told: $(grep 239.1.1.1 $MON)"
	check_eq "$(told 'group=239.1.1.1 .*event=joined')" 4 "notifications, one for each sub-interface"
	log_test "a group is heard on the device, its VLANs and QinQ, each apart"
}

sources() {
	local all
	wants ce1 ce.1 232.1.1.1,192.0.2.7,192.0.2.8
	all=$HOST
	wants ce1 ce.1 239.1.1.2,-192.0.2.9
	slowwait 2 is_wanted 1 232.1.1.1 "include igmpv3 192.0.2.7+192.0.2.8"
	check_err $? "source-specific: $(wanted 1 232.1.1.1)"
	slowwait 2 is_wanted 1 239.1.1.2 "exclude igmpv3 -192.0.2.9"
	check_err $? "all but one: $(wanted 1 239.1.1.2)"
	wants ce1 ce.1 232.1.1.1,192.0.2.8
	leaves "$all"
	slowwait 8 is_wanted 1 232.1.1.1 "include igmpv3 192.0.2.8"
	check_err $? "one source left: $(wanted 1 232.1.1.1)"
	log_test "sources are wanted and excluded, and one is left while another one stays"
}

versions() {
	local old
	force ce1 ce.1 ipv4 force_igmp_version=2
	defer force ce1 ce.1 ipv4 force_igmp_version=0
	wants ce1 ce.1 239.1.2.1
	old=$HOST
	slowwait 2 is_wanted 1 239.1.2.1 "exclude igmpv2 "
	check_err $? "v2: $(wanted 1 239.1.2.1)"
	leaves "$old"
	force ce1 ce.1 ipv4 force_igmp_version=1
	wants ce1 ce.1 239.1.2.2
	slowwait 2 is_wanted 1 239.1.2.2 "exclude igmpv1 "
	check_err $? "v1: $(wanted 1 239.1.2.2)"
	# One of another host, beside a host of version 3
	force ce1 ce.1 ipv4 force_igmp_version=0
	wants ce1 ce.1 239.1.2.3
	slowwait 2 is_wanted 1 239.1.2.3 "exclude igmpv3 "
	mcast ce1 report ce.1 239.1.2.3
	slowwait 2 is_wanted 1 239.1.2.3 "exclude igmpv2+igmpv3 "
	check_err $? "v2 beside v3: $(wanted 1 239.1.2.3)"
	log_test "IGMPv1, v2 and v3 are told apart, and v2 is seen beside v3"
}

mld() {
	local host
	wants ce1 ce.1 ff3e::8000:1 ff3e::8000:2,2001:db8::7
	host=$HOST
	slowwait 2 is_wanted 1 ff3e::8000:1 "exclude mldv2 "
	check_err $? "any source: $(wanted 1 ff3e::8000:1)"
	slowwait 2 is_wanted 1 ff3e::8000:2 "include mldv2 2001:db8::7"
	check_err $? "one source: $(wanted 1 ff3e::8000:2)"
	check_eq "$(pe "$EVPN_NL" mcast-get dump | grep -c 'group=ff02')" 0 "groups that never leave the link"
	leaves "$host"
	slowwait 8 unwanted 1 ff3e::8000:1
	check_err $? "left, and still $(wanted 1 ff3e::8000:1)"
	force ce1 ce.1 ipv6 force_mld_version=1
	defer force ce1 ce.1 ipv6 force_mld_version=0
	wants ce1 ce.1 ff3e::8000:3
	slowwait 2 is_wanted 1 ff3e::8000:3 "exclude mldv1 "
	check_err $? "MLDv1: $(wanted 1 ff3e::8000:3)"
	log_test "MLDv1 and MLDv2 are heard as IGMP is"
}

leave() {
	local start took last
	mcast_monitor
	wants ce1 ce.1 239.1.3.2
	slowwait 2 is_wanted 1 239.1.3.2 "exclude igmpv3 "
	last=$HOST
	wants ce2 ce.2 239.1.3.1
	slowwait 2 is_wanted 2 239.1.3.1 "exclude igmpv3 "
	start=$(mono_ms)
	leaves "$last"
	leaves "$HOST"
	# Another host of the second one is there, and says so whenever it is asked; a leave is sent twice.
	for _ in $(seq 8); do
		mcast ce2 report ce.2 239.1.3.1
		sleep 0.4
	done
	check_eq "$(wanted 2 239.1.3.1)" "exclude igmpv2+igmpv3 " "after the answers"
	# what comes close together is told together
	[ "$(told 'group=239.1.3.1 .*event=.*leaving')" -ge 1 ]
	check_err $? "the leave was not told: $(grep 239.1.3.1 $MON)"
	grep 'group=239.1.3.1 .*event=.*\(leaving\|renewed\)' $MON | tail -n 1 | grep -q renewed
	check_err $? "the answer after the leave was not told: $(grep 239.1.3.1 $MON)"
	slowwait 20 grep -q 'group=239.1.3.2 .*event=ended reason=left' $MON
	check_err $? "not told: $(grep 239.1.3.2 $MON)"
	took=$(($(mono_ms) - start))
	[ $took -ge 2000 ]
	check_err $? "the last one left, and it took $took ms"
	log_test "a leave ends a group in its time, unless another host answers"
}

asked_in_vain() {
	mcast_monitor
	mcast ce1 report ce.1 239.1.4.1
	slowwait 2 is_wanted 1 239.1.4.1 "exclude igmpv2 "
	check_err $? "not heard"
	wants ce1 ce.1 239.1.4.2
	slowwait 2 is_wanted 1 239.1.4.2 "exclude igmpv3 "
	# The host of the second one is there; it is asked first, so its time would be over first.
	pe "$MCAST_SAY" query bond0.1 239.1.4.2 5
	pe "$MCAST_SAY" query bond0.1 239.1.4.1 5
	slowwait 5 grep -q 'group=239.1.4.1 .*event=ended reason=silent' $MON
	check_err $? "nobody has answered: $(wanted 1 239.1.4.1)"
	[ -n "$(wanted 1 239.1.4.2)" ]
	check_err $? "its host is there, and it has ended"
	log_test "whoever does not answer the router's question is forgotten"
}

down() {
	mcast_monitor
	wants ce1 ce.1 239.1.5.1
	wants ce2 ce.2 239.1.5.1
	slowwait 2 eval '! unwanted 1 239.1.5.1' # (in IGMPv2 after a query of that)
	check_err $? "VLAN 1: not heard"
	slowwait 2 is_wanted 2 239.1.5.1 "exclude igmpv3 "
	check_err $? "VLAN 2: $(wanted 2 239.1.5.1)"
	pe_ip link set bond0.1 down
	defer pe_ip link set bond0.1 up
	slowwait 2 grep -q 'tag=1 group=239.1.5.1 .*event=ended reason=down' $MON
	check_err $? "not told"
	check_eq "$(wanted 1 239.1.5.1)" "" "on the device that is down"
	check_eq "$(wanted 2 239.1.5.1)" "exclude igmpv3 " "on the other one"
	pe_ip link set bond0.1 up
	mcast ce1 report ce.1 239.1.5.2
	slowwait 2 is_wanted 1 239.1.5.2 "exclude igmpv2 "
	check_err $? "not heard again"
	log_test "groups end with their sub-interface, and begin again with it"
}

nowhere() {
	local before
	before=$(stat no-place)
	ip -n "$(n_ce ce)" link add link ce name ce.3 type vlan id 3
	defer ip -n "$(n_ce ce)" link del ce.3
	ip -n "$(n_ce ce)" link set ce.3 up
	mcast ce report ce.3 239.1.6.1
	busywait 2000 eval '[ "$(stat no-place)" -gt '"$before"' ]'
	check_err $? "not counted"
	check_eq "$(wanted 3 239.1.6.1)" "" "in a VLAN without a device"
	log_test "a VLAN that has no device here is counted, and nothing is kept"
}

bridge() {
	pe_ip link add br0 type bridge vlan_filtering 1 || { log_skip "bridge" "no bridge"; return; }
	defer pe_ip link del br0
	pe_ip link set br0 up
	pe_ip link set bond0 master br0
	defer pe_ip link set bond0 nomaster
	ip -n "$(n_ce ce)" link add link ce name ce.7 type vlan id 7
	defer ip -n "$(n_ce ce)" link del ce.7
	ip -n "$(n_ce ce)" link set ce.7 up
	wants ce ce.7 239.1.7.1
	slowwait 2 is_wanted 7 239.1.7.1 "exclude igmpv3 "
	check_err $? "VLAN 7: $(wanted 7 239.1.7.1)"
	pe_ip link set bond0 nomaster
	slowwait 3 unwanted 7 239.1.7.1
	check_err $? "not a port any more, and still $(wanted 7 239.1.7.1)"
	log_test "a segment that is a port of a bridge is heard in VLANs without a device"
}

blocked() {
	pe "$EVPN_NL" es-set esi=$ESI1 mode=port-active role=non-df >/dev/null
	defer "pe \"\$EVPN_NL\" es-set esi=$ESI1 mode=all-active role=df"
	mcast ce1 report ce.1 239.1.8.1
	sleep 0.5
	check_eq "$(wanted 1 239.1.8.1)" "" "on a blocked segment"
	log_test "a blocked segment hears nobody"
}

# 10,000 a second for three seconds, each for another group, by one customer.
flood() {
	local before sent=30000 counted pid
	wants ce2 ce.2 239.1.9.1
	slowwait 2 kept 2 239.1.9.1
	before=$(($(stat reports) + $(stat flooded)))
	mcast ce1 report ce.1 239.128.0.0 $sent 10000 &
	pid=$!
	sleep 1
	wants ce2 ce.2 239.1.9.2
	slowwait 5 kept 2 239.1.9.2
	check_err $? "another customer is not heard"
	say ce2 ce.2 request 10.0.0.1 02:00:00:00:02:01 10.0.0.254
	slowwait 5 is 2 10.0.0.1 local
	check_err $? "a neighbour is not learned"
	wait $pid
	busywait 5000 eval '[ $(($(stat reports) + $(stat flooded))) -ge '$((before + sent))' ]'
	counted=$(($(stat reports) + $(stat flooded) - before))
	[ $counted -ge $sent ]
	check_err $? "of $sent reports $counted are accounted for"
	check_le "$(pe "$EVPN_NL" mcast-get dump esi=$ESI1 tag=1 | wc -l)" 16384 "groups that are kept"
	[ "$(stat group-limit)" -gt 0 ] || [ "$(stat flooded)" -gt 0 ]
	check_err $? "none was too many"
	kept 2 239.1.9.1
	check_err $? "the group from before is gone"
	log_info "kept $(stat groups), over the limit $(stat group-limit), not read $(stat flooded)"
	pe_ip link set bond0.1 down
	pe_ip link set bond0.1 up
	busywait 10000 eval '[ "$(stat groups)" -lt 1000 ]'
	check_err $? "not forgotten with the device: $(stat groups)"
	log_test "10,000 reports a second are bounded, and nobody else is harmed"
}

begin "hearing who wants multicast" C3 C50 C51 C52
neigh_lab
MCAST_SAY=$(lab_tool mcast_say) || skip "mcast_say does not build"
EVPNCTL=$LAB_BUILD/evpnctl
[ -x "$EVPNCTL" ] || skip "evpnctl is not built: make user"
tests_run
finish
