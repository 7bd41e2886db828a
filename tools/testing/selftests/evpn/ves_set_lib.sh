# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# What the scenarios share in which evpnd of two PEs leads the segment "site", a set of devices, in the lab of ves_lib.sh
# with pseudowires. Sourced after ves_lib.sh; config() is the scenario's own.

# set_lab: bond0.10, .20 and .30, gre and greb on each PE
set_lab() {
	ves_lab || skip "no lab: $(ip -V)"
	ves_gre 1 && ves_gre 2 || skip "no GRE pseudowires here: $(ip -V)"
	mkdir -p "$LAB_RUN"
	defer down
}

# set_start ARGUMENT...: evpnd of both, with the configuration of config PE ARGUMENT...
set_start() {
	config 1 "$@"
	config 2 "$@"
	pe_start fpe1
	pe_start fpe2
}

# set_conf PE: a configuration, the end of which is read; its VRF and its peer have VRF_EXTRA and PEER_EXTRA as well
set_conf() {
	local dir=$LAB_RUN/fpe$1
	mkdir -p "$dir"
	{
		cat <<-END
			router-id: 192.0.2.$1
			as: 65000
			startup-delay: 1s
			peers:
			  - {address: 192.0.2.$((3 - $1)), remote-as: 65000, hold-time: 3, connect-retry: 1s${PEER_EXTRA:-}}
			vrfs:
			  - {name: default, route-targets: {import: ["65000:1"], export: ["65000:1"]}${VRF_EXTRA:-}}
		END
		cat
	} >"$dir/evpnd.yaml"
}
# preferred PE: the election that PE1 wins
preferred() { echo "{algorithm: preference, preference: $((300 - $1 * 100)), wait: 0s, recovery-wait: 0s}"; }

# es PE FILTER [NAME]
es() { pe_ctl "fpe$1" -j es show "${3:-site}" 2>/dev/null | jq -r ".segments[0] | $2"; }
# df PE: both say so, and the modules have it
df() {
	local i role
	for i in 1 2; do
		[ "$i" = "$1" ] && role=df || role=non-df
		[ "$(es $i '"\(.df) \(.kernel.status) \(.kernel.role)"')" = "192.0.2.$1 installed $role" ] || return 1
	done
}
# alone PE: it leads, whatever the other one has
alone() { [ "$(es "$1" '"\(.df) \(.kernel.status) \(.kernel.role)"')" = "192.0.2.$1 installed df" ]; }
say() { echo "PE1: $(es 1 '"\(.df) \(.reason) \(.kernel)"'); PE2: $(es 2 '"\(.df) \(.reason) \(.kernel)"')"; }
# moves PE: the segment is led by that PE, soon
moves() {
	slowwait 20 df "$1"
	check_err $? "PE$1 is to forward: $(say)"
}
# devices PE: each with its state, and what the module has made of it
devices() { es "$1" '[.interfaces[] | "\(.interface)=\(.oper)/\(.kernel)"] | join(" ")'; }
devices_are() { [ "$(devices "$1")" = "$2" ]; }

# made PE DEVICE: as ves_lib.sh makes it
made() {
	case $2 in
	gre)
		fl_ip "pe$1" link add gre type gretap local "10.9.$1.1" remote "10.9.$1.2"
		fl_ip "pe$1" link set gre addrgenmode none master brgre up
		;;
	*)
		fl_ip "pe$1" link add link bond0 name "$2" type vlan id "${2#*.}"
		fl_ip "pe$1" link set "$2" addrgenmode none master "br${2#*.}" up
		;;
	esac
}

# lans PSEUDOWIRE...: the customer's, which both PEs are in: cust.10, cust.20, and c of each pseudowire
lans() {
	local w
	fl_ip ce -batch - <<-END
		link add cust type bridge forward_delay 0 mcast_snooping 0
		link set p1 master cust
		link set p2 master cust
		link set cust up
		link add link cust name cust.10 type vlan id 10
		link add link cust name cust.20 type vlan id 20
		link set cust.10 up
		link set cust.20 up
		$(for w; do
			echo "link add c$w type bridge forward_delay 0 mcast_snooping 0"
			echo "link set ${w}1 master c$w"
			echo "link set ${w}2 master c$w"
			echo "link set c$w up"
		done)
	END
}
