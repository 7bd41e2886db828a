#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The whole of the service: a customer behind an access PE, pseudowires from there to two service PEs, an MPLS core, and a remote
# PE that speaks no EVPN. Each pseudowire pair is a segment on which nobody leads the customer: the access PE is a bridge that learns where
# the gateway is. The customer has one eBGP session with the group; the second customer, at the other access PE, has static routes, and
# the other service PE as primary. Frames are counted between the customers and a remote one.
#
#     cust1 (AS 65100) --- ape1 --+--- pw1 --- pe1 (SPE1) ---+
#                              \ /                           |
#                               X                        MPLS core --- host (SPEr, FRR) --- far
#                              / \                           |
#     cust2 ------------- ape2 --+--- pw2 --- pe2 (SPE2) ----+

NEEDS="system frr"
ALL_TESTS="
	beforehand
	drained
	pseudowire_down
	pe_dies
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
CUSTOMER=10.6.1.1 GATEWAY=10.6.1.254
. "$(dirname "$0")/mpls_lib.sh"
begin "CE, access PEs, service PEs, MPLS core, remote PE: the service of the slides" D1 D2 D3 D4 D5 D7 D8 D9 D10 D11 D12 D13 D14 D15 D16 D17
[ -x /usr/lib/frr/bgpd ] && [ -x /usr/lib/frr/staticd ] || skip "FRR's daemons are not in /usr/lib/frr"
[ -e /proc/sys/net/mpls/platform_labels ] || modprobe mpls_iptunnel 2>/dev/null || skip "this kernel has no MPLS"
modprobe ip_gre 2>/dev/null
PREFIXES=20
NEAR=cust1
LAB_VRF_EXTRA=", prefixes: {learn: [bgp, static]}"
lab --form routed --rr none --mode port-active --standby block --ce lacp --retention 60s

# --- customers, access PEs and pseudowires -----------------------------------------------------

# access N: an access PE, its customer, and a pseudowire to each service PE, which has the same gateway on it as the other one
access() {
	local n=$1 p
	for p in ape$n cust$n; do
		ip netns add "$(ns $p)"
		defer ip netns del "$(ns $p)"
		in_ns $p sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
	done
	ip -n "$(ns ape$n)" -batch - <<-END
		link set lo up
		link add br0 type bridge mcast_snooping 0 forward_delay 0
		link set br0 up
		link add ce type veth peer name eth0 netns $(ns cust$n)
		link set ce master br0 up
	END
	ip -n "$(ns cust$n)" -batch - <<-END
		link set lo up
		link set eth0 up
		addr add 10.6.$n.1/24 dev eth0
		addr add 203.0.113.$n/32 dev lo
		route add default via 10.6.$n.254
	END
	for p in 1 2; do pseudowire "$n" "$p"; done
}
pseudowire() { # ACCESS-PE SERVICE-PE
	ip -n "$(ns "pe$2")" -batch - <<-END
		link add acc$1 type veth peer name acc$2 netns $(ns "ape$1")
		addr add 10.9.$1$2.1/24 dev acc$1
		link set acc$1 up
		link add pw$1 type gretap local 10.9.$1$2.1 remote 10.9.$1$2.2
		link set pw$1 addrgenmode none address 02:00:00:00:06:0$1
		link set pw$1 master red up
		addr add 10.6.$1.254/24 dev pw$1
	END
	ip -n "$(ns "ape$1")" -batch - <<-END
		addr add 10.9.$1$2.2/24 dev acc$2
		link set acc$2 up
		link add pw$2 type gretap local 10.9.$1$2.2 remote 10.9.$1$2.1
		link set pw$2 addrgenmode none master br0 up
	END
}
# segments PE-NUMBER: of the pseudowires, instead of the lab's
segments() {
	local n file=$LAB_RUN/pe$1/evpnd.yaml
	sed -i '/^segments:/,$d' "$file"
	echo "segments:" >>"$file"
	for n in 1 2; do
		cat >>"$file" <<-END
			  - name: pw$n
			    interface: pw$n
			    esi: 00:11:22:33:44:55:66:77:88:0$n
			    mode: port-active
			    standby: block
			    retention: 60s
			    df: {algorithm: preference, preference: $((n == $1 ? 200 : 100)), wait: 0s, recovery-wait: 0s}
		END
	done
	pe_ctl "pe$1" config reload >"$LAB_RUN/reload" 2>&1
	check_err $? "configuration of pe$1: $(cat "$LAB_RUN/reload")"
}
for n in 1 2; do access $n; done
for n in 1 2; do segments $n; done
for n in cust1 pe1 pe2 host; do frr_begin $n; done
core_begin_all
mapfile -t networks < <(for ((i = 1; i < PREFIXES; i++)); do echo "  network 10.20.0.$i/32"; done)
customer_bgp "${networks[@]}" >"$(frr_dir cust1)/bgpd.conf"
far_customer

df_is() { [ "$(nl_field "pe$1" role "$2")" = df ] && [ "$(nl_field "pe$((3 - $1))" role "$2")" = non-df ]; }
slowwait 20 df_is 1 $ESI1
check_err $? "SPE1 does not forward for pw1: $(pe_ctl pe1 es show pw1 | tr '\n' ' ')"
slowwait 20 df_is 2 $ESI2
check_err $? "SPE2 does not forward for pw2: $(pe_ctl pe2 es show pw2 | tr '\n' ' ')"
for n in 1 2; do
	slowwait 10 in_ns cust$n ping -q -c 1 -W 1 10.6.$n.254 >/dev/null
	check_err $? "customer $n does not reach its gateway"
done
vrf_ip pe2 route add vrf red 203.0.113.2/32 via 10.6.2.1 proto static
frr_start_all cust1

both_paths() { [ "$(paths ipv4 203.0.113.1/32)" = "10.255.0.1 10.255.0.2" ] && [ "$(paths ipv4 10.20.0.1/32)" = "10.255.0.1 10.255.0.2" ]; }
session() { vty "$1" "show bgp vrf red neighbors 10.6.1.1 json" | jq -r '.["10.6.1.1"].bgpState // "none"'; }
session_is() { [ "$(session "$1")" = "$2" ]; }
home() {
	slowwait 30 df_is 1 $ESI1 && slowwait 30 session_is pe1 Established && slowwait 30 both_paths && slowwait 10 way_is pe1 && slowwait 10 reaches
}
where() {
	echo "pw1: SPE1 $(nl_field pe1 role $ESI1), SPE2 $(nl_field pe2 role $ESI1); SPEr has it by '$(paths ipv4 203.0.113.1/32)' and sends to" \
		"$(way 203.0.113.1); the sessions are $(session pe1) and $(session pe2)"
}
home
check_err $? "at the start: $(where)"

# --- what is asked -----------------------------------------------------------------------------

# D8 to D11, D17: the primary tells; the backup has routes and neighbour through its own pseudowire, which passes nothing
beforehand() {
	check_eq "$(nl_field pe2 oper $ESI1)" blocked "the backup's pseudowire"
	vrf_ip pe2 -j route show vrf red proto 77 | jq -e "[.[] | select(.dev == \"pw1\" and .gateway == \"10.6.1.1\")] | length == $PREFIXES" >/dev/null
	check_err $? "SPE2's routes by pw1: $(vrf_ip pe2 route show vrf red proto 77 | wc -l), should be $PREFIXES"
	[ -n "$(kernel_mac pe2 pw1 10.6.1.1)" ]
	check_err $? "SPE2 does not know the customer's router"
	[ "$(best pe1 203.0.113.2)" = 77 ]
	check_err $? "SPE1 has the other customer's prefix by $(best pe1 203.0.113.2)"
	session_is pe2 Established
	check_fail $? "the backup has a session with the customer"
	both_paths
	check_err $? "SPEr: $(where)"
	slowwait 5 in_ns far ping -q -c 1 -W 1 203.0.113.2 >/dev/null
	check_err $? "the second customer is not reached"
	log_test "one session, one primary for each pseudowire pair; the backup has routes and neighbour before it needs them; SPEr has both"
}

# changes_of COMMAND...: sets UPDATES, which SPEr has heard from the PEs meanwhile, and CHANGES of routes to the customer in its kernel
changes_of() {
	local before mon
	updates() { vty host "show bgp neighbors json" | jq '[.[].messageStats.updatesRecv] | add'; }
	before=$(updates)
	$NSEXEC "$(ns host)" ip monitor route >"$LAB_RUN/changes" &
	mon=$!
	"$@"
	kill $mon
	wait $mon 2>/dev/null
	UPDATES=$(($(updates) - before))
	CHANGES=$(grep -c "^\(Deleted \)\?\(203.0.113.1\|10.20.0.[0-9]*\) .*table 101" "$LAB_RUN/changes")
}

goes_to() { # PE COMMAND...
	"${@:2}" >"$LAB_RUN/out" 2>&1
	check_err $? "$*: $(cat "$LAB_RUN/out")"
	slowwait 20 way_is "$1"
	check_err $? "SPEr does not send to $1: $(where)"
	slowwait 10 reaches
	check_err $? "no way by $1: $(where)"
}

drained() {
	meanwhile "SPE1 drained" goes_to pe2 pe_ctl pe1 es drain pw1
	check_eq "$FROM $TO" "0 0" "datagrams lost from the customer and to him"
	slowwait 20 session_is pe2 Established
	check_err $? "the customer's session: $(where)"
	slowwait 20 both_paths
	check_err $? "SPE1 drained: $(where)"
	meanwhile "SPE1 is back" goes_to pe1 pe_ctl pe1 es drain pw1 undo
	check_eq "$FROM $TO" "0 0" "datagrams lost from the customer and to him when SPE1 is back"
	home
	check_err $? "SPE1 is back: $(where)"
	log_test "maintenance of SPE1: make before break, no datagram is lost, neither when it is over"
}

# at PE TEXT: when its log says so for the last time, in ms since midnight
at() { grep -F "$2" "$LAB_RUN/$1/evpnd.log" | tail -n 1 | awk '{ split($1, t, ":"); printf "%d\n", (t[1] * 3600 + t[2] * 60 + t[3]) * 1000 }'; }
session_up() { # when SPE2's bgpd had its session with the customer, likewise
	local up now
	up=$(vty pe2 "show bgp vrf red neighbors 10.6.1.1 json" | jq -r '.["10.6.1.1"].bgpTimerUpMsec // 0')
	now=$(date +%H:%M:%S.%3N | awk -F: '{ printf "%d\n", ($1 * 3600 + $2 * 60 + $3) * 1000 }')
	echo $((now - up))
}

pseudowire_down() {
	cut_pw() { goes_to pe2 ip -n "$(ns pe1)" link set pw1 down; }
	cut_and_count() { changes_of cut_pw; }
	meanwhile "SPE1's pseudowire is down" cut_and_count
	log_info "SPEr heard $UPDATES updates and changed $CHANGES routes, of $PREFIXES prefixes"
	[ "$CHANGES" -le $((3 * PREFIXES)) ]
	check_err $? "SPEr changed $CHANGES routes for $PREFIXES prefixes"
	slowwait 20 session_is pe2 Established
	check_err $? "the customer's session: $(where)"
	local down df bgp
	down=$(at pe1 "segment pw1: down") df=$(at pe2 "segment pw1: this PE forwards now") bgp=$(session_up)
	log_info "pw1 down at 0, SPE2 forwards after $((df - down)) ms, the session is up after $((bgp - down)) ms"
	[ "$down" -le "$df" ] && [ "$df" -lt "$bgp" ]
	check_err $? "order: down $down, DF $df, BGP $bgp"
	# data needs no session
	[ $((TO * 5)) -lt $((bgp - down)) ]
	check_err $? "$TO datagrams lost, 5 ms each: as long as the session was away, $((bgp - down)) ms"
	slowwait 5 in_ns far ping -q -c 1 -W 1 203.0.113.2 >/dev/null
	check_err $? "the second customer is not reached"
	log_test "a pseudowire fails: withdrawn, taken over, and data flows before the session is there again"
	ip -n "$(ns pe1)" link set pw1 up
	home
	check_err $? "pw1 is up again: $(where)"
	log_test "it is up again: all is as before"
}

pe_dies() {
	local n
	die() {
		cut_core pe1
		for n in 1 2; do ip -n "$(ns pe1)" link set acc$n down; done
	}
	meanwhile "SPE1 dead" goes_to pe2 die
	slowwait 20 session_is pe2 Established
	check_err $? "the customer's session: $(where)"
	log_test "SPE1 dies: SPE2 serves both customers"
	for n in 1 2; do ip -n "$(ns pe1)" link set acc$n up; done
	mend_core pe1
	home
	check_err $? "SPE1 is back: $(where)"
	log_test "SPE1 is back: all is as before"
}

tests_run
finish
