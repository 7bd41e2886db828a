#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The other form of the routes, by the IP-VRF's route targets, with a second label as FRR has it; and a
# third PE in the VRF that is not on the segment: it has the route and installs nothing.

NEEDS="system"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
begin "neighbours by the targets of the IP-VRF" C21 C22 C37 C42 C43
RR=${1:-frr}
LAB_VRF_EXTRA=", sync-targets: vrf, l3vni: 5000"
lab --form routed --mode all-active --standby block --ce lacp --rr "$RR" --evpnd no

# a third one, where the remote host is: the same VRFs, no segment
third() {
	mkdir -p "$LAB_RUN/host"
	{
		echo "router-id: $(underlay host)"
		echo "as: 65000"
		echo "peers:"
		pe_neighbor "$(underlay rr)"
		echo "vrfs:"
		echo "  - {name: red, route-targets: {import: [\"65000:1\"], export: [\"65000:1\"]}}"
	} >"$LAB_RUN/host/evpnd.yaml"
	pe_start host
}

for pe in pe1 pe2; do pe_start $pe; done
[ "$RR" = frr ] && third
slowwait 20 lag_up
slowwait 20 sessions_up
check_err $? "no session"
all_speak
slowwait 30 both_know_all
check_err $? "the neighbours are not on both PEs"
check_eq "$(first_packets pe1)" 0 "first packets lost by way of PE1"
check_eq "$(first_packets pe2)" 0 "first packets lost by way of PE2"
log_test "both PEs deliver from the first packet ($RR reflects)"

read -r one other < <(learner 10.1.0.1 1)
route=$(pe_ctl "$other" -j route show type 2 | jq -c '[.routes[] | select(.ip == "10.1.0.1" and .etag == 1)][0]')
check_eq "$(jq .label2 <<<"$route")" 5000 "second label"
jq -r '.paths[].attributes["ext-community"][].kind' <<<"$route" | grep -Eq "es-import|evi-rt"
check_fail $? "ES-Import or EVI-RT in $route"
log_test "the route has the L3VNI as second label and the VRF's target only"

if [ "$RR" = frr ]; then
	slowwait 5 sh -c "$LAB_BUILD/evpnctl -n $(ns host) -j route show type 2 | jq -e '[.routes[] | select(.ip == \"10.1.0.1\")] | length > 0' >/dev/null"
	check_err $? "the third PE does not have the route"
	check_eq "$(pe_ctl host -j neigh show state synced | jq .total)" 0 "neighbours installed on the third PE"
	pe_ctl host trace neigh 10.1.0.1 | grep -q "its segment is not here"
	check_err $? "its trace says: $(pe_ctl host trace neigh 10.1.0.1)"
	log_test "a third PE of the VRF has the route and installs nothing"
fi

finish
