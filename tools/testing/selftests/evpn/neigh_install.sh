#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What another PE has learned is installed here: on the right sub-interface, in the right VRF, from
# the first packet on, for longer than the kernel trusts a neighbour, and never in the place of
# what this host has learned itself.

NEEDS="module"
ALL_TESTS="
	installed
	first_packet
	traffic
	local_first
	vrf
	foreign
	taken_back
	sweep
	malformed
	module_goes
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=neigh_lib.sh
. "$(dirname "$0")/neigh_lib.sh"
begin "neighbours of another PE" C2 C15 C18 C28 C39 C41 C45 C46 A28 D11
neigh_lab

passes() { pe ping -q -c 1 -W 1 -I "$1" "$2" >/dev/null 2>&1; }

for c in "ce ce" "ce1 ce.1" "ce2 ce.2" "ce5 ce.50"; do
	# shellcheck disable=SC2086
	quiet $c
done

# anew: the segment without wishes, and a host that knows nobody, when a case is over
anew() {
	pe "$EVPN_NL" es-del esi=$ESI1
	pe "$EVPN_NL" es-new esi=$ESI1 ifname=bond0 role=df
	pe_ip neigh flush all
}

# everywhere: a wish on each sub-interface, in each family
everywhere() {
	defer anew
	wish tag=1 addr=10.0.0.9 mac=02:00:00:00:01:01 vrf="$(ifindex red)" >/dev/null
	wish tag=2 addr=10.0.0.9 mac=02:00:00:00:02:01 vrf="$(ifindex blue)" >/dev/null
	wish tag=0 addr=10.9.0.9 mac=02:00:00:00:00:01 vrf=0 >/dev/null
	wish tag=$TAG_QINQ addr=10.5.0.9 mac=02:00:00:00:05:01 >/dev/null
	wish tag=1 addr=2001:db8::9 mac=02:00:00:00:01:01 flags=router >/dev/null
	wish tag=0 addr=2001:db8:9::9 mac=02:00:00:00:00:01 >/dev/null
}

installed() {
	passes red 10.0.0.9
	check_fail $? "a silent host is reached without being known"
	pe_ip neigh flush all
	everywhere
	check_eq "$(kernel bond0.1 10.0.0.9)" "02:00:00:00:01:01 extern_learn STALE proto zebra" "in VRF red"
	check_eq "$(kernel bond0.2 10.0.0.9)" "02:00:00:00:02:01 extern_learn STALE proto zebra" "in VRF blue"
	check_eq "$(kernel bond0 10.9.0.9)" "02:00:00:00:00:01 extern_learn STALE proto zebra" "untagged"
	check_eq "$(kernel bond0.100.50 10.5.0.9)" "02:00:00:00:05:01 extern_learn STALE proto zebra" "QinQ"
	check_eq "$(kernel bond0.1 2001:db8::9)" "02:00:00:00:01:01 router extern_learn STALE proto zebra" "IPv6"
	log_test "ESI and tag name the sub-interface; overlapping subnets, QinQ, IPv6, the global table"
}

first_packet() {
	everywhere
	passes red 10.0.0.9
	check_err $? "VRF red"
	passes blue 10.0.0.9
	check_err $? "VRF blue"
	passes bond0 10.9.0.9
	check_err $? "untagged"
	passes bond0.100.50 10.5.0.9
	check_err $? "QinQ"
	passes red 2001:db8::9
	check_err $? "IPv6 in VRF red"
	passes bond0 2001:db8:9::9
	check_err $? "IPv6"
	log_test "the first packet arrives, though the hosts answer no ARP and no ND here"
}

loss() { pe ping -q -i 0.1 -c 80 -W 1 -I "$1" "$2" 2>/dev/null | sed -n 's/.* \([0-9]*\) received.*/\1/p'; }

# Reachable time 1 s, the first probe after 1 s, three probes: after 5 s an entry would fail.
traffic() {
	local f d L4
	everywhere
	for f in ipv4 ipv6; do
		for d in bond0 bond0/1; do
			d=${d/\//.}
			pe sh -c "echo 1000 >/proc/sys/net/$f/neigh/$d/base_reachable_time_ms
				  echo 1 >/proc/sys/net/$f/neigh/$d/delay_first_probe_time
				  echo 300 >/proc/sys/net/$f/neigh/$d/retrans_time_ms"
		done
	done
	loss red 10.0.0.9 >/run/neigh-loss4 &
	L4=$!
	loss bond0 2001:db8:9::9 >/run/neigh-loss6
	wait $L4
	check_eq "$(cat /run/neigh-loss4)" 80 "IPv4 packets that arrived"
	check_eq "$(cat /run/neigh-loss6)" 80 "IPv6 packets that arrived"
	check_eq "$(state 1 10.0.0.9) $(state 0 2001:db8:9::9)" "synced synced" "states"
	log_test "8 s of traffic to hosts that answer another PE lose no packet (reachable time 1 s)"
}

# All but its state, which traffic changes.
local_entry() { kernel bond0 10.9.0.1 | sed 's/ [A-Z]*$//'; }

# C45: a local entry stays as it is, to the flag.
local_first() {
	local before answer
	defer anew
	defer quiet ce ce
	loud ce ce
	pe ping -q -c 1 -W 1 10.9.0.1 >/dev/null
	slowwait 2 is 0 10.9.0.1 local
	before=$(local_entry)
	answer=$(wish tag=0 addr=10.9.0.1 mac=02:00:00:00:00:77)
	grep -q 'state=local .*error=EEXIST .*"bond0 has learned 02:00:00:00:00:01 itself".*index=0' <<<"$answer"
	check_err $? "the answer: $answer"
	grep -q 'refused=1' <<<"$answer"
	check_err $? "the sum: $answer"
	check_eq "$(local_entry)" "$before" "the local entry"
	check_eq "$(n_field wish 0 10.9.0.1)" 02:00:00:00:00:77 "the wish held in readiness"
	answer=$(wish tag=0 addr=10.9.0.1 mac=02:00:00:00:00:01)
	grep -q '^accepted=1' <<<"$answer"
	check_err $? "the same address is no conflict: $answer"
	check_eq "$(local_entry)" "$before" "the local entry"
	log_test "a wish never displaces a local neighbour nor its flags, and the answer says so"
	wish tag=0 addr=10.9.0.1 mac=02:00:00:00:00:77 >/dev/null
	pe_ip neigh del 10.9.0.1 dev bond0
	slowwait 2 is 0 10.9.0.1 synced
	check_err $? "state: $(state 0 10.9.0.1)"
	check_eq "$(kernel bond0 10.9.0.1)" "02:00:00:00:00:77 extern_learn STALE proto zebra" "the entry"
	log_test "when the local entry goes, the wish that waited is installed"
	# A wish that changes its mind (a host has moved behind the other PE).
	wish tag=0 addr=10.9.0.1 mac=02:00:00:00:00:78 >/dev/null
	check_eq "$(kernel bond0 10.9.0.1)" "02:00:00:00:00:78 extern_learn STALE proto zebra" "the entry"
	log_test "a wish with another MAC address replaces our own entry"
}

# The VRF is checked, not assumed.
vrf() {
	local answer
	defer anew
	answer=$(wish tag=2 addr=10.0.0.8 mac=02:00:00:00:01:08 vrf="$(ifindex red)")
	grep -q 'state=refused .*error=EXDEV why="bond0.2 is in VRF blue, not in VRF red"' <<<"$answer"
	check_err $? "the answer: $answer"
	answer=$(wish tag=0 addr=10.0.0.8 mac=02:00:00:00:01:08 vrf="$(ifindex red)")
	grep -q 'error=EXDEV why="bond0 is in no VRF, not in VRF red"' <<<"$answer"
	check_err $? "the answer: $answer"
	check_eq "$(kernel bond0.2 10.0.0.8)$(kernel bond0 10.0.0.8)" "" "entries"
	log_test "a wish for another VRF than the sub-interface is in is refused"
}

# Somebody else's entries are left alone, and are not ours to advertise.
foreign() {
	local answer
	defer anew
	pe_ip neigh add 10.9.0.50 lladdr 02:00:00:00:00:50 dev bond0 nud noarp extern_learn
	sleep 0.3
	check_eq "$(state 0 10.9.0.50)" "" "it is taken for local"
	answer=$(wish tag=0 addr=10.9.0.50 mac=02:00:00:00:00:51)
	grep -q 'state=refused .*error=EEXIST' <<<"$answer"
	check_err $? "the answer: $answer"
	pe_ip neigh del 10.9.0.50 dev bond0
	slowwait 2 is 0 10.9.0.50 synced
	check_err $? "after it has gone: $(state 0 10.9.0.50)"
	log_test "an entry that somebody else has put there is neither changed nor taken for local"
}

# Taken back.
taken_back() {
	everywhere
	neigh del esi=$ESI1 tag=1 addr=10.0.0.9 >/dev/null
	check_eq "$(state 1 10.0.0.9)" "" "state"
	[[ "$(kernel bond0.1 10.0.0.9)" == *02:00:00:00:01:01* ]]
	check_fail $? "the entry: $(kernel bond0.1 10.0.0.9)"
	passes red 10.0.0.9
	check_fail $? "the host is still reached"
	check_eq "$(state 2 10.0.0.9)" synced "the one of the other VRF"
	neigh del esi=$ESI1 tag=1 addr=10.0.0.9 >/dev/null
	check_err $? "taking back what is not there is no error"
	log_test "a wish taken back is taken out at once"
}

# Generations.
sweep() {
	everywhere
	wish tag=1 addr=10.0.0.21 mac=02:00:00:00:01:21 gen=7 >/dev/null
	neigh sweep gen=7 >/dev/null
	check_eq "$(neigh get dump | grep -c state=)" "1" "entries that are left"
	check_eq "$(state 1 10.0.0.21)" synced "the one of this generation"
	pe "$EVPN_NL" es-del esi=$ESI1 >/dev/null
	pe "$EVPN_NL" es-new esi=$ESI1 ifname=bond0 role=df >/dev/null
	slowwait 2 gone 1 10.0.0.21
	check_err $? "a wish survives its segment"
	check_eq "$(pe_ip neigh | grep extern_learn)" "" "entries in the kernel"
	log_test "a sweep leaves one generation; a segment that goes takes all along"
}

error() { neigh new "$@" | sed -n 's/^error=\([A-Z]*\) message="\(.*\)".*/\1 \2/p'; }

# Malformed requests change nothing.
malformed() {
	defer anew
	check_eq "$(error esi=$ESI2 addr=10.9.0.7 mac=02:00:00:00:00:07)" "ENOENT there is no segment $ESI2" "segment"
	check_eq "$(error esi=$ESI1 addr=224.0.0.7 mac=02:00:00:00:00:07)" \
		"EADDRNOTAVAIL 224.0.0.7 cannot be the address of a neighbour" "group address"
	check_eq "$(error esi=$ESI1 addr=ff02::7 mac=02:00:00:00:00:07)" \
		"EADDRNOTAVAIL ff02::7 cannot be the address of a neighbour" "IPv6 group address"
	check_eq "$(error esi=$ESI1 addr=10.9.0.7 mac=01:00:00:00:00:07)" \
		"EADDRNOTAVAIL 01:00:00:00:00:07 cannot be the MAC address of a host" "group MAC address"
	check_eq "$(error esi=$ESI1 addr=7 mac=02:00:00:00:00:07)" "EINVAL an address has 4 or 16 octets, not 7" "length"
	check_eq "$(error esi=$ESI1 tag=16777216 addr=10.9.0.7 mac=02:00:00:00:00:07)" \
		"ERANGE tag 16777216 has more than 24 bits" "tag"
	check_eq "$(error esi=$ESI1 addr=10.9.0.7)" "EINVAL the MAC address of a neighbour is missing" "no MAC"
	check_eq "$(error esi=$ESI1 mac=02:00:00:00:00:07)" "EINVAL the ESI or the address of a neighbour is missing" "no address"
	check_eq "$(error esi=$ESI1 addr=223.255.255.250 mac=02:00:00:00:00:01 count=10 list)" \
		"EADDRNOTAVAIL 224.0.0.0 cannot be the address of a neighbour" "the seventh of ten"
	check_eq "$(neigh get dump | grep -c entry)" 0 "entries"
	log_test "a request with one malformed entry is refused as a whole, in a sentence"
}

# Nothing is left when the module goes.
module_goes() {
	defer anew
	wish addr=10.20.0.1 mac=02:00:00:00:00:30 count=500 >/dev/null
	check_eq "$(pe_ip neigh | grep -c extern_learn)" 500 "entries before"
	if [ -n "${EVPN_KO:-}" ] && rmmod evpn; then
		check_eq "$(pe_ip neigh | grep extern_learn)" "" "entries after"
		insmod "$EVPN_KO" dyndbg=+p
		check_err $? "the module comes back"
		log_test "a module that goes takes its entries along"
	else
		log_skip "a module that goes takes its entries along" "it cannot be removed here"
	fi
}

tests_run
finish
