# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the scenarios about neighbours share. Sourced after lib.sh.

# neigh_of PE ADDRESS TAG KEY: one value of what evpnd says of a host
neigh_of() {
	pe_ctl "$1" -j neigh show "$2" tag "$3" 2>/dev/null | jq -r ".neighbors[0].$4 // empty"
}
state_of() { [ "$(neigh_of "$1" "$2" "$3" state)" = "$4" ]; }

# kernel_neigh PE DEVICE ADDRESS: the kernel's own entry
kernel_neigh() { ip -n "$(ns "$1")" neigh show to "$3" dev "$2"; }
kernel_mac() { kernel_neigh "$1" "$2" "$3" | sed -n 's/.*lladdr \([0-9a-f:]*\).*/\1/p'; }
has_mac() { [ "$(kernel_mac "$1" "$2" "$3")" = "$4" ]; }
no_neigh() { [ -z "$(kernel_mac "$1" "$2" "$3")" ]; }

sessions_up() {
	local p
	for ((p = 1; p <= LAB_PES; p++)); do
		[ "$(pe_ctl "pe$p" -j peer show 2>/dev/null | jq '[.peers[] | select(.["end-of-rib"])] | length')" -ge 1 ] || return 1
	done
}

lag_up() { ce_uses ce pe1 && ce_uses ce pe2 && ce_uses ce2 pe1 && ce_uses ce2 pe2; }

# all_speak: every host behind the CE resolves its gateway, in both families
all_speak() {
	local net host dev vrf sub
	for net in $L3_NETWORKS; do
		IFS=: read -r host dev vrf sub <<<"$net"
		in_ns "$host" ping -q -c 1 -W 2 "$(l3_address "$sub" 254 4)" >/dev/null
		in_ns "$host" ping -6 -q -c 1 -W 2 "$(l3_address "$sub" 254 6)" >/dev/null
	done
}

# everywhere PE: it can reach each host: every network's entries are there in both families
everywhere() {
	local net host dev vrf sub f
	for net in $L3_NETWORKS; do
		IFS=: read -r host dev vrf sub <<<"$net"
		for f in 4 6; do
			no_neigh "$1" "$dev" "$(l3_address "$sub" 1 $f)" && return 1
		done
	done
	return 0
}

# first_packets PE: one packet from the remote host by way of this PE to each network; prints how many
# were not answered. The answer comes back by whichever PE the CE chooses.
first_packets() {
	local net host dev vrf sub f lost=0
	l3_via "${1#pe}"
	for net in $L3_NETWORKS; do
		IFS=: read -r host dev vrf sub <<<"$net"
		for f in 4 6; do
			l3_ping "$vrf" "$sub" $f -q -c 1 -W 1 >/dev/null || lost=$((lost + 1))
		done
	done
	echo $lost
}

# learner ADDRESS TAG: the PE that has learned it, and the other one: "pe1 pe2"
learner() {
	if state_of pe1 "$1" "$2" local; then echo pe1 pe2; else echo pe2 pe1; fi
}

# both_know_all: every neighbour is on both PEs; until then the hosts speak again (for slowwait, as a
# guest that is slow may lose the first packets while its bonds come up)
both_know_all() {
	everywhere pe1 && everywhere pe2 && return 0
	all_speak
	return 1
}
