# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Three PEs whose only control plane is FRR: bgpd and zebra with `evpn mh`, iBGP between all of them.
# Sourced; shared by the demo of FRR and by its scenario.
#
#      h1        ce       h2          h3          each pe: br0 (VLAN 10 is VNI 100, 20 is 200) with its
#      |       p1  p2      |           |          host; on pe1 and pe2 bond0 with an ES of FRR's
#      pe1 ----+    +---- pe2         pe3
#       |                  |           |
#       +------- core (underlay) ------+          192.0.2.N
#
# VLAN 10 leaves a host untagged and the customer tagged, VLAN 20 the other way round: either is an access
# port in one VLAN and a trunk in the other.
#
# evpnd, on pe1 and pe2, is an iBGP client of the bgpd beside it: it connects from 127.0.0.2 to the
# machine's own VTEP address (bgpd has no interface to 127.0.0.1 and refuses that).
#
# EVPN_FRR_ROOT is the directory of another system whose FRR is to be used; tools/testing/vm/frr.sh makes
# one. There /run/frr and /etc/frr are the directory in which all PEs have theirs, so that
# every socket and file of a PE is in frr_dir, as it is without. FRR 10 configures interfaces through
# mgmtd: it is started where it exists, and vtysh gives it what zebra alone does not take from zebra.conf.

FRR_ESI=03:44:38:39:ff:ff:01:00:00:01
FRR_DAEMONS=${FRR_DAEMONS:-/usr/lib/frr}
: "${FRR_PREFERENCE:=300 200}" # es-df-pref of pe1 and pe2
: "${EVPN_FRR_ROOT:=}"
: "${FRR_VXLAN:=vni}"          # vni: a device for the VNI; svd: one external device with a VNI filter
: "${FRR_PORT:=4789}"         # of VXLAN
: "${FRR_FAMILY:=4}"           # of the VTEPs: 4, 6 (FRR 10.6)
: "${FRR_ADDRESSES:=192.0.2.1 192.0.2.2 192.0.2.3}" # of the PEs, in one /23
: "${FRR_GATEWAY:=no}"         # yes: all PEs are 10.0.10.254 in VLAN 10
: "${FRR_HOLD:=20s}"           # how long bgpd's neighbours are waited for when it was away

fl() { ns "f$1"; }
in_fl() { ${NSEXEC:-ip netns exec} "$(fl "$1")" "${@:2}"; }
fl_ip() { ip -n "$(fl "$1")" "${@:2}"; }
frr_vtep() { [ "$FRR_FAMILY" = 4 ] && frr_address "$1" || echo "2001:db8::${1#pe}"; }
frr_address() { word "${1#pe}" $FRR_ADDRESSES; } # evpnd's sessions are IPv4 anyway
frr_dir() { echo "$LAB_RUN/frr/$1"; }
# frr_sees PE: the same, as FRR calls it
frr_sees() { [ -n "$EVPN_FRR_ROOT" ] && echo "/run/frr/$1" || frr_dir "$1"; }
frr_vty() {
	local p=$1
	shift
	if [ -n "$EVPN_FRR_ROOT" ]; then
		in_fl "$p" chroot "$EVPN_FRR_ROOT" vtysh -N "$p" "$@"
	else
		in_fl "$p" vtysh --vty_socket "$(frr_dir "$p")" "$@"
	fi
}
frr_ctl() { local p=$1; shift; "$LAB_BUILD/evpnctl" -n "$(fl "$p")" "$@"; }

frr_possible() {
	[ -x "$EVPN_FRR_ROOT$FRR_DAEMONS/zebra" ] && [ -x "$EVPN_FRR_ROOT$FRR_DAEMONS/bgpd" ] &&
		[ -x "$EVPN_FRR_ROOT/usr/bin/vtysh" ]
}

# frr_owner: FRR's user and group, which have other numbers in another root
frr_owner() { awk -F: '$1 == "frr" { print $3 ":" $4 }' "$EVPN_FRR_ROOT/etc/passwd"; }

# frr_version: "8.4.4"
frr_version() {
	# shellcheck disable=SC2086
	${EVPN_FRR_ROOT:+chroot $EVPN_FRR_ROOT} "$FRR_DAEMONS/zebra" --version | sed -n 's/^zebra version \([0-9.]*\).*/\1/p'
}

# Where FRR of another root looks for its files and sockets
FRR_MOUNTS="/proc /dev /run/frr /etc/frr"

frr_root_up() {
	local d
	[ -n "$EVPN_FRR_ROOT" ] || return 0
	mkdir -p "$LAB_RUN/frr"
	for d in $FRR_MOUNTS; do
		mkdir -p "$EVPN_FRR_ROOT$d" || return 1
		case $d in
		*/frr) mount --bind "$LAB_RUN/frr" "$EVPN_FRR_ROOT$d" ;;
		*) mount --bind "$d" "$EVPN_FRR_ROOT$d" ;;
		esac || return 1
	done
}

frr_root_down() {
	local d
	[ -n "$EVPN_FRR_ROOT" ] || return 0
	for d in $FRR_MOUNTS; do
		umount "$EVPN_FRR_ROOT$d"
	done
}

# --- devices -----------------------------------------------------------------------------------

frr_vxlan_vni() {
	local v
	for v in 100 200; do
		cat <<-END
			link add vx$v type vxlan id $v local $(frr_vtep "$1") dstport $FRR_PORT nolearning
			link set vx$v master br0 addrgenmode none
			link set vx$v up
		END
	done
}
frr_vlans_vni() {
	local v
	for v in 10 20; do
		printf '%s\n' "link set dev vx${v}0 learning off" "vlan add dev vx${v}0 vid $v pvid untagged"
	done
}

frr_vxlan_svd() {
	cat <<-END
		link add vx100 type vxlan external vnifilter local $(frr_vtep "$1") dstport $FRR_PORT nolearning
		link set vx100 master br0 addrgenmode none
		link set vx100 up
	END
}
frr_vlans_svd() {
	local v
	echo "link set dev vx100 vlan_tunnel on learning off"
	for v in 10 20; do
		cat <<-END
			vni add dev vx100 vni ${v}0
			vlan add dev vx100 vid $v
			vlan add dev vx100 vid $v tunnel_info id ${v}0
		END
	done
}

# frr_gateway PE: the same address, IP and MAC, on each; ARP of one is not flooded to the others
frr_gateway() {
	fl_ip "$1" -batch - <<-END
		link add link br0 name br0.10 type vlan id 10
		link set br0.10 address 00:00:5e:00:01:01
		link set br0.10 up
		addr add 10.0.10.254/24 dev br0.10
	END
	bridge -n "$(fl "$1")" -batch - <<-END
		link set dev vx100 neigh_suppress on
		vlan add dev br0 vid 10 self
		fdb add 00:00:5e:00:01:01 dev br0 vlan 10 self local
	END
}

# frr_pe_core PE: the underlay
frr_pe_core() {
	fl_ip "$1" link set lo up
	fl_ip "$1" link add core type veth peer name "$1" netns "$(fl core)"
	fl_ip core link set "$1" master br0 up
	fl_ip "$1" addr add "$(frr_address "$1")/23" dev core
	if [ "$FRR_FAMILY" = 6 ]; then
		in_fl "$1" sysctl -qw net.ipv6.conf.core.disable_ipv6=0
		fl_ip "$1" addr add "$(frr_vtep "$1")/64" dev core nodad
	fi
	fl_ip "$1" link set core up
}

# frr_pe_bond PE: the customer's link
frr_pe_bond() {
	fl_ip "$1" link add bond0 type bond mode active-backup miimon 10 || return 1
	fl_ip "$1" link add m0 type veth peer name "p${1#pe}" netns "$(fl ce)"
	fl_ip "$1" link set m0 master bond0
	fl_ip "$1" link set m0 up
	fl_ip ce link set "p${1#pe}" up
}

# frr_pe_bridge PE: the bridge, its tunnels, and the bond as a port where there is one
frr_pe_bridge() {
	local b
	b="bridge -n $(fl "$1")"
	fl_ip "$1" link add br0 type bridge vlan_filtering 1 vlan_default_pvid 0 mcast_snooping 0
	fl_ip "$1" link set br0 up
	"frr_vxlan_$FRR_VXLAN" "$1" | fl_ip "$1" -batch - || return 1
	"frr_vlans_$FRR_VXLAN" | $b -batch - || return 1
	[ "$1" != pe3 ] || return 0
	fl_ip "$1" link set bond0 master br0
	$b vlan add dev bond0 vid 10
	$b vlan add dev bond0 vid 20 pvid untagged
	fl_ip "$1" link set bond0 up
}

# frr_pe_host PE: its own host
frr_pe_host() {
	local h=h${1#pe}
	fl_ip "$1" link add "$h" type veth peer name eth0 netns "$(fl "$h")"
	fl_ip "$1" link set "$h" master br0 up
	fl_ip "$h" link set eth0 address "02:00:00:00:00:0${1#pe}" up
	printf 'vlan add dev %s vid %s\n' "$h" "10 pvid untagged" "$h" 20 | bridge -n "$(fl "$1")" -batch -
}

frr_pe_devices() {
	frr_pe_core "$1"
	[ "$1" = pe3 ] || frr_pe_bond "$1" || return 1
	frr_pe_bridge "$1" || return 1
	frr_pe_host "$1"
	[ "$FRR_GATEWAY" = no ] || frr_gateway "$1"
}

frr_devices() {
	local n i
	modprobe -a bonding bridge vxlan 8021q 2>/dev/null
	for n in core ce pe1 pe2 pe3 h1 h2 h3; do
		ip netns add "$(fl $n)" || return 1
		in_fl $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	done
	fl_ip core link add br0 type bridge mcast_snooping 0
	fl_ip core link set br0 up
	for i in 1 2 3; do
		frr_pe_devices "pe$i" || return 1
	done
}

# --- FRR ---------------------------------------------------------------------------------------

# frr_conf PE-NUMBER: as its operator would have it; 127.0.0.2 is evpnd
frr_conf() {
	local i=$1 dir seen o
	dir=$(frr_dir "pe$i")
	seen=$(frr_sees "pe$i")
	mkdir -p "$dir"
	{
		echo "hostname pe$i"
		echo "log file $seen/zebra.log"
		echo "evpn mh startup-delay 0"
		[ "$i" = 3 ] || cat <<-END
			interface bond0
			 evpn mh es-id 1
			 evpn mh es-sys-mac 44:38:39:ff:ff:01
			 evpn mh es-df-pref $(word "$i" $FRR_PREFERENCE)
		END
	} >"$dir/zebra.conf"
	{
		cat <<-END
			hostname pe$i
			log file $seen/bgpd.log
			router bgp 65000
			 bgp router-id 192.0.2.$i
			 no bgp default ipv4-unicast
			 neighbor fabric peer-group
			 neighbor fabric remote-as 65000
			 neighbor fabric timers 1 3
			 neighbor fabric timers connect 1
		END
		for o in 1 2 3; do
			[ "$o" = "$i" ] || echo " neighbor $(frr_vtep "pe$o") peer-group fabric"
		done
		cat <<-END
			 neighbor 127.0.0.2 remote-as 65000
			 neighbor 127.0.0.2 passive
			 address-family l2vpn evpn
			  neighbor fabric activate
			  neighbor 127.0.0.2 activate
			  neighbor 127.0.0.2 route-reflector-client
			  advertise-all-vni
			 exit-address-family
		END
	} >"$dir/bgpd.conf"
	echo "service integrated-vtysh-config" >"$dir/vtysh.conf"
	chown -R "$(frr_owner)" "$dir"
	chmod 755 "$LAB_RUN" "$LAB_RUN/frr" "$dir"
}

# frr_daemon PE mgmtd|zebra|bgpd
frr_daemon() {
	local dir
	dir=$(frr_dir "$1")
	if [ -n "$EVPN_FRR_ROOT" ]; then
		in_fl "$1" chroot "$EVPN_FRR_ROOT" "$FRR_DAEMONS/$2" -d -N "$1" -u frr -g frr >>"$dir/out.log" 2>&1 &&
			chmod a+rw "$dir/$2.vty" # evpnd is in another frrvty
		return
	fi
	in_fl "$1" "$FRR_DAEMONS/$2" -d -f "$dir/$2.conf" -i "$dir/$2.pid" --vty_socket "$dir" \
		-z "$dir/zserv" -u frr -g frr >>"$dir/out.log" 2>&1
}

frr_start() {
	local p=pe$1
	if [ ! -x "$EVPN_FRR_ROOT$FRR_DAEMONS/mgmtd" ]; then
		frr_daemon "$p" zebra && frr_daemon "$p" bgpd
		return
	fi
	frr_daemon "$p" mgmtd && frr_daemon "$p" zebra && frr_daemon "$p" bgpd &&
		frr_vty "$p" -f "$(frr_sees "$p")/zebra.conf" >>"$(frr_dir "$p")/out.log" 2>&1
}

# frr_stop PE mgmtd|zebra|bgpd [SIGNAL]
frr_stop() {
	local pid
	pid=$(cat "$(frr_dir "$1")/$2.pid" 2>/dev/null) || return 0
	kill_wait "$pid" "${3:-TERM}"
	rm -f "$(frr_dir "$1")/$2.pid"
}

# frr_service_restart PE COMMAND...: as its service does. The daemons are started without a configuration;
# after COMMAND vtysh gives it to them.
frr_service_restart() {
	local f
	for f in bgpd zebra mgmtd; do
		frr_stop "$1" $f
	done
	frr_service_start "$@"
}
frr_service_start() {
	local dir f
	dir=$(frr_dir "$1")
	grep -vh '^log file' "$dir"/zebra.conf "$dir"/bgpd.conf >"$dir/frr.conf"
	for f in zebra bgpd; do
		mv "$dir/$f.conf" "$dir/$f.saved"
		echo "hostname $1" >"$dir/$f.conf"
	done
	[ ! -x "$EVPN_FRR_ROOT$FRR_DAEMONS/mgmtd" ] || frr_daemon "$1" mgmtd
	frr_daemon "$1" zebra && frr_daemon "$1" bgpd
	"${@:2}"
	frr_vty "$1" -f "$(frr_sees "$1")/frr.conf" >>"$dir/out.log" 2>&1
	for f in zebra bgpd; do
		mv "$dir/$f.saved" "$dir/$f.conf"
	done
}

# --- evpnd beside it ---------------------------------------------------------------------------

# frr_evpnd_conf PE: the whole of what has to be said
frr_evpnd_conf() {
	cat >"$(frr_dir "$1")/evpnd.yaml" <<-END
		router-id: 127.0.0.2
		as: 65000
		port: 0
		frr: {vty: $(frr_dir "$1")/zebra.vty, hold: $FRR_HOLD}
		peers:
		  - {address: $(frr_address "$1"), source: 127.0.0.2, remote-as: 65000, connect-retry: 500ms}
		segments:
		  - {name: ce, interface: bond0, control: frr}
	END
}

frr_evpnd_start() {
	local dir
	dir=$(frr_dir "$1")
	[ -e "$dir/evpnd.yaml" ] || frr_evpnd_conf "$1"
	${NSEXEC:-ip netns exec} "$(fl "$1")" "$LAB_BUILD/evpnd" -f -n "$(fl "$1")" -c "$dir/evpnd.yaml" >>"$dir/evpnd.log" 2>&1 &
	echo $! >"$dir/evpnd.pid"
	disown
}

frr_evpnd_stop() {
	frr_stop "$1" evpnd "${2:-TERM}"
}

# --- what they say -----------------------------------------------------------------------------

# frr_says PE: df, non-df or nothing
frr_says() {
	frr_vty "$1" -c "show evpn es $FRR_ESI json" 2>/dev/null |
		jq -r 'if (.flags // []) | index("local") | not then "" elif .flags | index("nonDF") then "non-df" else "df" end' 2>/dev/null
}

frr_role() { frr_ctl "$1" -j es show 2>/dev/null | jq -r '.segments[0].role' 2>/dev/null; }
# frr_peers PE: that zebra knows, with an RT-4
frr_peers() {
	frr_vty "$1" -c "show evpn es $FRR_ESI json" 2>/dev/null |
		jq -r '[.vteps[]? | select(.dfAlgorithm) | .vtep] | sort | join(",")' 2>/dev/null
}

# --- the whole ---------------------------------------------------------------------------------

frr_up() {
	local i
	mkdir -p "$LAB_RUN"
	frr_devices && frr_root_up || return 1
	for i in 1 2 3; do
		frr_conf "$i" && frr_start "$i" || return 1
	done
}

# frr_floods PE: it has the other two in the flooding lists of both VNIs
frr_floods() { [ "$(bridge -n "$(fl "$1")" fdb show | grep -c '^00:00:00:00:00:00 .*dst')" = 4 ]; }

# FRR has settled: both PEs have each other's RT-4, and all flood to each other
frr_settled() {
	[ "$(frr_peers pe1)" = "$(frr_vtep pe2)" ] && [ "$(frr_peers pe2)" = "$(frr_vtep pe1)" ] &&
		frr_floods pe1 && frr_floods pe2 && frr_floods pe3
}

frr_down() {
	local n
	for n in 1 2 3; do
		frr_evpnd_stop "pe$n"
		frr_stop "pe$n" bgpd KILL
		frr_stop "pe$n" zebra KILL
		frr_stop "pe$n" mgmtd KILL
	done
	frr_root_down
	for n in core ce pe1 pe2 pe3 h1 h2 h3; do
		ip netns del "$(fl $n)"
	done
	rm -rf "$LAB_RUN/frr" /run/evpn/"$(fl pe)"[12]
} 2>/dev/null
