#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Segments on pseudowires (RFC 9784): a GRE tunnel of Ethernet frames and an L2TPv3 session lead from each PE to an
# access PE, where the customer is. Each is a segment, on both PEs, and evpnd leads them. Frames are counted where
# they leave a pseudowire, and at hosts behind the PEs.
#
#     h1: gre l2t          ape: gre1 l2t1  gre2 l2t2          h2: gre l2t
#      |                    |                    |             |
#     pe1: brgre brl2t -----+ 10.9.1.0/24        +------------ pe2: brgre brl2t, ports gre and l2t
#       |                            10.9.2.0/24               |
#       +------------------------- core -----------------------+   192.0.2.1 and .2

NEEDS="system"
ALL_TESTS="
	gre
	l2t
	dormant
	status
	gateway
	other_modes
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "segments on GRE and L2TP pseudowires, with evpnd" D5 D6
need_evpnd
flood_tools
modprobe -a ip_gre l2tp_eth 2>/dev/null

FL_NODES="pe1 pe2 h1 h2 ape"
PLACES="ape,gre1 ape,gre2 ape,l2t1 ape,l2t2 h1,gre h1,l2t h2,gre h2,l2t"

# session NODE PE-NUMBER NAME: an end of an L2TPv3 session, as the daemon that signals it would make it
session() { fl_ip "$1" l2tp add session name "$3" tunnel_id "$2" session_id 1 peer_session_id 1; }
# l2tp NODE PE-NUMBER NAME OWN OTHER
l2tp() {
	fl_ip "$1" l2tp add tunnel tunnel_id "$2" peer_tunnel_id "$2" encap udp local "10.9.$2.$4" remote "10.9.$2.$5" \
		udp_sport 1701 udp_dport 1701 && session "$1" "$2" "$3" || return 1
	fl_ip "$1" link set "$3" addrgenmode none up
}

ves_pe() {
	local i=$1 pw
	fl_ip "pe$i" -batch - <<-END || return 1
		link add acc type veth peer name acc$i netns ${FL}ape
		addr add 10.9.$i.1/24 dev acc
		link set acc up
		link add gre type gretap local 10.9.$i.1 remote 10.9.$i.2
		link set gre addrgenmode none up
		$(for pw in gre l2t; do
			echo "link add br$pw type bridge mcast_snooping 0"
			echo "link set br$pw addrgenmode none up"
			echo "link add h$pw type veth peer name $pw netns ${FL}h$i"
			echo "link set h$pw addrgenmode none master br$pw up"
		done)
	END
	fl_ip ape -batch - <<-END || return 1
		addr add 10.9.$i.2/24 dev acc$i
		link set acc$i up
		link add gre$i type gretap local 10.9.$i.2 remote 10.9.$i.1
		link set gre$i addrgenmode none up
	END
	for pw in gre l2t; do fl_ip "h$i" link set $pw addrgenmode none up; done
	l2tp "pe$i" "$i" l2t 1 2 && l2tp ape "$i" "l2t$i" 2 1 || return 1
	for pw in gre l2t; do fl_ip "pe$i" link set $pw master br$pw || return 1; done
}

ves_lab() {
	local n
	nodes_up_quiet || return 1
	for n in $FL_NODES; do fl_ip "$n" link set lo up; done
	ves_pe 1 && ves_pe 2 || return 1
	fl_ip pe1 link add core type veth peer name core netns "${FL}pe2"
	for n in 1 2; do
		fl_ip pe$n addr add 192.0.2.$n/24 dev core
		fl_ip pe$n link set core up
	done
}

GATEWAY=
# config PE MODE STANDBY: of all segments; PE1 is preferred
config() {
	local dir=$LAB_RUN/fpe$1 pw n=0
	mkdir -p "$dir"
	{
		cat <<-END
			router-id: 192.0.2.$1
			as: 65000
			startup-delay: 1s
			peers:
			  - {address: 192.0.2.$((3 - $1)), remote-as: 65000, hold-time: 3, connect-retry: 1s}
			segments:
		END
		for pw in gre l2t ${GATEWAY:+gw}; do
			n=$((n + 1))
			cat <<-END
				  - name: $pw
				    interface: $pw
				    esi: 00:11:22:33:44:55:66:77:99:0$n
				    mode: $2
				    standby: $3
				    df: {algorithm: preference, preference: $((300 - $1 * 100)), wait: 0s, recovery-wait: 0s}
			END
		done
	} >"$dir/evpnd.yaml"
}

reload() {
	local i
	for i in 1 2; do
		config $i "$1" "$2"
		pe_ctl fpe$i config reload >"$LAB_RUN/reload" 2>&1
		check_err $? "configuration of PE$i: $(cat "$LAB_RUN/reload")"
	done
}

down() {
	local f
	for f in "$LAB_RUN"/*/pid; do
		[ -e "$f" ] && kill_wait "$(cat "$f")"
	done
	rm -rf "$LAB_RUN" /run/evpn/"$LAB_PREFIX"fpe[12]
} 2>/dev/null

es() { pe_ctl "fpe$1" -j es show "$2" 2>/dev/null | jq -r ".segments[0] | $3"; }
# df PW PE: both say so, and the module of that PE has it
df() {
	[ "$(es $((3 - $2)) "$1" .df)" = "192.0.2.$2" ] &&
		[ "$(es "$2" "$1" '"\(.df) \(.kernel.status) \(.kernel.role)"')" = "192.0.2.$2 installed df" ]
}
say() { echo "PE1: $(es 1 "$1" '"\(.state) \(.df) \(.kernel)"'); PE2: $(es 2 "$1" '"\(.state) \(.df) \(.kernel)"')"; }

# passes PE PW NUMBER: so many of 100 frames pass that PE, from the customer and to him
passes() {
	inject "h$1,$2" b
	expect "$2 to the customer by PE$1" "ape,$2$1" b "$3"
	inject "ape,$2$1" b
	expect "$2 from the customer by PE$1" "h$1,$2" b "$3"
}
# only PW PE: it forwards, and nobody else
only() {
	slowwait 20 df "$1" "$2"
	check_err $? "$1: $(say "$1")"
	passes "$2" "$1" 100
	passes $((3 - $2)) "$1" 0
}

ves_lab || skip "no GRE or L2TP pseudowires here: $(ip -V)"
mkdir -p "$LAB_RUN"
defer down
config 1 port-active block
config 2 port-active block
pe_start fpe1
pe_start fpe2

gre() {
	only gre 1
	fl_ip pe1 link set gre down
	slowwait 20 df gre 2
	check_err $? "PE1's tunnel is down: $(say gre)"
	passes 2 gre 100
	only l2t 1
	fl_ip pe1 link set gre up
	only gre 1
	log_test "a GRE tunnel: one PE forwards, the other one takes over when it goes down, and gives back"
}

l2t() {
	only l2t 1
	fl_ip pe1 l2tp del session tunnel_id 1 session_id 1
	slowwait 20 df l2t 2
	check_err $? "PE1's session is taken down: $(say l2t)"
	passes 2 l2t 100
	session pe1 1 l2t
	fl_ip pe1 link set l2t addrgenmode none master brl2t up
	only l2t 1
	log_test "an L2TPv3 session: one PE forwards, the other one takes over when it is gone, and gives back"
}

# (of a tunnel it is UNKNOWN until it has been dormant for the first time)
operstate() { fl_ip "pe$1" -j link show dev "$2" | jq -r '.[0].operstate' | sed 's/UNKNOWN/UP/'; }
# The device of the standby is dormant; which is what stands for the status of a pseudowire (RFC 6870).
dormant_is() { [ "$(operstate 1 "$1") $(operstate 2 "$1")" = "$2" ]; }

dormant() {
	local pw
	reload port-active down
	for pw in gre l2t; do
		only $pw 1
		slowwait 5 dormant_is $pw "UP DORMANT"
		check_err $? "$pw: $(operstate 1 $pw), and of the standby $(operstate 2 $pw)"
		fl_ip pe1 link set $pw down
		slowwait 20 df $pw 2
		check_err $? "PE1's $pw is down: $(say $pw)"
		slowwait 5 dormant_is $pw "DOWN UP"
		check_err $? "$pw: down $(operstate 1 $pw), and of the other one $(operstate 2 $pw)"
		fl_ip pe1 link set $pw up
		# (a bridge's port follows the operational state, which the kernel may say a second late)
		slowwait 20 dormant_is $pw "UP DORMANT"
		check_err $? "$pw: up again $(operstate 1 $pw), and of the other one $(operstate 2 $pw)"
		only $pw 1
	done
	log_test "who looks at a pseudowire's operational state sees who is active"
}

# told PE PW: the newest status that PE's program was told of that pseudowire
told() { awk -v pw="$2" '$2 == pw { s = $3 } END { print s }' "$LAB_RUN/told.$1"; }
told_is() { [ "$(told 1 "$1") $(told 2 "$1")" = "$2" ]; }
# follow PE: a program is told, and writes down what
follow() {
	cat >"$LAB_RUN/told.sh" <<-'END'
		#!/bin/sh
		echo "$2 $3 $4" >>"$1"
	END
	chmod 755 "$LAB_RUN/told.sh"
	# shellcheck disable=SC2016
	in_fl "pe$1" sh -c 'echo $$ >"$1/pid.$2"; exec "$3" kernel follow "$1/told.sh" "$1/told.$2"' sh "$LAB_RUN" "$1" \
		"$LAB_BUILD/evpnctl" >"$LAB_RUN/follow.$1" 2>&1 &
	defer "kill_wait \$(cat $LAB_RUN/pid.$1)"
}

# The status bit of RFC 6870 goes to a program, of each segment at once and when it changes, also when the device goes.
status() {
	local pw i lines
	reload port-active block
	for pw in gre l2t; do only $pw 1; done
	for i in 1 2; do follow $i; done
	for pw in gre l2t; do
		slowwait 10 told_is $pw "0x00000000 0x00000020"
		check_err $? "$pw at first: PE1 was told '$(told 1 $pw)', PE2 '$(told 2 $pw)'; $(cat "$LAB_RUN"/follow.?)"
	done
	fl_ip pe1 link set gre down
	slowwait 20 told_is gre "0x00000020 0x00000000"
	check_err $? "PE1's tunnel is down: PE1 was told '$(told 1 gre)', PE2 '$(told 2 gre)'"
	fl_ip pe1 link set gre up
	slowwait 20 told_is gre "0x00000000 0x00000020"
	check_err $? "it is up again: PE1 was told '$(told 1 gre)', PE2 '$(told 2 gre)'"
	fl_ip pe1 l2tp del session tunnel_id 1 session_id 1
	slowwait 20 told_is l2t "0x00000001 0x00000000"
	check_err $? "PE1's session is gone: PE1 was told '$(told 1 l2t)', PE2 '$(told 2 l2t)'"
	session pe1 1 l2t
	fl_ip pe1 link set l2t addrgenmode none master brl2t up
	slowwait 20 told_is l2t "0x00000000 0x00000020"
	check_err $? "it is there again: PE1 was told '$(told 1 l2t)', PE2 '$(told 2 l2t)'"
	check_eq "$(awk '$2 == "l2t"' "$LAB_RUN/told.2" | uniq -d | wc -l)" 0 "times that a status was told which PE2's program knew"
	lines=$(in_fl pe2 timeout 5 "$LAB_BUILD/evpnctl" -j kernel follow | jq -r '"\(.interface) \(.state) \(.["pw-status"])"' | sort | xargs)
	check_eq "$lines" "gre standby 0x00000020 l2t standby 0x00000020" "without a program, one line each"
	log_test "the status of a pseudowire goes to a program that signals it"
}

# Single-active: the VLAN of frames without a tag has one DF. All-active: what the customer sends passes by
# either PE, and what a host sends leaves by the PE that it is at.
other_modes() {
	local pw i
	reload single-active block
	for pw in gre l2t; do only $pw 1; done
	reload all-active block
	for pw in gre l2t; do
		slowwait 20 df $pw 1
		check_err $? "$pw all-active: $(say $pw)"
		for i in 1 2; do passes $i $pw 100; done
	done
	log_test "single-active and all-active"
}

# gw PE: a routed pseudowire with the anycast gateway on it, which leads to a bridge of the access PE
gw() {
	fl_ip "pe$1" -batch - <<-END || return 1
		link add gw type gretap local 10.9.$1.1 remote 10.9.$1.2 key 7
		link set gw addrgenmode none address 02:00:00:00:00:40
		link set gw up
		addr add 10.40.0.1/24 dev gw
	END
	fl_ip ape -batch - <<-END
		link add gw$1 type gretap local 10.9.$1.2 remote 10.9.$1.1 key 7
		link set gw$1 addrgenmode none master brgw up
	END
}
# behind: the pseudowire behind which the access PE's bridge has the gateway
behind() { bridge -n "${FL}ape" -j fdb show br brgw | jq -r '.[] | select(.mac == "02:00:00:00:00:40") | .ifname' | sort -u | xargs; }
behind_is() { [ "$(behind)" = "$1" ]; }
reaches() { in_fl ape ping -q -c 1 -W 1 -I 10.40.0.9 10.40.0.1 >/dev/null 2>&1; }

# The customer is behind an access PE that learns where the gateway is; it sends to the new PE before he has sent anything.
gateway() {
	local i
	fl_ip ape link add brgw type bridge mcast_snooping 0
	fl_ip ape addr add 10.40.0.9/24 dev brgw
	fl_ip ape link set brgw addrgenmode none up
	GATEWAY=yes
	for i in 1 2; do gw $i; done
	reload port-active block
	defer eval 'GATEWAY=; fl_ip pe1 link del gw; fl_ip pe2 link del gw; fl_ip ape link del brgw'
	slowwait 20 df gw 1
	check_err $? "$(say gw)"
	slowwait 5 behind_is gw1
	check_err $? "the access PE has the gateway behind '$(behind)'"
	slowwait 5 reaches
	check_err $? "the customer does not reach the gateway"
	fl_ip pe1 link set gw down
	slowwait 20 df gw 2
	check_err $? "PE1's pseudowire is down: $(say gw)"
	slowwait 2 behind_is gw2
	check_err $? "after the takeover the access PE has the gateway behind '$(behind)'"
	reaches
	check_err $? "the customer does not reach the gateway after the takeover"
	fl_ip pe1 link set gw up
	slowwait 20 df gw 1
	slowwait 2 behind_is gw1
	check_err $? "given back, the access PE has the gateway behind '$(behind)'"
	log_test "an access PE that learns follows the gateway, without a word of the customer's"
}

tests_run
finish
