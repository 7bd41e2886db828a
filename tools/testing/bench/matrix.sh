#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The matrix: who forwards when what dies, for every way in which PEs hear of each other and every mode of
# a segment; and what it costs until the customer has its service again, and when what has died comes back.
#
#	tools/testing/vm/guest.sh run --timeout 3000 uml -- tools/testing/bench/matrix.sh [-p PEERING] [-m MODE] [-d DEATH]
#
# Each option takes words with a comma between them, and stands for all of them where it is left out. One line
# a death: datagrams lost of 600 a second, those that came twice, and for how long none came, first in the
# failure and then in the recovery; who forwards in the end. A line begins with "!", and the program ends with 1, where not
# exactly the PE forwards that should, something is lost or comes twice without an end, or PE1 does not get
# the segment back. The rules are in Documentation/redundancy.rst.

NEEDS="system frr"
PEERINGS=rr,rr2,direct,mixed
MODES=lacp,block,single,bridged,routed
DEATHS=cable,member,bond,lacp,pe,evpnd,core,split,part,rr,rrs
while getopts p:m:d: o; do
	case $o in
	p) PEERINGS=$OPTARG ;;
	m) MODES=$OPTARG ;;
	d) DEATHS=$OPTARG ;;
	*) sed -n '/^#\ttools/s/^#\t*//p' "$0" >&2; exit 1 ;;
	esac
done
shift $((OPTIND - 1))
# shellcheck source=../selftests/evpn/lib.sh
. "$(dirname "$0")/../selftests/evpn/lib.sh"
begin "the matrix of failures" A2 A11 A12 A36 A37

HOLD=3
LIMIT=45 # seconds until the outcome has to be there: a partner that was given up sends every 30
OUT=${EVPN_OUT:-/tmp}/matrix.tsv
MISSED=0 CELLS=0

# --- the labs: one for each peering and mode ----------------------------------------------------

# raise PEERING MODE
raise() {
	local rr options
	unset "${!LAB_@}"
	SEGMENT=ce
	case $1 in
	rr) rr=frr ;;
	rr2) rr=two ;;
	direct) rr=none ;;
	mixed) rr=mixed ;;
	*) lab_fail "no such peering: $1 (there are $PEERINGS)" ;;
	esac
	case $2 in
	lacp) options="--standby lacp-oos --ce lacp --members 2" ;;
	block) options="--standby block --ce broadcast" ;;
	single) options="--mode single-active --standby block --ce broadcast" ;;
	bridged) options="--mode all-active --standby block --ce lacp --members 2" ;;
	routed) options="--form routed --mode all-active --standby block --ce lacp --members 2" SEGMENT=be1 ;;
	*) lab_fail "no such mode: $2" ;;
	esac
	# shellcheck disable=SC2086
	lab --rr $rr --hold $HOLD --loss auto --owner-hold 5s $options
	addresses "$2"
}

# addresses MODE: of the two ends. Beside what is known, one pair of addresses that are each other's broadcast
# MAC address: what is sent there is flooded by everybody on the way, and read as any other datagram.
addresses() {
	local dev=bond0 far=vx1 net=10.1.0
	FLOODED=()
	if [ "$1" = routed ]; then
		KNOWN=(-a "$(ns hg),10.4.0.1" -b "$(ns host),192.0.2.100")
		return
	fi
	[ "$1" != single ] || dev=bond0.10 far=vx1.10 net=10.1.10
	KNOWN=(-a "$(ns ce),$net.1" -b "$(ns host),$net.100")
	FLOODED=(-a "$(ns ce),$net.2" -b "$(ns host),$net.102")
	node_now ce addr add $net.2/24 dev $dev
	node_now host addr add $net.102/24 dev $far
	node_now ce neigh replace $net.102 lladdr ff:ff:ff:ff:ff:ff dev $dev nud permanent
	node_now host neigh replace $net.2 lladdr ff:ff:ff:ff:ff:ff dev $far nud permanent
}

# --- what is counted ----------------------------------------------------------------------------

# probes_run NAME [OPTION...]: both, in the background
probes_run() {
	local name=$1
	shift
	PROBE_DIR=$LAB_RUN/probe PROBES=()
	mkdir -p "$PROBE_DIR"
	"$PROBE" "${KNOWN[@]}" -j -f 16 -r 200 "$@" >"$PROBE_DIR/$name.known" &
	PROBES+=($!)
	[ ${#FLOODED[@]} -gt 0 ] || return 0
	"$PROBE" "${FLOODED[@]}" -j -r 100 "$@" >"$PROBE_DIR/$name.flooded" &
	PROBES+=($!)
}

probes_stop() {
	kill -INT "${PROBES[@]}" 2>/dev/null
	wait "${PROBES[@]}"
}

# counted NAME: lost, twice, and ms without a datagram. Where the remote host is no BGP speaker and routes by
# hand (routed) only the customer's direction counts.
counted() {
	local both=true
	[ ${#FLOODED[@]} -gt 0 ] || both=false
	jq -rs --argjson both $both '[.[].directions | if $both then .[] else .[0] end] |
		"\(map(.lost - .discarded) | add) \(map(.duplicates) | add) \(map(."outage-ms") | max | round)"' "$PROBE_DIR/$1".*
}

# clean: for half a second everything arrives, once, in both directions
clean() {
	probes_run clean -p 7100 -d 0.5
	wait "${PROBES[@]}"
	[ "$(jq -s '[.[].directions[] | .lost - .discarded + .duplicates] | add' "$PROBE_DIR"/clean.*)" = 0 ]
}

# --- who forwards -------------------------------------------------------------------------------

# forwards PE: by its kernel, the loss of the daemon included
forwards() {
	local is
	is=$(nl "$1" es-get esi=$ESI1)
	[[ $is == *"role=df"* && $is != *fail-applied* ]]
}

who() {
	local p list=
	for p in pe1 pe2; do
		[ "$p" = "$DEAD" ] || ! forwards $p || list+="${list:+ and }${p^^}"
	done
	echo "${list:-nobody}"
}

# DEAD is a PE that is gone as a whole
there() {
	[ "$(who)" = "$1" ] || return
	case $1 in
	PE?) clean ;;
	esac
}

# home MODE: as it is when nothing has died
home() {
	DEAD=
	there PE1 || return 1
	case $1 in
	lacp) ce_uses_only 1 ;;
	bridged | routed) ce_uses ce pe1 && ce_uses ce pe2 ;;
	esac
}

# The remote host of the routed lab runs no BGP: its route is moved by hand.
remote_sends_to() { [ "$LAB_FORM" != routed ] || l3_via "$1"; }

# --- what dies, and comes back ------------------------------------------------------------------

reflector_dies() { kill_wait "$(cat "$LAB_RUN/$1/pid")" KILL; }

# possible DEATH MODE: "" is yes
possible() {
	case $1 in
	member) [ "$LAB_MEMBERS" = 2 ] ;;
	lacp) is_lacp_ce ;;
	rr) [ "$LAB_RR" != none ] ;;
	rrs) [ "$LAB_RR" = two ] ;;
	esac
}

# heir DEATH: who is to forward. Where the only session is the one between the PEs neither can tell a dead PE
# from a core that has parted: with "keep" both go on, with "block" both stand by, and that is what was chosen.
heir() {
	case $LAB_RR-$1 in
	none-part) echo PE1 and PE2 ;;
	none-split) echo nobody ;;
	*-member | *-part | *-rr | *-rrs) echo PE1 ;;
	*) echo PE2 ;;
	esac
}

dies_cable() { cut_cable ce pe1; }
mend_of_cable() { mend_cable ce pe1; }
dies_member() { cut_cable ce pe1 b; }
mend_of_member() { mend_cable ce pe1 b; }
dies_bond() { ip -n "$(ns pe1)" link set bond0 down; }
mend_of_bond() { ip -n "$(ns pe1)" link set bond0 up; }

# LACP from the CE is lost, everything else passes
dies_lacp() {
	local m
	for m in "" b; do
		tc -n "$(ns wire)" filter add dev "ce.pe1$m" ingress pref 5 protocol 0x8809 matchall action drop
	done
}
mend_of_lacp() {
	local m
	for m in "" b; do tc -n "$(ns wire)" filter del dev "ce.pe1$m" ingress pref 5; done
}

# The core first, or else it would still find the time to say goodbye.
dies_pe() {
	DEAD=pe1
	cut_core pe1
	pe_stop pe1 KILL
	cut_cable ce pe1
}
mend_of_pe() {
	mend_core pe1
	mend_cable ce pe1
	pe_start pe1
}
dies_evpnd() { pe_stop pe1 KILL; }
mend_of_evpnd() { pe_start pe1; }
dies_core() { cut_core pe1; }
mend_of_core() { mend_core pe1; }

# The core parts with all links up, PE1 on the lesser side: "block" is for that.
isolation() {
	local p
	for p in pe1 pe2; do
		sed -i "s/^core-isolation: .*/core-isolation: $1/" "$LAB_RUN/$p/evpnd.yaml"
		pe_ctl $p config reload >/dev/null
	done
}
before_split() { isolation block; }
dies_split() { split_core pe1; }
mend_of_split() { join_core pe1; }
after_split() { isolation keep; }

# PE1 and PE2 do not reach each other; both reach everybody else.
dies_part() {
	tc -n "$(ns core)" qdisc add dev pe1 clsact
	tc -n "$(ns core)" filter add dev pe1 ingress pref 1 protocol ip flower dst_ip 192.0.2.2 action drop
	tc -n "$(ns core)" filter add dev pe1 egress pref 1 protocol ip flower src_ip 192.0.2.2 action drop
}
mend_of_part() { tc -n "$(ns core)" qdisc del dev pe1 clsact; }
dies_rr() { reflector_dies rr; }
mend_of_rr() { rr_frr rr; }
dies_rrs() { reflector_dies rr; reflector_dies rr2; }
mend_of_rrs() { rr_up; }

# What takes a while to be noticed: a reflector's death moves nothing, which is seen after the hold time only.
noticed() {
	case $1 in
	part | rr | rrs) sleep $((HOLD + 2)) ;;
	*) sleep 0.3 ;;
	esac
}

optional() { ! declare -F "$1" >/dev/null || "$1"; }

# --- one cell -----------------------------------------------------------------------------------

# phase COMMAND DEATH CONDITION...: what COMMAND costs until the condition holds; COST, and the status
phase() {
	local command=$1 death=$2 ok=0
	shift 2
	probes_run phase
	sleep 0.5
	local running=("${PROBES[@]}")
	"$command"
	[[ $command != dies_* || $(heir "$death") != PE2 ]] || remote_sends_to 2
	noticed "$death"
	lab_until $LIMIT "$@" || ok=1
	PROBES=("${running[@]}")
	probes_stop
	COST=$(counted phase)
	return $ok
}

# cell PEERING MODE DEATH
cell() {
	local peering=$1 mode=$2 death=$3 mark=' ' died forward
	optional "before_$death"
	DEAD=
	phase "dies_$death" "$death" there "$(heir "$death")" || mark='!'
	died=$COST forward=$(who)
	phase "mend_of_$death" "$death" home "$mode" || mark='!'
	remote_sends_to 1
	optional "after_$death"
	CELLS=$((CELLS + 1))
	# shellcheck disable=SC2086
	row "$mark" "$peering" "$mode" "$death" $died $COST "$forward"
	[ "$mark" = ' ' ] || missed "$death"
}

row() {
	printf '%1s %-7s %-8s %-7s %7s %6s %6s   %7s %6s %6s   %s\n' "$@" | tee -a "$OUT"
}

missed() {
	local p
	MISSED=$((MISSED + 1))
	for p in pe1 pe2; do
		pe_ctl $p es show $SEGMENT 2>&1 | sed "s/^/# $p: /"
		[ -z "${EVPN_MATRIX_LOG:-}" ] || tail -n 25 "$LAB_RUN/$p/evpnd.log" | sed "s/^/# $p: /"
	done
	log_info "the CE's ports: $(ce_ports ce | tr '\n' ' ')"
	mended "$MODE"
}

# A lab in which something has gone wrong is raised anew, so that it costs no other row.
mended() {
	lab_until 10 home "$1" && return
	lab_down
	raise "$PEERING" "$1"
	lab_until 60 home "$1" || lab_fail "$PEERING, $1: PE1 does not become DF: $(who)"
}

printf '%41s   %s\n' "died" "came back" | tee "$OUT"
row ' ' peering mode dies lost twice ms lost twice ms forwards | sed 's/^ /#/'
for PEERING in ${PEERINGS//,/ }; do
	for MODE in ${MODES//,/ }; do
		raise "$PEERING" "$MODE"
		lab_until 60 home "$MODE" || lab_fail "$PEERING, $MODE: PE1 does not become DF: $(who), $(ce_ports ce)"
		for DEATH in ${DEATHS//,/ }; do
			possible "$DEATH" && cell "$PEERING" "$MODE" "$DEATH"
		done
		lab_down
	done
done
echo "# $MISSED of $CELLS lines do not keep what is promised"
trap - EXIT
undo
[ "$MISSED" -eq 0 ]
