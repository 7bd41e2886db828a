#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Frames that are not like others: unknown unicast let pass, large ones that are cut on their way, groups
# that the bridge has made unicast. PE1 is DF, PE2 is not, the remote host is behind PE3.

NEEDS="module"
ALL_TESTS="
	unknown_unicast
	large
	made_unicast
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "flooded frames that are not like others" B7 E35 E37
flood_tools

flood_lab || skip "no lab: $(ip -V)"
segment 1 df >/dev/null
segment 2 non-df >/dev/null

unknown_unicast() {
	fl_nl pe2 es-set esi=$ESI1 unknown-unicast=pass >/dev/null
	from_host 3
	expect "unknown unicast" ce,p2 u 100
	expect "broadcast" ce,p2 b 0
	fl_nl pe2 es-set esi=$ESI1 unknown-unicast=filter >/dev/null
	log_test "unknown unicast can be let pass"
}

# Cut on their way or not; received on a queue that is steered to a processor
large() {
	local p rps=
	for p in 1 2 3; do
		ip netns exec "$FL"pe$p sh -c 'for q in vx core; do echo 1 >/sys/class/net/$q/queues/rx-0/rps_cpus; done' 2>/dev/null ||
			rps=" (this kernel has no RPS)"
	done
	from_host 3 big
	expect "leg of the DF" ce,p1 bi 100
	expect "leg of the DF" ce,p1 g 10
	expect "leg of the non-DF" ce,p2 big 0
	expect "host at the non-DF" h2,eth0 g 10
	from_ce 2 bg
	expect "echo" ce,p1 bg 0
	expect "host at PE1" h1,eth0 g 10
	log_test "large packets, and RPS$rps"
}

# The bridge makes one copy with the member's own address of what is for a group.
made_unicast() {
	local member
	bridge -n "${FL}pe2" link set dev bond0 mcast_to_unicast on
	fl_ip pe2 link set br0 type bridge mcast_snooping 1 mcast_querier 1 mcast_query_response_interval 20
	fl_ip ce link set p2 address $CE_MAC
	fl_ip ce addr add 10.0.0.14/24 dev p2
	ip netns exec "$(fl ce)" python3 -c 'import socket as x, time
s = x.socket(x.AF_INET, x.SOCK_DGRAM)
s.setsockopt(x.IPPROTO_IP, x.IP_ADD_MEMBERSHIP, x.inet_aton("239.1.1.1") + x.inet_aton("10.0.0.14"))
time.sleep(60)' &
	member=$!
	slowwait 10 eval 'bridge -n "${FL}pe2" mdb show | grep -q "port bond0 grp 239.1.1.1"'
	check_err $? "the bridge has no member: $(bridge -n "${FL}pe2" mdb show)"
	sleep 0.5
	from_host 2 i
	expect "from the host at PE2" ce,p2 i 100
	from_host 3 i
	expect "from the remote host, through the non-DF" ce,p2 i 0
	kill $member
	wait $member 2>/dev/null
	fl_ip ce addr del 10.0.0.14/24 dev p2
	fl_ip pe2 link set br0 type bridge mcast_snooping 0
	bridge -n "${FL}pe2" link set dev bond0 mcast_to_unicast off
	log_test "multicast that the bridge has made unicast is multicast still"
}

tests_run
finish
