#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The page "Multihoming for FRR", followed to the letter: what is typed here is read out of it, so the two
# cannot part. In the page PE1 speaks; on another PE its address is that PE's. Only what the page takes for
# granted is this scenario's own: an underlay, iBGP between the PEs, and where FRR and evpnd have their files.
# It measures no time, so that it runs on Debian's own kernels under emulation too.

NEEDS="module plain frr"
ALL_TESTS="
	named
	discovered
	without_segment
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=frr_lib.sh
. "$(dirname "$0")/frr_lib.sh"
begin "the page Multihoming for FRR, word for word" R1 R2 R3 R6 B6 B7
PAGE=$TESTS_DIR/../../../../Documentation/frr.rst
[ -e "$PAGE" ] || PAGE=$TESTS_DIR/Documentation/frr.rst
[ -e "$PAGE" ] || skip "the page is not there: $PAGE"
flood_tools
frr_possible || skip "FRR is not there"
frr_down
defer frr_down
log_info "FRR $(frr_version), Linux $(uname -r)"

# said NAME [PE]: the literal block that the page marks so; its own address is that of the PE
said() {
	awk -v name="$1" '
		$1 == ".." && $2 == "frr_page:" { at = $3 == name; next }
		at && /^\t/ { sub(/^\t/, ""); print; seen = 1; next }
		at && seen && NF { exit }
		at && seen { print }
	' "$PAGE" | sed "s/192\.0\.2\.1\b/$(frr_address "${2:-pe1}")/g"
}
# typed PE NAME: into vtysh
typed() {
	local lines=() line
	while read -r line; do
		[ "$line" = "!" ] || [ -z "$line" ] || lines+=(-c "$line")
	done < <(said "$2" "$1")
	frr_vty "$1" -c "configure terminal" "${lines[@]}" >>"$(frr_dir "$1")/out.log" 2>&1
}

# the lab's own bridge gives way to the page's; a PE without a bond leaves out what is said of it
frr_pe_bridge() {
	said bridge "$1" | if [ "$1" = pe3 ]; then grep -v bond0; else cat; fi | in_fl "$1" sh -e
}
# what every PE with EVPN has
frr_conf() {
	local i=$1 dir o
	dir=$(frr_dir "pe$i")
	mkdir -p "$dir"
	printf '%s\n' "hostname pe$i" "log file $(frr_sees "pe$i")/zebra.log" "evpn mh startup-delay 0" >"$dir/zebra.conf"
	{
		printf '%s\n' "hostname pe$i" "log file $(frr_sees "pe$i")/bgpd.log" "router bgp 65000" \
			" bgp router-id 192.0.2.$i" " no bgp default ipv4-unicast"
		for o in 1 2 3; do
			[ "$o" = "$i" ] || printf ' neighbor 192.0.2.%s %s\n' $o "remote-as 65000" $o "timers connect 5"
		done
		echo " address-family l2vpn evpn"
		for o in 1 2 3; do
			[ "$o" = "$i" ] || echo "  neighbor 192.0.2.$o activate"
		done
		printf '%s\n' "  advertise-all-vni" " exit-address-family"
	} >"$dir/bgpd.conf"
	echo "service integrated-vtysh-config" >"$dir/vtysh.conf"
	chown -R "$(frr_owner)" "$dir"
	chmod 755 "$LAB_RUN" "$LAB_RUN/frr" "$dir"
}

# evpnd and evpnctl find /run/frr and /etc/evpn where the page has them: these are the PE's own
# shellcheck disable=SC2016
AT_HOME='mount --bind "$0" /etc/evpn && mount --bind "$0" /run/frr && exec ip netns exec "$@"'
mkdir -p /etc/evpn /run/frr
evpnd_start() {
	unshare -m sh -c "$AT_HOME" "$(frr_dir "$1")" "$(fl "$1")" "$LAB_BUILD/evpnd" -f -n "$(fl "$1")" >>"$(frr_dir "$1")/evpnd.log" 2>&1 &
	echo $! >"$(frr_dir "$1")/evpnd.pid"
	disown
}
check() {
	unshare -m sh -c "$AT_HOME" "$(frr_dir "$1")" "$(fl "$1")" "$LAB_BUILD/evpnctl" -n "$(fl "$1")" check >/run/frr-check 2>&1
}
as_said() {
	check pe1
	[ "$(cat /run/frr-check)" = "$(said check | grep -v '^# ')" ]
}

# one_copy: on both VLANs; and check has nothing to say
one_copy() {
	local i
	slowwait 30 agree 1 df
	check_err $? "PE1 should be df: zebra '$(frr_says pe1)', evpnd '$(frr_role pe1)', kernel '$(role_in_kernel 1)'"
	slowwait 30 agree 2 non-df
	check_err $? "PE2 should be non-df: zebra '$(frr_says pe2)', evpnd '$(frr_role pe2)', kernel '$(role_in_kernel 2)'"
	flood 1 2
	vlan_20 1 2
	for i in 1 2; do
		slowwait 10 check pe$i
		check_err $? "PE$i: $(cat /run/frr-check)"
	done
}
down() {
	frr_evpnd_stop pe1
	frr_evpnd_stop pe2
}

named() {
	local i
	for i in 1 2; do
		said evpnd pe$i >"$(frr_dir pe$i)/evpnd.yaml"
		evpnd_start pe$i
	done
	defer down
	one_copy
	slowwait 10 as_said
	check_err $? "check does not say what the page has, but: $(cat /run/frr-check)"
	log_test "step 3 with the bond named: one copy, no echo, on the trunk and on the access port; check as in the page"
}

# in place of segments, as the page says
discovered() {
	local i
	for i in 1 2; do
		{ said evpnd pe$i | sed '/^segments:/,$d'; said discover pe$i; } >"$(frr_dir pe$i)/evpnd.yaml"
		evpnd_start pe$i
	done
	defer down
	one_copy
	frr_ctl pe1 es show | grep -q discovered
	check_err $? "es show on PE1 does not say discovered: $(frr_ctl pe1 es show)"
	log_test "step 3 with discover: the same"
}

knows() { frr_vty pe3 -c "show evpn mac vni 100" | grep -q "^$CE_MAC  *remote"; }
by_group() { bridge -n "${FL}pe3" fdb show dev vx100 | grep -q "^$CE_MAC nhid"; }
without_segment() {
	from_ce 1
	slowwait 20 knows
	check_err $? "FRR on PE3 does not know where $CE_MAC is"
	if slowwait 1 by_group; then
		log_info "this kernel takes FRR's entry"
	else
		log_info "this kernel refuses FRR's entry"
		check pe3
		grep -q "not in the kernel's forwarding table" /run/frr-check
		check_err $? "check on PE3 says not that an address is missing: $(cat /run/frr-check)"
	fi
	said remote pe3 >"$(frr_dir pe3)/evpnd.yaml"
	evpnd_start pe3
	defer frr_evpnd_stop pe3
	slowwait 10 by_group
	check_err $? "PE3 does not have $CE_MAC behind a group"
	inject h3,eth0 k -d $CE_MAC
	check_eq $((${SEEN[k ce,p1]:-0} + ${SEEN[k ce,p2]:-0})) 100 "known unicast from the remote host"
	check pe3
	check_err $? "PE3: $(cat /run/frr-check)"
	log_test "repair on a PE without a segment: known unicast arrives once"
}

frr_up || skip "no lab: $(tail -n 1 "$(frr_dir pe1)/out.log" 2>/dev/null)"
for i in 1 2; do
	typed pe$i segment
	check_err $? "PE$i: FRR does not take the segment of the page: $(tail -n 2 "$(frr_dir pe$i)/out.log")"
	typed pe$i client
	check_err $? "PE$i: FRR does not take step 2 of the page: $(tail -n 2 "$(frr_dir pe$i)/out.log")"
done
slowwait 60 frr_settled
check_err $? "FRR has not settled: pe1 knows '$(frr_peers pe1)', pe2 '$(frr_peers pe2)'"
slowwait 30 flood_reaches
check_err $? "the underlay does not carry"
tests_run
finish
