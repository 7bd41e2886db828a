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
	evpnd_killed
	esi_form
	drained
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
. "$(dirname "$0")/mpls_lib.sh"
HELD=bond0.1
begin "a remote PE that speaks no EVPN has two paths, and reaches the customer by MPLS" C12 C13 C17 C70 C72 D3 D4 D9 D13 D16
[ -x /usr/lib/frr/bgpd ] && [ -x /usr/lib/frr/staticd ] || skip "FRR's daemons are not in /usr/lib/frr"
[ -e /proc/sys/net/mpls/platform_labels ] || modprobe mpls_iptunnel 2>/dev/null || skip "this kernel has no MPLS"
LAB_VRF_EXTRA=", prefixes: {learn: [bgp]}"
# (with core-isolation: block the PE that lives would stand by as well, as its only session was with the other one)
lab --form routed --rr none --mode port-active --standby lacp-oos --ce lacp --retention 60s

for n in h1 pe1 pe2 host; do frr_begin $n; done
core_begin_all
customer_bgp >"$(frr_dir h1)/bgpd.conf"
customer_has 0
far_customer
slowwait 25 ce_uses_only 1
check_err $? "the CE does not use PE1 alone: $(ce_ports ce)"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
frr_start_all h1

both_paths() {
	[ "$(paths ipv4 203.0.113.1/32)" = "10.255.0.1 10.255.0.2" ] && [ "$(paths ipv6 2001:db8:c0::1/128)" = "10.255.0.1 10.255.0.2" ]
}
say_paths() {
	local p
	echo "IPv4 by '$(paths ipv4 203.0.113.1/32)', IPv6 by '$(paths ipv6 2001:db8:c0::1/128)';"
	for p in pe1 pe2; do
		echo "$p has $(vrf_ip $p route show vrf red 203.0.113.1) and $(vrf_ip $p -6 route show vrf red 2001:db8:c0::1);" \
			"$(pe_ctl $p prefix why 203.0.113.1/32); $(pe_ctl $p prefix why 2001:db8:c0::1/128)"
	done | tr -s '\n ' ' '
}
# where: everything that decides about the way, for a failure
where() {
	echo "the CE's ports $(ce_ports ce | tr '\n' ';') PE1 $(nl_field pe1 role $ESI1), PE2 $(nl_field pe2 role $ESI1)," \
		"the remote PE sends to $(way 203.0.113.1), PE2 by $(best pe2 203.0.113.1) and back by $(best pe2 198.51.100.1);" \
		"$(pe_ctl pe1 es show be1 | tr '\n' ' '); $(pe_ctl pe2 es show be1 | tr '\n' ' ')"
}
mpls_counted pe1 pe2 host
home() { # all is as at the start
	slowwait 30 ce_uses_only 1 && slowwait 30 both_paths && slowwait 10 way_is pe1 && slowwait 10 reaches &&
		slowwait 30 best_is pe1 203.0.113.1 bgp && slowwait 30 best_is pe1 2001:db8:c0::1 bgp -6
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
	in_ns far ping -q -c 20 -i 0.05 -W 1 203.0.113.1 >"$LAB_RUN/ping" 2>&1
	check_err $? "IPv4: $(ping_loss)"
	in_ns far ping -6 -q -c 20 -i 0.05 -W 1 2001:db8:c0::1 >"$LAB_RUN/ping" 2>&1
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
	fails_over "PE1 isolated from the core" $CORE_LOST isolate
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
	}
	fails_over "attachment cut" $LEG_LOST cut
	log_test "the attachment of PE1 is cut: data flows by PE2, without a session"
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
	fails_over "PE1 dead" $CORE_LOST die
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
	meanwhile "bgpd of PE1 killed and started again" kill_it
	# until bgpd has started, and the customer's hold time of 9 s at the most
	check_le "$(outage bgpd-of-PE1-killed-and-started-again 0)" 12000 "ms without a datagram from the customer"
	check_le "$(outage bgpd-of-PE1-killed-and-started-again 1)" 12000 "ms without a datagram to him"
	home
	check_err $? "bgpd is back: $(say_paths)"
	check_eq "$(nl_field pe1 role $ESI1) $(nl_field pe2 role $ESI1)" "df non-df" "roles"
	log_test "bgpd of PE1 is killed: the segment stays with PE1, and all is as before when bgpd is back"
}

# changes_of_all COMMAND...: of routes, in the kernels of both PEs and of the remote one, meanwhile
changes_of_all() {
	local n mon=()
	for n in pe1 pe2 host; do
		$NSEXEC "$(ns $n)" ip monitor route >"$LAB_RUN/changes-$n" &
		mon+=($!)
	done
	"$@"
	kill "${mon[@]}"
	wait "${mon[@]}" 2>/dev/null
	CHANGES=$(cat "$LAB_RUN"/changes-{pe1,pe2,host})
}

# Of the PE that has learned the routes, and of that which has installed them: what they tell the core is FRR's and stays.
evpnd_killed() {
	local p
	again() {
		pe_stop $p KILL
		sleep 1
		pe_start $p
		slowwait 20 sessions_up
		check_err $? "no session"
		slowwait 20 ce_uses_only 1
		check_err $? "the CE does not use PE1 alone: $(where)"
		sleep 2 # what is to go when all have said what they know goes now
	}
	again_counted() { changes_of_all again; }
	for p in pe1 pe2; do
		meanwhile "evpnd of ${p^^} killed" again_counted
		check_eq "$FROM" 0 "datagrams lost from the customer"
		# PE2 serves him, too, until evpnd is back: his LAG may send it the answer to what PE1 asks by ARP, and PE1 loses the neighbour
		check_le "$TO" 1000 "datagrams lost to the customer"
		# (in the same way the other PE may lose it, and has one route made again; if all were, it is four)
		check_le "$(grep -c . <<<"$CHANGES")" 2 "changes of routes: $(head -n 3 <<<"$CHANGES")"
		both_paths
		check_err $? "$(say_paths)"
		home
		check_err $? "evpnd of ${p^^} is back: $(where)"
		log_test "evpnd of ${p^^} is killed and comes back: the routes stay, and nothing from the customer is lost"
	done
}

told_by_esi() {
	local p
	for p in 203.0.113.1/32 2001:db8:c0::1/128; do
		[ "$(prefix_json pe2 $p '.prefixes[0] | "\(.state) \(.from[0].form)"')" = "installed esi" ] || return
	done
}

# C70: by the segment's ESI instead of the next hop's address
esi_form() {
	reload_with 's/prefixes: {learn/prefixes: {form: esi, learn/'
	defer reload_with "'s/form: esi, //'"
	slowwait 20 told_by_esi
	check_err $? "PE2: $(pe_ctl pe2 prefix why 203.0.113.1/32 | tr -s '\n ' ' '); $(pe_ctl pe2 prefix why 2001:db8:c0::1/128 | tr -s '\n ' ' ')"
	home
	check_err $? "$(say_paths)"
	two_paths
	leg_cut
}

# drain_or_undo PE [undo]: and all is well by way of PE
drain_or_undo() {
	pe_ctl pe1 es drain be1 ${2:-} >"$LAB_RUN/drain" || check_err 1 "drain: $(cat "$LAB_RUN/drain")"
	slowwait 30 way_is "$1"
	check_err $? "the remote PE sends to $(way 203.0.113.1)"
	slowwait 20 ce_uses_only "${1#pe}"
	check_err $? "the CE does not use ${1^^} alone: $(where)"
	slowwait 10 reaches
	check_err $? "no way by ${1^^}: $(where)"
}

# Make before break: PE2 opens, then evpnd ends the customer's session with PE1's bgpd, so that the core sends to PE2, then LACP tells
# the CE to leave, and then PE1 closes.
drained() {
	local start up
	start=$(mono_ms)
	meanwhile "PE1 drained" drain_or_undo pe2
	check_eq "$FROM" 0 "datagrams lost from the customer"
	# one may come as his bond closes the port
	check_le "$TO" 1 "datagrams lost to him"
	grep -q "the BGP session with 10.1.0.1 is ended, because it is handed over" "$LAB_RUN/pe1/evpnd.log"
	check_err $? "PE1's log does not say that the session is ended"
	slowwait 20 session_is pe2 Established
	check_err $? "the customer's session with PE2 is $(session pe2)"
	up=$(session_up_ms pe2)
	log_info "the customer's session is up with PE2 $(($(mono_ms) - up - start)) ms after the order, a second more or less"
	log_test "PE1 is drained: nothing is lost, and the customer's session goes over"
	slowwait 20 both_paths
	check_err $? "with PE1 drained: $(say_paths)"
	meanwhile "PE1 is back" drain_or_undo pe1 undo
	check_eq "$FROM" 0 "datagrams lost from the customer"
	# one may come as his bond closes the port
	check_le "$TO" 1 "datagrams lost to him"
	home
	check_err $? "undone: $(say_paths)"
	log_test "PE1 comes back: nothing is lost"
}

tests_run
finish
