# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the scenarios about customers' routes share that have FRR as router: its daemons in a node, what they and
# the kernel's tables have. Sourced after lib.sh.

vrf_ip() { ip -n "$(ns "$1")" "${@:2}"; }
# n_routes PE VRF PROTOCOL [-6]: unicast routes of that protocol
n_routes() { vrf_ip "$1" ${4:-} route show vrf "$2" proto "$3" | grep -c ' dev \| nhid \|^[0-9a-f]'; }
routes_are() { [ "$(n_routes "$1" "$2" "$3" "${5:-}")" -eq "$4" ]; }
# n_ours PE [-6], ours_are PE COUNT [-6]: evpnd's in VRF red
n_ours() { n_routes "$1" red 77 "${2:-}"; }
ours_are() { [ "$(n_ours "$1" "${3:-}")" -eq "$2" ]; }
# best PE PREFIX-OR-ADDRESS [-6]: the protocol of the route that the kernel takes
best() { vrf_ip "$1" ${3:-} -j route get fibmatch vrf red "$2" 2>/dev/null | jq -r '.[0].protocol'; }
best_is() { [ "$(best "$1" "$2" "${4:-}")" = "$3" ]; }
prefix_json() { pe_ctl "$1" -j prefix why "$2" | jq -r "$3" 2>/dev/null; }
prefix_state() { prefix_json "$1" "$2" '.prefixes[0].state'; }
prefix_is() { [ "$(prefix_state "$1" "$2")" = "$3" ]; }
n_advertised() { pe_ctl "$1" -j prefix show limit 100000 | jq '[.prefixes[] | select(.advertised)] | length'; }

# l3vni NODE NUMBER: the VXLAN device of the VNI, and its bridge in the VRF
l3vni() {
	ip -n "$(ns "$1")" -batch - <<-END
		link add br5000 address 02:00:00:00:50:$(printf %02x "$2") type bridge forward_delay 0
		link set br5000 master red up
		link add vx5000 type vxlan id 5000 local 192.0.2.$2 dstport 4789 nolearning
		link set vx5000 master br5000 up
	END
	in_ns "$1" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv6/conf/br5000/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
}
# --- FRR ---------------------------------------------------------------------------------------

frr_dir() { echo "$LAB_RUN/frr-$1"; }
vty() { in_ns "$1" vtysh --vty_socket "$(frr_dir "$1")" -c "${@:2}" 2>/dev/null; }

# frr_begin NODE: its directory; what runs there ends with the scenario
frr_begin() {
	mkdir -p "$(frr_dir "$1")"
	defer frr_stop "$1" KILL
	# a session that ends while its cable is cut keeps the namespace for minutes otherwise
	in_ns "$1" sh -c 'echo 1 >/proc/sys/net/ipv4/tcp_orphan_retries'
}

# frr_daemon NODE DAEMON [ARGUMENT...]: one that is configured by DAEMON.conf there, or frr.conf, or nothing
frr_daemon() {
	local n=$1 d=$2 dir conf
	dir=$(frr_dir "$n")
	conf=$dir/$d.conf
	[ -e "$conf" ] || conf=/dev/null
	in_ns "$n" "/usr/lib/frr/$d" -d "${@:3}" -f "$conf" -i "$dir/$d.pid" --vty_socket "$dir" \
		-z "$dir/zserv" -u frr -g frr --log "file:$dir/$d.log" >>"$dir/out" 2>&1
	check_err $? "$d in $n: $(tail -n 2 "$dir/out")"
}

# frr_start NODE DAEMON...: zebra, and these; "bgpd" does not listen, because evpnd has the port
frr_start() {
	local n=$1 d
	chown -R frr:frr "$(frr_dir "$n")"
	frr_daemon "$n" zebra
	for d in "${@:2}"; do
		frr_daemon "$n" "${d%-quiet}" $([ "$d" = "${d%-quiet}" ] || echo -p 0)
	done
}

# frr_stop NODE SIGNAL [DAEMON...]: these, or all
frr_stop() {
	local f
	for f in ${3:-"$(frr_dir "$1")"/*.pid}; do
		[ -n "${3:-}" ] && f=$(frr_dir "$1")/$f.pid
		[ -e "$f" ] || continue
		kill_wait "$(cat "$f")" "$2"
		rm -f "$f"
	done
}

# --- the customer ------------------------------------------------------------------------------

# customer_has N: addresses that are pinged, and N prefixes of each family, in the CE's kernel
customer_has() {
	local i
	ip -n "$(ns h1)" addr add 203.0.113.1/32 dev lo
	ip -n "$(ns h1)" addr add 2001:db8:c0::1/128 dev lo
	ip -n "$(ns h1)" link set lo up
	in_ns h1 sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
	for ((i = 0; i < $1; i++)); do
		echo "route add blackhole 10.20.$((i / 250)).$((i % 250))/32 proto boot"
		echo "route add blackhole 2001:db8:d0:$i::/64 dev lo proto boot metric 100"
	done | ip -n "$(ns h1)" -batch -
}

# host_via PE-NUMBER: the remote host sends to the customer by this PE
host_via() {
	vrf_ip host route replace vrf red 203.0.113.0/24 via "172.16.101.$1"
	vrf_ip host -6 route replace vrf red 2001:db8:c0::/48 via "2001:db8:101::$1"
}

# passes [ARGUMENT...]: pings from the remote host to the customer, both families
passes() {
	in_ns host ping -q -I red -c 3 -i 0.2 -W 1 "$@" 203.0.113.1 >"$LAB_RUN/ping" 2>&1 &&
		in_ns host ping -6 -q -I red -c 3 -i 0.2 -W 1 "$@" 2001:db8:c0::1 >"$LAB_RUN/ping" 2>&1
}
ping_loss() { grep loss "$LAB_RUN/ping"; }

# changes PE COMMAND...: how many routes of evpnd were made or removed meanwhile
changes() {
	local pe=$1 mon
	$NSEXEC "$(ns "$pe")" ip monitor route >"$LAB_RUN/changes" &
	mon=$!
	sleep 0.3
	"${@:2}"
	sleep 0.5
	kill $mon
	wait $mon 2>/dev/null
	grep -c "proto 77" "$LAB_RUN/changes"
}

# reload_with SED-EXPRESSION: on both PEs, which read their configuration again
reload_with() {
	local p
	for p in 1 2; do
		sed -i -e "$1" "$LAB_RUN/pe$p/evpnd.yaml"
		pe_ctl pe$p config reload >"$LAB_RUN/reload" 2>&1
		check_err $? "configuration: $(cat "$LAB_RUN/reload")"
	done
}

# hold PE DEVICE bgp|isis, let_go PE DEVICE: between them what the PE's routing daemon says there is lost. Its session or adjacency
# cannot come up, so that data which flows has no need of it.
hold() {
	local family
	tc -n "$(ns "$1")" qdisc add dev "$2" clsact || return
	case $3 in
	bgp)
		for family in ip ipv6; do
			tc -n "$(ns "$1")" filter add dev "$2" egress protocol $family flower ip_proto tcp dst_port 179 action drop || return
		done
		;;
	isis) tc -n "$(ns "$1")" filter add dev "$2" egress protocol all flower dst_mac 01:80:c2:00:00:14 action drop ;;
	esac
}
let_go() { tc -n "$(ns "$1")" qdisc del dev "$2" clsact; }

# --- a remote customer, and traffic between the two --------------------------------------------

# far_customer: behind the remote PE, in VRF red; nothing of the lab's leads to it but the core
far_customer() {
	ip netns add "$(ns far)"
	defer ip netns del "$(ns far)"
	in_ns far sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
	ip -n "$(ns host)" link set core0.101 down
	ip -n "$(ns host)" link add name cust0 type veth peer name cust0 netns "$(ns far)"
	in_ns host sh -c 'echo 0 >/proc/sys/net/ipv6/conf/cust0/disable_ipv6'
	ip -n "$(ns host)" -batch - <<-END
		link set cust0 master red up
		addr add 198.51.100.254/24 dev cust0
		addr add 2001:db8:100::fe/64 dev cust0 nodad
	END
	ip -n "$(ns far)" -batch - <<-END
		link set lo up
		link set cust0 up
		addr add 198.51.100.1/24 dev cust0
		route add default via 198.51.100.254
		addr add 2001:db8:100::1/64 dev cust0 nodad
		route add default via 2001:db8:100::fe
	END
}

# meanwhile NAME COMMAND...: with 200 datagrams a second each way between the customers. Sets FROM and TO: how many of the
# near customer's (in $NEAR, or h1) were lost, and of those to him
meanwhile() {
	local name=${1// /-}
	probe_start "$name" -a "$(ns "${NEAR:-h1}"),203.0.113.1" -b "$(ns far),198.51.100.1" -r 200 -f 4
	sleep 0.5
	"${@:2}"
	sleep 1
	probe_stop
	FROM=$(probe_get "$name" 0 lost) TO=$(probe_get "$name" 1 lost)
	log_info "$1: lost $FROM and $TO of $(probe_get "$name" 0 sent), $(outage "$name" 0) and $(outage "$name" 1) ms," \
		"twice $(probe_get "$name" 0 duplicates) and $(probe_get "$name" 1 duplicates)"
}
