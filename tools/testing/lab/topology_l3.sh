# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The routed lab (LAB_FORM=routed): figure 3 of draft-ietf-bess-evpn-l3mh-proto, with QinQ and the
# global table added. The PEs route; there is no bridge and no overlay. Sourced.
#
#   h1  h2  hq  hg      behind the CE: one namespace for each network,     ce2
#    1   2 3.30  4      each a VLAN of its bond0                            |
#    +---+---+---+                                                          | untagged
#        ce bond0                                                         bond0
#        /     \                                                          /   \
#      pe1     pe2       bond0 (be1): .1 red, .2 blue, .3.30 blue,      pe1   pe2     bond1 (be2): red
#        \     /                      .4 global table                     \   /
#         core               VLAN 101 red, 102 blue, untagged global       core
#          |
#         host               one VRF for each; what it sends goes to the PE that a test chooses
#
# Gateway addresses and MAC addresses are the same on both PEs. Subnets in red and blue overlap: h1 and
# h2 have the same addresses.

# NETWORKS: host namespace, device on the PE, VRF, subnet number
L3_NETWORKS="h1:bond0.1:red:1 h2:bond0.2:blue:1 hq:bond0.3.30:blue:3 hg:bond0.4:-:4 ce2:bond1:red:2"

l3_address() { # SUBNET HOST FAMILY
	[ "$3" = 6 ] && echo "fd00:$1::$2" || echo "10.$1.0.$2"
}

# l3_vlans NODE BOND-DEVICE...: creates bond0.1, bond0.3.30 and the like
l3_vlan() {
	local n=$1 dev=$2 lower
	case $dev in
	*.*.*)
		lower=${dev%.*}
		node "$n" link add link "${lower%.*}" name "$lower" type vlan id "${lower#*.}"
		node "$n" link set "$lower" up
		node "$n" link add link "$lower" name "$dev" type vlan id "${dev##*.}"
		;;
	*.*) node "$n" link add link "${dev%.*}" name "$dev" type vlan id "${dev##*.}" ;;
	esac
}

l3_pe_bond() { # PE-NUMBER SEGMENT
	local p=$1 s=$2 n=pe$1 m b=bond$(($2 - 1))
	node "$n" link add name "$b" address "44:38:39:00:0$s:01" mtu 9000 type bond mode 802.3ad \
		miimon 10 lacp_rate "$LAB_LACP_RATE" ad_actor_sys_prio 100 \
		ad_actor_system "44:38:39:00:00:0$s" ad_user_port_key "$s"
	for m in $MEMBERS; do
		node "$n" link set "${CE[s]}${m#a}" master "$b"
		node "$n" link set "${CE[s]}${m#a}" up
	done
	node "$n" link set "$b" up
}

l3_pe() { # PE-NUMBER
	local p=$1 n=pe$1 net host dev vrf sub
	sys "$n" ipv4/ip_forward 1
	sys "$n" ipv6/conf/all/disable_ipv6 0
	sys "$n" ipv6/conf/all/forwarding 1
	node "$n" link add name red type vrf table 101
	node "$n" link add name blue type vrf table 102
	node "$n" link set red up
	node "$n" link set blue up
	for vrf in 101:red 102:blue; do
		l3_vlan "$n" "core0.${vrf%:*}"
		node "$n" link set "core0.${vrf%:*}" master "${vrf#*:}" up
		speak_ipv6 "$n" "core0.${vrf%:*}"
		BATCH_LATE[$n]+="addr add 172.16.${vrf%:*}.$p/24 dev core0.${vrf%:*}"$'\n'
		BATCH_LATE[$n]+="addr add 2001:db8:${vrf%:*}::$p/64 dev core0.${vrf%:*} nodad"$'\n'
	done
	l3_pe_bond "$p" 1
	l3_pe_bond "$p" 2
	for net in $L3_NETWORKS; do
		IFS=: read -r host dev vrf sub <<<"$net"
		l3_pe_network "$n" "$dev" "$vrf" "$sub"
	done
}

# l3_pe_network PE DEVICE VRF SUBNET: a sub-interface with its gateway addresses
l3_pe_network() {
	local n=$1 dev=$2 vrf=$3 sub=$4
	l3_vlan "$n" "$dev"
	[ "$vrf" = - ] || node "$n" link set "$dev" master "$vrf"
	node "$n" link set "$dev" up
	speak_ipv6 "$n" "$dev"
	BATCH_LATE[$n]+="addr add $(l3_address "$sub" 254 4)/24 dev $dev"$'\n'
	BATCH_LATE[$n]+="addr add $(l3_address "$sub" 254 6)/64 dev $dev nodad"$'\n'
}

# The networks behind the CE: VLAN devices of its bond, each moved into a namespace of its own.
l3_ce() {
	local net host dev vrf sub n
	ce_bond 1
	node ce link set bond0 up
	ce_bond 2
	node ce2 link set bond0 up
	for net in $L3_NETWORKS; do
		IFS=: read -r host dev vrf sub <<<"$net"
		n=bond0
		if [ "$host" != ce2 ]; then
			quiet_ns "$host"
			l3_vlan ce "$dev"
			node ce link set "$dev" netns "$LAB_PREFIX$host"
			n=$dev
		fi
		BATCH_HOST[$host]+="link set $n up"$'\n'
		BATCH_HOST[$host]+="addr add $(l3_address "$sub" 1 4)/24 dev $n"$'\n'
		BATCH_HOST[$host]+="route add default via $(l3_address "$sub" 254 4)"$'\n'
		BATCH_HOST6[$host]+="addr add $(l3_address "$sub" 1 6)/64 dev $n nodad"$'\n'
		BATCH_HOST6[$host]+="route add default via $(l3_address "$sub" 254 6)"$'\n'
	done
}

l3_host() {
	local vrf
	node host link add name red type vrf table 101
	node host link add name blue type vrf table 102
	node host link set red up
	node host link set blue up
	for vrf in 101:red 102:blue; do
		l3_vlan host "core0.${vrf%:*}"
		node host link set "core0.${vrf%:*}" master "${vrf#*:}" up
		speak_ipv6 host "core0.${vrf%:*}"
		BATCH_LATE[host]+="addr add 172.16.${vrf%:*}.100/24 dev core0.${vrf%:*}"$'\n'
		BATCH_LATE[host]+="addr add 2001:db8:${vrf%:*}::100/64 dev core0.${vrf%:*} nodad"$'\n'
	done
}

topology_l3_write() {
	local p m s
	declare -gA BATCH_HOST=() BATCH_HOST6=()
	quiet_ns ce
	quiet_ns ce2
	for ((p = 1; p <= LAB_PES; p++)); do
		for s in 1 2; do
			for m in $MEMBERS; do cable "${CE[s]}" "pe$p" "${m#a}"; done
		done
		l3_pe "$p"
	done
	l3_ce
	l3_host
}

# What can only be done when the devices are where they belong.
topology_l3_late() {
	local n
	for n in "${!BATCH_HOST[@]}"; do
		printf %s "${BATCH_HOST[$n]}" | ip -n "$LAB_PREFIX$n" -batch - || lab_fail "$n: addresses"
		in_ns "$n" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6
			for d in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 0 >$d; done'
		printf %s "${BATCH_HOST6[$n]}" | ip -n "$LAB_PREFIX$n" -6 -batch - || lab_fail "$n: IPv6 addresses"
	done
	in_ns host sh -c 'echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
	l3_via 1
}

# l3_via PE-NUMBER: what the remote host sends goes to this PE from now on; back it comes from either
l3_via() {
	ip -n "${LAB_PREFIX}host" -batch - <<-END
		route replace vrf red 10.0.0.0/8 via 172.16.101.$1
		route replace vrf blue 10.0.0.0/8 via 172.16.102.$1
		route replace 10.4.0.0/16 via 192.0.2.$1
		route replace vrf red fd00::/16 via 2001:db8:101::$1
		route replace vrf blue fd00::/16 via 2001:db8:102::$1
		route replace fd00:4::/32 via 2001:db8:2::$1
	END
}

# l3_ping VRF (or -) SUBNET FAMILY [ARGUMENT...]: from the remote host to a host behind the CE
l3_ping() {
	local vrf=$1 sub=$2 family=$3
	shift 3
	[ "$vrf" = - ] && vrf='' || vrf="-I $vrf"
	# shellcheck disable=SC2086
	# (it warns that it may choose a source address of another device)
	in_ns host ping -n "-$family" $vrf "$@" "$(l3_address "$sub" 1 "$family")" 2>/dev/null
}

l3_pe_config() { # PE-NUMBER
	local vrf
	echo "vrfs:"
	for vrf in red:1 blue:2 default:3; do
		echo "  - {name: ${vrf%:*}, route-targets: {import: [\"65000:${vrf#*:}\"], export: [\"65000:${vrf#*:}\"]}$LAB_VRF_EXTRA}"
	done
	echo "segments:"
	for vrf in be1:bond0:1 be2:bond1:2; do
		cat <<-END
			  - name: ${vrf%%:*}
			    interface: $(cut -d: -f2 <<<"$vrf")
			    esi: 00:11:22:33:44:55:66:77:88:0${vrf##*:}
			    mode: $LAB_MODE
			    standby: $LAB_STANDBY
			    lacp-bypass: $([ "$LAB_CE" = lacp ] && echo no || echo yes)
			    retention: $LAB_RETENTION
		END
		if [ "$LAB_MODE" = single-active ]; then
			echo "    vlans: [untagged, 1-4]"
			echo "    df: {wait: $LAB_WAIT, algorithm: preference, preference: $(word "$1" $LAB_PREFERENCE)}"
		else
			echo "    df: {wait: $LAB_WAIT}"
		fi
	done
}
