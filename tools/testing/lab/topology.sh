# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The lab's namespaces, links, bonds and bridges; see the picture in lab.sh. Sourced.
#
# Everything is first written down as batches for ip, bridge and tc and then run, one process for
# each batch: a process costs some 50 ms in a User-mode Linux guest.

CE=("" ce ce2) # the CE of each segment

ns() { echo "$LAB_PREFIX$1"; }
underlay() {
	case $1 in
	pe*) echo "192.0.2.${1#pe}" ;;
	rr) echo 192.0.2.9 ;;
	rr2) echo 192.0.2.8 ;;
	host) echo 192.0.2.100 ;;
	esac
}

# address WHO SEGMENT VLAN (0: untagged) FAMILY: the CE is .1, the remote host .100
address() {
	local host=100
	[ "$1" = ce ] && host=1
	[ "$4" = 6 ] && echo "fd00:$2:$3::$host" || echo "10.$2.$3.$host"
}

in_ns() {
	local node=$1
	shift
	${NSEXEC:-ip netns exec} "$LAB_PREFIX$node" "$@"
}

# bg NODE COMMAND...: in the background; $! is the command itself, not a shell around it
bg() {
	local node=$1
	shift
	${NSEXEC:-ip netns exec} "$LAB_PREFIX$node" "$@" &
}

# --- writing down ------------------------------------------------------------------------------

# all LINE: for ip outside of any namespace; node NODE LINE: inside one; sys NODE PATH VALUE
all() { BATCH_ALL+="$*"$'\n'; }
node() {
	local n=$1
	shift
	BATCH[$n]+="$*"$'\n'
}
fdb() {
	local n=$1
	shift
	BATCH_FDB[$n]+="fdb $*"$'\n'
}
tcb() {
	local n=$1
	shift
	BATCH_TC[$n]+="$*"$'\n'
}
sys() { BATCH_SYS[$1]+="echo $3 >/proc/sys/net/$2"$'\n'; }

# A namespace in which nothing speaks unless it is told to.
quiet_ns() {
	NODES+=("$1")
	all netns add "$LAB_PREFIX$1"
	BATCH_FIRST[$1]="echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6"
	node "$1" link set lo up
}

speak_ipv6() {
	sys "$1" "ipv6/conf/$2/accept_dad" 0
	sys "$1" "ipv6/conf/$2/accept_ra" 0
	sys "$1" "ipv6/conf/$2/disable_ipv6" 0
}

veth() {
	all link add name "$2" netns "$LAB_PREFIX$1" mtu "$5" type veth peer name "$4" mtu "$5" netns "$LAB_PREFIX$3"
}

# cable CE PE MEMBER: two veths, joined in the namespace "wire" frame by frame, so that both ends
# lose carrier when it is cut, and so that what crossed the cable can be counted beside it. Not a
# bridge: a bridge eats LACP.
cable() {
	local a="$1.$2$3" b="$2.$1$3" from to
	veth "$1" "$2$3" wire "$a" 9000
	veth "$2" "$1$3" wire "$b" 9000
	for from in "$a" "$b"; do
		[ "$from" = "$a" ] && to=$b || to=$a
		node wire link set "$from" up
		tcb wire qdisc add dev "$from" clsact
		# slow protocols apart, so that each is counted on its own
		tcb wire filter add dev "$from" ingress pref 10 protocol 0x8809 matchall \
			action mirred egress redirect dev "$to"
		tcb wire filter add dev "$from" ingress pref 1000 protocol all matchall \
			action mirred egress redirect dev "$to"
	done
}

# uplink NODE N: "core0" of a node on the core's bridge, with its underlay addresses
uplink() {
	veth "$1" core0 core "$1" 9200
	node core link set "$1" master core up
	node "$1" link set core0 up
	speak_ipv6 "$1" core0
	node "$1" addr add "192.0.2.$2/24" dev core0
	BATCH_LATE[$1]+="addr add 2001:db8:2::$2/64 dev core0 nodad"$'\n'
}

# vxlan NODE SEGMENT LOCAL PEER...: floods to the peers, learns from what arrives; addresses by
# their last octet
vxlan() {
	local n=$1 s=$2 local=$3 peer
	shift 3
	node "$n" link add name "vx$s" mtu 9000 type vxlan id $((s * 100)) local "192.0.2.$local" \
		dev core0 dstport 4789 ttl 64
	for peer in "$@"; do
		fdb "$n" append 00:00:00:00:00:00 dev "vx$s" dst "192.0.2.$peer"
	done
}

# pe_segment PE-NUMBER SEGMENT: the PE's half of the LAG, and the bridge that ties it to the core.
# All PEs show the CE one LACP system with one key.
pe_segment() {
	local p=$1 s=$2 n=pe$1 m b=bond$(($2 - 1)) br=br$(($2 - 1))
	if is_lacp_ce; then
		node "$n" link add name "$b" address "44:38:39:00:0$s:01" mtu 9000 type bond mode 802.3ad \
			miimon 10 lacp_rate "$LAB_LACP_RATE" ad_actor_sys_prio 100 \
			ad_actor_system "44:38:39:00:00:0$s" ad_user_port_key "$s"
	else
		node "$n" link add name "$b" address "44:38:39:00:0$s:01" mtu 9000 type bond \
			mode balance-xor miimon 10
	fi
	for m in $MEMBERS; do
		node "$n" link set "${CE[s]}${m#a}" master "$b"
		node "$n" link set "${CE[s]}${m#a}" up
	done
	node "$n" link add name "$br" address "02:00:00:0$s:00:${p}0" mtu 9000 \
		type bridge forward_delay 0 mcast_snooping 0
	vxlan "$n" "$s" "$p" 100
	node "$n" link set "$b" master "$br" up
	node "$n" link set "vx$s" master "$br" up
	node "$n" link set "$br" up
}

# ce_bond SEGMENT: the customer's LAG
ce_bond() {
	local s=$1 n=${CE[$1]} p m
	case $LAB_CE in
	lacp)
		node "$n" link add name bond0 address "02:00:00:00:0$s:ce" mtu 9000 type bond mode 802.3ad \
			miimon 10 lacp_rate "$LAB_LACP_RATE" xmit_hash_policy layer3+4
		;;
	broadcast | active-backup)
		node "$n" link add name bond0 address "02:00:00:00:0$s:ce" mtu 9000 type bond \
			mode "$LAB_CE" miimon 10
		;;
	team | ovs)
		other_ce_write "$s"
		return
		;;
	*) lab_fail "no such kind of CE: $LAB_CE" ;;
	esac
	for ((p = 1; p <= LAB_PES; p++)); do
		for m in $MEMBERS; do
			node "$n" link set "pe$p${m#a}" master bond0
			node "$n" link set "pe$p${m#a}" up
		done
	done
	if [ "$LAB_CE" = active-backup ]; then
		node "$n" link set bond0 type bond primary "pe$(first_choice "$s")" primary_reselect failure
	fi
}

# first_choice SEGMENT: the PE that wins while all are up, by preference
first_choice() {
	local prefs best=1 p
	read -ra prefs <<<"$LAB_PREFERENCE"
	[ "$1" = 2 ] && read -ra prefs <<<"$LAB_PREFERENCE2"
	for ((p = 2; p <= LAB_PES; p++)); do
		[ "${prefs[p - 1]}" -gt "${prefs[best - 1]}" ] && best=$p
	done
	echo "$best"
}

# service NODE HOST-OCTET DEVICE SEGMENT: addresses, untagged and on every VLAN
service() {
	local n=$1 host=$2 dev=$3 s=$4 v d
	for v in 0 $LAB_VLANS; do
		d=$dev
		if [ "$v" != 0 ]; then
			d=$dev.$v
			node "$n" link add link "$dev" name "$d" type vlan id "$v"
		fi
		node "$n" addr add "10.$s.$v.$host/24" dev "$d"
		node "$n" link set "$d" up
		speak_ipv6 "$n" "$d"
		BATCH_LATE[$n]+="addr add fd00:$s:$v::$host/64 dev $d nodad"$'\n'
	done
}

# --- the whole ---------------------------------------------------------------------------------

topology_write() {
	local p s m
	declare -gA BATCH=() BATCH_FDB=() BATCH_TC=() BATCH_SYS=() BATCH_LATE=() BATCH_FIRST=()
	declare -ga NODES=()
	BATCH_ALL=
	MEMBERS=a
	[ "$LAB_MEMBERS" = 2 ] && MEMBERS="a b"
	quiet_ns core
	node core link add name core type bridge forward_delay 0 mcast_snooping 0
	node core link set core mtu 9200 up
	quiet_ns wire
	for m in $(rr_names); do
		quiet_ns "$m"
		p=$(underlay "$m")
		uplink "$m" "${p##*.}"
	done
	quiet_ns host
	uplink host 100
	for ((p = 1; p <= LAB_PES; p++)); do
		quiet_ns "pe$p"
		uplink "pe$p" "$p"
	done
	if [ "$LAB_FORM" = routed ]; then
		topology_l3_write
		return
	fi
	for ((s = 1; s <= LAB_SEGMENTS; s++)); do
		quiet_ns "${CE[s]}"
		for ((p = 1; p <= LAB_PES; p++)); do
			for m in $MEMBERS; do cable "${CE[s]}" "pe$p" "${m#a}"; done
			pe_segment "$p" "$s"
		done
		ce_bond "$s"
		service "${CE[s]}" 1 bond0 "$s"
		# shellcheck disable=SC2046
		vxlan host "$s" 100 $(seq 1 "$LAB_PES")
		node host link set "vx$s" address "02:00:00:00:0$s:64"
		service host 100 "vx$s" "$s"
	done
}

# First the namespaces and what crosses them, then each namespace from the inside.
topology_up() {
	local n
	topology_write
	printf %s "$BATCH_ALL" | grep '^netns' | ip -batch - || lab_fail "namespaces"
	for n in "${NODES[@]}"; do
		in_ns "$n" sh -c "${BATCH_FIRST[$n]}"
	done
	printf %s "$BATCH_ALL" | grep -v '^netns' | ip -batch - || lab_fail "links"
	for n in "${NODES[@]}"; do
		printf %s "${BATCH[$n]:-}" | ip -n "$LAB_PREFIX$n" -batch - || lab_fail "$n: links"
		[ -z "${BATCH_FDB[$n]:-}" ] ||
			printf %s "${BATCH_FDB[$n]}" | bridge -n "$LAB_PREFIX$n" -batch - || lab_fail "$n: fdb"
		[ -z "${BATCH_TC[$n]:-}" ] ||
			printf %s "${BATCH_TC[$n]}" | tc -n "$LAB_PREFIX$n" -batch - || lab_fail "$n: tc"
		[ -z "${BATCH_SYS[$n]:-}" ] || in_ns "$n" sh -c "${BATCH_SYS[$n]}"
		[ -z "${BATCH_LATE[$n]:-}" ] ||
			printf %s "${BATCH_LATE[$n]}" | ip -n "$LAB_PREFIX$n" -batch - || lab_fail "$n: addresses"
	done
	[ "$LAB_FORM" != routed ] || topology_l3_late
	case $LAB_CE in
	team | ovs) for ((n = 1; n <= LAB_SEGMENTS; n++)); do other_ce_start "$n"; done ;;
	esac
}

topology_down() {
	local n
	for n in h1 h2 hq hg ce ce2 pe1 pe2 pe3 host rr rr2 wire core try; do
		[ -e "/run/netns/$LAB_PREFIX$n" ] && ip netns del "$LAB_PREFIX$n"
	done
	return 0
}

# --- cutting and mending -----------------------------------------------------------------------

# cable_set CE PE up|down [MEMBER]: both ends in the wire; MEMBER "b" is the second link only
cable_set() {
	local m batch=
	for m in ${4:-$([ "$LAB_MEMBERS" = 2 ] && echo a b || echo a)}; do
		batch+="link set $1.$2${m#a} $3"$'\n'"link set $2.$1${m#a} $3"$'\n'
	done
	printf %s "$batch" | ip -n "${LAB_PREFIX}wire" -batch -
}
cut_cable() { cable_set "$1" "$2" down "${3:-}"; }
mend_cable() { cable_set "$1" "$2" up "${3:-}"; }

# A PE that is cut off from the core, or not any more.
cut_core() { ip -n "${LAB_PREFIX}core" link set "$1" down; }
mend_core() { ip -n "${LAB_PREFIX}core" link set "$1" up; }

# The same with all links up: a core in two parts.
split_core() { ip -n "${LAB_PREFIX}core" link set "$1" nomaster; }
join_core() { ip -n "${LAB_PREFIX}core" link set "$1" master core; }
