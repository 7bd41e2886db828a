# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Customers whose LAG is not the kernel's bonding driver: LACP by teamd, and by Open vSwitch. bond0 is
# what carries their addresses here as well. Sourced.

# is_lacp_ce: does the customer speak LACP?
is_lacp_ce() {
	case $LAB_CE in lacp | team | ovs) ;; *) return 1 ;; esac
}

# other_ce_has KIND: is it installed, and can this kernel do it?
other_ce_has() {
	case $1 in
	team) command -v teamd && command -v teamdctl ;;
	ovs) command -v ethtool && command -v ovs-vswitchd && command -v ovsdb-server && [ -e /usr/share/openvswitch/vswitch.ovsschema ] ;;
	esac >/dev/null 2>&1
}

# other_ce_write SEGMENT: the devices that are there before the program is
other_ce_write() {
	local n=${CE[$1]} mac="02:00:00:00:0$1:ce"
	case $LAB_CE in
	team) node "$n" link add name bond0 address "$mac" mtu 9000 type team ;;
	ovs)
		node "$n" link add name bond0 address "$mac" mtu 9000 type veth peer name ovs0
		node "$n" link set ovs0 mtu 9000 up
		;;
	esac
}

# other_ce_start SEGMENT: the program, and the links to the PEs
other_ce_start() {
	local n=${CE[$1]} dir=$LAB_RUN/${CE[$1]}-$LAB_CE ports='' p m fast=true
	[ "$LAB_LACP_RATE" = fast ] || fast=false
	for ((p = 1; p <= LAB_PES; p++)); do
		for m in $MEMBERS; do ports+=" pe$p${m#a}"; done
	done
	mkdir -p "$dir" "$dir-db"
	"other_ce_$LAB_CE" "$n" "$dir" "$fast" || lab_fail "$n: $LAB_CE does not start: $(tail -n 3 "$dir"/*.log)"
}

# Its sockets are in a directory of its own: there may be several.
team_ctl() { in_ns "$1" teamdctl bond0 "${@:2}"; }

other_ce_team() { # NODE DIRECTORY FAST; ports
	local p list=
	for p in $ports; do list+="${list:+, }\"$p\": {}"; done
	cat >"$2/teamd.conf" <<-END
		{"device": "bond0", "link_watch": {"name": "ethtool"}, "ports": {$list},
		 "runner": {"name": "lacp", "active": true, "fast_rate": $3, "tx_hash": ["eth", "ipv4", "ipv6", "l4"]}}
	END
	mkdir -p /run/teamd
	bg "$1" teamd -o -U -f "$2/teamd.conf" -p "$2/teamd.pid" >"$2/teamd.log" 2>&1
	echo $! >"$2/pid"
	disown
	lab_until 10 team_ctl "$1" state >/dev/null 2>&1
}

# Its datapath is the one in user space. With the kernel's it counts the processors for the threads that take
# LACPDUs, and on some machines comes to none. It does not fill in checksums.
ovs() { in_ns "$1" env OVS_RUNDIR="$2" "${@:3}"; }

other_ce_ovs() { # NODE DIRECTORY FAST; ports
	local rate=slow db="$2/db.sock"
	{ in_ns "$1" ethtool -K bond0 tx off; in_ns host ethtool -K vx1 tx off; } >"$2/ovs.log" 2>&1
	[ "$3" != true ] || rate=fast
	ovsdb-tool create "$2/conf.db" /usr/share/openvswitch/vswitch.ovsschema >>"$2/ovs.log" 2>&1 || return
	OVS_RUNDIR=$2 bg "$1" ovsdb-server "$2/conf.db" --remote="punix:$db" --unixctl="$2/ovsdb.ctl" >>"$2/ovs.log" 2>&1
	echo $! >"$2-db/pid"
	disown
	lab_until 10 test -S "$db" || return
	ovs "$1" "$2" ovs-vsctl --db="unix:$db" --no-wait init || return
	OVS_RUNDIR=$2 bg "$1" ovs-vswitchd "unix:$db" --unixctl="$2/ovs.ctl" >>"$2/ovs.log" 2>&1
	echo $! >"$2/pid"
	disown
	# shellcheck disable=SC2086
	ovs "$1" "$2" ovs-vsctl --db="unix:$db" --timeout=20 add-br lan -- \
		set bridge lan datapath_type=netdev -- add-port lan ovs0 -- add-bond lan lag $ports \
		bond_mode=balance-tcp lacp=active other_config:lacp-time=$rate >>"$2/ovs.log" 2>&1 || return
	for p in $ports; do node_now "$1" link set "$p" up; done
}

node_now() { ip -n "$LAB_PREFIX$1" "${@:2}"; }

# other_ce_ports NODE: as ce_ports
other_ce_ports() {
	case $LAB_CE in
	team)
		team_ctl "$1" state dump 2>/dev/null | jq -r '.ports | to_entries[] |
			"\(.key) \(.value.runner.actor_lacpdu_info.state) \(.value.runner.partner_lacpdu_info.state)"'
		;;
	ovs) ovs "$1" "$LAB_RUN/$1-ovs" ovs-appctl -t "$LAB_RUN/$1-ovs/ovs.ctl" lacp/show lag | ovs_states ;;
	esac
}

# Names of the states into the bits that LACP has for them. It goes on saying that it is in sync on a port
# that it does not use: whether it does is said by may_enable.
ovs_states() {
	awk '
		BEGIN {
			n = split("activity timeout aggregation synchronized collecting distributing defaulted expired", name, " ")
			for (i = 1; i <= n; i++) bit[name[i]] = 2 ^ (i - 1)
		}
		function sum(  i, s) { for (i = 3; i <= NF; i++) s += bit[$i]; return s + 0 }
		/^(member|slave): / { port = $2; sub(/:$/, "", port) }
		/^[ \t]+may_enable:/ { used = $2 == "true" }
		/^[ \t]+actor state:/ { a = used ? sum() : sum() % 8 }
		/^[ \t]+partner state:/ { print port, a, sum() }'
}
