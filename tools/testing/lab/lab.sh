#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The lab: a customer edge on one LAG to two or three PEs, a core, a route reflector and a remote
# host, all in network namespaces, with the real bonding driver, FRR and evpnd. The demo, the
# selftests and the bench use it alike. Documentation/lab.rst explains it.
#
#                      +----------- ce -----------+
#                      | bond0        10.1.0.1    |   one LAG: 802.3ad, fast rate (or, for a CE
#                      | bond0.10     10.1.10.1   |   without LACP, broadcast or active-backup)
#                      |  pe1      pe2      (pe3) |
#                      +---+--------+---------+---+
#                          |        |         |
#     wire:   cables, cut and observed here (tc mirred, both directions)
#                          |        |         |
#                      +---+---+ +--+----+ +--+----+
#                      |  ce   | |  ce   | |       |   pe1, pe2, (pe3): bond0, everywhere with
#                      | bond0 | | bond0 | |  ...  |   one LACP system id and key, is the segment;
#                      |  br0  | |  br0  | |       |   br0 ties it to vx1. evpnd and evpn.ko decide
#                      |  vx1  | |  vx1  | |       |   and enforce who forwards.
#                      | core0 | | core0 | |       |
#                      +---+---+ +--+----+ +--+----+
#                          |        |         |
#     core:   ----+--------+--------+---------+------ one bridge, 192.0.2.0/24
#                 |                           |
#             +---+---+                  +----+-----+
#             | core0 |                  |  core0   |  host: vx1 10.1.0.100, vx1.10 10.1.10.100;
#             |  rr   |                  |   host   |  floods to every PE, learns where the CE is
#             +-------+                  +----------+  from what it receives
#
# --form routed is another picture: topology_l3.sh. A second segment (--segments 2) adds ce2, bond1, br1, vx2 and 10.2.x.y in the same places.

set -u
LAB_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=options.sh
. "$LAB_HERE/options.sh"
# shellcheck source=tools.sh
. "$LAB_HERE/tools.sh"
# shellcheck source=json.sh
. "$LAB_HERE/json.sh"
# shellcheck source=topology.sh
. "$LAB_HERE/topology.sh"
# shellcheck source=other_ce.sh
. "$LAB_HERE/other_ce.sh"
# shellcheck source=topology_l3.sh
. "$LAB_HERE/topology_l3.sh"
# shellcheck source=rr.sh
. "$LAB_HERE/rr.sh"
# shellcheck source=pe.sh
. "$LAB_HERE/pe.sh"

lab_fail() {
	echo "lab: $*" >&2
	exit 1
}

lab_skip() {
	echo "lab: SKIP: $*" >&2
	exit 4
}

# lab_until SECONDS COMMAND...: waits for a condition, asked 20 times a second
lab_until() {
	local end=$((SECONDS + $1 + 1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# lab_possible: this kernel has what the lab needs
lab_possible() {
	[ "$(id -u)" = 0 ] || lab_skip "needs root"
	modprobe bonding 2>/dev/null
	ip netns add "$(ns try)" 2>/dev/null || lab_skip "no network namespaces"
	local rc=0
	ip -n "$(ns try)" link add name try0 type bond 2>/dev/null || rc=1
	ip netns del "$(ns try)"
	[ $rc = 0 ] || lab_skip "this kernel has no bonding driver: tools/testing/vm/guest.sh run uml -- ..."
}

# ce_ports CE: "port actor-state partner-state" of every member, as the customer's bond sees it
ce_ports() {
	case $LAB_CE in team | ovs) other_ce_ports "$1"; return ;; esac
	in_ns "$1" awk '
		/^Slave Interface:/ { port = $3 }
		/details actor lacp pdu/ { who = "a" }
		/details partner lacp pdu/ { who = "p" }
		/port state:/ { s[port, who] = $3; if (who == "p") print port, s[port, "a"], s[port, "p"] }
	' /proc/net/bonding/bond0
}

lab_passes() {
	in_ns ce ping -q -c 1 -W 1 "$(address host 1 0 4)" >/dev/null 2>&1
}

lab_up() {
	local p
	lab_possible
	lab_down
	mkdir -p "$LAB_RUN"
	lab_tools
	topology_up
	rr_up
	[ "$LAB_EVPND" = yes ] || return 0
	for ((p = 1; p <= LAB_PES; p++)); do pe_start "pe$p"; done
}

lab_down() {
	local f
	for f in "$LAB_RUN"/*/pid; do
		[ -e "$f" ] && kill_wait "$(cat "$f")"
	done
	topology_down
	rm -rf "$LAB_RUN" /run/evpn/"$LAB_PREFIX"pe[1-3]
	rmdir /run/evpn-lab 2>/dev/null
	return 0
}

# kill_wait PID [SIGNAL]: ends a process of the lab and waits until it is gone
kill_wait() {
	kill "-${2:-TERM}" "$1" 2>/dev/null || return 0
	local i
	for i in $(seq 200); do
		grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null || return 0
		sleep 0.05
	done
	kill -KILL "$1" 2>/dev/null
	return 0
}

lab_status() {
	local p s
	for ((s = 1; s <= LAB_SEGMENTS; s++)); do
		echo "${CE[s]}: LAG of $LAB_CE"
		is_lacp_ce && ce_ports "${CE[s]}" | sed 's/^/  port, own state, partner state: /'
	done
	for ((p = 1; p <= LAB_PES; p++)); do
		[ -e "$LAB_RUN/pe$p/pid" ] && { echo "pe$p:" && pe_ctl "pe$p" es show; }
	done
	return 0
}

lab_usage() {
	cat >&2 <<-END
		usage: lab.sh up [--pes 2|3] [--segments 1|2] [--members 1|2] [--rr frr|gobgp|two|none|mixed]
		                 [--form bridged|routed] [--mode M] [--retention 180s]
		                 [--standby block|lacp-oos|down] [--ce lacp|broadcast|active-backup]
		                 [--lacp-rate fast|slow]
		                 [--vlans "10 20"] [--algorithm A] [--preference "300 200 100"]
		                 [--dont-preempt yes|no] [--wait 0s] [--hold 3] [--isolation keep|block]
		                 [--loss hold|block] [--owner-hold 10s] [--evpnd yes|no] [--prefix lab-]
		       lab.sh status|down|build
		       lab.sh exec NODE COMMAND...      in ce, pe1, pe2, host, rr, core, wire
		       lab.sh ctl PE WORD...            evpnctl of that PE
		       lab.sh cut|mend CE PE            a cable
	END
	exit 1
}

lab_main() {
	local verb=${1:-}
	shift
	if [ "$verb" = up ]; then
		while [ $# -gt 0 ]; do
			[ $# -ge 2 ] && lab_option "$1" "$2" || lab_usage
			shift 2
		done
	fi
	lab_defaults
	# what "up" was told holds for the other verbs
	if [ "$verb" != up ] && [ -e "$LAB_RUN/options" ]; then . "$LAB_RUN/options"; fi
	case $verb in
	up)
		lab_up
		declare -p "${!LAB_@}" >"$LAB_RUN/options"
		;;
	down)
		lab_down
		rm -rf /run/evpn-lab/tools
		rmdir /run/evpn-lab 2>/dev/null
		;;
	build) lab_tools_all ;;
	status) lab_status ;;
	exec) in_ns "$@" ;;
	ctl) pe_ctl "$@" ;;
	cut) cut_cable "$@" ;;
	mend) mend_cable "$@" ;;
	*) lab_usage ;;
	esac
}

[ "${BASH_SOURCE[0]}" = "$0" ] && lab_main "$@"
true
