#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The part of the bench that runs in the guest: bench_guest.sh failover|recovery|power|power-direct|drain|slides|idle|circuits ...
# Leaves NAME.tsv in $EVPN_OUT, tabs between: title, unit, target, values...
. "$(dirname "$0")/../selftests/evpn/lib.sh"
RUNS=${EVPN_BENCH_RUNS:-20}
CUT=
MEASURE=$*

must() { "$@" || lab_fail "$* failed"; }

# save NAME TITLE UNIT TARGET VALUES...
save() {
	local name=$1
	shift
	(IFS=$'\t'; echo "$*") >>"$EVPN_OUT/$name.tsv"
}

# forget: what a row has chosen of the lab is not the next one's
forget() { unset LAB_CE LAB_RR LAB_LACP_RATE; }

# wanted TITLE LAB-OPTION...: the row was asked for, and its customer's LACP is installed
wanted() {
	local title=$1
	shift
	[[ $title == *"${EVPN_BENCH_ROWS:-}"* ]] || return
	case $* in
	*"--ce team"*) other_ce_has team ;;
	*"--ce ovs"*) other_ce_has ovs ;;
	esac
}

# cuts: what the probe cuts; power: the PE's core link and its cable in one moment
cuts() {
	[ "$CUT" = power ] && echo "-c $(ns core),pe1"
	cut_ends ce pe1
}

mend() {
	mend_cable ce pe1
	[ "$CUT" = power ] && mend_core pe1
}

# One cable cut for each run, with 1,000 datagrams a second in both directions: from the cut to the
# first datagram that was sent after it and arrived, the later of the two directions.
failover() { # TITLE TARGET LAB-OPTION...
	local title=$1 target=$2 i values=() lacp=()
	shift 2
	wanted "$title" "$@" || return
	forget
	lab "$@"
	for i in $(seq "$RUNS"); do
		must ready pe1
		sleep 1
		# shellcheck disable=SC2046
		"$PROBE" -a "$(ns ce),10.1.0.1" -b "$(ns host),10.1.0.100" -r 1000 -d 1.5 -t 0.5 -j \
			$(cuts) >"$LAB_RUN/probe.json"
		values+=("$(jq '[.directions[]."after-cut-ms"] | max' "$LAB_RUN/probe.json")")
		echo "# $title: run $i: ${values[-1]} ms"
		mend
	done
	save failover "$title" ms "$target" "${values[@]}"
	lab_down
}

# What brings the role back to PE1, after away_EVENT has taken it away.
away_cable() { cut_cable ce pe1; }
back_cable() { mend_cable ce pe1; }
away_evpnd() { pe_stop pe1; }
back_evpnd() { pe_start pe1; }
# preference VALUES: of PE1 and PE2
preference() { LAB_PREFERENCE=$1 pe_config pe1 && pe_ctl pe1 config reload >/dev/null; }
away_preference() { preference "100 200"; }
back_preference() { preference "300 200"; }
away_drain() { pe_ctl pe1 es drain ce; }
back_drain() { pe_ctl pe1 es drain ce undo; }
# The other way round: PE1 takes over from PE2, which is drained.
away_from_pe2() { pe_ctl pe2 es drain ce undo; preference "100 200"; }
back_from_pe2() { pe_ctl pe2 es drain ce; }

pe2_has_it() { [ "$(nl_field pe2 role $ESI1)" = df ] && lab_passes; }

# PE1 gets the segment back, with 1,000 datagrams a second in both directions: how many were lost or came
# twice, and for how long none came, the later of the two directions.
recovery() { # TITLE EVENT LAB-OPTION...
	local title=$1 event=$2 i lost=() twice=() gap=()
	shift 2
	wanted "$title" "$@" || return
	forget
	lab "$@"
	for i in $(seq "$RUNS"); do
		must ready pe1
		"away_$event"
		lab_until 20 pe2_has_it || lab_fail "$title: PE2 does not take over"
		sleep 1
		probe_start recovery -r 1000 -f 16
		"back_$event"
		must ready pe1
		sleep 0.5
		probe_stop
		lost+=($(($(lost recovery 0) + $(lost recovery 1))))
		twice+=($(($(probe_get recovery 0 duplicates) + $(probe_get recovery 1 duplicates))))
		gap+=("$(printf '%s\n' "$(outage recovery 0)" "$(outage recovery 1)" | sort -n | tail -n 1)")
		echo "# $title: run $i: ${lost[-1]} lost, ${twice[-1]} twice, ${gap[-1]} ms"
	done
	case $* in
	*block*) save recovery "$title, without a datagram" ms 10 "${gap[@]}" ;;
	*) save recovery "$title, lost" datagrams 0 "${lost[@]}" ;;
	esac
	save recovery "  came twice" datagrams 0 "${twice[@]}"
	lab_down
}

drain() { # TITLE LAB-OPTION...
	local title=$1 i values=() closed=()
	shift
	wanted "$title" "$@" || return
	forget
	lab --standby lacp-oos "$@"
	for i in $(seq "$RUNS"); do
		must ready pe1
		sleep 1
		probe_start drain -r 1000 -f 16
		pe_ctl pe1 es drain ce
		slowwait 5 ce_uses_only 2
		sleep 0.3
		probe_stop
		values+=($(($(lost drain 0) + $(lost drain 1))))
		closed+=("$(discarded drain 1)")
		echo "# $title: run $i: ${values[-1]} lost of $(jq '[.directions[].sent] | add' "$PROBE_DIR/drain")"
		pe_ctl pe1 es drain ce undo
	done
	save drain "$title, lost of 2 x 1,000 a second" datagrams 0 "${values[@]}"
	save drain "  dropped by the CE's bond as it closes a link" datagrams - "${closed[@]}"
	lab_down
}

# value PID KEY: of /proc/PID/status
value() { awk -v k="$2:" '$1 == k { print $2 }' "/proc/$1/status"; }

# A minute without events. With a hold time of 90 s the timers are one keepalive each way in 30 s:
# that makes two wake-ups to send and two to receive in a minute.
idle() {
	local parent speaker i rss=() wake_p=() wake_s=() p0 s0
	forget
	LAB_HOLD=90 lab --standby lacp-oos
	must ready pe1
	sleep 5
	parent=$(cat "$LAB_RUN/pe1/pid")
	speaker=$(pgrep -P "$parent" | head -n 1)
	for i in 1 2 3; do
		p0=$(value "$parent" voluntary_ctxt_switches)
		s0=$(value "$speaker" voluntary_ctxt_switches)
		sleep 60
		wake_p+=($(($(value "$parent" voluntary_ctxt_switches) - p0)))
		wake_s+=($(($(value "$speaker" voluntary_ctxt_switches) - s0)))
		rss+=("$(awk -v a="$(value "$parent" VmRSS)" -v b="$(value "$speaker" VmRSS)" 'BEGIN { printf "%.2f", (a + b) / 1024 }')")
		echo "# idle: ${rss[-1]} MB, parent ${wake_p[-1]}, speaker ${wake_s[-1]} wake-ups in 60 s"
	done
	save idle "evpnd idle, resident, both processes" MB 10 "${rss[@]}"
	save idle "evpnd idle, wake-ups of the parent" "a minute" 0 "${wake_p[@]}"
	save idle "evpnd idle, wake-ups of the speaker (4 keepalives)" "a minute" 4 "${wake_s[@]}"
	lab_down
}

# busy_ms: processor time of PE1's evpnd so far
busy_ms() {
	local pid
	pid=$(cat "$LAB_RUN/pe1/pid")
	# shellcheck disable=SC2046
	cat /proc/$pid/stat $(pgrep -P "$pid" | sed 's|.*|/proc/&/stat|') |
		awk -v hz="$(getconf CLK_TCK)" '{ n += $14 + $15 } END { printf "%d", n * 1000 / hz }'
}

# rt1_is N: so many of PE1's RT-1 per EVI have reached PE2, beside the one of the segment
rt1_is() {
	[ "$(pe_ctl pe2 -j route show type 1 peer 192.0.2.1 2>/dev/null | jq .total)" = $(($1 + 1)) ]
}

# flap N STATE NOW: circuits 1 to N, all in one moment; until PE2 has heard of it, NOW as many are there
flap() {
	local v t0 b0 asked
	for ((v = 1; v <= $1; v++)); do echo "link set bond0.$v $2"; done >"$LAB_RUN/flap"
	b0=$(busy_ms) t0=$(mono_ms)
	ip -n "$(ns pe1)" -force -batch "$LAB_RUN/flap" &
	SLOWEST=0
	until ! kill -0 $! 2>/dev/null && rt1_is "$3"; do
		[ $(($(mono_ms) - t0)) -lt 300000 ] || lab_fail "$1 circuits $2: not said after five minutes"
		asked=$(mono_ms)
		pe_ctl pe1 es show >/dev/null
		asked=$(($(mono_ms) - asked))
		[ $asked -le $SLOWEST ] || SLOWEST=$asked
	done
	TOOK=$(($(mono_ms) - t0)) BUSY=$(($(busy_ms) - b0))
}

resets() { pe_ctl pe1 -j peer show | jq '[.peers[].resets] | add'; }

# Circuits of one segment that go down and come up together, eight times as many in the last row as in
# the first: processor time of both processes, and the slowest answer to `es show` meanwhile.
circuits() {
	local n last=1 v i first=() most=() slowest=() took=() flaps before
	forget
	lab --standby lacp-oos --rr none
	must ready pe1
	: >"$EVPN_OUT/circuits.txt"
	before=$(resets)
	for n in 512 1024 2048 4094; do
		for ((v = last; v <= n; v++)); do
			echo "link add link bond0 name bond0.$v type vlan id $v"
			echo "link set bond0.$v up"
		done >"$LAB_RUN/flap"
		ip -n "$(ns pe1)" -force -batch "$LAB_RUN/flap" 2>/dev/null
		last=$((n + 1))
		sed -i '/^ *vlans:/d; s/^\( *\)interface: bond0.*/&\n\1vlans: [1-'$n']/' "$LAB_RUN/pe1/evpnd.yaml"
		must pe_ctl pe1 config reload
		lab_until 120 rt1_is "$n" || lab_fail "$n circuits are not advertised"
		flaps=()
		for ((i = 0; i < (RUNS + 9) / 10; i++)); do
			for state in "down 0" "up $n"; do
				# shellcheck disable=SC2086
				flap "$n" $state
				flaps+=("$BUSY")
				if [ "$n" = 4094 ]; then
					slowest+=("$SLOWEST") took+=("$TOOK")
				fi
			done
		done
		[ "$n" != 512 ] || first=("${flaps[@]}")
		[ "$n" != 4094 ] || most=("${flaps[@]}")
		printf '%6d circuits: %s ms of processor time for a change of all\n' "$n" "${flaps[*]}" | tee -a "$EVPN_OUT/circuits.txt"
	done
	save circuits "512 circuits down or up, processor" ms - "${first[@]}"
	save circuits "4,094 circuits down or up, processor (target: 8 x 512)" ms "$((8 * (first[0] + first[1]) / 2))" "${most[@]}"
	save circuits "  until PE2 has heard of all" ms - "${took[@]}"
	save circuits "  the slowest answer to es show meanwhile" ms 1000 "${slowest[@]}"
	save circuits "  BGP sessions lost meanwhile, hold time 3 s" sessions 0 $(($(resets) - before))
	lab_down
}

# power WHO LAB-OPTION...: the active PE loses its power, and BFD tells
power() {
	local who=$1
	shift
	CUT=power
	LAB_SYSTEM_EXTRA="bfd: {segments: yes, interval: 50ms}"
	LAB_HOLD=30 failover "power lost, $who, 3 x 50 ms, block" 200 --standby block --ce broadcast "$@"
	LAB_HOLD=30 failover "  the same, lacp-oos, CE 802.3ad" 300 --standby lacp-oos "$@"
	LAB_SYSTEM_EXTRA="bfd: {segments: yes, interval: 300ms}"
	LAB_HOLD=30 failover "  the same, BFD 3 x 300 ms" 1000 --standby lacp-oos "$@"
	CUT='' LAB_SYSTEM_EXTRA=''
}

# more_networks N [no]: that the customer of the slides tells, or no more
more_networks() {
	local i
	{
		printf 'router bgp 65100\naddress-family ipv4 unicast\n'
		for ((i = 0; i < $1; i++)); do echo "${2:-} network 10.21.$((i / 250)).$((i % 250))/32"; done
	} >"$LAB_RUN/networks"
	in_ns cust1 vtysh --vty_socket "$(frr_dir cust1)" -f "$LAB_RUN/networks" >/dev/null
}
core_has() { # N: SPEr has them by both PEs, and SPE2 in its kernel
	[ "$(vpn_has pe2)" -ge "$1" ] && [ "$(vpn_has pe1)" -ge "$1" ] && [ "$(n_ours pe2)" -ge "$1" ] && [ "$(n_routes host red bgp)" -ge "$1" ]
}
# clock_ms TIME: since midnight, of 12:34:56.789...
clock_ms() { awk -F: '{ printf "%.1f\n", ($1 * 3600 + $2 * 60 + $3) * 1000 }' <<<"$1"; }
# since T0 TIME: both in ms
since() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f\n", b - a }'; }
# first_at FILE REGULAR-EXPRESSION: when `ip -ts monitor` has seen such a line first
first_at() { clock_ms "$(grep -m 1 -E "$2" "$1" | sed 's/^.[^T]*T\([^]]*\)].*/\1/')"; }

# way_round [no]: what SPE1 has no route for any more goes to SPE2, by a label that leads straight to the customer there
way_round() {
	local p
	for p in 203.0.113.0/24 10.21.0.0/16; do
		vty pe1 "configure terminal" -c "${1:-} ip route $p 192.0.2.2 label 1002/2001 vrf red nexthop-vrf default"
	done
}

# The service of the slides: SPE1's pseudowire fails, with 1,000 datagrams a second each way. What FRR, without us, takes of it is
# the time until the remote PE's kernel sends to the other one. The number of prefixes, and whether there is a way round, change from
# run to run.
slides() {
	local i n row t0 mon
	local -A v=()
	forget
	PREFIXES=1
	. "$TESTS_DIR/neigh_lab.sh"
	. "$TESTS_DIR/routes_lib.sh"
	. "$TESTS_DIR/slides_lib.sh"
	[ "$RET" = 0 ] || lab_fail "slides: $REASON"
	ip -n "$(ns pe2)" -f mpls route add 2001 via inet 10.6.1.1 dev pw1
	for ((i = 1; i <= RUNS; i++)); do
		for row in "1" "20" "2000" "1, way round" "2000, way round"; do
			n=${row%,*}
			more_networks $((n - 1))
			[ "$n" = "$row" ] || way_round
			home && lab_until 60 core_has "$n" || lab_fail "slides, $n prefixes: $(where)"
			sleep 1
			hold pe2 pw1 bgp
			ip -n "$(ns pe1)" -ts -o monitor link >"$LAB_RUN/at-pe1" &
			mon=$!
			ip -n "$(ns host)" -ts -o monitor route >"$LAB_RUN/at-host" &
			mon="$mon $!"
			"$PROBE" -a "$(ns cust1),203.0.113.1" -b "$(ns far),198.51.100.1" -r 1000 -d 3 -t 0.5 -j -c "$(ns pe1),pw1" >"$LAB_RUN/probe.json"
			kill $mon
			wait $mon 2>/dev/null
			t0=$(first_at "$LAB_RUN/at-pe1" 'pw1.*state DOWN')
			v[from $row]+=" $(jq '.directions[0]."after-cut-ms"' "$LAB_RUN/probe.json")"
			v[to $row]+=" $(jq '.directions[1]."after-cut-ms"' "$LAB_RUN/probe.json")"
			v[ours $row]+=" $(since "$t0" "$(clock_ms "$(grep 'segment pw1: this PE forwards now' "$LAB_RUN/pe2/evpnd.log" | tail -n 1 | cut -d' ' -f1)")")"
			v[frr $row]+=" $(since "$t0" "$(first_at "$LAB_RUN/at-host" '\] 203.0.113.1 .*table 101')")"
			echo "# slides, prefixes: $row: from the customer ${v[from $row]##* }, to him ${v[to $row]##* }," \
				"SPE2 forwards ${v[ours $row]##* }, FRR has changed over ${v[frr $row]##* } ms"
			let_go pe2 pw1
			ip -n "$(ns pe1)" link set pw1 up
			more_networks $((n - 1)) no
			[ "$n" = "$row" ] || way_round no
		done
	done
	# shellcheck disable=SC2086
	for row in "1" "20" "2000" "1, way round" "2000, way round"; do
		save slides "pseudowire lost, block, prefixes: $row" ms 150 ${v[to $row]}
		save slides "  from the customer" ms 150 ${v[from $row]}
		save slides "  until SPE2 forwards (evpnd)" ms - ${v[ours $row]}
		save slides "  until SPEr sends to SPE2 (FRR)" ms - ${v[frr $row]}
	done
	undo
}

for m in $MEASURE; do
	case $m in
	circuits) circuits ;;
	power) power "through a reflector" ;;
	power-direct) power "PEs peer directly" --rr none ;;
	failover)
		failover "link lost to first datagram, block, CE broadcast" 100 --standby block --ce broadcast
		failover "link lost to first datagram, lacp-oos, CE 802.3ad" 300 --standby lacp-oos
		failover "the same without a route reflector in between" 300 --standby lacp-oos --rr none
		failover "  CE 802.3ad, slow LACP rate" 300 --standby lacp-oos --lacp-rate slow
		failover "  CE teamd" 1000 --standby lacp-oos --ce team
		failover "  CE Open vSwitch" 300 --standby lacp-oos --ce ovs
		;;
	recovery)
		recovery "cable mended, lacp-oos" cable --standby lacp-oos
		recovery "cable mended, lacp-oos, PEs peer directly" cable --standby lacp-oos --rr none
		recovery "cable mended, slow LACP rate" cable --standby lacp-oos --lacp-rate slow
		recovery "cable mended, CE teamd" cable --standby lacp-oos --ce team
		recovery "cable mended, CE Open vSwitch" cable --standby lacp-oos --ce ovs
		recovery "evpnd started again, lacp-oos" evpnd --standby lacp-oos
		recovery "preference raised, lacp-oos" preference --standby lacp-oos
		recovery "cable mended, block" cable --standby block --ce broadcast
		recovery "evpnd started again, block" evpnd --standby block --ce broadcast
		recovery "preference raised, block" preference --standby block --ce broadcast
		recovery "drain undone, block" drain --standby block --ce broadcast
		recovery "the other PE drained, block" from_pe2 --standby block --ce broadcast
		;;
	drain)
		drain "drain"
		drain "drain, slow LACP rate" --lacp-rate slow
		drain "drain, CE teamd" --ce team
		drain "drain, CE Open vSwitch" --ce ovs
		;;
	slides) slides ;;
	idle) idle ;;
	esac
done
exit 0
