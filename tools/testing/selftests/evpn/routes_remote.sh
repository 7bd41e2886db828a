#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# evpnd as a remote PE: it has no segment, and its VRF takes what the core tells (from-core). Of a prefix that one PE has
# learned, and tells with the segment's ESI, it sends to every PE of the segment; when one of these loses its leg, one
# nexthop object is another one, and of the prefixes none is touched. What reaches which PE is counted by the VXLAN devices there.
#
#     h1 === pe1, pe2 (VRF red, br5000 with VNI 5000) === VXLAN === host (evpnd: VRF red, br5000; 198.51.100.1)

NEEDS="system frr"
ALL_TESTS="
	by_both
	entries
	reached
	flows_by_both
	not_told_back
	mass_withdraw
	little_lost
	restart
	killed
	foreign
	interface_less
	hosts
	standby
	frr_tells
	given_up
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/neigh_lab.sh"
. "$(dirname "$0")/routes_lib.sh"
begin "a remote PE sends to customers by every PE of their segment, and leaves one by one change" C71 D13
LAB_VRF_EXTRA=", prefixes: {learn: [ospf]}"
lab --form routed --rr none --mode all-active --standby block --ce lacp --retention 30s

MANY=1000
l3vni host 100
for p in 1 2; do
	l3vni pe$p $p
	# the way back to the remote PE: it has no segment, and evpnd tells of segments alone
	ip -n "$(ns pe$p)" -batch - <<-END
		neigh add 192.0.2.100 lladdr 02:00:00:00:50:64 dev br5000 nud permanent
		neigh add ::ffff:192.0.2.100 lladdr 02:00:00:00:50:64 dev br5000 nud permanent
		route add 198.51.100.1/32 via 192.0.2.100 dev br5000 vrf red onlink
		route add 2001:db8:5::1/128 via ::ffff:192.0.2.100 dev br5000 vrf red onlink
	END
	bridge -n "$(ns pe$p)" fdb add 02:00:00:00:50:64 dev vx5000 dst 192.0.2.100 self static
	sed -i -e '/^peers:/a\  - {address: 192.0.2.100, remote-as: 65000, hold-time: 3, connect-retry: 1s}' \
		-e '/name: red/s/name: red/name: red, l3vni: 5000/' \
		-e '/name: red/s/prefixes: {/prefixes: {core: esi, /' "$LAB_RUN/pe$p/evpnd.yaml"
	pe_ctl pe$p config reload >"$LAB_RUN/reload" 2>&1
	check_err $? "configuration: $(cat "$LAB_RUN/reload")"
done
ip -n "$(ns host)" -batch - <<-END
	link set core0.101 down
	link add name cust0 type dummy
	link set cust0 master red up
	addr add 198.51.100.1/32 dev cust0
	addr add 2001:db8:5::1/128 dev cust0
END
# several flows to one address; and a reader of notifications is told of objects, as the kernel keeps them
in_ns host sh -c 'echo 1 >/proc/sys/net/ipv4/fib_multipath_hash_policy; echo 0 >/proc/sys/net/ipv4/nexthop_compat_mode'
mkdir -p "$LAB_RUN/host"
cat >"$LAB_RUN/host/evpnd.yaml" <<-END
	router-id: 192.0.2.100
	as: 65000
	startup-delay: 10s
	peers:
	  - {address: 192.0.2.1, remote-as: 65000, hold-time: 3, connect-retry: 1s}
	  - {address: 192.0.2.2, remote-as: 65000, hold-time: 3, connect-retry: 1s}
	vrfs:
	  - {name: red, l3vni: 5000, route-targets: {import: ["65000:1"], export: ["65000:1"]}, prefixes: {from-core: yes}}
END
defer pe_stop host
pe_start host
customer_has 0
slowwait 20 lag_up
check_err $? "the LAGs do not come up"
slowwait 20 sessions_up
check_err $? "no session"
all_speak
vrf_ip pe1 route add vrf red 203.0.113.1/32 via 10.1.0.1 proto ospf metric 20
vrf_ip pe1 -6 route add vrf red 2001:db8:c0::1/128 via fd00:1::1 proto ospf metric 20
for ((i = 0; i < MANY; i++)); do
	echo "route add 198.18.$((i / 250)).$((i % 250))/32 vrf red via 10.1.0.1 proto ospf metric 20"
done | vrf_ip pe1 -batch -

say() { pe_ctl host prefix why "${1:-203.0.113.1/32}"; pe_ctl host | head -n 30; tail -n 5 "$LAB_RUN/host/evpnd.log"; }
# by PREFIX [-6]: the PEs that the remote PE's kernel sends to
by() {
	local id members
	id=$(vrf_ip host ${2:-} -j route show vrf red "$1" proto 77 | jq -r '.[0].nhid // empty')
	[ -n "$id" ] || return 0
	members=$(vrf_ip host -j nexthop show id "$id" | jq -r '.[0].group[].id')
	for id in $members; do vrf_ip host -j nexthop show id "$id" | jq -r '.[0].gateway'; done | sort | xargs
}
by_is() { [ "$(by "$1" "${3:-}")" = "$2" ]; }
rx() { ip -n "$(ns pe$1)" -s -j link show vx5000 | jq '.[0].stats64.rx.packets'; }
# flows: 256 of them, each one datagram; "N N": what came to either PE
flows() {
	local a b
	a=$(rx 1) b=$(rx 2)
	in_ns host python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"red")
s.bind(("198.51.100.1", 0))
for port in range(2000, 2256):
    s.sendto(b"x", ("203.0.113.1", port))
'
	sleep 0.5
	echo "$(($(rx 1) - a)) $(($(rx 2) - b))"
}
reaches() { in_ns host ping -q -I red -I 198.51.100.1 -c "${1:-1}" -i 0.2 -W 1 203.0.113.1 >"$LAB_RUN/ping" 2>&1; }
reaches6() { in_ns host ping -6 -q -I red -I 2001:db8:5::1 -c "${1:-1}" -i 0.2 -W 1 2001:db8:c0::1 >"$LAB_RUN/ping" 2>&1; }
# events COMMAND...: what became of nexthop objects and routes of the remote PE meanwhile
events() {
	local mon
	$NSEXEC "$(ns host)" ip monitor nexthop route >"$LAB_RUN/events" &
	mon=$!
	sleep 0.3
	"$@"
	sleep 1
	kill $mon
	wait $mon 2>/dev/null
	sed -i '/^\[\|^$/d' "$LAB_RUN/events"
}
n_events() { grep -c "$1" "$LAB_RUN/events"; }

slowwait 30 ours_are host $((MANY + 1))
check_err $? "the remote PE has $(n_ours host): $(say)"
slowwait 10 by_is 203.0.113.1 "192.0.2.1 192.0.2.2"
check_err $? "it sends to '$(by 203.0.113.1)': $(say)"

by_both() {
	check_eq "$(prefix_json host 203.0.113.1/32 '[.prefixes[0].from[].address] | join(" ")')" 192.0.2.1 "PEs that tell it"
	check_eq "$(by 203.0.113.1)" "192.0.2.1 192.0.2.2" "PEs that it is sent to"
	check_eq "$(by 2001:db8:c0::1 -6)" "::ffff:192.0.2.1 ::ffff:192.0.2.2" "and by IPv6"
	check_eq "$(vrf_ip host -j nexthop show | jq '[.[] | select(.group)] | length')" 2 "groups in the kernel, one a family"
	pe_ctl host prefix why 203.0.113.1/32 | grep -q "next hops *via 192.0.2.1, 192.0.2.2 dev br5000, nexthop object "
	check_err $? "$(say)"
	log_test "one PE tells $((MANY + 2)) prefixes, and they are sent to both"
}

entries() {
	local p
	for p in 1 2; do
		vrf_ip host neigh show 192.0.2.$p dev br5000 | grep -q "lladdr 02:00:00:00:50:0$p PERMANENT"
		check_err $? "neighbour: $(vrf_ip host neigh show dev br5000)"
		vrf_ip host -6 neigh show ::ffff:192.0.2.$p dev br5000 | grep -q "lladdr 02:00:00:00:50:0$p PERMANENT"
		check_err $? "neighbour: $(vrf_ip host -6 neigh show dev br5000)"
		bridge -n "$(ns host)" fdb show dev vx5000 | grep -q "02:00:00:00:50:0$p dst 192.0.2.$p .*self"
		check_err $? "tunnel: $(bridge -n "$(ns host)" fdb show dev vx5000)"
		bridge -n "$(ns host)" fdb show dev vx5000 | grep -q "02:00:00:00:50:0$p .*master br5000"
		check_err $? "bridge: $(bridge -n "$(ns host)" fdb show dev vx5000)"
	done
	log_test "each PE is a neighbour with its router's MAC address, and that leads into its tunnel"
}

reached() {
	slowwait 10 reaches 5
	check_err $? "IPv4: $(ping_loss)"
	slowwait 10 reaches6 5
	check_err $? "IPv6: $(ping_loss)"
	log_test "the customer is reached, by IPv4 and by IPv6 over IPv4"
}

flows_by_both() {
	local n a b
	n=$(flows)
	read -r a b <<<"$n"
	[ "$a" -ge 64 ] && [ "$b" -ge 64 ]
	check_err $? "of 256 flows came $n"
	log_test "flows are shared by both PEs (of 256: $n)"
}

not_told_back() {
	check_eq "$(pe_ctl host -j route show | jq '[.routes[] | select(.paths[]?.peer == null)] | length')" 0 "routes that the remote PE tells"
	check_eq "$(pe_ctl pe1 -j prefix show limit 10000 | jq '[.prefixes[] | select(.from | length > 0)] | length')" 0 "prefixes that come back to PE1"
	log_test "what came from the core is not told to it"
}

legs_are() { by_is 203.0.113.1 "$1"; }
cut_and_wait() {
	cut_cable ce pe1
	slowwait 10 legs_are 192.0.2.2
}
mend_and_wait() {
	mend_cable ce pe1
	slowwait 15 lag_up
	all_speak
	slowwait 20 legs_are "192.0.2.1 192.0.2.2"
}

mass_withdraw() {
	events cut_and_wait
	check_eq "$(by 203.0.113.1)" 192.0.2.2 "PEs after the cut: $(say)"
	check_eq "$(n_events group)" 2 "groups that were replaced (IPv4, IPv6): $(head -n 5 "$LAB_RUN/events")"
	check_eq "$(n_events '^198.18\|^Deleted 198.18\|^203')" 0 "IPv4 routes that were"
	read -r a b <<<"$(flows)"
	[ "$a" -eq 0 ] && [ "$b" -ge 256 ]
	check_err $? "of 256 flows PE1 had $a and PE2 $b"
	events mend_and_wait
	check_eq "$(by 203.0.113.1)" "192.0.2.1 192.0.2.2" "PEs when it is mended: $(say)"
	check_eq "$(n_events '^198.18\|^Deleted 198.18\|^203')" 0 "IPv4 routes that were changed by the mending"
	log_test "a leg is cut: one nexthop object of each family is replaced, and no route of $MANY"
}

# no_ports: datagrams that have reached the customer, who listens to none
no_ports() {
	in_ns h1 cat /proc/net/snmp | awk '/^Udp:/ && !col { for (i = 1; i <= NF; i++) if ($i == "NoPorts") col = i; next }
		/^Udp:/ { print $col; exit }'
}
# stream SECONDS: a datagram every 2 ms, of 256 flows in turn; prints how many
stream() {
	in_ns host python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"red")
s.bind(("198.51.100.1", 0))
n, at = 0, time.monotonic()
end = at + float(sys.argv[1])
while at < end:
    s.sendto(b"x", ("203.0.113.1", 2000 + n % 256))
    n, at = n + 1, at + 0.002
    time.sleep(max(0, at - time.monotonic()))
print(n)
' "$1"
}

little_lost() {
	local before sent pid lost
	slowwait 10 reaches 3
	before=$(no_ports)
	stream 6 >"$LAB_RUN/sent" &
	pid=$!
	sleep 2
	cut_cable ce pe1
	wait $pid
	sleep 1
	sent=$(<"$LAB_RUN/sent")
	lost=$((sent - $(no_ports) + before))
	mend_and_wait
	[ "$sent" -ge 1000 ]
	check_err $? "only $sent were sent"
	check_le "$lost" 250 "datagrams that were lost, of one every 2 ms, half of them by PE1"
	log_test "a leg is cut: $lost of $sent datagrams are lost, one every 2 ms"
}

again() {
	pe_stop host "${1:-TERM}"
	pe_start host
	slowwait 20 eval '[ "$(pe_ctl host -j prefix show limit 10000 2>/dev/null | jq "[.prefixes[] | select(.state == \"installed\")] | length")" = $((MANY + 2)) ]'
	check_err $? "after the restart: $(say)"
	sleep 1
}

restart() {
	events again
	check_eq "$(wc -l <"$LAB_RUN/events")" 0 "changes: $(head -n 5 "$LAB_RUN/events")"
	check_eq "$(by 203.0.113.1)" "192.0.2.1 192.0.2.2" "PEs"
	log_test "evpnd is restarted on the remote PE: nothing changes in the kernel"
}

# What is withdrawn while nobody listens goes when evpnd is back, and so does a PE that nothing is behind any more.
killed() {
	pe_stop host KILL
	vrf_ip pe1 route del vrf red 198.18.0.1/32
	vrf_ip host nexthop add id 160000001 via 192.0.2.9 dev br5000 onlink proto 77
	vrf_ip host nexthop add id 160000002 group 160000001 proto 77
	pe_start host
	slowwait 20 ours_are host "$MANY"
	check_err $? "after the kill: $(n_ours host)"
	slowwait 10 eval '! vrf_ip host nexthop show id 160000002 2>/dev/null | grep -q group'
	check_err $? "a group that nobody wants: $(vrf_ip host nexthop show)"
	vrf_ip pe1 route add 198.18.0.1/32 vrf red via 10.1.0.1 proto ospf metric 20
	slowwait 10 ours_are host $((MANY + 1))
	check_err $? "and again: $(n_ours host)"
	log_test "evpnd is killed: what is withdrawn meanwhile goes when it is back, and so does a group that nobody wants"
}

foreign() {
	pe_stop host
	vrf_ip host neigh replace 192.0.2.2 lladdr 02:00:00:00:99:99 dev br5000 nud permanent
	# as if nothing of that PE had been evpnd's before
	sed -i '/ 192\.0\.2\.2 /d' /run/evpn/lab-host/evpnd.sock.remote-pes
	check_err $? "no file of what is evpnd's own: $(ls /run/evpn/lab-host)"
	vrf_ip host neigh del ::ffff:192.0.2.2 dev br5000
	bridge -n "$(ns host)" fdb del 02:00:00:00:50:02 dev vx5000 self
	bridge -n "$(ns host)" fdb del 02:00:00:00:50:02 dev vx5000 master
	pe_start host
	slowwait 20 by_is 203.0.113.1 192.0.2.1
	check_err $? "it sends to '$(by 203.0.113.1)': $(say)"
	pe_ctl host | grep -q "192.0.2.2.*somebody else has put"
	check_err $? "summary: $(pe_ctl host)"
	vrf_ip host neigh show 192.0.2.2 dev br5000 | grep -q 02:00:00:00:99:99
	check_err $? "it was changed: $(vrf_ip host neigh show dev br5000)"
	vrf_ip host neigh del 192.0.2.2 dev br5000
	pe_ctl host config reload >/dev/null
	slowwait 70 by_is 203.0.113.1 "192.0.2.1 192.0.2.2"
	check_err $? "when it is gone: '$(by 203.0.113.1)': $(say)"
	log_test "another program's neighbour stays, that PE is not sent to, and the summary says why"
}

interface_less() {
	reload_with 's/core: esi/core: interface-less/'
	slowwait 20 eval '[ "$(prefix_json host 203.0.113.1/32 "[.prefixes[0].from[] | select(.form == \"interface-less\")] | length")" = 2 ]'
	check_err $? "told by $(say)"
	slowwait 10 by_is 203.0.113.1 "192.0.2.1 192.0.2.2"
	check_err $? "it sends to '$(by 203.0.113.1)': $(say)"
	read -r a b <<<"$(flows)"
	[ "$a" -ge 64 ] && [ "$b" -ge 64 ]
	check_err $? "of 256 flows PE1 had $a and PE2 $b"
	log_test "told by both without an ESI, it is sent to both"
}

# A host that has come to the customer's network, with an address of each family
HOST4=10.1.0.77
HOST6=fd00:1::77
ping_host4() { in_ns host ping -q -I red -I 198.51.100.1 -c 3 -i 0.2 -W 1 $HOST4 >"$LAB_RUN/ping" 2>&1; }
ping_host6() { in_ns host ping -6 -q -I red -I 2001:db8:5::1 -c 3 -i 0.2 -W 1 $HOST6 >"$LAB_RUN/ping" 2>&1; }
reaches_host() { ping_host4 && ping_host6; }
of_core() { prefix_json "$1" "$2" '.prefixes[] | select(.protocol == null) | .state'; }
routes_to_host() {
	local p
	for p in 1 2; do
		vrf_ip pe$p route show vrf red $HOST4/32
		vrf_ip pe$p -6 route show vrf red $HOST6/128
	done
}
host_by() { by_is $HOST4 "$1" && by_is $HOST6 "${2:-}" -6; }
BOTH="192.0.2.1 192.0.2.2"
BOTH6="::ffff:192.0.2.1 ::ffff:192.0.2.2"
say_host() { echo "$(by $HOST4), $(by $HOST6 -6); pe1: $(pe_ctl pe1 prefix why $HOST4/32) $(vrf_ip pe1 neigh show $HOST4); pe2: $(pe_ctl pe2 prefix why $HOST4/32) $(vrf_ip pe2 neigh show $HOST4); $(pe_ctl host prefix why $HOST4/32)"; }

hosts() {
	local pid
	reload_with 's/core: esi/core: interface-less/; s/learn: \[ospf\]/learn: [ospf, neighbours]/'
	ip -n "$(ns h1)" addr add $HOST4/24 dev bond0.1
	ip -n "$(ns h1)" addr add $HOST6/64 dev bond0.1 nodad
	in_ns h1 ping -q -c 1 -W 2 -I $HOST4 10.1.0.254 >/dev/null
	in_ns h1 ping -6 -q -c 1 -W 2 -I $HOST6 fd00:1::254 >/dev/null
	slowwait 20 host_by "$BOTH" "$BOTH6"
	check_err $? "the remote PE sends to $(say_host)"
	slowwait 10 reaches_host
	check_err $? "the host is not reached: $(ping_loss); $(say_host)"
	check_eq "$(by 10.1.0.0/24)" "" "PEs that the remote PE sends the subnet to"
	check_eq "$(prefix_json pe1 $HOST4/32 '.prefixes[0].from | length') $(prefix_json pe2 $HOST4/32 '.prefixes[0].from | length')" \
		"0 0" "PEs of the segment that were told it as a prefix"

	# each hears of it from the other one, and is not led away from its own leg
	reload_with 's/core: interface-less/core: interface-less, from-core: yes/'
	slowwait 10 eval '[ "$(of_core pe1 $HOST4/32) $(of_core pe2 $HOST6/128)" = "pending pending" ]'
	check_err $? "told by the core: $(say_host)"
	check_eq "$(routes_to_host)" "" "routes to it by the core"
	reaches_host
	check_err $? "while the PEs hear the core: $(ping_loss)"
	reload_with 's/, from-core: yes//'

	# the one that serves it dies
	pe_stop pe1 KILL
	slowwait 10 host_by 192.0.2.2 ::ffff:192.0.2.2
	check_err $? "PE1's daemon is gone, and the remote PE sends to $(say_host)"
	reaches_host
	check_err $? "by the other PE: $(ping_loss)"
	pe_start pe1
	slowwait 20 host_by "$BOTH" "$BOTH6"
	check_err $? "when it is back, the remote PE sends to $(say_host)"

	# by IP aliasing: whoever has learned it tells it for both
	reload_with 's/core: interface-less/core: esi/'
	slowwait 20 eval '[ "$(prefix_json host $HOST4/32 "[.prefixes[0].from[].form] | unique | join(\" \")")" = core-esi ]'
	check_err $? "told as $(say_host)"
	slowwait 10 host_by "$BOTH" "$BOTH6"
	check_err $? "with the segment's ESI, the remote PE sends to $(say_host)"
	reaches_host
	check_err $? "with the segment's ESI: $(ping_loss)"
	check_eq "$(routes_to_host)" "" "routes to it on the segment's PEs"
	reload_with 's/core: esi/core: interface-less/'

	# it goes, and who sends to it finds out
	ip -n "$(ns h1)" addr del $HOST4/24 dev bond0.1
	ip -n "$(ns h1)" addr del $HOST6/64 dev bond0.1
	while sleep 0.5; do ping_host4; ping_host6; done &
	pid=$!
	slowwait 60 host_by "" ""
	check_err $? "the host is gone, and the remote PE sends to $(say_host)"
	kill $pid
	wait $pid 2>/dev/null
	reload_with 's/learn: \[ospf, neighbours\]/learn: [ospf]/'
	slowwait 10 by_is 10.1.0.1 ""
	check_err $? "not asked for any more, the remote PE sends to '$(by 10.1.0.1)'"
	log_test "a host is reached by the PEs that have it as a neighbour, one of which dies, until it goes"
}

standby() {
	reload_with 's/core: esi/core: interface-less/'
	reload_with 's/mode: all-active/mode: port-active/; s/standby: block/standby: lacp-oos/'
	slowwait 15 ce_uses_only 1
	all_speak
	slowwait 20 by_is 203.0.113.1 192.0.2.1
	check_err $? "it sends to '$(by 203.0.113.1)': $(say)"
	slowwait 10 eval '[ "$(prefix_json host 203.0.113.1/32 ".prefixes[0].from | length")" = 2 ]'
	check_err $? "it is not told by both: $(say)"
	reload_with 's/mode: port-active/mode: all-active/; s/standby: lacp-oos/standby: block/'
	slowwait 20 lag_up
	all_speak
	slowwait 20 by_is 203.0.113.1 "192.0.2.1 192.0.2.2"
	check_err $? "all-active again: '$(by 203.0.113.1)': $(say)"
	log_test "a PE that stands by (LOCAL_PREF 50) is kept as a backup"
}

# FRR in the place of PE2's evpnd: as anybody tells RT-5 with an L3VNI.
frr_tells() {
	pe_stop pe2
	frr_begin pe2
	printf '%s\n' "vrf red" " vni 5000" "exit-vrf" >"$(frr_dir pe2)/zebra.conf"
	cat >"$(frr_dir pe2)/bgpd.conf" <<-END
		router bgp 65000
		 bgp router-id 192.0.2.2
		 no bgp default ipv4-unicast
		 neighbor 192.0.2.100 remote-as 65000
		 neighbor 192.0.2.100 timers 1 3
		 neighbor 192.0.2.100 timers connect 1
		 address-family l2vpn evpn
		  neighbor 192.0.2.100 activate
		  advertise-all-vni
		 exit-address-family
		router bgp 65000 vrf red
		 bgp router-id 192.0.2.2
		 address-family ipv4 unicast
		  redistribute kernel route-map customer
		 exit-address-family
		 address-family l2vpn evpn
		  advertise ipv4 unicast
		  route-target both 65000:1
		 exit-address-family
		ip prefix-list customer permit 203.0.113.77/32
		route-map customer permit 10
		 match ip address prefix-list customer
	END
	vrf_ip pe2 route add 203.0.113.77/32 vrf red via 10.1.0.1 proto boot
	frr_start pe2 bgpd-quiet
	slowwait 30 by_is 203.0.113.77 192.0.2.2
	check_err $? "it sends to '$(by 203.0.113.77)': $(say 203.0.113.77/32) $(vty pe2 "show bgp vrf red ipv4 unicast" | head -n 20) $(vty pe2 "show evpn vni 5000" | head -n 12)"
	check_eq "$(prefix_json host 203.0.113.77/32 '.prefixes[0].from[0] | "\(.form) \(.vni) \(."router-mac")"')" \
		"interface-less 5000 02:00:00:00:50:02" "what FRR tells"
	frr_stop pe2 TERM
	slowwait 20 by_is 203.0.113.77 ""
	check_err $? "FRR is gone, and it sends to '$(by 203.0.113.77)'"
	vrf_ip pe2 route del 203.0.113.77/32 vrf red
	pe_start pe2
	log_test "what FRR tells with an L3VNI is installed, too"
}

left() {
	vrf_ip host route show vrf red proto 77
	vrf_ip host nexthop show proto 77
	vrf_ip host neigh show dev br5000 nud permanent
	bridge -n "$(ns host)" fdb show dev vx5000 | grep "dst 192.0.2"
}
given_up() {
	sed -i 's/from-core: yes/from-core: no/' "$LAB_RUN/host/evpnd.yaml"
	pe_ctl host config reload >"$LAB_RUN/reload" 2>&1
	check_err $? "configuration: $(cat "$LAB_RUN/reload")"
	slowwait 20 eval '[ -z "$(left | grep -v "scope link" | grep -v "id 15[0][0-9]* via")" ]'
	check_err $? "left: $(left | head -n 10)"
	log_test "without from-core nothing of it is left in the kernel"
}

tests_run
finish
