# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# ExaBGP as a neighbour. It reads our routes with a decoder of its own, and prints them as JSON. Sourced.

exabgp_conf() {
	# its standard output stays open: ExaBGP takes the end of it for the program's death
	printf '#!/bin/sh\nwhile read -r l; do echo "$l" >>%s/exabgp.json; done\n' "$TMP" >"$TMP/reader"
	chmod 755 "$TMP/reader"
	cat >"$TMP/exabgp.conf" <<-END
		process reader {
			run $TMP/reader;
			encoder json;
		}
		neighbor ${EXABGP_NEIGHBOR:-192.0.2.1} {
			router-id 192.0.2.2;
			local-address ${ADDRESS:-192.0.2.2};
			local-as 65000;
			peer-as 65000;
			hold-time ${EXABGP_HOLD:-90};
			family { l2vpn evpn; }
			api {
				processes [ reader ];
				receive { parsed; update; }
			}
		}
	END
	: >"$TMP/exabgp.json"
	chmod 777 "$TMP"
	chmod 666 "$TMP/exabgp.json"
}

exabgp_session() {
	exabgp_conf
	evpnd_conf "$1"
	evpnd_start || return 1
	peer_run env exabgp.daemon.drop=false exabgp.tcp.bind= exabgp.api.cli=false exabgp.daemon.user=root \
		exabgp.log.level=INFO exabgp "$TMP/exabgp.conf"
	within 20 established
}

exabgp_saw() { jq -en "[inputs | $1] | length > 0" "$TMP/exabgp.json" >/dev/null; }

exabgp_cases() {
	if ! command -v exabgp >/dev/null; then
		skip "ExaBGP" "the package exabgp is not installed"
		return
	fi
	say "ExaBGP $(exabgp --version 2>/dev/null | sed -n 's/.*: *//;1p')"
	fresh
	check "exabgp: Established" exabgp_session
	check "exabgp: reads our RT-4: segment and originator" within 5 exabgp_es
	check "exabgp: reads our RT-1 per ES" within 5 exabgp_ad
	check "exabgp: End-of-RIB" within 10 test_true end-of-rib
	check "exabgp: our segment goes down: it reads the withdraws" exabgp_withdraw
	fresh
	EXABGP_HOLD=3
	check "exabgp: hold time 3 s is Established" exabgp_session
	check "exabgp: hold time 3 s stays up for 8 s" stays_up 8
	unset EXABGP_HOLD
	fresh
	ADDRESS=2001:db8::2 EXABGP_NEIGHBOR=2001:db8::1
	check "exabgp: IPv6, Established" exabgp_session
	unset EXABGP_NEIGHBOR
}

exabgp_es() {
	exabgp_saw 'select(.type == "update") | .neighbor.message.update.announce["l2vpn evpn"] // {} | .[][] |
		select(.code == 4)'
}

exabgp_ad() {
	exabgp_saw 'select(.type == "update") | .neighbor.message.update.announce["l2vpn evpn"] // {} | .[][] |
		select(.code == 1)'
}

exabgp_withdrawn() {
	exabgp_saw "select(.type == \"update\") | .neighbor.message.update.withdraw[\"l2vpn evpn\"] // [] | .[] |
		select(.code == $1)"
}

exabgp_withdraw() {
	dut ip link set ce0p down
	within 3 exabgp_withdrawn 4 && within 3 exabgp_withdrawn 1
	local r=$?
	dut ip link set ce0p up
	return $r
}
