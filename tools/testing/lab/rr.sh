# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The route reflector: FRR's bgpd, or GoBGP. Neither is told anything about the segments. Sourced.

# rr_names: those of this lab; "two" has two, "mixed" one beside the PEs' own sessions
rr_names() {
	case $LAB_RR in
	none) ;;
	two) echo rr rr2 ;;
	*) echo rr ;;
	esac
}

rr_up() {
	local rr
	case $LAB_RR in
	frr | two | mixed) for rr in $(rr_names); do rr_frr "$rr"; done ;;
	gobgp) rr_gobgp ;;
	none) ;;
	*) lab_fail "no such route reflector: $LAB_RR" ;;
	esac
}

# bgpd alone: without zebra it takes next hops as reachable, which is right on one subnet.
rr_frr() {
	local rr=${1:-rr}
	local dir=$LAB_RUN/$rr
	[ -x /usr/lib/frr/bgpd ] || lab_skip "FRR's bgpd is not installed"
	mkdir -p "$dir"
	cat >"$dir/bgpd.conf" <<-END
		log file $dir/bgpd.log
		log timestamp precision 6
		router bgp 65000
		 bgp router-id $(underlay "$rr")
		 bgp cluster-id $(underlay "$rr")
		 no bgp default ipv4-unicast
		 neighbor pe peer-group
		 neighbor pe remote-as 65000
		 neighbor pe timers 1 $LAB_HOLD
		 bgp listen range 192.0.2.0/24 peer-group pe
		 bgp listen range 2001:db8:2::/64 peer-group pe
		 address-family l2vpn evpn
		  neighbor pe activate
		  neighbor pe route-reflector-client
		 exit-address-family
	END
	chown -R frr:frr "$dir"
	in_ns "$rr" /usr/lib/frr/bgpd -d -Z -f "$dir/bgpd.conf" -i "$dir/pid" --vty_socket "$dir" \
		-u frr -g frr || lab_fail "bgpd does not start"
}

# GoBGP 3.10 treats a route as withdrawn that carries an EVPN community it does not know, and it does
# not know DF Election and Layer 2 Attributes: it keeps its sessions and reflects none of our routes,
# so that each PE elects itself. Good for looking at exactly that, and for nothing else.
rr_gobgp() {
	local dir=$LAB_RUN/rr p
	command -v gobgpd >/dev/null || lab_skip "gobgpd is not installed"
	mkdir -p "$dir"
	{
		cat <<-END
			[global.config]
			  as = 65000
			  router-id = "$(underlay rr)"
		END
		for ((p = 1; p <= LAB_PES; p++)); do
			cat <<-END
				[[neighbors]]
				  [neighbors.config]
				    neighbor-address = "$(underlay "pe$p")"
				    peer-as = 65000
				  [neighbors.transport.config]
				    passive-mode = true
				  [neighbors.timers.config]
				    hold-time = $LAB_HOLD
				    keepalive-interval = 1
				  [neighbors.route-reflector.config]
				    route-reflector-client = true
				    route-reflector-cluster-id = "$(underlay rr)"
				  [[neighbors.afi-safis]]
				    [neighbors.afi-safis.config]
				      afi-safi-name = "l2vpn-evpn"
			END
		done
	} >"$dir/gobgpd.toml"
	bg rr gobgpd -f "$dir/gobgpd.toml" --api-hosts=127.0.0.1:50051 -p >"$dir/gobgpd.log" 2>&1
	echo $! >"$dir/pid"
}

# rr_show: the reflector's own table, an outside reader's view
rr_show() {
	case $LAB_RR in
	frr | two | mixed) in_ns rr vtysh --vty_socket "$LAB_RUN/rr" -c 'show bgp l2vpn evpn' ;;
	gobgp) in_ns rr gobgp global rib -a evpn ;;
	esac
}
