# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# BFD with FRR's bfdd and with BIRD: single-hop and multihop, IPv4 and IPv6, other intervals, the other
# side goes and comes back, and is held down on purpose. Their own word is asked as well. Sourced.
# RFC 5880, 5881, 5882 (3.2), 5883.

bfd_addresses() {
	dut ip addr replace 198.51.100.1/32 dev lo
	peer ip addr replace 198.51.100.2/32 dev lo
	dut ip route replace 198.51.100.2 via 192.0.2.2
	peer ip route replace 198.51.100.1 via 192.0.2.1
}

# bfd_conf: one neighbour of each kind; BGP with them is nobody's business here
bfd_conf() {
	bfd_conf_file
	evpnd_start
}

bfd_conf_file() {
	bfd_addresses
	cat >"$TMP/evpnd.yaml" <<-END
		router-id: 192.0.2.1
		as: 65000
		port: 0
		bfd: {interval: 100ms}
		peers:
		  - {address: 192.0.2.2, remote-as: 65000, passive: yes, bfd: yes}
		  - {address: 2001:db8::2, remote-as: 65000, passive: yes, bfd: {interval: ${BFD_SIX:-100ms}}}
		  - {address: 198.51.100.2, remote-as: 65000, passive: yes, source: 198.51.100.1, bfd: yes}
	END
}

# bfd_is ADDRESS FIELD VALUE
bfd_is() {
	[ "$(ctl -j bfd show "$1" | jq -r ".sessions[0].\"$2\"")" = "$3" ]
}

bfd_all_up() {
	bfd_is 192.0.2.2 state up && bfd_is 2001:db8::2 state up && bfd_is 198.51.100.2 state up
}

bfd_kinds() {
	bfd_is 192.0.2.2 multihop false && bfd_is 2001:db8::2 multihop false &&
		bfd_is 198.51.100.2 multihop true
}

bfd_none_flaps() {
	sleep 3
	bfd_all_up && bfd_is 192.0.2.2 ups 1 && bfd_is 2001:db8::2 ups 1 && bfd_is 198.51.100.2 ups 1
}

# bfd_reload INTERVAL: another interval for IPv6 while the session is up
bfd_reload() {
	sed -i "s/interval: 100ms}}/interval: $1}}/" "$TMP/evpnd.yaml"
	ctl config reload >/dev/null && within 5 bfd_is 2001:db8::2 interval-ms "${1%ms}" &&
		bfd_is 2001:db8::2 ups 1
}

bfd_goes() {
	peer_kill
	within 3 bfd_is 192.0.2.2 diagnostic "detection time expired" &&
		within 3 bfd_is 198.51.100.2 state down
}

# Without a last word: SIGKILL.
peer_kill() {
	local p
	for p in $PEER_PIDS; do
		kill -KILL "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	PEER_PIDS=
}

# ---- FRR ----

bfdd_start() {
	printf 'hostname peer\n' >"$TMP/zebra.conf"
	cat >"$TMP/bfdd.conf" <<-END
		hostname peer
		bfd
		 profile quick
		  receive-interval 100
		  transmit-interval 100
		 peer 192.0.2.1 local-address 192.0.2.2 interface wire
		  profile quick
		 peer 2001:db8::1 local-address 2001:db8::2 interface wire
		  profile quick
		 peer 198.51.100.1 multihop local-address 198.51.100.2
		  profile quick
	END
	rm -f "$TMP/zserv"
	chown -R frr:frr "$TMP"
	chmod 755 "$TMP"
	peer_run /usr/lib/frr/zebra -f "$TMP/zebra.conf" -i "$TMP/zebra.pid" \
		--vty_socket "$TMP" -z "$TMP/zserv" -u frr -g frr
	within 30 test -S "$TMP/zserv" || return 1
	peer_run /usr/lib/frr/bfdd -f "$TMP/bfdd.conf" -i "$TMP/bfdd.pid" --vty_socket "$TMP" \
		--bfdctl "$TMP/bfdd.sock" -z "$TMP/zserv" -u frr -g frr
	within 30 test -S "$TMP/bfdd.vty"
}

bfdd_says_up() {
	[ "$(vty show bfd peers json | jq '[.[] | select(.status == "up")] | length')" = 3 ]
}

bfdd_shutdown() {
	vtysh --vty_socket "$TMP" -c "configure terminal" -c bfd \
		-c "peer 192.0.2.1 local-address 192.0.2.2 interface wire" -c "${1:-}shutdown" >/dev/null
}

bfdd_admin_down() {
	bfdd_shutdown && within 3 bfd_is 192.0.2.2 remote-state admin-down &&
		bfd_is 192.0.2.2 state down && bfdd_shutdown "no " && within 10 bfd_all_up
}

# ---- FRR's bfdd on this side: it has the ports, evpnd reads its sessions ----

# bfdd_ours: zebra and bfdd beside evpnd, with a multihop session of 100 ms, and one of one hop
bfdd_ours() {
	OURS=$TMP/ours
	mkdir -p "$OURS"
	printf 'hostname ours\n' >"$OURS/zebra.conf"
	cat >"$OURS/bfdd.conf" <<-END
		hostname ours
		bfd
		 profile quick
		  receive-interval 100
		  transmit-interval 100
		 peer 192.0.2.2 local-address 192.0.2.1 interface wire
		  profile quick
		 peer 198.51.100.2 multihop local-address 198.51.100.1
		  profile quick
	END
	rm -f "$OURS/zserv"
	chown -R frr:frr "$OURS"
	ip netns exec "$DUT" /usr/lib/frr/zebra -f "$OURS/zebra.conf" -i "$OURS/zebra.pid" --vty_socket "$OURS" \
		-z "$OURS/zserv" -u frr -g frr >"$OURS/zebra.log" 2>&1 &
	OURS_PIDS=$!
	within 30 test -S "$OURS/zserv" || return 1
	ip netns exec "$DUT" /usr/lib/frr/bfdd -f "$OURS/bfdd.conf" -i "$OURS/bfdd.pid" --vty_socket "$OURS" \
		--bfdctl "$OURS/bfdd.sock" -z "$OURS/zserv" -u frr -g frr >"$OURS/bfdd.log" 2>&1 &
	OURS_PIDS="$OURS_PIDS $!"
	within 30 test -S "$OURS/bfdd.vty"
}

bfdd_ours_conf() {
	bfd_conf_file
	echo "frr: {vty: $OURS/zebra.vty}" >>"$TMP/evpnd.yaml"
	evpnd_start
}

bfdd_ours_up() {
	bfd_is 192.0.2.2 state up && bfd_is 192.0.2.2 by bfdd && bfd_is 192.0.2.2 multihop false &&
		bfd_is 198.51.100.2 state up && bfd_is 198.51.100.2 multihop true &&
		bfd_is 198.51.100.2 detection-ms 300
}

# What bfdd has not been told of is said, and is no failure of anybody.
bfdd_ours_lacks() {
	bfd_is 2001:db8::2 state "not running" &&
		ctl bfd show 2001:db8::2 | grep -q "bfdd has the ports, and no session"
}

bfdd_ours_shut() {
	vtysh --vty_socket "$OURS" -c "configure terminal" -c bfd \
		-c "peer 198.51.100.2 multihop local-address 198.51.100.1" -c "${1:-}shutdown" >/dev/null
}

bfdd_ours_held() {
	bfdd_ours_shut && within 3 bfd_is 198.51.100.2 state "not running" &&
		bfdd_ours_shut "no " && within 10 bfd_is 198.51.100.2 state up
}

bfdd_ours_ends() {
	local p
	for p in $OURS_PIDS; do
		kill -KILL "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	OURS_PIDS=
	within 5 bfd_is 2001:db8::2 by evpnd
}

bfd_beside_bfdd() {
	check "bfd: beside bfdd: it starts and has the ports" bfdd_ours
	check "bfd: beside bfdd: evpnd starts" bfdd_ours_conf
	check "bfd: beside bfdd: the other side starts" bfdd_start
	check "bfd: beside bfdd: its sessions are the ones shown" within 20 bfdd_ours_up
	check "bfd: beside bfdd: a session that it has not is said" bfdd_ours_lacks
	check "bfd: beside bfdd: one that it holds down does not run" bfdd_ours_held
	check "bfd: beside bfdd: the other side is killed: the detection time is over" bfd_goes
	check "bfd: beside bfdd: the other side is back" bfdd_start
	check "bfd: beside bfdd: and up" within 20 bfdd_ours_up
	check "bfd: beside bfdd: it ends, and evpnd has the ports" bfdd_ours_ends
	check "bfd: beside bfdd: and its own sessions come up" within 20 bfd_all_up
}

# ---- BIRD ----

bird_start() {
	cat >"$TMP/bird.conf" <<-END
		router id 192.0.2.2;
		protocol device { }
		protocol bfd {
		  interface "wire" { interval 100 ms; multiplier 3; };
		  multihop { interval 100 ms; multiplier 3; };
		  neighbor 192.0.2.1 dev "wire" local 192.0.2.2;
		  neighbor 2001:db8::1 dev "wire" local 2001:db8::2;
		  neighbor 198.51.100.1 local 198.51.100.2 multihop yes;
		}
	END
	peer_run bird -f -c "$TMP/bird.conf" -s "$TMP/bird.ctl" -P "$TMP/bird.pid"
	within 30 test -S "$TMP/bird.ctl"
}

bird_says_up() {
	[ "$(birdc -s "$TMP/bird.ctl" show bfd sessions | grep -c ' Up ')" = 3 ]
}

# bfd_part NAME: what goes for both; NAME_start and NAME_says_up are its own
bfd_part() {
	check "bfd: $1: single-hop, IPv6 and multihop come up" within 15 bfd_all_up
	check "bfd: $1: says so itself" within 5 "$1_says_up"
	check "bfd: $1: which are single-hop, which multihop" bfd_kinds
	check "bfd: $1: none flaps in 3 s" bfd_none_flaps
	check "bfd: $1: another interval by reload, without a flap" bfd_reload 300ms
	[ "$1" = bird ] || check "bfd: $1: held down on purpose, and up again" bfdd_admin_down
	check "bfd: $1: killed: the detection time is over" bfd_goes
	check "bfd: $1: is back" "$1_start"
	check "bfd: $1: and up" within 15 bfd_all_up
}

bfd_cases() {

	fresh
	if [ -x /usr/lib/frr/bfdd ]; then
		check "bfd: FRR's bfdd starts" bfdd_start
		check "bfd: evpnd starts" bfd_conf
		bfd_part bfdd
		fresh
		bfd_beside_bfdd
	else
		skip "BFD with FRR" "the package frr is not installed"
	fi
	fresh
	if command -v bird >/dev/null; then
		check "bfd: BIRD starts" bird_start
		check "bfd: evpnd starts" bfd_conf
		bfd_part bird
	else
		skip "BFD with BIRD" "the package bird2 is not installed"
	fi
	fresh
}
