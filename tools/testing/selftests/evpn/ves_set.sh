#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Several devices as one segment (RFC 9784): VLANs 10 and 20 of each PE's bond0, and a GRE pseudowire, are one
# segment; VLAN 30 is none. The module is spoken to directly.
#
#     the lab of ves_lib.sh, with pseudowires

NEEDS="module"
ALL_TESTS="
	together
	later
	one_goes
	renamed
	change
	form
	all_active
	dormant
	speaks
	neighbours
	same_tag
	gone_with_it
	refused
	unfit
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=ves_lib.sh
. "$(dirname "$0")/ves_lib.sh"
begin "several devices as one segment" D5 D6
flood_tools

ESI=00:de:5e:00:00:00:00:00:00:01
SET="port=bond0.10 port=bond0.20 port=gre"

# es PE COMMAND [KEY=VALUE...]: of that segment
es() { fl_nl "pe$1" "$2" esi=$ESI "${@:3}"; }

# all PE NUMBER: of all three
all() {
	passes "$1" 10 "$2"
	passes "$1" 20 "$2"
	wire "$1" "$2"
}

# field PE KEY: of the segment
field() { es "$1" es-get | tr ' ' '\n' | sed -n "s/^$2=//p"; }
# ports PE: each with its state, without its number
ports() { es "$1" es-get | tr ' ' '\n' | sed -n 's/^port\.//p' | sed 's,/.*,,' | xargs; }
number() { fl_ip "pe$1" -j link show dev "$2" | jq '.[].ifindex'; }

ves_lab || skip "no lab: $(ip -V)"
ves_gre 1 && ves_gre 2 || skip "no GRE pseudowires here: $(ip -V)"

# anew: the segment as it is at the beginning of each case
anew() {
	local i
	for i in 1 2; do es $i es-del; done >/dev/null 2>&1
	# shellcheck disable=SC2086
	es 1 es-new $SET role=df >/dev/null
	# shellcheck disable=SC2086
	es 2 es-new $SET role=non-df >/dev/null
}
anew

# One store closes all of them, and one opens all.
together() {
	check_eq "$(field 1 state) $(ports 1)" "bound bond0.10=bound bond0.20=bound gre=bound" "PE1 has"
	check_eq "$(field 1 ifname) $(field 1 ifindex)" "bond0.10 $(number 1 bond0.10)" "the first of them stands for the segment"
	check_eq "$(field 1 port.gre)" "bound/$(number 1 gre)" "each has its number"
	all 1 100
	all 2 0
	passes 2 30 100
	check_eq "$(es 2 stats-get | tr ' ' '\n' | sed -n 's/^\(in\|e\)gress.standby=//p' | xargs)" "300 300" "counted together, in and out"
	es 1 es-set role=non-df >/dev/null
	es 2 es-set role=df >/dev/null
	all 1 0
	all 2 100
	anew
	log_test "devices of a set are blocked together, and opened together"
}

# A device that is not there is waited for, and is blocked when it comes.
later() {
	es 2 es-set port=bond0.10 port=late >/dev/null
	check_eq "$(field 2 state) $(ports 2)" "bound bond0.10=bound late=unbound" "before it comes"
	passes 2 20 100
	fl_ip pe2 link set gre down
	fl_ip pe2 link set gre name late
	check_eq "$(field 2 state) $(ports 2)" "bound bond0.10=bound late=bound" "a device that gets the name"
	fl_ip pe2 link set late up
	wire 2 0
	passes 2 10 0
	fl_ip pe2 link set late down
	fl_ip pe2 link set late name gre
	fl_ip pe2 link set gre up
	anew
	log_test "a device that comes later joins the others"
}

one_goes() {
	fl_ip pe2 link del bond0.20
	check_eq "$(field 2 state) $(ports 2)" "bound bond0.10=bound bond0.20=unbound gre=bound" "without VLAN 20"
	passes 2 10 0
	wire 2 0
	fl_ip pe2 link del bond0.10
	check_eq "$(field 2 state) $(field 2 device)" "bound gre" "without VLAN 10"
	fl_ip pe2 link add link bond0 name bond0.20 type vlan id 20
	fl_ip pe2 link set bond0.20 addrgenmode none master br20 up
	passes 2 20 0
	fl_ip pe2 link set bond0 down
	fl_ip pe2 link set bond0.20 down
	fl_ip pe2 link del bond0.20
	es 2 es-set port=bond0.10 port=bond0.20 >/dev/null
	check_eq "$(field 2 state) $(ports 2)" "unbound bond0.10=unbound bond0.20=unbound" "without any"
	wire 2 100
	fl_ip pe2 link set bond0 up
	fl_ip pe2 -batch - <<-END
		link add link bond0 name bond0.10 type vlan id 10
		link add link bond0 name bond0.20 type vlan id 20
		link set bond0.10 addrgenmode none master br10 up
		link set bond0.20 addrgenmode none master br20 up
	END
	check_eq "$(field 2 state)" bound "with both"
	slowwait 5 ves_carrier
	passes 2 10 0
	passes 2 20 0
	anew
	log_test "one device goes and the others stay; the segment is unbound when all have gone"
}

# A device stays the segment's when its name changes, and another one may be named so.
renamed() {
	fl_ip pe2 link set gre down
	fl_ip pe2 link set gre name wire
	fl_ip pe2 link set wire up
	check_eq "$(ports 2)" "bond0.10=bound bond0.20=bound gre=bound" "renamed"
	wire 2 0
	es 2 es-set port=wire port=bond0.20 port=bond0.10 >/dev/null
	check_eq "$(ports 2)" "wire=bound bond0.20=bound bond0.10=bound" "named as it is called now, in another order"
	all 2 0
	fl_ip pe2 link set wire down
	fl_ip pe2 link set wire name gre
	fl_ip pe2 link set gre up
	anew
	log_test "a device keeps its segment under another name"
}

# The list changes hundreds of times while frames come; what is in every list never lets one pass.
change() {
	local i pid
	for ((i = 0; i < 200; i++)); do
		echo "es-set esi=$ESI port=bond0.10 port=gre"
		echo "es-set esi=$ESI port=gre port=bond0.20 port=bond0.10 port=greb"
	done | fl_nl pe2 -b >/dev/null &
	pid=$!
	for ((i = 0; i < 4; i++)); do passes 2 10 0; wire 2 0; done
	wait $pid
	check_eq "$(ports 2)" "gre=bound bond0.20=bound bond0.10=bound greb=bound" "in the end"
	passes 2 20 0
	es 2 es-set port=gre >/dev/null
	passes 2 10 100
	passes 2 20 100
	wire 2 0
	anew
	log_test "devices join the list and leave it, and the others stay blocked all the time"
}

# One device by its name, and the same as a set
form() {
	es 2 es-set ifname=bond0.10 >/dev/null
	check_eq "$(field 2 ifname) $(ports 2)" "bond0.10 " "one device"
	passes 2 10 0
	passes 2 20 100
	es 2 es-set port=bond0.10 >/dev/null
	check_eq "$(field 2 ifname) $(ports 2)" "bond0.10 bond0.10=bound" "a set of one"
	passes 2 10 0
	es 2 es-set ifname= >/dev/null
	check_eq "$(field 2 state) $(ports 2)" "unbound " "none"
	passes 2 10 100
	anew
	log_test "a segment of one device becomes a set, and the other way round"
}

# All-active: what the customer sends by one device does not go back to him by another one.
all_active() {
	local i
	fl_ip pe1 link set greb master brgre
	es 1 es-set port=gre port=greb mode=all-active role=df >/dev/null
	inject ce,gre1 bu
	expect "from the customer to a host" h1,gre bu 100
	expect "from the customer back to him by the other pseudowire" ce,greb1 bu 0
	check_eq "$(es 1 stats-get | tr ' ' '\n' | sed -n 's/^egress.split-horizon=//p')" 200 "counted as split horizon"
	inject h1,gre bu
	expect "from a host, by one pseudowire" ce,gre1 bu 100
	expect "from a host, by the other one" ce,greb1 bu 100
	bridge -n "${FL}pe1" fdb replace $CE_MAC dev greb master static
	inject ce,gre1 k -d $CE_MAC
	expect "to one that is known behind the other pseudowire" ce,greb1 k 100
	es 1 es-set mode=port-active >/dev/null
	inject ce,gre1 b
	expect "port-active, one customer's site: bridged" ce,greb1 b 100
	bridge -n "${FL}pe1" fdb del $CE_MAC dev greb master
	fl_ip pe1 link set greb nomaster
	anew
	log_test "all-active: no echo from one device of a set to another"
}

operstate() { fl_ip pe2 -j link show dev "$1" | jq -r '.[0].operstate'; }
operstates() { [ "$(operstate bond0.10) $(operstate bond0.20)" = "$1 $1" ]; }

dormant() {
	es 2 es-set standby=down >/dev/null
	slowwait 5 operstates DORMANT
	check_err $? "of the standby: $(operstate bond0.10) $(operstate bond0.20)"
	check_eq "$(operstate bond0.30)" UP "of a VLAN that is no segment's"
	es 2 es-set role=df >/dev/null
	slowwait 5 operstates UP
	check_err $? "of the active: $(operstate bond0.10) $(operstate bond0.20)"
	es 2 es-set role=non-df port=bond0.20 >/dev/null
	slowwait 5 eval '[ "$(operstate bond0.10) $(operstate bond0.20)" = "UP DORMANT" ]'
	check_err $? "one that is let go: $(operstate bond0.10), and one that stays: $(operstate bond0.20)"
	es 2 es-set role=df >/dev/null
	anew
	slowwait 5 operstates UP
	log_test "each device is dormant while the segment stands by"
}

# heard PE VLAN: the gateway's MAC address as the customer has it
heard() { fl_ip ce neigh show "10.$2.0.1" dev "p$1.$2" | grep -o 02:00:00:00:00:40; }
both_heard() { [ -n "$(heard 2 40)" ] && [ -n "$(heard 2 50)" ]; }

speaks() {
	local i v
	for v in 40 50; do
		for i in 1 2; do
			fl_ip pe$i link add link bond0 name bond0.$v type vlan id $v
			fl_ip pe$i link set bond0.$v address 02:00:00:00:00:40 up
			fl_ip ce link add link p$i name p$i.$v type vlan id $v
			fl_ip ce link set p$i.$v up
			fl_ip ce addr add 10.$v.0.1$i/24 dev p$i.$v
			in_fl ce sysctl -qw "net.ipv4.conf.p$i/$v.arp_accept=1"
		done
	done
	for i in 1 2; do es $i es-set port=bond0.40 port=bond0.50 role=non-df >/dev/null; done
	for i in 1 2; do for v in 40 50; do fl_ip pe$i addr add 10.$v.0.1/24 dev bond0.$v; done; done
	check_eq "$(heard 1 40)$(heard 2 40)$(heard 1 50)$(heard 2 50)" "" "gateways before anybody has the segment"
	es 2 es-set role=df >/dev/null
	slowwait 5 both_heard
	check_err $? "after the takeover the customer has heard '$(heard 2 40)' and '$(heard 2 50)'"
	check_eq "$(heard 1 40)$(heard 1 50)" "" "the gateways of the other PE"
	for i in 1 2; do for v in 40 50; do fl_ip pe$i link del bond0.$v; done; done
	for v in 40 50; do for i in 1 2; do fl_ip ce link del p$i.$v; done; done
	anew
	log_test "the gateway speaks on each device that has opened"
}

# wish TAG ADDRESS: of another PE, and where it is: device number or nothing, state, why
wish() {
	fl_nl pe1 neigh-new esi=$ESI tag="$1" addr="$2" mac=02:00:00:00:99:01 >/dev/null
	place "$1" "$2"
}
place() {
	local e
	e=" $(fl_nl pe1 neigh-get esi=$ESI tag="$1" addr="$2" | sed -n 's/^entry//p') "
	echo "$(expr "$e" : '.* ifindex=\([0-9]*\)') $(expr "$e" : '.* state=\([a-z]*\)')"
}
why() { fl_nl pe1 neigh-get esi=$ESI tag="$1" addr="$2" | sed -n 's/.* why="\([^"]*\)".*/\1/p'; }
# routed DEVICE...: no ports of a bridge, with a network each: 10.70.0, 10.71.0 …
routed() {
	local d n=70
	for d in "$@"; do
		fl_ip pe1 link set "$d" nomaster
		fl_ip pe1 addr add 10.$n.0.254/24 dev "$d"
		n=$((n + 1))
	done
}
bridged() {
	local d
	for d in bond0.10 bond0.20 gre greb; do fl_ip pe1 addr flush dev $d; done
	printf 'link set %s master br%s\n' bond0.10 10 bond0.20 20 gre gre | fl_ip pe1 -batch -
}

# The Ethernet tag tells which device a neighbour is on: of a VLAN device its VLAN.
neighbours() {
	routed bond0.10 bond0.20 gre
	check_eq "$(wish 10 10.70.0.9)" "$(number 1 bond0.10) synced" "tag 10"
	check_eq "$(wish 20 10.71.0.9)" "$(number 1 bond0.20) synced" "tag 20"
	check_eq "$(wish 0 10.72.0.9)" "$(number 1 gre) synced" "tag 0"
	check_eq "$(wish 30 10.73.0.9)" " pending" "tag 30"
	check_eq "$(why 30 10.73.0.9)" "the segment has no VLAN device 30" "tag 30"
	check_eq "$(fl_ip pe1 neigh show 10.71.0.9 dev bond0.20 | cut -d' ' -f2-4)" "lladdr 02:00:00:00:99:01 extern_learn" \
		"in the kernel's table"
	fl_ip pe1 neigh replace 10.70.0.8 lladdr 02:00:00:00:99:08 nud stale dev bond0.10
	slowwait 5 eval '[ "$(place 10 10.70.0.8)" = "$(number 1 bond0.10) local" ]'
	check_err $? "learned on VLAN 10: '$(place 10 10.70.0.8)'"
	es 1 es-set port=bond0.20 port=gre >/dev/null
	check_eq "$(fl_ip pe1 neigh show 10.70.0.9 dev bond0.10 | grep -v FAILED)" "" "on a device that is let go"
	check_eq "$(place 20 10.71.0.9)" "$(number 1 bond0.20) synced" "on one that stays"
	bridged
	anew
	log_test "a neighbour is placed on the device with its VLAN"
}

# Of two devices without a tag, the network tells; where none or both have it, nobody can.
same_tag() {
	es 1 es-set port=gre >/dev/null
	routed gre greb
	check_eq "$(wish 0 10.70.0.9)" "$(number 1 gre) synced" "one device"
	check_eq "$(wish 0 10.99.0.9)" "$(number 1 gre) synced" "no network, one device"
	es 1 es-set port=gre port=greb >/dev/null
	check_eq "$(place 0 10.70.0.9) $(place 0 10.99.0.9)" "$(number 1 gre) synced $(number 1 gre) synced" \
		"those that are there, with a second device"
	check_eq "$(wish 0 10.70.0.10)" "$(number 1 gre) synced" "in the network of the first"
	check_eq "$(wish 0 10.71.0.9)" "$(number 1 greb) synced" "in the network of the second"
	check_eq "$(wish 0 10.99.0.10)" " pending" "in no network"
	check_eq "$(why 0 10.99.0.10)" "several devices of the segment have tag 0, and not just one a network with 10.99.0.10" \
		"in no network"
	fl_ip pe1 addr add 10.99.0.254/24 dev greb
	slowwait 5 eval '[ "$(place 0 10.99.0.10)" = "$(number 1 greb) synced" ]'
	check_err $? "in a network that is new: '$(place 0 10.99.0.10)'"
	fl_ip pe1 neigh replace 10.98.0.8 lladdr 02:00:00:00:99:08 nud stale dev greb
	slowwait 5 eval '[ "$(place 0 10.98.0.8)" = "$(number 1 greb) local" ]'
	check_err $? "learned on the second: '$(place 0 10.98.0.8)'"
	es 1 es-set port=greb >/dev/null
	check_eq "$(fl_ip pe1 neigh show dev gre | grep -v FAILED)" "" "on the first, when it is let go"
	slowwait 5 eval '[ "$(place 0 10.70.0.9)" = "$(number 1 greb) synced" ]'
	check_err $? "when only one is left: '$(place 0 10.70.0.9)'"
	bridged
	anew
	log_test "of devices with the same tag a neighbour is on the one whose network has it, or pending"
}

placed() { [ "$(place 0 "$1")" = "$2" ]; }
# What was behind a device that has gone is not behind another one without a tag.
gone_with_it() {
	es 1 es-set port=gre port=greb >/dev/null
	routed gre greb
	check_eq "$(wish 0 10.71.0.9)" "$(number 1 greb) synced" "in the network of the second"
	check_eq "$(wish 0 10.70.0.9)" "$(number 1 gre) synced" "in the network of the first"
	fl_ip pe1 link del greb
	slowwait 5 placed 10.71.0.9 " pending"
	check_err $? "its device has gone: '$(place 0 10.71.0.9)'"
	check_eq "$(place 0 10.70.0.9)" "$(number 1 gre) synced" "that of the first"
	check_eq "$(wish 0 10.71.0.10)" " pending" "wished meanwhile"
	fl_ip pe1 link add greb type gretap local 10.9.1.1 remote 10.9.1.2 key 2
	fl_ip pe1 link set greb addrgenmode none up
	fl_ip pe1 addr add 10.71.0.254/24 dev greb
	slowwait 5 placed 10.71.0.9 "$(number 1 greb) synced"
	check_err $? "its device is there again: '$(place 0 10.71.0.9)'"
	slowwait 5 placed 10.71.0.10 "$(number 1 greb) synced"
	check_err $? "that wished meanwhile: '$(place 0 10.71.0.10)'"
	fl_ip pe1 link del greb
	slowwait 5 placed 10.71.0.9 " pending"
	es 1 es-set port=gre >/dev/null
	slowwait 5 placed 10.71.0.9 "$(number 1 gre) synced"
	check_err $? "it is named no more: '$(place 0 10.71.0.9)'"
	fl_ip pe1 link add greb type gretap local 10.9.1.1 remote 10.9.1.2 key 2
	fl_ip pe1 link set greb addrgenmode none up
	bridged
	anew
	log_test "a neighbour waits for its device, though another one without a tag is there"
}

# no SENTENCE WORDS...: is refused so
no() {
	local said
	# shellcheck disable=SC2086
	said=$(fl_nl pe2 ${*:2})
	[[ $said == *"message=\"$1\""* ]]
	check_err $? "${*:2}: $said"
}

refused() {
	local set="es-set esi=$ESI" new="es-new esi=00:de:5e:00:00:00:00:00:00:02" many
	no "bond0.10 is named twice" "$set port=bond0.10 port=gre port=bond0.10"
	no "gre already belongs to segment $ESI" "$new port=bond0.30 port=gre"
	no "gre already belongs to segment $ESI" "$new ifname=gre"
	no "'a/b' cannot be the name of a device" "$set port=gre port=a/b"
	no "'' cannot be the name of a device" "$set port="
	no "ifname names one device, port those of a set: not both" "$set port=gre ifname=gre"
	no "bond0 is a link aggregate, which is a segment alone" "$set port=gre port=bond0"
	many=$(printf 'port=d%d ' {1..33})
	no "a segment has no more than 32 devices" "$set $many"
	check_eq "$(fl_nl pe2 es-get | grep -c state=)" 1 "segments"
	check_eq "$(ports 2)" "bond0.10=bound bond0.20=bound gre=bound" "after all that"
	all 2 0
	log_test "what cannot be is refused in a sentence, and nothing changes"
}

# What cannot carry a segment is said of itself, and does not keep the others from it.
unfit() {
	es 2 es-set port=gre port=br10 port=bond0.30 >/dev/null
	check_eq "$(field 2 state) $(ports 2)" "bound gre=bound br10=rejected bond0.30=bound" "a bridge among others"
	[[ "$(es 2 es-get)" == *'why.br10="br10 is a bridge; a segment is one of its ports"'* ]]
	check_err $? "$(es 2 es-get)"
	wire 2 0
	passes 2 30 0
	es 2 es-set port=br10 port=br20 >/dev/null
	check_eq "$(field 2 state)" rejected "when no other is left"
	anew
	log_test "an unfit device is rejected by itself"
}

tests_run
finish
