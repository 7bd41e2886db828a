# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Two PEs that only talk to a route reflector: FRR's bgpd, then GoBGP. Requirements A35, A36, B6, B8. Sourced.
#
#   dut 192.0.2.1 ---- 192.0.2.2 peer (reflector) 192.0.3.2 ---- 192.0.3.3 dut2

DUT2=interop-$$-dut2

rr_wire() {
	ip netns add "$DUT2" || return 1
	ip -n "$DUT2" link set lo up
	ip link add wire2 netns "$PEER" type veth peer name wire netns "$DUT2"
	peer ip addr add 192.0.3.2/24 dev wire2
	peer ip link set wire2 up
	ip -n "$DUT2" addr add 192.0.3.3/24 dev wire
	ip -n "$DUT2" link set wire up
	ip -n "$DUT2" link add ce0 type veth peer name ce0p
	ip -n "$DUT2" link set ce0 up
	ip -n "$DUT2" link set ce0p up
}

rr_start_second() {
	sed -e 's/router-id: .*/router-id: 192.0.3.3/' -e 's/address: 192.0.2.2/address: 192.0.3.2/' \
		-e 's/preference: [0-9]*/preference: 100/' "$TMP/evpnd.yaml" >"$TMP/evpnd2.yaml"
	ip netns exec "$DUT2" "$BUILD/evpnd" -n "$DUT2" -c "$TMP/evpnd2.yaml" >>"$TMP/evpnd2.log" 2>&1 &
	PEER_PIDS="$PEER_PIDS $!"
	within 5 ctl2 peer show
}

ctl2() { "$BUILD/evpnctl" -n "$DUT2" "$@"; }

rr_established() {
	established && [ "$(ctl2 -j peer show | jq -r '.peers[0].state')" = Established ]
}

# rr_df ADDRESS: both say so
rr_df() {
	our_df_is "$1" && [ "$(ctl2 -j es show ce1 | jq -r '.segments[0].df')" = "$1" ]
}

rr_no_own_routes() {
	[ "$(ctl -j route show type 4 | jq '[.routes[] | select(.originator == "192.0.2.1") | .paths[]] | length')" = 1 ]
}

rr_cases() {
	rr_wire || { not_ok "reflector: the wire"; return; }
	rr_frr_cases
	rr_gobgp_cases
	fresh
	ip netns del "$DUT2"
}

rr_frr_cases() {
	[ -x /usr/lib/frr/bgpd ] || { skip "reflector: FRR" "the package frr is not installed"; return; }
	fresh
	frr_conf route-reflector-client
	sed -i -e 's/^ neighbor 192.0.2.1 route-reflector-client$/ neighbor 192.0.3.3 remote-as 65000/' \
		-e 's/^  neighbor 192.0.2.1 activate$/&\n  neighbor 192.0.2.1 route-reflector-client\n  neighbor 192.0.3.3 activate\n  neighbor 192.0.3.3 route-reflector-client/' \
		"$TMP/bgpd.conf"
	FRR_ARGS=-Z frr_start
	MODE=port-active evpnd_conf
	evpnd_start && rr_start_second
	check "reflector FRR: both PEs are Established" within 10 rr_established
	check "reflector FRR: both elect the one with preference 200" within 10 rr_df 192.0.2.1
	check "reflector FRR: no route of our own comes back into the RIB" rr_no_own_routes
	dut ip link set ce0p down
	check "reflector FRR: its link fails: both see the other one" rr_failover
	dut ip link set ce0p up
	check "reflector FRR: and back" within 10 rr_df 192.0.2.1
}

rr_failover() {
	within 5 second_df_is 192.0.3.3 && [ "$(ctl2 -j es show ce1 | jq -r '.segments[0].role')" = df ]
}

second_df_is() { [ "$(ctl2 -j es show ce1 | jq -r '.segments[0].df')" = "$1" ]; }

rr_gobgp_cases() {
	command -v gobgpd >/dev/null || { skip "reflector: GoBGP" "the package gobgpd is not installed"; return; }
	fresh
	{
		printf '[global.config]\nas = 65000\nrouter-id = "192.0.2.2"\n'
		for address in 192.0.2.1 192.0.3.3; do
			cat <<-END
				[[neighbors]]
				  [neighbors.config]
				    neighbor-address = "$address"
				    peer-as = 65000
				  [neighbors.transport.config]
				    passive-mode = true
				  [neighbors.route-reflector.config]
				    route-reflector-client = true
				    route-reflector-cluster-id = "192.0.2.2"
				  [[neighbors.afi-safis]]
				    [neighbors.afi-safis.config]
				      afi-safi-name = "l2vpn-evpn"
			END
		done
	} >"$TMP/gobgp.toml"
	gobgp_start
	MODE=port-active evpnd_conf "basic-communities: yes"
	evpnd_start && rr_start_second
	check "reflector GoBGP: both PEs are Established" within 20 rr_established
	check "reflector GoBGP: RT-4 gets through, both elect the same PE" within 10 rr_same_df
	check "reflector GoBGP: one forwards, one does not" rr_one_forwards
}

rr_same_df() {
	local a b
	a=$(ctl -j es show ce1 | jq -r '.segments[0] | select(.peers | length == 1) | .df')
	b=$(ctl2 -j es show ce1 | jq -r '.segments[0] | select(.peers | length == 1) | .df')
	[ -n "$a" ] && [ "$a" != null ] && [ "$a" = "$b" ]
}

rr_one_forwards() {
	local roles
	roles="$(ctl -j es show ce1 | jq -r '.segments[0].role') $(ctl2 -j es show ce1 | jq -r '.segments[0].role')"
	echo "roles: $roles"
	[ "$roles" = "df non-df" ] || [ "$roles" = "non-df df" ]
}
