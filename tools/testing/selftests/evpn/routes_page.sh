#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The page "Customers' routes: three networks", followed to the letter: what is typed and configured here is read out of it, so that
# the two cannot part. The page takes for granted what is this scenario's own: cables, addresses without DAD, and where FRR and evpnd have their files.

NEEDS="system frr"
ALL_TESTS="
	igp
	two
	group
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
begin "the page of three networks with customers' routes, word for word" C12 C13 C17 C19 C70 C71
PAGE=$TESTS_DIR/../../../../Documentation/routes-networks.rst
[ -e "$PAGE" ] || PAGE=$TESTS_DIR/Documentation/routes-networks.rst
[ -e "$PAGE" ] || skip "the page is not there: $PAGE"
[ -e /proc/sys/net/mpls/platform_labels ] || modprobe mpls_iptunnel 2>/dev/null || skip "this kernel has no MPLS"
modprobe ip_gre 2>/dev/null
[ -x /usr/lib/frr/ospfd ] && [ -x /usr/lib/frr/bgpd ] || skip "FRR's daemons are not in /usr/lib/frr"
need_module
lab_defaults
need_evpnd
lab_possible >/dev/null 2>&1 || skip "no lab is possible here: $(lab_possible 2>&1 | tail -n 1)"

defer rm -rf "$LAB_RUN"
mkdir -p "$LAB_RUN"
chmod 755 "$LAB_RUN"

# said NAME [PE]: the literal block that the page marks so; on PE2 what the page exchanges is exchanged
said() {
	awk -v name="$1" '
		$1 == ".." && $2 == "routes_page:" { at = $3 == name; next }
		at && /^\t/ { sub(/^\t/, ""); print; seen = 1; next }
		at && seen && NF { exit }
		at && seen { print }
	' "$PAGE" |
	case ${2:-} in
	pe2)
		sed -E -e 's/\b(192\.0\.2|10\.9\.0|10\.255\.0)\.1\b/\1.X/g' -e 's/\b(192\.0\.2|10\.255\.0)\.2\b/\1.1/g' -e 's/\.X\b/.2/g' \
			-e 's/\b1001\b/100X/g' -e 's/\b1002\b/1001/g' -e 's/\b100X\b/1002/g' -e 's/:50:01\b/:50:02/' \
			-e 's/preference: 200/preference: X/' -e 's/preference: 100/preference: 200/' -e 's/preference: X/preference: 100/'
		;;
	ape2) sed -e 's/10\.9\.0\.11/10.9.0.12/' ;;
	ce2) sed -e 's/10\.6\.1\./10.6.2./' -e 's/203\.0\.113\.1/203.0.113.129/' -e 's/203\.0\.113\.0/203.0.113.128/' -e 's/65101/65102/' ;;
	*) cat ;;
	esac
}

node() { # NAME...
	local n
	for n; do
		ip netns add "$(ns $n)"
		defer ip netns del "$(ns $n)"
		in_ns $n sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
	done
}
# cable NODE PORT NODE PORT
cable() { ip -n "$(ns $1)" link add $2 type veth peer name $4 netns "$(ns $3)"; }
# core NODE...: one Ethernet for their eth0
core() {
	local n
	node core
	ip -n "$(ns core)" link add br0 type bridge mcast_snooping 0
	ip -n "$(ns core)" link set br0 up
	for n; do
		cable $n eth0 core $n
		ip -n "$(ns core)" link set $n master br0 up
	done
}
typed() { # NODE NAME: its commands
	said "$2" "$1" | in_ns "$1" sh -e >"$LAB_RUN/out" 2>&1
	check_err $? "$1 does not take $2 of the page: $(tail -n 2 "$LAB_RUN/out")"
}
frr() { # NODE NAME DAEMON...: with the page's frr.conf, as vtysh reads it at FRR's start
	frr_begin "$1"
	frr_start "$1" "${@:3}"
	said "$2" "$1" >"$(frr_dir "$1")/typed"
	[ -s "$(frr_dir "$1")/typed" ] && in_ns "$1" vtysh --vty_socket "$(frr_dir "$1")" -f "$(frr_dir "$1")/typed" >"$LAB_RUN/out" 2>&1
	check_err $? "$1: FRR does not take $2 of the page: $(tail -n 2 "$LAB_RUN/out")"
}
evpnd() { # PE NAME
	mkdir -p "$LAB_RUN/$1"
	said "$2" "$1" >"$LAB_RUN/$1/evpnd.yaml"
	defer pe_stop "$1"
	pe_start "$1"
}
# shown NAME PE COMMAND...: evpnctl says what the page shows of PE2
shown() {
	local other=pe1
	[ "$2" = pe2 ] || other=pe2
	[ "$(pe_ctl "$2" "${@:3}" 2>&1)" = "$(said "$1" $other | tail -n +2)" ]
}
# learned_by VRF PREFIX: sets THERE, the PE that has evpnd's route for it, and HERE, the one that has OSPF's
learned_by() {
	local p
	for p in 1 2; do
		HERE=pe$p THERE=pe$((3 - p))
		[ "$(proto $HERE "$@")" = ospf ] && [ "$(proto $THERE "$@")" = 77 ] && return
	done
	return 1
}
proto() { ip -n "$(ns "$1")" -j route show vrf "$2" "$3" | jq -r '[.[] | .protocol][0]'; }
# lan NODE PORT ADDRESS GATEWAY HOST: a host of the customer's
lan() {
	node "$5"
	cable "$1" "$2" "$5" eth0
	ip -n "$(ns "$5")" -batch - <<-END
		link set eth0 up
		addr add $3 dev eth0
		route add default via $4
	END
}
passes() { in_ns "$1" ping -q -c 2 -i 0.2 -W 1 "$2" >"$LAB_RUN/ping" 2>&1; }

igp() {
	local p
	node ce1 pe1 pe2 pe3
	core pe1 pe2 pe3
	cable ce1 eth1 pe1 eth1
	cable ce1 eth2 pe2 eth1
	lan pe3 eth1 198.51.100.1/24 198.51.100.254 far
	lan ce1 eth0 203.0.113.2/24 203.0.113.1 near
	typed pe1 igp-pe
	typed pe2 igp-pe
	typed pe3 igp-remote
	typed ce1 igp-ce
	frr pe3 igp-remote-frr bgpd
	frr ce1 igp-ce-frr ospfd
	for p in 1 2; do
		frr pe$p igp-frr ospfd
		evpnd pe$p igp-evpnd
	done
	slowwait 60 learned_by red 203.0.113.0/24
	check_err $? "no PE has the customer's prefix by OSPF with the other one by evpnd: $(pe_ctl pe1 prefix show; pe_ctl pe2 prefix show)"
	slowwait 30 shown igp-shown $THERE prefix show vrf red
	check_err $? "$THERE: $(pe_ctl $THERE prefix show vrf red)"
	slowwait 20 vteps_are "192.0.2.1 192.0.2.2"
	check_err $? "PE3 sends to $(vteps)"
	slowwait 20 passes far 203.0.113.2
	check_err $? "from the remote host to the customer's: $(tail -n 2 "$LAB_RUN/ping")"
	log_test "an IGP over a LAG: learned by $HERE, $THERE as in the page, and the remote PE uses both"
}
vteps() { ip -n "$(ns pe3)" -j route show vrf red 203.0.113.0/24 | jq -r '.[0] | [.gateway // empty, (.nexthops // [] | .[].gateway)] | sort | join(" ")'; }
vteps_are() { [ "$(vteps)" = "$1" ]; }

two() {
	local p r
	node sw1 r1 r2 ce1 pe1 pe2
	core pe1 pe2
	for p in 1 2; do
		cable sw1 eth$p pe$p eth1
		cable ce1 eth$p pe$p eth2
	done
	cable r1 eth0 sw1 eth3
	cable r2 eth0 sw1 eth4
	for p in pe1 pe2; do typed $p two-pe; done
	typed sw1 two-switch
	typed ce1 two-ce
	for r in 1 2; do
		lan r$r eth1 10.20.0.2/16 10.20.0.1 lan$r
		typed r$r two-router
		frr r$r two-router-frr ospfd
	done
	for p in pe1 pe2; do
		frr $p two-frr ospfd
		evpnd $p two-evpnd
	done
	for r in 1 2; do
		slowwait 60 learned_by cust$r 10.20.0.0/16
		check_err $? "cust$r: no PE has the prefix by OSPF with the other one by evpnd: $(pe_ctl pe1 prefix show; pe_ctl pe2 prefix show)"
		# (the adjacencies may be with either PE, each with another)
		slowwait 20 line_shown "$r"
		check_err $? "cust$r on $THERE: $(pe_ctl $THERE prefix show vrf cust$r)"
		for p in pe1 pe2; do
			slowwait 20 has_mac $p bond1.$r 10.0.0.1 "$(in_ns r$r cat /sys/class/net/eth0/address)"
			check_err $? "$p: the router of cust$r is $(kernel_neigh $p bond1.$r 10.0.0.1)"
		done
	done
	slowwait 20 passes ce1 10.8.0.254 || slowwait 20 passes ce1 -I 10.8.0.1 10.8.0.254
	check_err $? "the host on the native port does not reach its gateway"
	for p in pe1 pe2; do
		slowwait 20 has_mac $p bond2 10.8.0.1 "$(in_ns ce1 cat /sys/class/net/bond0/address)"
		check_err $? "$p: the host is $(kernel_neigh $p bond2 10.8.0.1)"
	done
	log_test "two customers with the same addresses, and a native port: as in the page"
}
line_shown() {
	local other=pe1
	[ "$THERE" = pe2 ] || other=pe2
	[ "$(pe_ctl $THERE prefix show vrf cust$1 | tail -n 1 | tr -s ' ')" = "$(said two-shown $other | grep "cust$1" | tr -s ' ')" ]
}

group() {
	local n p
	node access ape1 ape2 ce1 ce2 pe1 pe2 pe3
	core pe1 pe2 pe3
	ip -n "$(ns access)" link add br0 type bridge mcast_snooping 0
	ip -n "$(ns access)" link set br0 up
	for n in ape1 ape2 pe1 pe2; do
		cable $n eth1 access $n
		ip -n "$(ns access)" link set $n master br0 up
	done
	for n in 1 2; do cable ce$n eth0 ape$n eth0; done
	lan ce1 eth1 203.0.113.2/25 203.0.113.1 near1
	lan ce2 eth1 203.0.113.130/25 203.0.113.129 near2
	lan pe3 eth1 198.51.100.1/24 198.51.100.254 far
	for p in 1 2; do
		typed pe$p group-pe
		typed ape$p group-ape
		typed ce$p group-ce
	done
	typed pe3 group-remote
	frr pe3 group-remote-frr staticd bgpd
	for p in 1 2; do
		frr pe$p group-frr staticd bgpd-quiet
		evpnd pe$p group-evpnd
		frr ce$p group-ce-frr bgpd
	done
	slowwait 60 shown group-shown pe2 prefix show
	check_err $? "PE2: $(pe_ctl pe2 prefix show)"
	for n in 2 130; do
		slowwait 30 passes far 203.0.113.$n
		check_err $? "from the remote host to 203.0.113.$n: $(tail -n 2 "$LAB_RUN/ping")"
	done
	# what it is for
	ip -n "$(ns pe1)" link set pw1 down
	slowwait 10 passes far 203.0.113.2
	check_err $? "PE1's pseudowire is down: $(tail -n 2 "$LAB_RUN/ping"), $(pe_ctl pe2 prefix show)"
	log_test "one eBGP session with the group: as in the page, and by the other PE when a pseudowire is down"
}
tests_run
finish
