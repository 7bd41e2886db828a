# SPDX-License-Identifier: GPL-2.0-only
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

# frr_segment PE LINE...: configured on FRR's bond
frr_segment() {
	local line lines=()
	for line in "${@:2}"; do
		lines+=(-c "$line")
	done
	frr_vty "$1" -c "configure terminal" -c "interface bond0" "${lines[@]}" >/dev/null # (FRR 10 has notes)
}
# frr_segment_again PE: as frr_conf has it; without the segment its preference is gone as well
frr_segment_again() {
	frr_segment "$1" "evpn mh es-id 1" "evpn mh es-sys-mac 44:38:39:ff:ff:01" \
		"evpn mh es-df-pref $(word "${1#pe}" $FRR_PREFERENCE)"
}

# frr_evpnd_ensure PE: it runs, whatever a case before has done
frr_evpnd_ensure() {
	frr_ctl "$1" es show >/dev/null 2>&1 || frr_evpnd_start "$1"
}

# agree PE-NUMBER ROLE: zebra and evpnd and the module
role_in_kernel() { fl_nl "pe$1" es-get esi=$FRR_ESI | tr ' ' '\n' | sed -n 's/^role=//p'; }
agree() { [ "$(frr_says "pe$1")" = "$2" ] && [ "$(frr_role "pe$1")" = "$2" ] && [ "$(role_in_kernel "$1")" = "$2" ]; }
# in_force PE-NUMBER ROLE: to evpnd and the module, whatever zebra says
in_force() { [ "$(frr_role "pe$1")" = "$2" ] && [ "$(role_in_kernel "$1")" = "$2" ]; }
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
	inject "h$df,eth0" k -d $CE_MAC
	expect "known unicast to the customer, leg of the PE that has just heard it" "ce,p$df" k 100
	expect "known unicast to the customer, other leg" "ce,p$non" k 0
	from_host "$non"
	expect "local bias: from the host at the non-DF, its own leg" "ce,p$non" bmu 100
	expect "local bias: from the host at the non-DF, other leg" "ce,p$df" bmu 0
}

# frr_discover_conf PE: no segment is named
frr_discover_conf() {
	frr_evpnd_conf "$1"
	sed -i 's/^frr: {/&discover: yes, /; /^segments:/,$d' "$(frr_dir "$1")/evpnd.yaml"
}

# agreed: check has nothing to say on either PE
agreed() {
	local i
	for i in 1 2; do
		slowwait 10 frr_agrees $i
		check_err $? "PE$i: $(cat /run/frr-check)"
	done
}

# check_says PE SENTENCE
check_says() {
	frr_agrees "${1#pe}" || true
	grep -qF "$2" /run/frr-check
}
# says_only PE SENTENCE: nothing else but the tables
says_only() {
	check_says "$1" "$2" &&
		[ "$(sed '/^A PE or a peer/,$d' /run/frr-check | grep -cv '^interface \|^bond0  ')" = 1 ]
}
# expect_says PE SENTENCE: soon
expect_says() {
	slowwait 10 check_says "$1" "$2"
	check_err $? "check on $1 does not say '$2' but: $(cat /run/frr-check)"
}

# vlan_20 DF NON-DF: what is flooded there; the customer's frames have no tag, those of the hosts have
vlan_20() {
	local df=$1 non=$2
	inject h3,eth0 bmu -t 20
	expect "VLAN 20, from the remote host, leg of the DF" "ce,p$df" bmu 100
	expect "VLAN 20, from the remote host, leg of the non-DF" "ce,p$non" bmu 0
	inject "ce,p$non" b -s $CE_MAC
	expect "VLAN 20, the customer's own, back on the leg of the DF" "ce,p$df" b 0
	expect "VLAN 20, the customer's, remote host" h3,eth0 b 100
	inject "h$non,eth0" b -t 20
	expect "VLAN 20, local bias: its own leg" "ce,p$non" b 100
	expect "VLAN 20, local bias: other leg" "ce,p$df" b 0
}

# during COMMAND...: broadcasts of the remote host, and of the customer through its LEGS, a hundred a
# second, from before it begins until after it has ended and one second more.
FRR_FLOWS=/run/frr-flows
LEGS="1 2"
during() {
	local pids='' at
	rm -f $FRR_FLOWS.*
	"$FLOOD" -r 100 -n 60000 -w 500 -s 02:b0:00:00:00:01 b "${FL}h3,eth0" "${FL}ce,p1" "${FL}ce,p2" >$FRR_FLOWS.h3 &
	pids=$!
	for at in $LEGS; do
		"$FLOOD" -r 100 -n 60000 -w 500 -s $CE_MAC -t 10 b "${FL}ce,p$at" "${FL}ce,p$((3 - at))" >$FRR_FLOWS.p$at &
		pids="$pids $!"
	done
	slowwait 5 grep -q ready $FRR_FLOWS.p2
	"$@"
	sleep 1 # (of frames)
	# shellcheck disable=SC2086
	kill $pids
	wait
	TWICE=$(awk '$1 == "b" && $2 != "sent" { n += $4 } END { print n + 0 }' $FRR_FLOWS.h3)
	LOST=$(awk '$1 == "b" { if ($2 == "sent") sent = $3; else { n += $3; t += $4 } } END { print sent - n + t }' $FRR_FLOWS.h3)
	ECHO=$(awk '$1 == "b" && $2 != "sent" { n += $3 } END { print n + 0 }' $FRR_FLOWS.p[12])
	log_info "twice $TWICE, lost $LOST, echoes $ECHO of $(awk '$2 == "sent" { print $3 }' $FRR_FLOWS.h3)"
}
# spared: in the last `during`, nothing came twice and nothing came back
spared() {
	check_eq "$TWICE" 0 "frames of the remote host that came twice"
	check_eq "$ECHO" 0 "frames of the customer that came back"
}
