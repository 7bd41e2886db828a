# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# FRR's bgpd, alone (it takes next hops as reachable then) or with zebra for its own `evpn mh`.
# Requirements A16, A17 (as FRR reads them), B3, B6, B8. Sourced.

# frr_conf NEIGHBOR-LINES: bgpd.conf; each line is one `neighbor ADDRESS ...` without the first two words
frr_conf() {
	local address=${FRR_NEIGHBOR:-192.0.2.1} line
	cat >"$TMP/bgpd.conf" <<-END
		hostname peer
		log file $TMP/bgpd.log
		router bgp ${FRR_AS:-65000}
		 bgp router-id 192.0.2.2
		 no bgp default ipv4-unicast
		 no bgp ebgp-requires-policy
		 bgp graceful-restart-disable
		 neighbor $address remote-as 65000
	END
	for line in "$@"; do
		echo " neighbor $address $line" >>"$TMP/bgpd.conf"
	done
	cat >>"$TMP/bgpd.conf" <<-END
		 address-family l2vpn evpn
		  neighbor $address activate
		  ${FRR_EVPN:-}
		 exit-address-family
	END
	sed -i "${FRR_GR:+/graceful-restart-disable/d}" "$TMP/bgpd.conf"
}

frr_start() {
	chown -R frr:frr "$TMP"
	chmod 755 "$TMP"
	if [ -e "$TMP/zebra.conf" ]; then
		peer_run /usr/lib/frr/zebra -f "$TMP/zebra.conf" -i "$TMP/zebra.pid" \
			--vty_socket "$TMP" -z "$TMP/zserv" -u frr -g frr
		within 5 test -S "$TMP/zserv"
	fi
	# shellcheck disable=SC2086
	peer_run /usr/lib/frr/bgpd ${FRR_ARGS:-} -f "$TMP/bgpd.conf" -i "$TMP/bgpd.pid" \
		--vty_socket "$TMP" -z "$TMP/zserv" -u frr -g frr
	within 5 test -S "$TMP/bgpd.vty"
}

vty() { vtysh --vty_socket "$TMP" -c "$*"; }

# The neighbour's own word for the session.
frr_established() {
	[ "$(vty show bgp neighbors json | jq -r '.[].bgpState')" = Established ]
}

# frr_rib TYPE TEXT: a route of that type, which shows TEXT
frr_rib() {
	vty show bgp l2vpn evpn route detail | grep -A12 "\[$1\]:" | grep -q "$2"
}

frr_session() {
	evpnd_conf "$1"
	evpnd_start || return 1
	within 10 established && within 5 frr_established
}

frr_cases() {
	if [ ! -x /usr/lib/frr/bgpd ]; then
		skip "FRR" "the package frr is not installed"
		return
	fi
	say "FRR $(/usr/lib/frr/bgpd -v | sed -n 's/.*version //p')"

	fresh
	FRR_ARGS=-Z frr_conf && FRR_ARGS=-Z frr_start
	check "frr: iBGP over IPv4 is Established" frr_session
	check "frr: has our RT-4 with ES-Import and DF Election" frr_has_es
	check "frr: has our RT-1 per ES, single-active" frr_has_ad
	check "frr: End-of-RIB, explicit or implied" within 10 test_true end-of-rib
	check "frr: asks for a refresh, gets it, both stay up" frr_refresh_out
	check "frr: is asked for a refresh" frr_refresh_in
	check "frr: a hard clear on its side comes back" frr_clear
	check "frr: shutdown communication is shown" frr_shutdown

	fresh
	frr_conf && FRR_ARGS=-Z frr_start
	check "frr: evpnd stops: routes are withdrawn, Cease 6/2 received" frr_we_stop

	fresh
	ADDRESS=2001:db8::2
	FRR_NEIGHBOR=2001:db8::1 frr_conf && FRR_ARGS=-Z frr_start
	check "frr: iBGP over IPv6 is Established" frr_session
	check "frr: has our RT-4 over IPv6" within 5 frr_rib 4 ES-Import

	fresh
	FRR_GR=default frr_conf && FRR_ARGS=-Z frr_start
	check "frr: graceful restart as FRR has it by default: Established" frr_session
	check "frr: and End-of-RIB is sent, not implied" frr_explicit_eor

	fresh
	REMOTE_AS=65002
	FRR_AS=65002 frr_conf && FRR_ARGS=-Z frr_start
	check "frr: eBGP is Established" frr_session
	check "frr: our AS is in AS_PATH" within 5 frr_rib 4 65000

	fresh
	REMOTE_AS=4200000001
	FRR_AS=4200000001 frr_conf && FRR_ARGS=-Z frr_start
	check "frr: eBGP with a 4-octet AS is Established" frr_session

	fresh
	frr_conf "timers connect 1" && FRR_ARGS=-Z frr_start
	check "frr: we are passive, it connects" frr_session "passive: yes"

	fresh
	frr_conf passive && FRR_ARGS=-Z frr_start
	check "frr: it is passive, we connect" frr_session

	fresh
	frr_conf "timers connect 1" && FRR_ARGS="-Z -p 1179" frr_start
	check "frr: on port 1179" frr_session "port: 1179"

	fresh
	frr_conf "ttl-security hops 1" && FRR_ARGS=-Z frr_start
	check "frr: GTSM on both sides" frr_session "gtsm-hops: 1"

	fresh
	frr_conf "timers connect 1" "timers 1 3" && FRR_ARGS=-Z frr_start
	check "frr: hold time 3 s is Established" frr_session "hold-time: 3s"
	check "frr: hold time 3 s stays up for 10 s" stays_up 10
	check "frr: dead without a word: down within 4 s" frr_dies

	frr_md5_cases
	frr_collision_case
	frr_mh_cases
}

test_true() { [ "$(peer_field "\"$1\"")" = true ]; }

frr_has_es() {
	within 5 frr_rib 4 "ES-Import-Rt:44:38:39:ff:ff:01" && frr_rib 4 "DF: (alg: 2, pref: 200)"
}

frr_has_ad() {
	within 5 frr_rib 1 "ESI-label-Rt:SA"
}

frr_explicit_eor() {
	within 10 test_true end-of-rib && peer_field capabilities | grep -q graceful-restart
}

frr_refreshes() {
	vty show bgp neighbors json | jq ".[].messageStats.routeRefresh$1"
}

frr_refresh_out() {
	local before
	before=$(peer_field sent.updates)
	vty clear bgp l2vpn evpn 192.0.2.1 soft in
	within 5 test_updates_beyond "$before" && within 5 frr_rib 4 ES-Import && stays_up 1
}

test_updates_beyond() { [ "$(peer_field sent.updates)" -gt "$1" ]; }

frr_refresh_in() {
	ctl peer clear 192.0.2.2 soft in || return 1
	within 5 frr_got_refresh && stays_up 1
}

frr_got_refresh() { [ "$(frr_refreshes Recv)" -ge 1 ]; }

frr_clear() {
	local before
	before=$(resets)
	vty clear bgp '*'
	within 5 test_resets_beyond "$before" && within 15 established && within 5 frr_rib 4 ES-Import
}

test_resets_beyond() { [ "$(resets)" -gt "$1" ]; }

frr_shutdown() {
	vtysh --vty_socket "$TMP" -c "configure terminal" -c "router bgp 65000" \
		-c "neighbor 192.0.2.1 shutdown message moving to rack 7"
	within 5 not_established && within 2 last_error_has "moving to rack 7"
}

last_error_has() { peer_field '"last-error"' | grep -q "$1"; }

frr_we_stop() {
	frr_session || return 1
	within 5 frr_rib 4 ES-Import || return 1
	evpnd_stop
	within 3 frr_rib_empty && within 3 frr_reset_reason
}

frr_rib_empty() { ! frr_rib 4 ES-Import; }

frr_reset_reason() {
	vty show bgp neighbors 192.0.2.1 | grep -q "Administrative Shutdown"
}

frr_dies() {
	local pid
	pid=$(cat "$TMP/bgpd.pid")
	kill -STOP "$pid"
	within 5 not_established && last_error_has "Hold Timer"
	local r=$?
	kill -CONT "$pid"
	return $r
}

frr_md5_cases() {
	fresh
	echo -n "a-key-of-24-octets,-say.." >"$TMP/key"
	frr_conf "password a-key-of-24-octets,-say.." "timers connect 1" && FRR_ARGS=-Z frr_start
	evpnd_conf "password-file: $TMP/key"
	chmod 600 "$TMP/key"
	chown root:root "$TMP/key"
	evpnd_start
	if grep -q "Protocol not available\|not support" "$TMP/evpnd.log"; then
		skip "frr: TCP MD5" "this kernel has no TCP_MD5SIG"
		return
	fi
	check "frr: TCP MD5, same key: Established" within 15 established
	evpnd_stop
	echo -n "another key" >"$TMP/key"
	evpnd_start
	check "frr: TCP MD5, another key: never Established" stays_down 4
}

# Both sides connect at the same moment, again and again.
frr_collision_case() {
	fresh
	frr_conf "timers connect 1" && FRR_ARGS=-Z frr_start
	frr_session || { not_ok "frr: collisions"; return; }
	check "frr: ten simultaneous restarts, each comes back within 15 s" frr_ten_restarts
}

frr_ten_restarts() {
	local i
	for ((i = 0; i < 10; i++)); do
		vty clear bgp '*' &
		ctl peer clear
		wait $!
		within 15 established && within 15 frr_established && stays_up 0.5 || return 1
	done
}

# ---- FRR's own multihoming on the same segment ----

# A bond in a bridge with a VNI behind it: what zebra needs to bring a segment up.
frr_mh_devices() {
	peer ip link add br0 type bridge vlan_filtering 1 vlan_default_pvid 0 &&
		peer ip link add ce0 type bond mode 802.3ad || return 1
	peer ip link add vx100 type vxlan id 100 local 192.0.2.2 dstport 4789 nolearning
	peer ip link set vx100 master br0
	peer bridge vlan add vid 100 dev vx100 pvid untagged
	peer ip link add ce0m type veth peer name ce0p
	peer ip link set ce0p up
	peer ip link set ce0m master ce0
	peer ip link set ce0 master br0
	peer bridge vlan add vid 100 dev ce0
	peer ip link set vx100 up
	peer ip link set br0 up
	peer ip link set ce0 up
}

frr_mh_cases() {
	local what="frr: evpn mh"
	fresh
	if ! frr_mh_devices 2>/dev/null; then
		skip "$what" "this kernel has no bond or no VLAN-aware bridge; guest.sh is run in one that has"
		return
	fi
	cat >"$TMP/zebra.conf" <<-END
		hostname peer
		log file $TMP/zebra.log
		evpn mh startup-delay 0
		evpn mh mac-holdtime 0
		interface ce0
		 evpn mh es-id 1
		 evpn mh es-sys-mac 44:38:39:ff:ff:01
		 evpn mh es-df-pref 1000
	END
	FRR_EVPN=advertise-all-vni frr_conf "timers connect 1"
	frr_start
	# FRR counts a PE only if its RT-1 per EVI is there, with the route target of one of its VNIs and
	# Ethernet tag 0; any other tag it takes for that of RT-1 per ES
	MODE=single-active PREFERENCE=2000 PER_EVI=yes VLANS=untagged
	if ! frr_session; then
		not_ok "$what: session"
		return
	fi
	if ! within 10 has_route 4; then
		skip "$what: DF agreed" "zebra keeps the segment down: $(vty show evpn es | tail -n +2 | xargs)"
		return
	fi
	check "$what: its RT-4 and RT-1 arrive" within 5 has_route 1
	check "$what: we have preference 2000, it has 1000: we are DF for both" frr_mh_df dut
	PREFERENCE=500
	evpnd_conf
	check "$what: we reload with preference 500: it is DF for both" frr_mh_reload
	peer ip link set ce0p down
	check "$what: its link fails: its RT-4 goes, we are DF" frr_mh_alone
	peer ip link set ce0p up
	check "$what: its link comes back: it is DF again for both" frr_mh_df peer
	dut ip link set ce0p down
	check "$what: our link fails: it is alone" frr_mh_no_peer
}

we_are() { [ "$(ctl -j es show ce1 | jq -r '.segments[0].role')" = "$1" ]; }
our_df_is() { [ "$(ctl -j es show ce1 | jq -r '.segments[0].df')" = "$1" ]; }

frr_es() { vty show evpn es 03:44:38:39:ff:ff:01:00:00:01 json; }
frr_is_df() { frr_es | jq -e '.flags | index("nonDF") == null' >/dev/null; }
frr_is_non_df() { frr_es | jq -e '.flags | index("nonDF") != null' >/dev/null; }
frr_has_peer() { frr_es | jq -e '.vteps | length == 1' >/dev/null; }
frr_has_no_peer() { frr_es | jq -e '.vteps | length == 0' >/dev/null; }

frr_mh_df() {
	if [ "$1" = dut ]; then
		within 10 we_are df && within 5 frr_has_peer && within 5 frr_is_non_df && our_df_is 192.0.2.1
	else
		within 10 we_are non-df && within 5 frr_has_peer && within 5 frr_is_df &&
			within 2 our_df_is 192.0.2.2
	fi
}

frr_mh_reload() {
	local before
	before=$(resets)
	ctl config reload && frr_mh_df peer && [ "$(resets)" = "$before" ]
}

frr_mh_alone() {
	within 5 has_no_route 4 && within 5 we_are df && our_df_is 192.0.2.1
}

frr_mh_no_peer() {
	within 5 frr_has_no_peer && within 5 frr_is_df
}
