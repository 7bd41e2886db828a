#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What newer kernels refuse FRR is made in its place: on a remote PE, which then floods known unicast no
# more, and on the customer's PEs, which then know the hosts that only the other one hears. PE3 has no
# segment: its evpnd is there for this alone.

NEEDS="system frr"
ALL_TESTS="
	known_unicast
	off_and_on
	killed
	another_way
	gone
	of_somebody_else
	gateway
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=frr_lib.sh
. "$(dirname "$0")/frr_lib.sh"
begin "under FRR: what the kernel refused it" R1 R2 B6
# shellcheck disable=SC2034
FRR_GATEWAY=yes
flood_tools
frr_possible || skip "FRR is not there"
frr_down
defer frr_down
log_info "FRR $(frr_version), Linux $(uname -r)"

# repair_conf PE yes|no: that is all there is to say on a PE without a segment
repair_conf() {
	cat >"$(frr_dir "$1")/evpnd.yaml" <<-END
		router-id: 127.0.0.2
		as: 65000
		port: 0
		frr: {repair: $2, vty: $(frr_dir "$1")/zebra.vty}
	END
}
# repair PE yes|no: from now on
repair() {
	sed -i "s/repair: [a-z]*/repair: $2/" "$(frr_dir "$1")/evpnd.yaml"
	frr_ctl "$1" config reload >/dev/null
	check_err $? "$1: reload with repair: $2"
}
made() { frr_ctl "$1" metrics | sed -n "s/^evpnd_frr_repaired{kind=\"$2\"} //p"; }

knows() { frr_vty pe3 -c "show evpn mac vni 100" | grep -q "^$CE_MAC  *remote"; }
way() { bridge -n "${FL}pe3" fdb show dev vx100 | sed -n "s/^$CE_MAC \(dst [^ ]*\|nhid [0-9]*\) .*/\1/p"; }
by_group() { [[ $(way) == nhid* ]]; }
by_address() { [[ $(way) == dst* ]]; }
no_way() { [ -z "$(way)" ]; }

# the customer speaks, and PE3 is told where it is
learned() {
	from_ce 1
	slowwait 20 knows
	check_err $? "FRR on PE3 does not know where $CE_MAC is"
}
# copies NUMBER: of each frame that the remote host sends to the customer
copies() {
	inject h3,eth0 k -d $CE_MAC
	check_eq $((${SEEN[k ce,p1]:-0} + ${SEEN[k ce,p2]:-0})) $((100 * $1)) "known unicast from the remote host"
}
pe3_up() {
	repair_conf pe3 yes
	frr_evpnd_start pe3
	defer frr_evpnd_stop pe3
	learned
	slowwait 10 by_group
	check_err $? "PE3 does not have $CE_MAC behind a group: '$(way)'"
}

known_unicast() {
	learned
	if slowwait 1 by_group; then
		log_info "this kernel takes FRR's entry"
		pe3_up
		check_eq "$(made pe3 mac)" 0 "entries made in FRR's place"
	else
		copies 2
		pe3_up
		check_le 1 "$(made pe3 mac)" "entries made in FRR's place, at least one"
	fi
	copies 1
	slowwait 10 frr_agrees 3
	check_err $? "PE3: $(cat /run/frr-check)"
	log_test "known unicast from a remote PE arrives once"
}

# refused: FRR's own entry is not there
refused() { [ "$(made pe3 mac)" != 0 ]; }

off_and_on() {
	pe3_up
	refused || { log_skip "repair: no, and yes again" "this kernel takes FRR's entry"; return; }
	repair pe3 no
	slowwait 5 no_way
	check_err $? "with repair: no it is still there: $(way)"
	repair pe3 yes
	slowwait 5 by_group
	check_err $? "with repair: yes it is not there again"
	copies 1
	log_test "repair: no takes it back, and yes makes it again"
}

# What its predecessor made is known to an evpnd, and nothing is taken away meanwhile
killed() {
	local before
	pe3_up
	refused || { log_skip "evpnd killed and started again" "this kernel takes FRR's entry"; return; }
	before=$(way)
	frr_evpnd_stop pe3 KILL
	copies 1
	frr_evpnd_start pe3
	slowwait 10 refused
	check_err $? "the new evpnd does not know what is its own"
	check_eq "$(way)" "$before" "the entry"
	repair pe3 no
	slowwait 5 no_way
	check_err $? "with repair: no it is still there: $(way)"
	log_test "evpnd killed and started again: the entry stays, and is its own"
}

# FRR leaves an address where it is while its port becomes a segment; it is to be learned anew
relearned() {
	local i
	for i in 1 2; do
		bridge -n "${FL}pe$i" fdb del $CE_MAC dev bond0 vlan 10 master 2>/dev/null
	done
	from_ce 1
}
# A customer that is no segment any more is behind one PE: zebra's entry changes its kind
another_way() {
	local i
	pe3_up
	for i in 1 2; do
		frr_segment pe$i "no evpn mh es-id"
	done
	from_ce 1
	slowwait 20 by_address
	check_err $? "behind no segment any more, and PE3 has '$(way)'"
	slowwait 5 frr_agrees 3
	check_err $? "PE3: $(cat /run/frr-check)"
	for i in 1 2; do
		frr_segment_again pe$i
	done
	slowwait 20 frr_settled
	relearned
	slowwait 20 by_group
	check_err $? "behind a segment again, and PE3 has '$(way)'"
	copies 1
	log_test "from a segment to one PE and back: the entry follows"
}

# What zebra has no more
gone() {
	local i
	pe3_up
	for i in 1 2; do
		fl_ip pe$i link set bond0 down
	done
	slowwait 20 no_way
	check_err $? "nobody has the customer, and PE3 has '$(way)'"
	for i in 1 2; do
		fl_ip pe$i link set bond0 up
	done
	slowwait 20 frr_settled
	learned
	slowwait 10 by_group
	check_err $? "the customer is back, and PE3 has '$(way)'"
	log_test "what FRR has no more is taken back"
}

of_somebody_else() {
	local theirs="dst $(frr_vtep pe2)"
	pe3_up
	repair pe3 no
	frr_evpnd_stop pe3
	bridge -n "${FL}pe3" fdb del $CE_MAC dev vx100 self 2>/dev/null # (FRR's, where the kernel takes it)
	bridge -n "${FL}pe3" fdb add $CE_MAC dev vx100 $theirs self static
	defer bridge -n "${FL}pe3" fdb del $CE_MAC dev vx100 self
	repair_conf pe3 yes
	frr_evpnd_start pe3
	defer frr_evpnd_stop pe3
	slowwait 10 frr_ctl pe3 es show >/dev/null
	sleep 3 # (three looks)
	check_eq "$(way)" "$theirs" "the operator's own entry"
	check_eq "$(made pe3 mac)" 0 "entries made in FRR's place"
	repair pe3 no
	sleep 1
	check_eq "$(way)" "$theirs" "the operator's own entry, after repair: no"
	log_test "an entry of somebody else is left alone"
}

# The customer's ARP takes one of its legs, what it sends takes both; so one PE hears no answer to its own
CE_IP=10.0.10.11
ce_host() {
	fl_ip ce -batch - <<-END
		link add bond0 type bond mode balance-xor miimon 10 xmit_hash_policy layer3+4
		link set bond0 address $CE_MAC
		link set p1 down
		link set p2 down
		link set p1 master bond0
		link set p2 master bond0
		link set bond0 up
		link add link bond0 name bond0.10 type vlan id 10
		link set bond0.10 up
		addr add $CE_IP/24 dev bond0.10
	END
	defer "fl_ip ce link del bond0; fl_ip ce link set p1 up; fl_ip ce link set p2 up"
}
PINGS=24
pings() {
	local i n=0
	for ((i = 0; i < PINGS; i++)); do # (each has an identifier of its own, and so a hash)
		in_fl ce ping -q -c 1 -W 1 -e $((4711 + i)) 10.0.10.254 >/dev/null && n=$((n + 1))
	done
	echo $n
}
host_at() { fl_ip "pe$1" neigh show $CE_IP dev br0.10 nud reachable nud stale nud delay nud probe | grep -q $CE_MAC; }
hosts() { host_at 1 && host_at 2; }

gateway() {
	local i answered
	ce_host
	answered=$(pings)
	log_info "FRR alone: $answered of $PINGS"
	[ "$answered" -lt $PINGS ]
	check_err $? "FRR alone answers each, so this shows nothing"
	for i in 1 2; do
		repair_conf pe$i yes
		frr_evpnd_start pe$i
		defer frr_evpnd_stop pe$i
	done
	slowwait 20 hosts
	check_err $? "$CE_IP is not a neighbour of both PEs"
	check_eq "$(pings)" $PINGS "answers of the gateway"
	[ "$answered" = $PINGS ] || check_le 1 $(($(made pe1 host) + $(made pe2 host))) "hosts made in FRR's place, at least one"
	for i in 1 2; do
		frr_agrees $i # (it speaks of segments, which these evpnd do not have)
		! grep -q "among the kernel's neighbours" /run/frr-check
		check_err $? "PE$i: $(cat /run/frr-check)"
	done
	log_test "a gateway on two PEs answers each ping"
}

frr_lab
tests_run
finish
