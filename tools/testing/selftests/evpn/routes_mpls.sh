#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An RFC 4364 core: a remote PE that speaks no EVPN, MPLS to it, and FRR unpatched everywhere. The customer has one eBGP session
# with the port-active group. The PE with the session exports what it has learned as VPNv4 and VPNv6, and so does the standby, whose
# routes are evpnd's. The remote PE has two paths, and takes the second one when the first PE loses the core or its attachment, dies, or is drained.
#
#     h1 (CE, AS 65100) === pe1, pe2 (VRF red, AS 65000) === MPLS === host (remote PE, VRF red: 198.51.100.1)

NEEDS="system frr"
ALL_TESTS="
	two_paths
	by_mpls
	core_isolation
	leg_cut
	pe_dies
	bgpd_killed
	drained
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
begin "a remote PE that speaks no EVPN has two paths, and reaches the customer by MPLS" C12 C13 C17 C72 D3 D4 D9 D13 D16
[ -x /usr/lib/frr/bgpd ] && [ -x /usr/lib/frr/staticd ] || skip "FRR's daemons are not in /usr/lib/frr"
[ -e /proc/sys/net/mpls/platform_labels ] || modprobe mpls_iptunnel 2>/dev/null || skip "this kernel has no MPLS"
LAB_VRF_EXTRA=", prefixes: {learn: [bgp]}"
# (with core-isolation: block the PE that lives would stand by as well, as its only session was with the other one)
lab --form routed --rr none --mode port-active --standby lacp-oos --ce lacp --retention 60s

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
vpn_families() { # NODE...
	echo " address-family ipv4 vpn"
	for n; do echo "  neighbor $(loopback "$n") activate"; done
	printf '%s\n' " exit-address-family" " address-family ipv6 vpn"
	for n; do echo "  neighbor $(loopback6 "$n") activate"; done
	echo " exit-address-family"
}
vrf_family() { # FAMILY RD REDISTRIBUTE...
	echo " address-family $1 unicast"
	printf '  redistribute %s\n' "${@:3}"
	printf '  %s\n' "rd vpn export $2" "rt vpn both 65000:1" "label vpn export auto" "export vpn" "import vpn"
	[ "$1" != ipv6 ] || ! [[ $2 = *:[12] ]] || echo "  neighbor fd00:1::1 activate"
	echo " exit-address-family"
}
pe_bgp() { # NUMBER
	echo "router bgp 65000"
	echo " bgp router-id 10.255.0.$1"
	echo " no bgp default ipv4-unicast"
	vpn_neighbor 10.255.0.100 "update-source 10.255.0.$1"
	vpn_neighbor 2001:db8:ff::100 "update-source 2001:db8:ff::$1"
	vpn_families host
	echo "router bgp 65000 vrf red"
	echo " bgp router-id 10.1.0.254"
	echo " no bgp ebgp-requires-policy"
	for a in 10.1.0.1 fd00:1::1; do
		printf ' neighbor %s remote-as 65100\n neighbor %s timers 3 9\n neighbor %s timers connect 1\n' $a $a $a
	done
	vrf_family ipv4 "65000:$1" "kernel route-map evpn"
	vrf_family ipv6 "65000:$1" "kernel route-map evpn"
	# our routes come after what a neighbour says
	printf '%s\n' "route-map evpn permit 10" " set weight 0" " set local-preference 50"
}
remote_bgp() {
	echo "router bgp 65000"
	echo " bgp router-id 10.255.0.100"
	local p
	echo " no bgp default ipv4-unicast"
	for p in pe1 pe2; do
		vpn_neighbor "$(loopback $p)" "update-source 10.255.0.100" passive
		vpn_neighbor "$(loopback6 $p)" "update-source 2001:db8:ff::100" passive
	done
	vpn_families pe1 pe2
	echo "router bgp 65000 vrf red"
	vrf_family ipv4 65000:100 connected
	vrf_family ipv6 65000:100 connected
}
customer_bgp() {
	echo "router bgp 65100"
	echo " bgp router-id 10.1.0.1"
	echo " no bgp ebgp-requires-policy"
	echo " no bgp network import-check"
	for a in 10.1.0.254 fd00:1::254; do
		printf ' neighbor %s remote-as 65000\n neighbor %s timers 3 9\n neighbor %s passive\n' $a $a $a
	done
	printf '%s\n' " address-family ipv4 unicast" "  network 203.0.113.1/32" " exit-address-family" \
		" address-family ipv6 unicast" "  network 2001:db8:c0::1/128" "  neighbor fd00:1::254 activate" " exit-address-family"
}
for n in h1 pe1 pe2 host; do frr_begin $n; done
for n in pe1 pe2 host; do core_begin $n; done
pe_bgp 1 >"$(frr_dir pe1)/bgpd.conf"
pe_bgp 2 >"$(frr_dir pe2)/bgpd.conf"
remote_bgp >"$(frr_dir host)/bgpd.conf"
customer_bgp >"$(frr_dir h1)/bgpd.conf"
customer_has 0
# the remote customer; nothing of the lab's leads to it but the core
ip -n "$(ns host)" -batch - <<-END
	link set core0.101 down
	link add name cust0 type dummy
	link set cust0 master red up
	addr add 198.51.100.1/32 dev cust0
	addr add 2001:db8:100::1/128 dev cust0 nodad
END
slowwait 25 ce_uses_only 1
check_err $? "the CE does not use PE1 alone: $(ce_ports ce)"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
frr_start host staticd bgpd
frr_start pe1 staticd bgpd-quiet
frr_start pe2 staticd bgpd-quiet
core_routes host pe1 pe2
core_routes pe1 host
core_routes pe2 host
vrf_known() { vty "$1" "show bgp vrfs json" | jq -e '.vrfs.red.vrfId | . > 0 and . < 4294967295' >/dev/null; }
for n in pe1 pe2 host; do
	slowwait 10 vrf_known $n
	check_err $? "$n's bgpd does not know the VRF"
done
frr_start h1 bgpd

# MPLS frames that came from a PE to the remote one, counted on the core
for n in pe1 pe2 host; do
	tc -n "$(ns core)" qdisc add dev $n clsact
	tc -n "$(ns core)" filter add dev $n ingress pref 1 protocol 0x8847 matchall action pass
	tc -n "$(ns core)" filter add dev $n egress pref 1 protocol 0x8847 matchall action pass
done
# mpls NODE ingress|egress: from it, to it
mpls() { tc -n "$(ns core)" -s -j filter show dev "$1" "$2" pref 1 | jq '[.[].options? | .actions? // [] | .[].stats.packets] | add // 0'; }

# paths FAMILY PREFIX: by which PEs the remote one has it
paths() {
	vty host "show bgp $1 vpn json" | jq -r "[.routes.routeDistinguishers[][\"$2\"]? // empty | .[] | select(.valid) | .nexthops[].ip] |
		map(sub(\"^2001:db8:ff::\"; \"10.255.0.\")) | unique | join(\" \")"
}
# way PREFIX [-6]: the PE that the remote one's kernel sends to
way() { vrf_ip host ${2:-} -j route show vrf red "$1" | jq -r '.[0].via.host // .[0].gateway // "none"'; }
way_is() { [ "$(way 203.0.113.1)" = "$(underlay "$1")" ]; }
both_paths() {
	[ "$(paths ipv4 203.0.113.1/32)" = "10.255.0.1 10.255.0.2" ] && [ "$(paths ipv6 2001:db8:c0::1/128)" = "10.255.0.1 10.255.0.2" ]
}
say_paths() {
	echo "IPv4 by '$(paths ipv4 203.0.113.1/32)', IPv6 by '$(paths ipv6 2001:db8:c0::1/128)'; PE2 has" \
		"$(vrf_ip pe2 -6 route show vrf red 2001:db8:c0::1 | tr '\n' ' '): $(pe_ctl pe2 prefix why 2001:db8:c0::1/128 | tr -s '\n ' ' ')"
}
reaches() { in_ns host ping -q -I red -I 198.51.100.1 -c 1 -W 1 203.0.113.1 >/dev/null 2>&1; }

# meanwhile COMMAND...: pinged every 50 ms from the remote customer; sets LOST, and LOST_MS
meanwhile() {
	in_ns host ping -q -I red -I 198.51.100.1 -i 0.05 -c 2000 -W 1 203.0.113.1 >"$LAB_RUN/ping" 2>&1 &
	local ping=$!
	sleep 0.5
	"$@"
	sleep 1
	# (what runs in the background of a shell ignores SIGINT, and so would the shell around it)
	pkill -INT -x ping
	wait $ping
	LOST=$(sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) received.*/\1 \2/p' "$LAB_RUN/ping" | awk '{ print $1 - $2 }')
	LOST_MS=$((LOST * 50))
}
# where: everything that decides about the way, for a failure
where() {
	echo "the CE's ports $(ce_ports ce | tr '\n' ';') PE1 $(nl_field pe1 role $ESI1), PE2 $(nl_field pe2 role $ESI1)," \
		"the remote PE sends to $(way 203.0.113.1), PE2 by $(best pe2 203.0.113.1) and back by $(best pe2 198.51.100.1);" \
		"$(pe_ctl pe1 es show be1 | tr '\n' ' '); $(pe_ctl pe2 es show be1 | tr '\n' ' ')"
}
home() { # all is as at the start
	slowwait 30 ce_uses_only 1 && slowwait 30 both_paths && slowwait 10 way_is pe1 && slowwait 10 reaches
}
# (the next hop of an IPv6 route is the customer's link-local address, which nobody has sent anything to yet: evpnd asks for it)
home
check_err $? "the remote PE has $(say_paths), its kernel sends to $(way 203.0.113.1); the CE's ports: $(ce_ports ce | tr '\n' ';')"

two_paths() {
	check_eq "$(paths ipv4 203.0.113.1/32)" "10.255.0.1 10.255.0.2" "PEs by which the remote one has the IPv4 prefix"
	check_eq "$(paths ipv6 2001:db8:c0::1/128)" "10.255.0.1 10.255.0.2" "PEs by which it has the IPv6 prefix"
	check_eq "$(n_ours pe1) $(n_ours pe1 -6)" "0 0" "routes of evpnd on the PE that has the session"
	check_eq "$(best pe2 203.0.113.1) $(best pe2 2001:db8:c0::1 -6)" "77 77" "on the standby, which also has PE1's by the core, the kernel takes that of"
	log_test "a remote PE that speaks no EVPN has two VPNv4 and two VPNv6 paths; the standby prefers its own leg"
}

by_mpls() {
	local to from
	to=$(mpls pe1 egress) from=$(mpls host egress)
	in_ns host ping -q -I red -I 198.51.100.1 -c 20 -i 0.05 -W 1 203.0.113.1 >"$LAB_RUN/ping" 2>&1
	check_err $? "IPv4: $(ping_loss)"
	in_ns host ping -6 -q -I red -I 2001:db8:100::1 -c 20 -i 0.05 -W 1 2001:db8:c0::1 >"$LAB_RUN/ping" 2>&1
	check_err $? "IPv6: $(ping_loss)"
	[ $(($(mpls pe1 egress) - to)) -ge 40 ] && [ $(($(mpls host egress) - from)) -ge 40 ]
	check_err $? "MPLS frames to PE1 and to the remote PE: $(($(mpls pe1 egress) - to)) and $(($(mpls host egress) - from)), should be 40"
	log_test "the remote customer reaches the other one by MPLS, both ways, IPv4 and IPv6"
}

core_isolation() {
	isolate() {
		local start
		start=$(mono_ms)
		cut_core pe1
		slowwait 20 way_is pe2
		check_err $? "the remote PE sends to $(way 203.0.113.1)"
		log_info "the remote PE takes the other path after $(($(mono_ms) - start)) ms"
		slowwait 20 ce_uses_only 2
		check_err $? "the CE does not use PE2 alone: $(where)"
		log_info "and the customer the other leg after $(($(mono_ms) - start)) ms"
		slowwait 20 reaches
		check_err $? "no way by PE2: $(where)"
		log_info "and all is well after $(($(mono_ms) - start)) ms"
	}
	meanwhile isolate
	log_info "PE1 isolated from the core: $LOST lost, about $LOST_MS ms"
	log_test "PE1 is isolated from the core: the remote PE takes the other path, and the customer the other leg"
	mend_core pe1
	home
	check_err $? "joined again: $(say_paths)"
	log_test "the core is whole again: all is as before"
}

leg_cut() {
	cut() {
		cut_cable ce pe1
		slowwait 10 way_is pe2
		check_err $? "the remote PE sends to $(way 203.0.113.1)"
		slowwait 10 reaches
		check_err $? "no way by PE2: $(where)"
		FIRST=$(vty pe2 "show bgp vrf red neighbors 10.1.0.1 json" | jq -r '.["10.1.0.1"].bgpState // "none"')
	}
	meanwhile cut
	log_info "attachment cut: $LOST lost, about $LOST_MS ms; bgpd of PE2 was $FIRST"
	log_test "the attachment of PE1 is cut: data flows by PE2"
	mend_cable ce pe1
	home
	check_err $? "mended: $(say_paths)"
	log_test "mended: all is as before"
}

# Power lost: neither the core nor the customer hears anything of PE1, and PE1 tells nobody.
pe_dies() {
	die() {
		cut_core pe1
		cut_cable ce pe1
		slowwait 20 way_is pe2
		check_err $? "the remote PE sends to $(way 203.0.113.1)"
		slowwait 20 reaches
		check_err $? "no way by PE2: $(where)"
	}
	meanwhile die
	log_info "PE1 dead: $LOST lost, about $LOST_MS ms"
	log_test "PE1 dies: the remote PE and the customer take the other one"
	mend_core pe1
	mend_cable ce pe1
	home
	check_err $? "PE1 is back: $(say_paths)"
	log_test "PE1 is back: all is as before"
}

bgpd_killed() {
	kill_it() {
		frr_stop pe1 KILL bgpd
		frr_daemon pe1 bgpd -p 0 # by FRR's watchdog
		slowwait 20 best_is pe1 203.0.113.1 bgp
		check_err $? "PE1 has it by $(best pe1 203.0.113.1)"
		slowwait 20 reaches
		check_err $? "no way: $(where)"
	}
	meanwhile kill_it
	log_info "bgpd of PE1 killed and started again: $LOST lost, about $LOST_MS ms"
	home
	check_err $? "bgpd is back: $(say_paths)"
	check_eq "$(nl_field pe1 role $ESI1) $(nl_field pe2 role $ESI1)" "df non-df" "roles"
	log_test "bgpd of PE1 is killed: the segment stays with PE1, and all is as before when bgpd is back"
}

# session PE: how bgpd's session with the customer is
session() { vty "$1" "show bgp vrf red neighbors 10.1.0.1 json" | jq -r '.["10.1.0.1"].bgpState // "none"'; }
session_is() { [ "$(session "$1")" = "$2" ]; }

# (bgpd of PE1 does not hear that its port is closed: evpnd ends the session, else bgpd would keep it, and what it tells the core, until
# the hold time is over)
drained() {
	local start
	drain() {
		start=$(mono_ms)
		pe_ctl pe1 es drain be1 >"$LAB_RUN/drain" || check_err 1 "drain: $(cat "$LAB_RUN/drain")"
		slowwait 30 way_is pe2
		check_err $? "the remote PE sends to $(way 203.0.113.1)"
		slowwait 10 reaches
		check_err $? "no way by PE2: $(where)"
	}
	meanwhile drain
	log_info "drained: $LOST lost, about $LOST_MS ms"
	[ "$LOST_MS" -le 4000 ]
	check_err $? "$LOST_MS ms lost: the hold time of 9 s decides"
	grep -q "the BGP session with 10.1.0.1 is ended, because it is closed here" "$LAB_RUN/pe1/evpnd.log"
	check_err $? "PE1's log does not say that the session is ended"
	ce_uses_only 2
	check_err $? "the CE does not use PE2 alone"
	slowwait 20 session_is pe2 Established
	check_err $? "the customer's session with PE2 is $(session pe2)"
	log_info "the customer's session is up with PE2 $(($(mono_ms) - start)) ms after the order"
	pe_ctl pe1 es drain be1 undo >/dev/null
	home
	check_err $? "undone: $(say_paths)"
	log_test "PE1 is drained, and comes back"
}

tests_run
finish
