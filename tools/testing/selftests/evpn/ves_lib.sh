# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# The lab of segments on VLANs of a shared port.
#
#      h1: v10 v20 v30          ce            h2: v10 v20 v30
#      |                      p1  p2          |
#      pe1: br10 br20 br30 ---+    +--- pe2: br10 br20 br30, ports bond0.10, .20, .30
#       |                               |
#       +------------- core ------------+     192.0.2.1 and .2
# shellcheck source=flood_lib.sh
. "$(dirname "$0")/flood_lib.sh"

FL_NODES="pe1 pe2 h1 h2 ce"
PLACES="ce,p1 ce,p2 h1,v10 h1,v20 h1,v30 h2,v10 h2,v20 h2,v30"

ves_pe() {
	local i=$1 v
	fl_ip "pe$i" -batch - <<-END || return 1
		link add bond0 type bond mode active-backup miimon 10
		link add m0 type veth peer name p$i netns ${FL}ce
		link set m0 master bond0
		link set m0 up
		link set bond0 addrgenmode none
		link set bond0 up
		$(for v in 10 20 30; do
			echo "link add br$v type bridge mcast_snooping 0"
			echo "link set br$v addrgenmode none up"
			echo "link add h$v type veth peer name v$v netns ${FL}h$i"
			echo "link set h$v addrgenmode none master br$v up"
			echo "link add link bond0 name bond0.$v type vlan id $v"
			echo "link set bond0.$v addrgenmode none master br$v up"
		done)
	END
	for v in 10 20 30; do fl_ip "h$i" link set "v$v" addrgenmode none up; done
	fl_ip ce link set "p$i" addrgenmode none up
}

ves_lab() {
	local n
	nodes_up_quiet || return 1
	ves_pe 1 && ves_pe 2 || return 1
	fl_ip pe1 link add core type veth peer name core netns "${FL}pe2"
	for n in 1 2; do
		fl_ip pe$n link set lo up
		fl_ip pe$n addr add 192.0.2.$n/24 dev core
		fl_ip pe$n link set core up
	done
	slowwait 5 ves_carrier
}
ves_carrier() { [ "$(fl_ip pe2 -br link show dev bond0.20 | awk '{ print $2 }')" = UP ]; }

# passes PE VLAN NUMBER: so many of 100 frames of that VLAN pass that PE, from the CE and to it
passes() {
	inject "h$1,v$2" b
	expect "VLAN $2 to the customer by PE$1" "ce,p$1" b "$3"
	inject "ce,p$1" b -t "$2"
	expect "VLAN $2 from the customer by PE$1" "h$1,v$2" b "$3"
}

# ves_gre PE: pseudowires to the customer, gre in a bridge with a host, and greb in none
ves_gre() {
	local i=$1
	modprobe -a ip_gre 2>/dev/null
	[[ $PLACES == *gre* ]] || PLACES="$PLACES ce,gre1 ce,gre2 ce,greb1 ce,greb2 h1,gre h2,gre"
	fl_ip "pe$i" -batch - <<-END || return 1
		link add acc type veth peer name acc$i netns ${FL}ce
		addr add 10.9.$i.1/24 dev acc
		link set acc up
		link add brgre type bridge mcast_snooping 0
		link set brgre addrgenmode none up
		link add hgre type veth peer name gre netns ${FL}h$i
		link set hgre addrgenmode none master brgre up
		link add gre type gretap local 10.9.$i.1 remote 10.9.$i.2
		link add greb type gretap local 10.9.$i.1 remote 10.9.$i.2 key 2
		link set gre addrgenmode none master brgre up
		link set greb addrgenmode none up
	END
	fl_ip ce -batch - <<-END || return 1
		addr add 10.9.$i.2/24 dev acc$i
		link set acc$i up
		link add gre$i type gretap local 10.9.$i.2 remote 10.9.$i.1
		link add greb$i type gretap local 10.9.$i.2 remote 10.9.$i.1 key 2
		link set gre$i addrgenmode none up
		link set greb$i addrgenmode none up
	END
	fl_ip "h$i" link set gre addrgenmode none up
}

# wire PE NUMBER: so many of 100 frames pass by the pseudowire of that PE, both ways
wire() {
	inject "h$1,gre" b
	expect "pseudowire to the customer by PE$1" "ce,gre$1" b "$2"
	inject "ce,gre$1" b
	expect "pseudowire from the customer by PE$1" "h$1,gre" b "$2"
}

# down: evpnd of both PEs, and what they have left
down() {
	local f
	for f in "$LAB_RUN"/*/pid; do
		[ -e "$f" ] && kill_wait "$(cat "$f")"
	done
	rm -rf "$LAB_RUN" /run/evpn/"$LAB_PREFIX"fpe[12]
} 2>/dev/null

# reload ARGUMENT...: both PEs with the configuration that the scenario's config() writes: config PE ARGUMENT...
reload() {
	local i
	for i in 1 2; do
		config $i "$@"
		pe_ctl fpe$i config reload >"$LAB_RUN/reload" 2>&1
		check_err $? "configuration of PE$i: $(cat "$LAB_RUN/reload")"
	done
}
