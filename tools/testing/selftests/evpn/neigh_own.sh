#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Addresses that no customer can have are neither learned nor taken as a wish: those that are on no link,
# those of the network itself, and this host's own, addresses and MAC addresses. Whoever claims one would
# have it advertised, and one such key in a batch kept the others alive.

NEEDS="module"
ALL_TESTS="
	on_no_link
	own_wished
	own_claimed
	own_since
	own_lladdr
	own_vrf
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=neigh_lib.sh
. "$(dirname "$0")/neigh_lib.sh"
begin "addresses that no neighbour can have" C2 C39 C45
neigh_lab
monitor_start 300
defer monitor_stop

anew() {
	pe "$EVPN_NL" es-del esi=$ESI1
	pe "$EVPN_NL" es-new esi=$ESI1 ifname=bond0 role=df
	pe_ip neigh flush all
} >/dev/null

error() { neigh new "$@" | sed -n 's/^error=\([A-Z]*\) message="\(.*\)".*/\1 \2/p'; }
# refusal KEY=VALUE...: error and sentence of the only neighbour in a request
refusal() { wish "$@" | sed -n 's/^entry.* state=refused .*error=\([A-Z]*\) why="\([^"]*\)".*/\1 \2/p'; }

# What is on no link is refused as what is malformed is, and never heard.
on_no_link() {
	local a
	defer anew
	for a in 0.0.0.9 127.0.0.9 240.0.0.1 255.255.255.255 239.1.1.1 :: ::1 ff02::9 ::ffff:10.0.0.9; do
		check_eq "$(error esi=$ESI1 tag=0 addr=$a mac=02:00:00:00:00:09)" \
			"EADDRNOTAVAIL $a cannot be the address of a neighbour" "$a"
	done
	log_test "wishes for addresses that are on no link are refused, in a sentence"
	pe sysctl -qw net.ipv4.conf.bond0.arp_accept=1 net.ipv6.conf.bond0.accept_untracked_na=1 2>/dev/null
	for a in 0.0.0.9 127.0.0.9 240.0.0.1 255.255.255.255; do
		say ce ce reply $a 02:00:00:00:00:09 $a
		say ce ce request $a 02:00:00:00:00:09 10.9.0.254
	done
	for a in ::1 ff02::9 ::ffff:10.0.0.9; do
		say ce ce na $a 02:00:00:00:00:09
	done
	# The kernel itself puts one there; and one that can be, which says that all before it was handled.
	pe_ip neigh replace ::ffff:10.0.0.9 lladdr 02:00:00:00:00:09 dev bond0 nud reachable
	pe_ip neigh replace 240.0.0.1 lladdr 02:00:00:00:00:09 dev bond0 nud reachable
	say ce ce request 10.9.0.1 02:00:00:00:00:01 10.9.0.254
	slowwait 2 is 0 10.9.0.1 local
	check_err $? "one that can be: $(state 0 10.9.0.1)"
	check_eq "$(neigh get dump | grep -c addr=)" 1 "neighbours"
	check_eq "$(told mac=02:00:00:00:00:09)" 0 "told"
	log_test "and nothing of the kind is learned"
}

# This host's own, where the sub-interface is; the others in the request are not affected.
own_wished() {
	local answer
	defer anew
	check_eq "$(refusal tag=0 addr=10.9.0.254 mac=02:00:00:00:00:0a)" \
		"EADDRINUSE 10.9.0.254 is this host's own address where bond0 is" "own address"
	check_eq "$(refusal tag=0 addr=2001:db8:9::254 mac=02:00:00:00:00:0a)" \
		"EADDRINUSE 2001:db8:9::254 is this host's own address where bond0 is" "own IPv6 address"
	check_eq "$(refusal tag=0 addr=10.9.0.0 mac=02:00:00:00:00:0a)" \
		"EADDRNOTAVAIL 10.9.0.0 is the address of a network of bond0, and no host's" "network"
	check_eq "$(refusal tag=0 addr=10.9.0.255 mac=02:00:00:00:00:0a)" \
		"EADDRNOTAVAIL 10.9.0.255 is the address of a network of bond0, and no host's" "broadcast"
	check_eq "$(refusal tag=0 addr=2001:db8:9:: mac=02:00:00:00:00:0a)" \
		"EADDRNOTAVAIL 2001:db8:9:: is the address of a network of bond0, and no host's" "routers of the network"
	check_eq "$(refusal tag=0 addr=10.9.0.44 mac=$MAC_PE)" \
		"EADDRINUSE $MAC_PE is this host's own MAC address where bond0 is" "own MAC address"
	check_eq "$(pe_ip neigh show nud all dev bond0 | grep -c extern_learn)" 0 "entries"
	answer=$(wish tag=0 addr=10.9.0.250 mac=02:00:00:00:00:50 count=10 list)
	grep -q '^accepted=8 pending=0 refused=2' <<<"$answer"
	check_err $? "ten in a request, of which two cannot be: $answer"
	check_eq "$(state 0 10.9.0.253) $(state 0 10.9.0.254) $(state 0 10.9.1.0)" "synced refused synced" "three of them"
	log_test "wishes for this host's own addresses, and its networks', are refused in a sentence"
}

own_claimed() {
	local a
	defer anew
	wish tag=0 addr=10.9.0.254 mac=02:00:00:00:00:0a >/dev/null
	wish tag=0 addr=2001:db8:9::254 mac=02:00:00:00:00:0a >/dev/null
	for a in 10.9.0.254 10.9.0.255 10.9.0.0; do
		say ce ce request $a 02:00:00:00:00:bd 10.9.0.77
		say ce ce request $a 02:00:00:00:00:bd 10.9.0.254
		say ce ce reply $a 02:00:00:00:00:bd $a
	done
	say ce ce na 2001:db8:9::254 02:00:00:00:00:bd
	say ce ce ns 2001:db8:9::254 02:00:00:00:00:bd 2001:db8:9::77
	# An entry that the kernel has all the same, by hand.
	pe_ip neigh replace 10.9.0.255 lladdr 02:00:00:00:00:bd dev bond0 nud reachable
	say ce ce request 10.9.0.1 02:00:00:00:00:01 10.9.0.254
	slowwait 2 is 0 10.9.0.1 local
	check_err $? "one that can be: $(state 0 10.9.0.1)"
	check_eq "$(neigh get dump state=local | grep -c addr=)" 1 "local neighbours"
	check_eq "$(state 0 10.9.0.254) $(state 0 2001:db8:9::254)" "refused refused" "wished, and claimed"
	check_eq "$(told 'mac=02:00:00:00:00:bd .*state=local')" 0 "told"
	log_test "a customer that claims this host's own address does not become its neighbour"
}

# back ADDRESS: it is there again, by the wish or by what its host has said meanwhile
back() { is 0 "$1" synced || is 0 "$1" local; }

# The address comes when the neighbour is there, and goes again.
own_since() {
	defer anew
	wish tag=0 addr=10.9.0.200 mac=02:00:00:00:02:00 >/dev/null
	wish tag=0 addr=2001:db8:9::200 mac=02:00:00:00:02:00 >/dev/null
	say ce ce request 10.9.0.201 02:00:00:00:02:01 10.9.0.254
	slowwait 2 is 0 10.9.0.201 local
	check_eq "$(state 0 10.9.0.200) $(state 0 2001:db8:9::200) $(state 0 10.9.0.201)" "synced synced local" "before"
	pe_ip addr add 10.9.0.200/24 dev bond0
	pe_ip addr add 10.9.0.201/32 dev lo
	pe_ip addr add 2001:db8:9::200/64 dev bond0 nodad
	for n in 10.9.0.200 2001:db8:9::200; do
		slowwait 4 is 0 $n refused
		check_err $? "$n: $(state 0 $n)"
		[[ "$(kernel bond0 $n)" == 02:00:00:00:02:00* ]]
		check_fail $? "the entry of $n: $(kernel bond0 $n)"
	done
	slowwait 4 gone 0 10.9.0.201
	check_err $? "a local one: $(state 0 10.9.0.201)"
	say ce ce request 10.9.0.200 02:00:00:00:02:00 10.9.0.77
	say ce ce na 2001:db8:9::200 02:00:00:00:02:00
	sleep 0.3
	check_eq "$(state 0 10.9.0.200) $(state 0 2001:db8:9::200)" "refused refused" "claimed"
	pe_ip addr del 10.9.0.200/24 dev bond0
	pe_ip addr del 10.9.0.201/32 dev lo
	pe_ip addr del 2001:db8:9::200/64 dev bond0
	for n in 10.9.0.200 2001:db8:9::200; do
		slowwait 4 back $n
		check_err $? "$n, the address has gone: $(state 0 $n)"
	done
	log_test "an address that this host gets takes a neighbour out, and gives it back"
}

own_lladdr() {
	defer anew
	wish tag=0 addr=10.9.0.71 mac=02:00:00:00:00:71 >/dev/null
	say ce ce request 10.9.0.70 $MAC_PE 10.9.0.254
	say ce ce request 10.9.0.71 $MAC_PE 10.9.0.254
	say ce ce reply 10.9.0.71 $MAC_PE 10.9.0.254
	say ce ce request 10.9.0.1 02:00:00:00:00:01 10.9.0.254
	slowwait 2 is 0 10.9.0.1 local
	check_err $? "one that can be: $(state 0 10.9.0.1)"
	check_eq "$(state 0 10.9.0.70)" "" "a host with this host's MAC address"
	check_eq "$(state 0 10.9.0.71) $(kernel bond0 10.9.0.71 | cut -d' ' -f1)" "synced 02:00:00:00:00:71" "a synchronized one"
	# A gateway's MAC address that several PEs share is a macvlan's.
	pe_ip link add gw link bond0 type macvlan mode private
	pe_ip link set gw address 02:00:00:00:0e:01 up
	check_eq "$(refusal tag=0 addr=10.9.0.45 mac=02:00:00:00:0e:01)" \
		"EADDRINUSE 02:00:00:00:0e:01 is this host's own MAC address where bond0 is" "of a macvlan"
	say ce ce request 10.9.0.72 02:00:00:00:0e:01 10.9.0.254
	say ce ce request 10.9.0.9 02:00:00:00:00:01 10.9.0.254
	slowwait 2 is 0 10.9.0.9 local
	check_eq "$(state 0 10.9.0.72)" "" "a host with the macvlan's MAC address"
	pe_ip link del gw
	log_test "a host that claims this host's MAC address is not learned, and displaces nobody"
}

own_vrf() {
	defer anew
	check_eq "$(refusal tag=1 addr=10.0.0.254 mac=02:00:00:00:01:0a)" \
		"EADDRINUSE 10.0.0.254 is this host's own address where bond0.1 is" "in VRF red"
	pe_ip addr add 10.77.0.1/32 dev red
	check_eq "$(refusal tag=1 addr=10.77.0.1 mac=02:00:00:00:01:0a)" \
		"EADDRINUSE 10.77.0.1 is this host's own address where bond0.1 is" "of the VRF's device"
	wish tag=2 addr=10.77.0.1 mac=02:00:00:00:02:0a >/dev/null
	check_eq "$(state 2 10.77.0.1)" synced "the same in VRF blue"
	pe_ip addr del 10.77.0.1/32 dev red
	slowwait 4 is 1 10.77.0.1 synced
	check_err $? "when it has gone: $(state 1 10.77.0.1)"
	log_test "own is what is in the same VRF"
}

tests_run
finish
