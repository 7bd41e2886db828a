# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# An RFC 4364 core for the scenarios: MPLS between loopbacks, VPNv4 and VPNv6 by FRR, and a customer at the remote PE. Sourced
# after lib.sh and routes_lib.sh.

# the customer's and the gateway's ends of the sessions between them
: "${CUSTOMER:=10.1.0.1 fd00:1::1}" "${GATEWAY:=10.1.0.254 fd00:1::254}"

# The longest silence of a failover, in ms: of one that the core hears of by the hold time of its sessions, 3 s, and of one that it is told
CORE_LOST=6000 LEG_LOST=2000

number() { case $1 in pe*) echo "${1#pe}" ;; host) echo 100 ;; esac; }
loopback() { echo "10.255.0.$(number "$1")"; }
# (zebra 8.4 cannot give an IPv6 route an IPv4 next hop: IPv6 has sessions of its own)
loopback6() { echo "2001:db8:ff::$(number "$1")"; }
# the label that leads to a node's loopback, as LDP would tell it; what is below it is looked up once more
label() { echo $((1000 + $(number "$1"))); }
# core_begin NODE: its loopback, and MPLS
core_begin() {
	local n=$1
	ip -n "$(ns "$n")" addr add "$(loopback "$n")/32" dev lo
	in_ns "$n" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/lo/disable_ipv6'
	ip -n "$(ns "$n")" addr add "$(loopback6 "$n")/128" dev lo
	in_ns "$n" sh -c 'echo 100000 >/proc/sys/net/mpls/platform_labels
		echo 1 >/proc/sys/net/mpls/conf/core0/input; echo 1 >/proc/sys/net/mpls/conf/lo/input; echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
	ip -n "$(ns "$n")" -f mpls route add "$(label "$n")" dev lo
}
# core_routes NODE PEER...: labelled routes to the loopbacks of others. (staticd takes none from its file, as it does
# not know yet whether there is MPLS.)
core_routes() {
	local n=$1 p
	for p in "${@:2}"; do
		slowwait 10 core_route "$n" "$p"
		check_err $? "$n takes no labelled route"
	done
}
core_route() {
	vty "$1" "configure terminal" -c "ip route $(loopback "$2")/32 $(underlay "$2") label $(label "$2")" \
		-c "ipv6 route $(loopback6 "$2")/128 2001:db8:2::$(number "$2") label $(label "$2")" >/dev/null
	ip -n "$(ns "$1")" route show "$(loopback "$2")" | grep -q "encap mpls *$(label "$2")" &&
		ip -n "$(ns "$1")" -6 route show "$(loopback6 "$2")" | grep -q "encap mpls *$(label "$2")"
}
vpn_neighbor() { # NEIGHBOR LINE...
	printf ' neighbor %s remote-as 65000\n neighbor %s timers 1 3\n neighbor %s timers connect 1\n' "$1" "$1" "$1"
	printf " neighbor $1 %s\n" "${@:2}"
}
# (the remote PE is the PEs' reflector as well)
vpn_activate() { printf "  neighbor $1 %s\n" activate ${REFLECTOR:+route-reflector-client}; }
vpn_families() { # NODE...
	echo " address-family ipv4 vpn"
	for n; do vpn_activate "$(loopback "$n")"; done
	printf '%s\n' " exit-address-family" " address-family ipv6 vpn"
	for n; do vpn_activate "$(loopback6 "$n")"; done
	echo " exit-address-family"
}
activate_ipv6() { # ADDRESS...
	for a; do [[ $a != *:* ]] || echo "  neighbor $a activate"; done
}
vrf_family() { # FAMILY RD REDISTRIBUTE...
	echo " address-family $1 unicast"
	printf '  redistribute %s\n' "${@:3}"
	printf '  %s\n' "rd vpn export $2" "rt vpn both 65000:1" "label vpn export auto" "export vpn" "import vpn" "route-map vpn import far"
	[ "$1" != ipv6 ] || ! [[ $2 = *:[12] ]] || activate_ipv6 $CUSTOMER
	echo " exit-address-family"
}

pe_bgp() { # NUMBER
	local a
	echo "router bgp 65000"
	echo " bgp router-id 10.255.0.$1"
	echo " no bgp default ipv4-unicast"
	vpn_neighbor 10.255.0.100 "update-source 10.255.0.$1"
	vpn_neighbor 2001:db8:ff::100 "update-source 2001:db8:ff::$1"
	vpn_families host
	echo "router bgp 65000 vrf red"
	echo " bgp router-id ${GATEWAY%% *}"
	echo " no bgp ebgp-requires-policy"
	for a in $CUSTOMER; do
		printf ' neighbor %s remote-as 65100\n neighbor %s timers 3 9\n neighbor %s timers connect 1\n' "$a" "$a" "$a"
	done
	vrf_family ipv4 "65000:$1" "kernel route-map evpn"
	vrf_family ipv6 "65000:$1" "kernel route-map evpn"
	# our routes come after what a neighbour says
	printf '%s\n' "route-map evpn permit 10" " set weight 0" " set local-preference 50"
	far_map
}
# what the other PE exports comes after what this one has by its own leg, and takes its place when the session ends
far_map() { printf '%s\n' "route-map far permit 10" " set distance 200"; }
remote_bgp() {
	echo "router bgp 65000"
	echo " bgp router-id 10.255.0.100"
	local p
	echo " no bgp default ipv4-unicast"
	for p in pe1 pe2; do
		vpn_neighbor "$(loopback $p)" "update-source 10.255.0.100" passive
		vpn_neighbor "$(loopback6 $p)" "update-source 2001:db8:ff::100" passive
	done
	REFLECTOR=yes vpn_families pe1 pe2
	echo "router bgp 65000 vrf red"
	vrf_family ipv4 65000:100 connected
	vrf_family ipv6 65000:100 connected
	far_map
}
customer_bgp() { # MORE-NETWORKS...
	local a
	echo "router bgp 65100"
	echo " bgp router-id ${CUSTOMER%% *}"
	echo " no bgp ebgp-requires-policy"
	echo " no bgp network import-check"
	for a in $GATEWAY; do
		printf ' neighbor %s remote-as 65000\n neighbor %s timers 3 9\n neighbor %s passive\n' "$a" "$a" "$a"
	done
	printf '%s\n' " address-family ipv4 unicast" "  network 203.0.113.1/32" "$@" " exit-address-family" \
		" address-family ipv6 unicast" "  network 2001:db8:c0::1/128"
	activate_ipv6 $GATEWAY
	echo " exit-address-family"
}

# core_begin_all: the nodes of the core, configured
core_begin_all() {
	local n
	for n in pe1 pe2 host; do core_begin $n; done
	pe_bgp 1 >"$(frr_dir pe1)/bgpd.conf"
	pe_bgp 2 >"$(frr_dir pe2)/bgpd.conf"
	remote_bgp >"$(frr_dir host)/bgpd.conf"
}
vrf_known() { vty "$1" "show bgp vrfs json" | jq -e '.vrfs.red.vrfId | . > 0 and . < 4294967295' >/dev/null; }
# frr_start_all NODE: FRR in the core, and in the customer's node
frr_start_all() {
	local n
	frr_start host staticd bgpd
	frr_start pe1 staticd bgpd-quiet
	frr_start pe2 staticd bgpd-quiet
	core_routes host pe1 pe2
	core_routes pe1 host pe2
	core_routes pe2 host pe1
	for n in pe1 pe2 host; do
		slowwait 10 vrf_known $n
		check_err $? "$n's bgpd does not know the VRF"
	done
	frr_start "$1" bgpd
}

# mpls_counted NODE...: from now on MPLS frames are counted where it is on the core
mpls_counted() {
	local n
	for n; do
		tc -n "$(ns core)" qdisc add dev "$n" clsact
		tc -n "$(ns core)" filter add dev "$n" ingress pref 1 protocol 0x8847 matchall action pass
		tc -n "$(ns core)" filter add dev "$n" egress pref 1 protocol 0x8847 matchall action pass
	done
}
# mpls NODE ingress|egress: from it, to it
mpls() { tc -n "$(ns core)" -s -j filter show dev "$1" "$2" pref 1 | jq '[.[].options? | .actions? // [] | .[].stats.packets] | add // 0'; }

# session PE: how its bgpd's session with the customer is, session_up_ms PE: for how long it has been up
session() { vty "$1" "show bgp vrf red neighbors ${CUSTOMER%% *} json" | jq -r ".[\"${CUSTOMER%% *}\"].bgpState // \"none\""; }
session_is() { [ "$(session "$1")" = "$2" ]; }
session_up_ms() { vty "$1" "show bgp vrf red neighbors ${CUSTOMER%% *} json" | jq -r ".[\"${CUSTOMER%% *}\"].bgpTimerUpMsec // 0"; }

# paths FAMILY PREFIX: by which PEs the remote one has it
paths() {
	vty host "show bgp $1 vpn json" | jq -r "[.routes.routeDistinguishers[][\"$2\"]? // empty | .[] | select(.valid) | .nexthops[].ip] |
		map(sub(\"^2001:db8:ff::\"; \"10.255.0.\")) | unique | join(\" \")"
}
# way PREFIX [-6]: the PE that the remote one's kernel sends to
way() { vrf_ip host ${2:-} -j route show vrf red "$1" | jq -r '.[0].via.host // .[0].gateway // "none"'; }
way_is() { [ "$(way 203.0.113.1)" = "$(underlay "$1")" ]; }
reaches() { in_ns far ping -q -c 1 -W 1 203.0.113.1 >/dev/null 2>&1; }

# fails_over NAME LIMIT COMMAND...: likewise, and none for LIMIT ms at most. PE2, which takes over, has no session with the customer
# ($HELD is its device) before all is over: without the routes that it has beforehand data would not flow.
fails_over() {
	local name=${1// /-}
	hold pe2 "$HELD" bgp
	check_err $? "PE2's session cannot be held"
	meanwhile "$1" "${@:3}"
	session_is pe2 Established
	check_fail $? "PE2's session is up, although it is held"
	check_le "$(outage "$name" 0)" "$2" "ms without a datagram from the customer"
	check_le "$(outage "$name" 1)" "$2" "ms without a datagram to him"
	let_go pe2 "$HELD"
}
