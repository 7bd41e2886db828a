#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who is a member of a segment's aggregate: whoever is enslaved to it, and nobody else. The segment is
# blocked, so that a member lets nothing out, and any other device everything.
#
#	pe1: bond0 or team0 { p0, p1 } ---- ce: c0, c1
#
NEEDS="module reload"
ALL_TESTS="
	refused
	refused_and_elsewhere
	team
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"
begin "members of a segment's aggregate" A2 A6 A7
flood_tools

VETO=${EVPN_KO%/*}/evpn_veto.ko
[ -e "$VETO" ] || skip "there is no $VETO (EVPN_TESTS=m builds it)"
down() { printf "netns del $FL%s\n" pe1 ce | ip -force -batch -; } 2>/dev/null
down
defer down
printf "netns add $FL%s\n" pe1 ce | ip -batch - || skip "no network namespaces"
# Nothing is sent but by the cases: nobody has an IPv6 address of its own making.
for n in pe1 ce; do
	in_fl $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
pe1() { fl_ip pe1 "$@"; }
pe1 -batch - <<-END || skip "no lab"
	link add p0 type veth peer name c0 netns $(fl ce)
	link add p1 type veth peer name c1 netns $(fl ce)
END
printf 'link set %s up\n' c0 c1 | fl_ip ce -batch -

# aggregate NAME TYPE [OPTION...]: with p0, blocked, until the case is over
aggregate() {
	pe1 link add "$1" type "${@:2}" || return
	defer pe1 link del "$1"
	pe1 link set p0 down
	pe1 link set p0 master "$1" &&
		printf 'link set %s up\n' p0 "$1" | fl_ip pe1 -batch -
	fl_nl pe1 es-new esi=$ESI1 ifname="$1" mode=port-active role=non-df >/dev/null
	defer fl_nl pe1 es-del esi=$ESI1
}
members() { fl_nl pe1 es-get esi=$ESI1 | tr ' ' '\n' | sed -n 's/^member=\([^/]*\).*/\1/p' | sort | xargs; }
members_are() { [ "$(members)" = "$1" ]; }
arrived() { fl_ip ce -j -s link show dev "$1" | jq '.[].stats64.rx.packets'; }
# lets_out NUMBER DEVICE: of a hundred frames (a frame that is dropped is an error to who sends it)
lets_out() {
	local before c=c${2#p}
	pe1 link set "$2" up
	before=$(arrived "$c")
	in_fl pe1 python3 - "$2" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[1], 0))
		for i in range(100):
		    try:
		        s.send(b"\xff" * 6 + bytes.fromhex("020000000abc88b5") + bytes(46))
		    except OSError:
		        pass
	END
	check_eq $(($(arrived "$c") - before)) "$1" "frames that left by $2"
}
# veto COMMAND...: while p1 may be enslaved to nothing
veto() {
	insmod "$VETO" device=p1
	check_err $? "evpn_veto.ko does not load"
	pe1 link set p1 down
	! "$@" 2>/dev/null
	check_err $? "nobody refused"
	rmmod evpn_veto
}

refused() {
	aggregate bond0 bond mode balance-xor miimon 10
	veto pe1 link set p1 master bond0
	slowwait 5 members_are p0
	check_eq "$(members)" p0 "members after the refusal"
	lets_out 100 p1
	log_test "who was refused by somebody else is no member, and not blocked"

	pe1 link set p1 down
	pe1 link set p1 master bond0
	check_eq "$(members)" "p0 p1" "members when it joins"
	lets_out 0 p1
	pe1 link set p1 nomaster
	check_eq "$(members)" p0 "members after it left"
	lets_out 100 p1
	log_test "it may join afterwards, and leave"
}

# What was refused is a segment, or a member of another one, before anybody has looked.
refused_and_elsewhere() {
	aggregate bond0 bond mode balance-xor miimon 10
	pe1 link add bond1 type bond mode balance-xor miimon 10
	defer pe1 link del bond1
	fl_nl pe1 es-new esi=$ESI2 ifname=bond1 mode=port-active role=df >/dev/null
	defer fl_nl pe1 es-del esi=$ESI2
	veto pe1 link set p1 master bond0
	pe1 link set p1 master bond1
	check_err $? "it cannot join another aggregate"
	check_eq "$(members)" p0 "members"
	check_eq "$(fl_nl pe1 es-get esi=$ESI2 | tr ' ' '\n' | sed -n 's/^member=\([^/]*\).*/\1/p')" p1 "the other's members"
	lets_out 100 p1
	pe1 link set p1 nomaster
	veto pe1 link set p1 master bond0
	fl_nl pe1 es-set esi=$ESI2 ifname=p1 >/dev/null
	check_eq "$(fl_nl pe1 es-get esi=$ESI2 | tr ' ' '\n' | sed -n 's/^device=//p')" p1 "the device of a segment"
	log_test "who was refused may be elsewhere at once"
}

team() {
	modprobe -a team team_mode_roundrobin 2>/dev/null
	aggregate team0 team || { RET=0 log_skip "team" "this kernel has none"; return; }
	check_eq "$(members)" p0 "members"
	pe1 link set p1 down
	pe1 link set p1 master team0
	check_eq "$(members)" "p0 p1" "members when another joins"
	lets_out 0 p0
	lets_out 0 p1
	pe1 link set p1 nomaster
	check_eq "$(members)" p0 "members after it left"
	lets_out 100 p1
	pe1 link del p0
	check_eq "$(members)" "" "members when the last has gone"
	pe1 link add p0 type veth peer name c0 netns "$(fl ce)"
	fl_ip ce link set c0 up
	log_test "members of a team are followed, and blocked"
}

tests_run
finish
