# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What can be chosen about a lab, with its defaults. Sourced by lab.sh, the selftests, the bench
# and the demo; a caller sets a variable before lab_up, or passes the option of the same name.

lab_defaults() {
	: "${LAB_PREFIX:=lab-}"          # of every namespace
	: "${LAB_PES:=2}"                # 2 or 3
	: "${LAB_SEGMENTS:=1}"           # 1 or 2: CEs, each on a LAG of its own
	: "${LAB_FORM:=bridged}"         # bridged: lab.sh; routed: topology_l3.sh
	: "${LAB_MEMBERS:=1}"            # 1 or 2: links from each PE to each CE
	: "${LAB_RR:=frr}"               # frr, gobgp, two (of FRR), none (PEs peer directly), mixed (both)
	: "${LAB_STANDBY:=lacp-oos}"     # block, lacp-oos, down
	: "${LAB_LACP_RATE:=fast}"       # fast: a LACPDU a second; slow: every 30 s
	: "${LAB_CE:=}"                  # lacp (bonding), team, ovs, broadcast, active-backup; "": by LAB_STANDBY
	: "${LAB_MODE:=port-active}"
	: "${LAB_VLANS:=10 20}"          # tagged networks beside the untagged one
	: "${LAB_ALGORITHM:=preference}" # one word, or one for each PE
	: "${LAB_PREFERENCE:=300 200 100}" # pe1 pe2 pe3
	: "${LAB_PREFERENCE2:=100 200 300}" # the same for the second segment
	: "${LAB_DONT_PREEMPT:=no}"
	: "${LAB_WAIT:=0s}"              # DF_WAIT timer
	: "${LAB_HOLD:=3}"               # BGP hold time, seconds
	: "${LAB_ISOLATION:=keep}"       # keep or block
	: "${LAB_LOSS:=hold}"            # on-daemon-loss: auto, hold or block
	: "${LAB_OWNER_HOLD:=10s}"       # how long the kernel keeps roles without a daemon
	: "${LAB_EVPND:=yes}"            # no: everything but our daemon
	: "${LAB_RETENTION:=180s}"       # routed: of synchronised neighbours
	: "${LAB_VRF_EXTRA:=}"           # routed: more keys of every VRF, ", key: value"
	: "${LAB_NEIGHBOR_EXTRA:=}"      # more keys of every neighbor, ", key: value"
	: "${LAB_SYSTEM_EXTRA:=}"        # lines for the top of every evpnd.yaml
	if [ -z "$LAB_CE" ]; then
		case $LAB_STANDBY in
		block) LAB_CE=broadcast ;;
		*) LAB_CE=lacp ;;
		esac
	fi
	LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
	LAB_TREE=$(cd "$LAB_DIR/../../.." && pwd)
	if [ -z "${LAB_BUILD:-}" ]; then
		LAB_BUILD=$LAB_TREE/build # or else, where there is none, what is installed
		[ -x "$LAB_BUILD/evpnd" ] || ! command -v evpnd >/dev/null || LAB_BUILD=$(dirname "$(command -v evpnd)")
	fi
	: "${LAB_RUN:=/run/evpn-lab/${LAB_PREFIX%-}}" # configurations, logs, process ids
}

# lab_option NAME VALUE: "--pes 3" becomes LAB_PES=3; fails when there is no such option.
lab_option() {
	local var
	var=LAB_$(tr 'a-z-' 'A-Z_' <<<"${1#--}")
	case $var in
	LAB_PREFIX | LAB_FORM | LAB_RETENTION | LAB_PES | LAB_SEGMENTS | LAB_MEMBERS | LAB_RR | LAB_STANDBY | LAB_LACP_RATE | LAB_CE | LAB_MODE | \
		LAB_VLANS | LAB_ALGORITHM | LAB_PREFERENCE | LAB_PREFERENCE2 | LAB_DONT_PREEMPT | LAB_WAIT | \
		LAB_HOLD | LAB_ISOLATION | LAB_LOSS | LAB_OWNER_HOLD | LAB_EVPND | LAB_BUILD)
		printf -v "$var" '%s' "$2"
		;;
	*) return 1 ;;
	esac
}

# word N WORDS...: the Nth word, or the last one when there are fewer.
word() {
	local n=$1
	shift
	[ "$n" -gt $# ] && n=$#
	echo "${!n}"
}
