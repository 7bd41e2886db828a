# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# GoBGP as a neighbour: routes in its own words both ways. Sourced.
#
# GoBGP treats a route as withdrawn that carries an EVPN community it does not know; of Debian's version
# that is DF Election (and Layer 2 Attributes), so evpnd is told to leave those out for it. That it really
# is needed is checked as well: the day it is not, this test says so.

gobgp_conf() {
	cat >"$TMP/gobgp.toml" <<-END
		[global.config]
		  as = ${GOBGP_AS:-65000}
		  router-id = "192.0.2.2"
		[[neighbors]]
		  [neighbors.config]
		    neighbor-address = "${GOBGP_NEIGHBOR:-192.0.2.1}"
		    peer-as = 65000
		  [neighbors.timers.config]
		    hold-time = ${GOBGP_HOLD:-90}
		    connect-retry = 5
		  [neighbors.transport.config]
		    passive-mode = ${GOBGP_PASSIVE:-false}
		  [[neighbors.afi-safis]]
		    [neighbors.afi-safis.config]
		      afi-safi-name = "l2vpn-evpn"
	END
}

gobgp_start() {
	peer_run gobgpd -f "$TMP/gobgp.toml" --api-hosts 127.0.0.1:50051
	within 10 gobgp_cli global
}

gobgp_cli() { peer gobgp --host 127.0.0.1 "$@"; }

gobgp_session() {
	gobgp_conf
	gobgp_start || return 1
	evpnd_conf "${1-basic-communities: yes}"
	evpnd_start || return 1
	within 20 established
}

gobgp_has() { gobgp_cli global rib -a evpn | grep -q "$1"; }
gobgp_has_not() { ! gobgp_has "$1"; }

gobgp_cases() {
	if ! command -v gobgpd >/dev/null; then
		skip "GoBGP" "the package gobgpd is not installed"
		return
	fi
	say "GoBGP $(gobgpd --version 2>&1 | awk '{ print $NF }')"
	fresh
	check "gobgp: Established" gobgp_session
	check "gobgp: has our RT-4" within 5 gobgp_has "type:esi.*192.0.2.1"
	check "gobgp: has our RT-1 per ES" within 5 gobgp_has "type:A-D.*4294967295"
	check "gobgp: its RT-4 arrives" gobgp_es
	check "gobgp: its RT-1, RT-2, RT-3 and RT-5 arrive" gobgp_others
	check "gobgp: its withdraw arrives" gobgp_withdraw
	check "gobgp: soft reset in and out, both stay up" gobgp_refresh
	check "gobgp: our segment goes down: RT-1 and RT-4 go there" gobgp_mass_withdraw
	fresh
	GOBGP_HOLD=3
	check "gobgp: hold time 3 s is Established" gobgp_session "hold-time: 3s, basic-communities: yes"
	check "gobgp: hold time 3 s stays up for 8 s" stays_up 8
	unset GOBGP_HOLD
	fresh
	GOBGP_AS=65003 REMOTE_AS=65003
	check "gobgp: eBGP is Established" gobgp_session
	check "gobgp: eBGP, has our RT-4" within 5 gobgp_has "65000.*type:esi\|type:esi.*65000"
	unset GOBGP_AS
	fresh
	ADDRESS=2001:db8::2 GOBGP_NEIGHBOR=2001:db8::1
	check "gobgp: IPv6, Established" gobgp_session
	fresh
	ADDRESS=2001:db8::2 GOBGP_NEIGHBOR=2001:db8::1 EVPND_TOP="originator-address: 2001:db8::1"
	check "gobgp: originator and next hop are IPv6: Established" gobgp_session
	check "gobgp: has our RT-4 with them" within 5 gobgp_has "type:esi.*ip:2001:db8::1.*2001:db8::1"
	unset GOBGP_NEIGHBOR
	fresh
	GOBGP_PASSIVE=true
	check "gobgp: it is passive, we connect" gobgp_session
	unset GOBGP_PASSIVE
	fresh
	check "gobgp: we are passive, it connects" gobgp_session "passive: yes, basic-communities: yes"
	fresh
	check "gobgp: with DF Election, Established" gobgp_session ""
	check "gobgp: our RT-4 with DF Election is refused there, RT-1 is not" gobgp_refuses
	check "gobgp: and the session stays" stays_up 2
}

gobgp_refuses() {
	within 5 gobgp_has "type:A-D.*4294967295" && within 2 grep -q "unknown evpn subtype: 6" "$TMP/peer.log" &&
		gobgp_has_not "type:esi.*192.0.2.1"
}

gobgp_es() {
	gobgp_cli global rib -a evpn add esi 192.0.2.2 esi MAC 44:38:39:ff:ff:01 1 rd 192.0.2.2:1 \
		rt 65000:1 || return 1
	within 5 has_route 4
}

gobgp_others() {
	gobgp_cli global rib -a evpn add a-d esi MAC 44:38:39:ff:ff:01 1 etag 10 label 100 \
		rd 192.0.2.2:2 rt 65000:1 || return 1
	gobgp_cli global rib -a evpn add macadv aa:bb:cc:00:00:01 10.0.0.1 etag 0 label 100 \
		rd 192.0.2.2:2 rt 65000:1 encap vxlan || return 1
	gobgp_cli global rib -a evpn add multicast 192.0.2.2 etag 0 rd 192.0.2.2:2 rt 65000:1 \
		encap vxlan pmsi ingress-repl 100 192.0.2.2 || return 1
	gobgp_cli global rib -a evpn add prefix 10.1.0.0/24 etag 0 label 200 rd 192.0.2.2:3 \
		rt 65000:1 encap vxlan || return 1
	within 5 has_route 1 && within 5 has_route 2 && within 5 has_route 3 && within 5 has_route 5
}

gobgp_withdraw() {
	gobgp_cli global rib -a evpn del macadv aa:bb:cc:00:00:01 10.0.0.1 etag 0 label 100 \
		rd 192.0.2.2:2 || return 1
	within 5 has_no_route 2 && has_route 3 && established
}

gobgp_refresh() {
	local before
	before=$(resets)
	gobgp_cli neighbor 192.0.2.1 softresetin && gobgp_cli neighbor 192.0.2.1 softresetout &&
		ctl peer clear 192.0.2.2 soft in && stays_up 2 &&
		[ "$(resets)" = "$before" ] && has_route 3 && gobgp_has "type:esi.*192.0.2.1"
}

gobgp_mass_withdraw() {
	dut ip link set ce0p down
	within 3 gobgp_has_not "type:esi.*192.0.2.1" && within 3 gobgp_has_not "type:A-D.*4294967295"
	local r=$?
	dut ip link set ce0p up
	[ $r = 0 ] && within 5 gobgp_has "type:esi.*192.0.2.1"
}
