#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A core of EVPN that knows IP aliasing: a customer's prefix is told once, with the segment's ESI, by the PE that has
# learned it; by which PEs the segment is reached in the VRF is told by RT-1 per ES and per EVI with the VRF's distinguisher,
# targets and VNI, from both. Routes are counted at a remote speaker (FRR, which hears both PEs and nothing else).
#
#     h1 === pe1, pe2 (VRF red, br5000 with VNI 5000) === core === host (FRR's bgpd)

NEEDS="system frr"
ALL_TESTS="
	both_reach_it
	told_once
	not_mixed_up
	standby
	mass_withdraw
	pe_dies
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
begin "a core that knows IP aliasing is told a prefix once, and by which PEs its segment is reached" C71 C75 D13
[ -x /usr/lib/frr/bgpd ] || skip "FRR's daemons are not in /usr/lib/frr"
LAB_VRF_EXTRA=", prefixes: {learn: [ospf]}"
lab --form routed --rr none --mode all-active --standby block --ce lacp --retention 30s

MANY=500
for p in 1 2; do
	ip -n "$(ns pe$p)" -batch - <<-END
		link add br5000 address 02:00:00:00:50:0$p type bridge forward_delay 0
		link set br5000 master red up
		link add vx5000 type vxlan id 5000 local 192.0.2.$p dstport 4789 nolearning
		link set vx5000 master br5000 up
	END
	sed -i -e '/^peers:/a\  - {address: 192.0.2.100, remote-as: 65000, hold-time: 3, connect-retry: 1s}' \
		-e '/name: red/s/name: red/name: red, l3vni: 5000/' \
		-e '/name: red/s/prefixes: {/prefixes: {core: esi, /' "$LAB_RUN/pe$p/evpnd.yaml"
	pe_ctl pe$p config reload >"$LAB_RUN/reload" 2>&1
	check_err $? "configuration: $(cat "$LAB_RUN/reload")"
done
frr_begin host
{
	echo "router bgp 65000"
	echo " bgp router-id 192.0.2.100"
	for p in 1 2; do
		printf ' neighbor 192.0.2.%s remote-as 65000\n neighbor 192.0.2.%s timers 1 3\n neighbor 192.0.2.%s passive\n' $p $p $p
	done
	printf '%s\n' " address-family l2vpn evpn" "  neighbor 192.0.2.1 activate" "  neighbor 192.0.2.2 activate" " exit-address-family"
} >"$(frr_dir host)/bgpd.conf"
customer_has 0
slowwait 20 lag_up
check_err $? "the LAGs do not come up"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
frr_start host bgpd
vrf_ip pe1 route add vrf red 203.0.113.1/32 via 10.1.0.1 proto ospf metric 20
for ((i = 0; i < MANY; i++)); do
	echo "route add 198.18.$((i / 250)).$((i % 250))/32 vrf red via 10.1.0.1 proto ospf metric 20"
done | vrf_ip pe1 -batch -
slowwait 30 ours_are pe2 $((MANY + 1))
check_err $? "PE2 has $(n_ours pe2): $(pe_ctl pe2 prefix why 203.0.113.1/32)"

routes() { vty host "show bgp l2vpn evpn route type $1 json"; }
# aliases TAG: the PEs that tell a route of that tag for the first segment, as those of an IP-VRF
aliases() {
	routes 1 | jq -r --arg esi "$ESI1" --arg tag "$1" 'to_entries[] | select(.value | type == "object") |
		select(.key | test(":(49|5[0-9]|6[0-9])[0-9]{3}$")) | .key as $rd | .value | keys[] |
		select(startswith("[1]:[" + $tag + "]:[" + $esi + "]")) | $rd | split(":")[0]' | sort | xargs
}
MAX_ET=4294967295
reached_by() { [ "$(aliases $MAX_ET) / $(aliases 0)" = "$1 / $1" ]; }
# told PREFIX-PATTERN: "NUMBER PE..." of the RT-5 without a tag, which are those for the core
told() {
	routes 5 | jq -r --arg p "$1" 'to_entries[] | select(.value | type == "object") | .key as $rd | .value | keys[] |
		select(startswith("[5]:[0]:[32]:[" + $p)) | $rd | split(":")[0]' | sort | uniq -c | xargs
}
told_is() { [ "$(told "$1")" = "$2" ]; }
say_aliases() { echo "per ES: $(aliases $MAX_ET), per EVI: $(aliases 0): $(routes 1 | head -c 3000)"; }

slowwait 30 reached_by "192.0.2.1 192.0.2.2"
check_err $? "the remote speaker hears $(say_aliases)"

both_reach_it() {
	local text
	check_eq "$(aliases $MAX_ET)" "192.0.2.1 192.0.2.2" "RT-1 per ES"
	check_eq "$(aliases 0)" "192.0.2.1 192.0.2.2" "RT-1 per EVI"
	text=$(vty host "show bgp l2vpn evpn route type 1" | grep -A 4 -F "[1]:[0]:[$ESI1]" | grep -A 3 -B 1 "Rmac" | head -n 8)
	[[ $text == *"RT:65000:1"* && $text == *"Rmac:02:00:00:00:50:0"* ]]
	check_err $? "communities: $text"
	log_test "both PEs tell by which VRF they reach the segment, per ES and per EVI"
}

told_once() {
	slowwait 10 told_is 203.0.113.1 "1 192.0.2.1"
	check_err $? "told by '$(told 203.0.113.1)'"
	slowwait 10 told_is 198.18. "$MANY 192.0.2.1"
	check_err $? "told by '$(told 198.18.)'"
	pe_ctl pe2 prefix why 203.0.113.1/32 | grep -q "core *not told: the PE that has learned it tells it"
	check_err $? "PE2 says: $(pe_ctl pe2 prefix why 203.0.113.1/32)"
	log_test "$((MANY + 1)) prefixes are told once, with the ESI, by the PE that has learned them"
}

# The RT-1 of the VRF are none of the segment's: what it says of its own circuits is what counts.
not_mixed_up() {
	local pe
	for pe in pe1 pe2; do
		check_eq "$(pe_ctl $pe -j es show be1 | jq -r '.segments[0] | "\(.state) \(.df)"')" "df-done 192.0.2.1" "$pe"
	done
	check_eq "$(n_advertised pe2)" 0 "prefixes that PE2 tells the segment"
	log_test "elections and customers' routes are as without it"
}

# (a segment that is removed and made again has forgotten its neighbours)
all_active() {
	reload_with 's/mode: port-active/mode: all-active/; s/standby: lacp-oos/standby: block/'
	slowwait 20 lag_up
	all_speak
}

standby() {
	reload_with 's/mode: all-active/mode: port-active/; s/standby: block/standby: lacp-oos/'
	defer all_active
	slowwait 15 ce_uses_only 1
	all_speak
	slowwait 10 reached_by "192.0.2.1 192.0.2.2"
	check_err $? "port-active: $(say_aliases)"
	slowwait 10 told_is 203.0.113.1 "1 192.0.2.1"
	check_err $? "port-active, told by '$(told 203.0.113.1)'"
	log_test "port-active: the standby tells that it reaches the segment, too, as a backup"
}

# The leg is cut: two routes end it for all prefixes, which stay.
mass_withdraw() {
	slowwait 10 told_is 198.18. "$MANY 192.0.2.1"
	check_err $? "before: told by '$(told 198.18.)'"
	cut_cable ce pe1
	slowwait 5 eval '[ "$(aliases $MAX_ET)" = 192.0.2.2 ]'
	check_err $? "after the cut: $(say_aliases)"
	check_eq "$(told 198.18.)" "$MANY 192.0.2.1" "prefixes that are still told then"
	slowwait 5 reached_by 192.0.2.2
	check_err $? "later: $(say_aliases)"
	mend_cable ce pe1
	slowwait 15 lag_up
	check_err $? "the LAG does not come up again"
	all_speak
	slowwait 20 reached_by "192.0.2.1 192.0.2.2"
	check_err $? "mended: $(say_aliases)"
	log_test "a leg is cut: the remote PE learns by RT-1 that the segment is reached by the other PE alone"
}

pe_dies() {
	pe_stop pe1 KILL
	slowwait 20 told_is 203.0.113.1 "1 192.0.2.2"
	check_err $? "told by '$(told 203.0.113.1)': $(pe_ctl pe2 prefix why 203.0.113.1/32)"
	slowwait 10 told_is 198.18. "$MANY 192.0.2.2"
	check_err $? "told by '$(told 198.18.)'"
	pe_start pe1
	slowwait 30 told_is 203.0.113.1 "1 192.0.2.1"
	check_err $? "it is back, told by '$(told 203.0.113.1)'"
	log_test "the PE that has learned them dies: the other one tells them as long as they are kept"
}

tests_run
finish
