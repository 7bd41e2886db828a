# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# What the scenarios under FRR share: the lab of topology_frr.sh, evpnd and the module on PE1 and PE2
# beside it, and the questions whether all three say the same.

# shellcheck source=flood_lib.sh
. "$TESTS_DIR/flood_lib.sh"
# shellcheck source=../../lab/topology_frr.sh
. "$LAB_DIR/topology_frr.sh"
ESI1=$FRR_ESI
FL_BRIDGE=vlan
vtep() { frr_vtep "pe$1"; }

on_failure() {
	local f
	for f in "$LAB_RUN"/frr/pe[12]/{evpnd,bgpd,zebra}.log; do
		[ -s "$f" ] && echo "# --- ${f#"$LAB_RUN"/}" && tail -n 15 "$f" | sed 's/^/# /'
	done
}

# frr_lab: raises it, and waits until FRR alone is where it wants to be
frr_lab() {
	frr_up || skip "no lab: $(tail -n 1 "$(frr_dir pe1)/out.log" 2>/dev/null)"
	slowwait 60 frr_settled
	check_err $? "FRR has not settled: pe1 knows '$(frr_peers pe1)', pe2 '$(frr_peers pe2)'"
	slowwait 30 flood_reaches
	check_err $? "the underlay does not carry"
}

# agree PE-NUMBER ROLE: zebra and evpnd and the module
role_in_kernel() { fl_nl "pe$1" es-get esi=$FRR_ESI | tr ' ' '\n' | sed -n 's/^role=//p'; }
agree() { [ "$(frr_says "pe$1")" = "$2" ] && [ "$(frr_role "pe$1")" = "$2" ] && [ "$(role_in_kernel "$1")" = "$2" ]; }
# both ROLE1 ROLE2
both() {
	slowwait 20 agree 1 "$1"
	check_err $? "PE1 should be $1: zebra '$(frr_says pe1)', evpnd '$(frr_role pe1)', kernel '$(role_in_kernel 1)'"
	slowwait 20 agree 2 "$2"
	check_err $? "PE2 should be $2: zebra '$(frr_says pe2)', evpnd '$(frr_role pe2)', kernel '$(role_in_kernel 2)'"
}
# frr_agrees PE-NUMBER: the socket is named, because evpnd need not be there to tell it
frr_agrees() { frr_ctl "pe$1" check vty "$(frr_dir "pe$1")/zebra.vty" >/run/frr-check 2>&1; }

# flood DF NON-DF: what is flooded, in all directions
flood() {
	local df=$1 non=$2
	from_host 3
	expect "from the remote host, leg of the DF" "ce,p$df" bmu 100
	expect "from the remote host, leg of the non-DF" "ce,p$non" bmu 0
	expect "from the remote host, host at the non-DF" "h$non,eth0" bmu 100
	from_ce "$non"
	expect "the customer's own, back on the leg of the DF" "ce,p$df" b 0
	expect "the customer's, host at the DF" "h$df,eth0" b 100
	expect "the customer's, host at the non-DF" "h$non,eth0" b 100
	expect "the customer's, remote host" h3,eth0 b 100
	from_ce "$df"
	expect "the customer's own, back on the leg of the non-DF" "ce,p$non" b 0
	expect "the customer's, host at the non-DF" "h$non,eth0" b 100
	from_host "$non"
	expect "local bias: from the host at the non-DF, its own leg" "ce,p$non" bmu 100
	expect "local bias: from the host at the non-DF, other leg" "ce,p$df" bmu 0
}
