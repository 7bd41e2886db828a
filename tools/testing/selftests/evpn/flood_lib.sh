# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# The lab of the scenarios about flooded frames. The module is spoken to directly; no daemon.
#
#      h1        ce       h2          h3          each pe: br0 with its host, VXLAN to the
#      |       p1  p2      |           |          two others and, on pe1 and pe2, bond0
#      pe1 ----+    +---- pe2         pe3
#       |                  |           |
#       +------- core (underlay) ------+          192.0.2.N, or 2001:db8::N
#
# FL_BRIDGE   plain, vlan: the bridge looks at VLANs, the CE's frames carry VLAN 10; untagged: the
#             same, and the CE's frames carry none; qinq: 10 is an S-VLAN, and frames have a C-tag as
#             well; port: a plain bridge, bond0.10 is its port
# FL_VXLAN    vni: one device for one VNI; svd: one external device with a VNI filter
# FL_FAMILY   4 or 6, of the underlay
# FL_LISTS    static: flooding lists are made here, and addresses are not learned from what arrives;
#             daemon: they are not, and addresses are

FL_BRIDGE=plain FL_VXLAN=vni FL_FAMILY=4 FL_SVD= FL_LISTS=static
lab_defaults
fl() { ns "f$1"; }
# On a guest each process is dear: what is done often begins as few as can be.
FL=${LAB_PREFIX}f
in_fl() { ${NSEXEC:-ip netns exec} "$FL$1" "${@:2}"; }
fl_ip() { ip -n "$FL$1" "${@:2}"; }
fl_nl() { in_fl "$1" "$EVPN_NL" "${@:2}"; }
vtep() { [ "$FL_FAMILY" = 4 ] && echo "192.0.2.$1" || echo "2001:db8::$1"; }

CE_MAC=02:00:00:00:0c:0e

FL_NODES="pe1 pe2 pe3 h1 h2 h3 ce core"
flood_down() { printf "netns del $FL%s\n" $FL_NODES | ip -force -batch -; } 2>/dev/null

flood_tools() {
	need_module
	NSEXEC=$(lab_tool nsexec) || skip "nsexec does not build"
	EVPN_NL=$(lab_tool evpn_nl) || skip "evpn_nl does not build"
	FLOOD=$(lab_tool flood) || skip "flood does not build"
	modprobe -a bonding bridge vxlan 8021q 2>/dev/null
}

# flood_vxlan PE-NUMBER: the tunnel's flooding list, and its VLAN where one device has all VNIs
flood_vxlan() {
	local o
	[ "$FL_VXLAN" = vni ] || cat <<-END
		vni add dev vx vni 100
		link set dev vx vlan_tunnel on
		vlan add dev vx vid 10
		vlan add dev vx vid 10 tunnel_info id 100
	END
	[ "$FL_LISTS" = static ] || return
	for o in 1 2 3; do
		[ "$o" = "$1" ] ||
			echo "fdb append 00:00:00:00:00:00 dev vx dst $(vtep "$o") self${FL_SVD:+ src_vni 100}"
	done
	echo "link set dev vx learning off"
}

# flood_vlans PE-NUMBER: VLAN 10 on the bridge's ports
flood_vlans() {
	case $FL_BRIDGE in vlan | untagged | qinq) ;; *) return ;; esac
	echo "vlan del dev h$1 vid 1"
	echo "vlan add dev h$1 vid 10 pvid untagged"
	[ "$FL_VXLAN" = svd ] || printf '%s\n' "vlan del dev vx vid 1" "vlan add dev vx vid 10 pvid untagged"
	[ "$1" != 3 ] || return
	echo "vlan del dev bond0 vid 1"
	[ "$FL_BRIDGE" = untagged ] && echo "vlan add dev bond0 vid 10 pvid untagged" || echo "vlan add dev bond0 vid 10"
}

# flood_bond PE-NUMBER: the customer's link
flood_bond() {
	local port=bond0
	cat <<-END
		link add bond0 type bond mode active-backup miimon 10
		link add m0 type veth peer name p$1 netns ${FL}ce
		link set m0 master bond0
		link set m0 up
		link set bond0 addrgenmode none
		link set bond0 up
	END
	[ "$FL_BRIDGE" != port ] || {
		port=bond0.10
		echo "link add link bond0 name bond0.10 type vlan id 10"
		echo "link set bond0.10 addrgenmode none"
		echo "link set bond0.10 up"
	}
	echo "link set $port master br0"
}

# Nobody has an IPv6 address of its own making: what is not injected would be counted with the rest.
flood_pe() {
	local i=$1 p=pe$1 filtering=0 id="id 100" learning=nolearning
	[ "$FL_LISTS" = static ] || learning=
	case $FL_BRIDGE in vlan | untagged) filtering=1 ;; qinq) filtering="1 vlan_protocol 802.1ad" ;; esac
	[ "$FL_VXLAN" = vni ] || id="external vnifilter"
	fl_ip "$p" -batch - <<-END || return 1
		link set lo up
		link add core type veth peer name pe$i netns ${FL}core
		addr add 192.0.2.$i/24 dev core
		addr add 2001:db8::$i/64 dev core nodad
		link set core up
		link add br0 type bridge vlan_filtering $filtering mcast_snooping 0
		link set br0 addrgenmode none
		link set br0 up
		link add h$i type veth peer name eth0 netns ${FL}h$i
		link set h$i master br0
		link set h$i addrgenmode none
		link set h$i up
		link add vx type vxlan $id local $(vtep "$i") dstport 4789 $learning
		link set vx master br0
		link set vx addrgenmode none
		link set vx up
		$([ "$i" = 3 ] || flood_bond "$i")
	END
	fl_ip core link set "pe$i" master br0 up
	printf 'link set eth0 %s\n' addrgenmode\ none "address 02:00:00:00:00:0$i" up | fl_ip "h$i" -batch -
	[ "$i" = 3 ] || printf "link set p$i %s\n" addrgenmode\ none up | fl_ip ce -batch -
	{ flood_vxlan "$i"; flood_vlans "$i"; } | bridge -n "$FL$p" -batch -
}

# nodes_up: FL_NODES, until the end
nodes_up() {
	flood_down
	defer flood_down
	# shellcheck disable=SC2086
	printf "netns add $FL%s\n" $FL_NODES | ip -batch -
}
# nodes_up_quiet: what they say by themselves would be counted with the rest
nodes_up_quiet() {
	local n
	nodes_up || return 1
	for n in $FL_NODES; do in_fl "$n" sysctl -qw net.ipv6.conf.default.disable_ipv6=1; done
}

# flood_lab: raises it; the segment is not there yet
flood_lab() {
	local i
	nodes_up || return 1
	fl_ip core link add br0 type bridge mcast_snooping 0
	fl_ip core link set br0 up
	for i in 1 2 3; do
		flood_pe "$i" || return 1
	done
	slowwait 5 flood_reaches
}

# The underlay works
flood_reaches() {
	local a
	for a in 1 2; do
		in_fl pe3 ping -q -c 1 -W 1 "$(vtep $a)" >/dev/null 2>&1 || return 1
	done
}

# How the CE's frames are tagged, and those of the hosts
ce_tag() { case $FL_BRIDGE in vlan | port) echo "-t 10" ;; qinq) echo "-t 88a8:10 -t 5" ;; esac; }
host_tag() { case $FL_BRIDGE in qinq) echo "-t 5" ;; esac; }

# Where frames are looked for: NODE,DEVICE
PLACES="ce,p1 ce,p2 h1,eth0 h2,eth0 h3,eth0"
FL_SEEN=/run/flood-seen
declare -A SEEN

# inject NODE,DEVICE KINDS [OPTION...]: frames as flood.c says, and what is seen of them everywhere
inject() {
	local at=$1 kinds=$2 p k n places=
	shift 2
	for p in $PLACES; do
		[ "$p" = "$at" ] || places="$places $FL$p"
	done
	# shellcheck disable=SC2086
	"$FLOOD" "$@" "$kinds" "$FL$at" $places >$FL_SEEN
	SEEN=()
	while read -r k p n _; do
		SEEN[$k ${p#"$FL"}]=$n
	done <$FL_SEEN
}
# From a host, and from the customer through the PE of that number
# shellcheck disable=SC2046
from_host() { inject "h$1,eth0" "${2:-bmu}" $(host_tag) "${@:3}"; }
# shellcheck disable=SC2046
from_ce() { inject "ce,p$1" "${2:-b}" -s $CE_MAC $(ce_tag) "${@:3}"; }

# expect WHAT NODE,DEVICE KINDS NUMBER: of each, in the last injection
expect() {
	local i
	for ((i = 0; i < ${#3}; i++)); do
		check_eq "${SEEN[${3:i:1} $2]:-nothing}" "$4" "$1 (${3:i:1} at $2)"
	done
}

# segment PE ROLE [KEY=VALUE...]
segment() {
	local peer=$((3 - $1)) untagged=
	[ "$FL_BRIDGE" != untagged ] || untagged=untagged-vid=10
	fl_nl "pe$1" es-new esi=$ESI1 ifname=bond0 mode=all-active role="$2" peers="$(vtep $peer)" $untagged "${@:3}"
}

# counter PE REASON: of the segment, egress
counter() {
	local all
	all=" $(fl_nl "pe$1" stats-get esi=$ESI1) "
	all=${all#* egress."$2"=}
	echo "${all%% *}"
}
counters_reset() { fl_nl pe1 stats-get esi=$ESI1 reset; fl_nl pe2 stats-get esi=$ESI1 reset; } >/dev/null
