# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Flooding lists against FRR with zebra, as the other PE of a VNI: each puts the other into its device's
# list, and frames pass. evpnd learns from what arrives; FRR gets no RT-2 from it, and floods.
# Requirements B6, E34. Sourced.

flood_lists_us() { peer bridge fdb show dev vx100 | grep -q '^00:00:00:00:00:00 dst 192.0.2.1 '; }
flood_lists_us_not() { ! flood_lists_us; }
flood_lists_it() { dut bridge fdb show dev vx0 | grep -q '^00:00:00:00:00:00 dst 192.0.2.2 '; }
flood_lists_it_not() { ! flood_lists_it; }
flood_knows_us() { vty show evpn vni 100 json | jq -e '[.. | strings] | index("192.0.2.1") != null' >/dev/null; }
flood_ping() { dut ping -q -c 1 -W 1 10.0.0.2 && peer ping -q -c 1 -W 1 10.0.0.1; }

flood_devices() {
	dut ip link add br0 type bridge && dut ip link add vx0 type vxlan id 100 local 192.0.2.1 dstport 4789 &&
		peer ip link add br0 type bridge || return 1
	dut ip link set vx0 master br0 up
	dut ip link set ce0 master br0
	dut ip addr add 10.0.0.1/24 dev br0
	dut ip link set br0 up
	flood_peer_vni
	peer ip addr add 10.0.0.2/24 dev br0
	peer ip link set br0 up
}

flood_peer_vni() {
	peer ip link add vx100 type vxlan id 100 local 192.0.2.2 dstport 4789 nolearning
	peer ip link set vx100 master br0 up
}

flood_cases() {
	local what="flood: FRR"
	fresh
	if ! flood_devices 2>/dev/null; then
		skip "$what" "this kernel has no bridge or no VXLAN; guest.sh is run in one that has"
		return
	fi
	cat >"$TMP/zebra.conf" <<-END
		hostname peer
		log file $TMP/zebra.log
	END
	FRR_EVPN=advertise-all-vni frr_conf "timers connect 1"
	frr_start
	MODE=all-active PER_EVI=yes VLANS=untagged
	EVPND_TOP="bridges: [{bridge: br0, vni: 100, vxlan: vx0}]"
	if ! frr_session; then
		not_ok "$what: session"
		return
	fi
	check "$what: its RT-3 puts it into our flooding list" within 10 flood_lists_it
	check "$what: our RT-3 puts us into its flooding list" within 10 flood_lists_us
	check "$what: it shows us as a PE of the VNI" within 5 flood_knows_us
	check "$what: our RT-1 of the VNI has its route target" within 5 frr_rib 1 "RT:65000:100"
	check "$what: frames pass both ways" within 5 flood_ping
	peer ip link del vx100
	check "$what: its VNI goes, and it leaves our list" within 5 flood_lists_it_not
	flood_peer_vni
	check "$what: its VNI comes back, and it is in our list" within 10 flood_lists_it
	dut ip link set vx0 down
	check "$what: our device goes down, and we leave its list" within 5 flood_lists_us_not
	dut ip link set vx0 up
	check "$what: our device is up again" within 5 flood_lists_us
	evpnd_stop
	check "$what: evpnd stops, and we leave its list" within 5 flood_lists_us_not
	check "$what: our own list stays" flood_lists_it
}
