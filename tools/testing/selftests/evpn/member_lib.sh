# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# What the scenarios about streams share: FRR's pimd on both PEs, a source in the core and a receiver behind
# the CE, and the datagrams that arrive there. Sourced after neigh_lab.sh, before the lab is raised.
#
#   source (host, 192.0.2.100) --- core --- PE1, PE2: pimd --- bond0.4 --- CE --- hg, the receiver

# FRR as topology_frr.sh runs it, in the namespaces of this lab
# shellcheck source=../../lab/topology_frr.sh
. "$LAB_HERE/topology_frr.sh"
fl() { ns "$1"; }
[ -x "$EVPN_FRR_ROOT$FRR_DAEMONS/pimd" ] || skip "FRR's pimd is not installed"
LAB_NEIGHBOR_EXTRA=", send-multicast: yes"

pim_vty() { frr_vty "$1" -c "$2" 2>/dev/null; }
# routers_up [DAEMON]: zebra and DAEMON (pimd) on both PEs; once, after the lab
routers_up() {
	local pe
	frr_root_up || skip "the directories of FRR cannot be mounted"
	defer frr_root_down
	log_info "FRR $(frr_version)"
	for pe in pe1 pe2; do pim_start $pe "$@"; done
}
# pim_conf DAEMON: what is configured of it on each PE
pim_conf() {
	case $1 in
	pimd) printf '%s\n' "interface core0" " ip pim" "interface bond0.4" " ip pim" " ip igmp" ;;
	pim6d) printf '%s\n' "interface core0" " ipv6 pim" "interface bond0.4" " ipv6 pim" " ipv6 mld" ;;
	esac
}
# pim_start PE [DAEMON]
pim_start() {
	local daemon=${2:-pimd} dir
	dir=$(frr_dir "$1")
	mkdir -p "$dir"
	echo "service integrated-vtysh-config" >"$dir/vtysh.conf"
	echo "log file $(frr_sees "$1")/zebra.log" >"$dir/zebra.conf"
	{ echo "log file $(frr_sees "$1")/$daemon.log"; pim_conf "$daemon"; } >"$dir/$daemon.conf"
	chown -R "$(frr_owner)" "$dir"
	chmod 755 "$LAB_RUN" "$LAB_RUN/frr" "$dir"
	{ [ ! -x "$EVPN_FRR_ROOT$FRR_DAEMONS/mgmtd" ] || frr_daemon "$1" mgmtd; } && frr_daemon "$1" zebra && frr_daemon "$1" "$daemon"
	check_err $? "$daemon on $1: $(cat "$dir/out.log")"
	defer pim_stop "$1"
}
pim_stop() {
	local f
	for f in pimd pim6d zebra mgmtd; do
		frr_stop "$1" $f "${2:-TERM}"
	done
}
pim_up() { pim_vty "$1" "show ip igmp interface" | grep -q "bond0.4 *up"; }
pim_has() { pim_vty "$1" "show ip igmp sources" | grep -q "$GROUP *$SOURCE"; }
forwards() { ip -n "$(ns "$1")" mroute show | grep -q "($SOURCE,$GROUP) .*bond0.4"; }
df_is() { pe_ctl "$1" -j es show be1 | jq -e '.segments[0].role == "df"' >/dev/null; }

# hear SECONDS: the receiver, in the background; what it has counted is in $COUNTED
hear() {
	COUNTED=$LAB_RUN/counted
	"$NSEXEC" "$(ns hg)" "$MCAST_SAY" hear bond0.4 $GROUP,$SOURCE "$1" >"$COUNTED" &
	HEAR=$!
	slowwait 5 grep -qs joined "$COUNTED"
}
stream() { "$NSEXEC" "$(ns host)" "$MCAST_SAY" stream core0 $GROUP "$@"; }
counted() { sed -n "s/.*$1=\([0-9]*\).*/\1/p" "$COUNTED"; }
GROUP=232.4.1.1 SOURCE=192.0.2.100

# stream_goes_on: three cases, when the lab is up
stream_goes_on() {
	local pe df sent
	MCAST_SAY=$(lab_tool mcast_say) && NSEXEC=$(lab_tool nsexec) || skip "mcast_say does not build"
	slowwait 20 sessions_up
	check_err $? "no session"
	routers_up
	slowwait 10 pim_up pe1
	slowwait 10 pim_up pe2
	check_err $? "pimd does not come up: $(pim_vty pe2 'show ip igmp interface')"
	"$NSEXEC" "$(ns hg)" "$MCAST_SAY" join bond0.4 $GROUP,$SOURCE >/dev/null &
	defer kill $!
	for pe in pe1 pe2; do
		slowwait 10 pim_has $pe
		check_err $? "pimd of $pe: $(pim_vty $pe 'show ip igmp sources'); evpnd: $(pe_ctl $pe member show)"
	done
	log_test "the pimd of both PEs has the receiver"

	stream 2 100 >/dev/null # the kernel asks pimd at the first datagram
	for pe in pe1 pe2; do
		slowwait 10 forwards $pe
		check_err $? "$pe has no route: $(ip -n "$(ns $pe)" mroute show)"
	done
	hear 60
	stream 3 200 >"$LAB_RUN/sent"
	kill $HEAR
	wait $HEAR
	log_info "$(cat "$LAB_RUN/sent"), $(tail -n 1 "$COUNTED")"
	[ "$(counted received)" -ge 500 ]
	check_err $? "of 600 arrived: $(tail -n 1 "$COUNTED")"
	check_eq "$(counted doubled)" 0 "datagrams that arrived twice"
	log_test "both PEs forward, and one copy arrives"

	if df_is pe1; then df=pe1; else df=pe2; fi
	hear 60
	stream 7 200 >"$LAB_RUN/sent" &
	sent=$!
	sleep 2
	cut_cable ce $df
	wait $sent
	kill $HEAR
	wait $HEAR
	log_info "$df was cut off: $(cat "$LAB_RUN/sent"), $(tail -n 1 "$COUNTED")"
	[ "$(counted received)" -ge 800 ]
	check_err $? "the stream has stopped: $(tail -n 1 "$COUNTED")"
	# much less than a query interval of 125 s
	check_le "$(counted gap)" 4000 "milliseconds without a datagram"
	check_eq "$(counted doubled)" 0 "datagrams that arrived twice"
	log_test "the PE that forwards is cut off, and the stream comes by the other one"
}
