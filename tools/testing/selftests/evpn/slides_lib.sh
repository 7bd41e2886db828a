# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The service of the slides, raised: see slides.sh for the picture. Sourced after lib.sh, neigh_lab.sh and routes_lib.sh.

CUSTOMER=10.6.1.1 GATEWAY=10.6.1.254
. "$TESTS_DIR/mpls_lib.sh"
HELD=pw1
: "${PREFIXES:=20}" # of the first customer
NEAR=cust1
modprobe ip_gre 2>/dev/null
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
# segments PE-NUMBER: of the pseudowires, instead of the lab's. With FAR_END the first customer's access PE is asked by BFD
segments() {
	local n file=$LAB_RUN/pe$1/evpnd.yaml
	sed -i '/^segments:/,$d' "$file"
	[ -z "${FAR_END:-}" ] || echo "bfd: {interval: 100ms, multiplier: 3}" >>"$file"
	echo "segments:" >>"$file"
	for n in 1 2; do
		cat >>"$file" <<-END
			  - name: pw$n
			    interface: pw$n
			    track: [acc$n]
			    ${FAR_END:+$([ $n = 1 ] && echo "far-end: 10.9.$n$1.2")}
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

# vpn_has PE: prefixes that SPEr has from it
vpn_has() { vty host "show bgp ipv4 vpn summary json" | jq ".peers[\"$(loopback "$1")\"].pfxRcd"; }
both_paths() {
	[ "$(paths ipv4 203.0.113.1/32)" = "10.255.0.1 10.255.0.2" ] && [ "$(vpn_has pe1)" -ge "$PREFIXES" ] && [ "$(vpn_has pe2)" -ge "$PREFIXES" ]
}
home() {
	slowwait 30 df_is 1 $ESI1 && slowwait 30 session_is pe1 Established && slowwait 30 both_paths && slowwait 10 way_is pe1 && slowwait 10 reaches
}
where() {
	echo "pw1: SPE1 $(nl_field pe1 role $ESI1), SPE2 $(nl_field pe2 role $ESI1); SPEr has it by '$(paths ipv4 203.0.113.1/32)' and sends to" \
		"$(way 203.0.113.1); the sessions are $(session pe1) and $(session pe2)"
}
home
check_err $? "at the start: $(where)"
