# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What evpnd sends, read by Wireshark's dissector: an independent reader of every octet.
# Requirements A15, A16, A17, A29, A30. Sourced.

wire_cases() {
	if ! command -v tshark >/dev/null || ! command -v tcpdump >/dev/null; then
		skip "tshark" "the packages tshark and tcpdump are not installed"
		return
	fi
	say "$(tshark --version 2>/dev/null | head -n 1)"
	fresh
	ip netns exec "$PEER" tcpdump -i wire -U --immediate-mode -w "$TMP/capture" tcp >"$TMP/tcpdump.log" 2>&1 &
	PEER_PIDS="$PEER_PIDS $!"
	within 5 grep -q listening "$TMP/tcpdump.log"
	MODE=port-active
	evpnd_conf "passive: yes"
	evpnd_start
	peer "$HERE/raw.py" refresh-request >/dev/null
	raw_stays es wire_flap
	evpnd_stop
	sleep 0.5
	check "tshark: no malformed field and no expert warning in what we send" wire_clean
	check "tshark: OPEN with the capability l2vpn evpn" wire_has "bgp.cap.mp.afi == 25 && bgp.cap.mp.safi == 70"
	check "tshark: RT-4 with our segment and originator" wire_has \
		"bgp.evpn.nlri.rt == 4 && bgp.evpn.nlri.esi.value == 44:38:39:ff:ff:01:00:00:01"
	check "tshark: RT-4 with ES-Import" wire_has "bgp.ext_com_evpn.esi.rt == 44:38:39:ff:ff:01"
	check "tshark: RT-1 per ES with ESI Label, single-active" wire_has \
		"bgp.evpn.nlri.rt == 1 && bgp.ext_com_l2.esi_label_flag == 1"
	check "tshark: RT-4 with DF Election: algorithm 2, P, preference 200" wire_has \
		"bgp.evpn.nlri.rt == 4 && frame contains 06:06:02:04:00:00:00:c8"
	check "tshark: RT-1 per ES with Layer 2 Attributes, P and nothing else" wire_has \
		"bgp.evpn.nlri.rt == 1 && bgp.ext_com_evpn.l2attr.flags == 0x0002 && bgp.ext_com_evpn.l2attr.l2_mtu == 0"
	check "tshark: BoRR and EoRR" wire_has_both
	check "tshark: End-of-RIB" wire_has "frame contains 80:0f:03:00:19:46"
	check "tshark: a withdraw" wire_has "bgp.update.path_attribute.type_code == 15 && bgp.evpn.nlri.rt == 4"
	check "tshark: at least 12 messages of ours were read" wire_many
}

# The segment goes and comes back: a withdraw, and its routes again.
wire_flap() {
	dut ip link set ce0p down
	within 20 wire_own 0
	dut ip link set ce0p up
	within 20 wire_own 1
}

wire_own() { [ "$(ctl -j route show type 4 | jq "[.routes[] | select(any(.paths[]; .peer != \"192.0.2.2\"))] | length")" = "$1" ]; }

wire_read() { tshark -r "$TMP/capture" -Y "ip.src == 192.0.2.1 && bgp && ($1)" 2>"$TMP/tshark.err"; }

wire_has() { wire_read "$1" | grep -q .; }

wire_has_both() { wire_has "bgp.route_refresh.subtype == 1" && wire_has "bgp.route_refresh.subtype == 2"; }

wire_many() {
	[ "$(tshark -r "$TMP/capture" -Y "ip.src == 192.0.2.1 && bgp" -T fields -e bgp.type 2>/dev/null |
		tr ',' '\n' | grep -c .)" -ge 12 ]
}

# Expert information of Wireshark has severities: chat, note, warning, error. The last two are ours to mind.
wire_clean() {
	wire_read "_ws.malformed || _ws.expert.severity >= 0x00600000" >"$TMP/bad"
	[ -s "$TMP/capture" ] && [ ! -s "$TMP/bad" ] && return
	tshark -r "$TMP/capture" -Y "ip.src == 192.0.2.1 && bgp" -V 2>/dev/null | grep -B3 -A3 "Expert\|Malformed"
	cat "$TMP/bad"
	return 1
}
