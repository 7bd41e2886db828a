#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Segments that are ports of bridges which look who wants which group: what one PE has heard is in the
# other one's multicast database, so that the DF sends the stream on whoever has heard the host. Datagrams
# are counted at the receiver.
#
#     src: br0 with VXLAN 100 ---- core ---- pe1, pe2: br0 with VXLAN 100 and the segment
#                                               pe1: bond0 -- m1 \
#                                               pe2: bond0 -- m2 / bond0 of ce, which sends by the one it is told
#
# VLAN 10 of a bridge that tells VLANs apart (aware): the example of the page, whose commands, configuration and output are read
# out of it, so that the two cannot part. Or the device itself (whole), or its sub-interface
# bond0.10 (port), in a bridge that does not.

NEEDS="system plain"
ALL_TESTS="
	the_bridge
	aware
	leave_ends_both
	local_stays
	restarted
	somebody_else
	snooping_off
	pe_dies
	whole
	port
	before_6_2
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# An older bridge takes no entry of ours, so one case is all that it can be asked.
if has_at_least "$(uname -r)" 6.2; then ALL_TESTS=${ALL_TESTS/before_6_2/}; else ALL_TESTS=before_6_2; fi

begin "memberships in the databases of bridges" C3 C16 C50 C51 C53 C54 C60 C61 C63
lab_defaults
need_module
need_evpnd
NSEXEC=$(lab_tool nsexec) && MCAST_SAY=$(lab_tool mcast_say) && EVPN_NL=$(lab_tool evpn_nl) || skip "a tool does not build"
modprobe -a bonding bridge vxlan 8021q 2>/dev/null
ESI=00:11:22:33:44:55:66:77:88:01
RUN=/run/member-bridge
mkdir -p $RUN
mb() { ns "mb-$1"; }
in_mb() { $NSEXEC "$(mb "$1")" "${@:2}"; }
mb_ip() { ip -n "$(mb "$1")" "${@:2}"; }
ctl() { "$LAB_BUILD/evpnctl" -n "$(mb "$1")" "${@:2}"; }
vtep() { case $1 in src) echo 100 ;; *) echo "${1#pe}" ;; esac; }

down() {
	local n
	for n in pe1 pe2; do evpnd_stop $n; done
	for n in src core pe1 pe2 ce; do ip netns del "$(mb $n)"; done
} 2>/dev/null
evpnd_start() {
	$NSEXEC "$(mb "$1")" "$LAB_BUILD/evpnd" -f -n "$(mb "$1")" -c $RUN/"$1".yaml --state $RUN/"$1".state >>$RUN/"$1".log 2>&1 &
	echo $! >$RUN/"$1".pid
	disown
}
evpnd_stop() { [ ! -e $RUN/"$1".pid ] || { kill_wait "$(cat $RUN/"$1".pid)" "${2:-TERM}"; rm -f $RUN/"$1".pid; }; }

# node NAME: a namespace with a way to the core
node() {
	local n=$1
	ip netns add "$(mb "$n")"
	mb_ip "$n" -batch - <<-END
		link set lo up
		link add core0 type veth peer name $n netns $(mb core)
		link set core0 up
		addr add 192.0.2.$(vtep "$n")/24 dev core0
	END
	mb_ip core link set "$n" master core up
}
# bridged NAME OPTIONS: a bridge and a VXLAN device in it
bridged() {
	local n=$1
	mb_ip "$n" -batch - <<-END
		link add br0 type bridge forward_delay 0 $2
		link add vx0 type vxlan id 100 local 192.0.2.$(vtep "$n") dstport 4789
		link set vx0 master br0
		link set vx0 up
		link set br0 up
	END
}

PAGE=$TESTS_DIR/../../../../Documentation/multicast.rst
[ -e "$PAGE" ] || PAGE=$TESTS_DIR/Documentation/multicast.rst
[ -e "$PAGE" ] || skip "the page is not there: $PAGE"
# said NAME PE: the literal block that the page marks so, as it is on that PE
said() {
	awk -v name="$1" '
		$1 == ".." && $2 == "member_bridge:" { at = $3 == name; next }
		at && /^  / { sub(/^  /, ""); print; seen = 1; next }
		at && seen && NF { exit }
	' "$PAGE" | if [ "$2" = pe1 ]; then cat; else sed 's/192\.0\.2\.1\b/192.0.2.x/g; s/192\.0\.2\.2\b/192.0.2.1/g; s/192\.0\.2\.x/192.0.2.2/g'; fi
}
# typed PE: the commands of the page
typed() {
	said commands "$1" | sed -n 's/^# //p' >$RUN/commands
	[ "$(wc -l <$RUN/commands)" -ge 8 ] && in_mb "$1" sh -e $RUN/commands
	check_err $? "what the page has to be typed on $1"
}
# of_page PE: the configuration of the page; what a test must not wait for is shorter
of_page() {
	said evpnd "$1" >$RUN/page.yaml
	"$LAB_BUILD/evpnctl" config check $RUN/page.yaml >$RUN/checked 2>&1
	check_err $? "the configuration of the page: $(cat $RUN/checked)"
	echo "core-isolation: keep"
	sed "s/send-multicast: yes/&, hold-time: 3, connect-retry: 1s/; s/vlans: \[10\]/&, standby: block, $BRIEF/" $RUN/page.yaml
}
BRIEF="retention: 8s, leave-time: 1s, df: {wait: 0s}"

# A bridge believes its own querier after the response interval (10 s), and asks when it begins after a quarter of the query interval.
SOON="mcast_query_response_interval 100 mcast_startup_query_interval 100"
# pe NAME FORM: what the form makes of it, and of $TAG
pe() {
	local n=$1
	node "$n"
	mb_ip "$n" link add bond0 type veth peer name "m${n#pe}" netns "$(mb ce)"
	mb_ip "$n" link set bond0 up
	TAG=10 PORT=bond0 VID=
	case $2 in
	aware)
		VID=" vid 10"
		typed "$n"
		# its querier's interval holds from when it begins
		bridge -n "$(mb "$n")" -batch - <<-END
			vlan global set vid 10 dev br0 mcast_querier 0 $SOON
			vlan global set vid 10 dev br0 mcast_querier 1
		END
		of_page "$n" >$RUN/"$n".yaml
		;;
	whole)
		TAG=0
		;;
	port)
		PORT=bond0.10
		mb_ip "$n" link add link bond0 name bond0.10 type vlan id 10
		mb_ip "$n" link set bond0.10 up
		;;
	esac
	[ "$2" = aware ] || plain "$n"
	evpnd_start "$n"
}
# plain PE: a bridge that does not tell VLANs apart
plain() {
	bridged "$1" "mcast_snooping 1 mcast_igmp_version 3 mcast_mld_version 2 $SOON"
	mb_ip "$1" link set br0 type bridge mcast_querier 1
	mb_ip "$1" link set $PORT master br0
	cat >$RUN/"$1".yaml <<-END
		router-id: 192.0.2.$(vtep "$1")
		as: 65000
		core-isolation: keep
		neighbors: [{address: 192.0.2.$((3 - ${1#pe})), remote-as: 65000, hold-time: 3, connect-retry: 1s, send-multicast: yes}]
		bridges: [{bridge: br0, vni: 100, vxlan: vx0}]
		segments: [{name: ce1, interface: bond0, esi: $ESI, mode: all-active, standby: block, $BRIEF, vlans: [untagged, 10]}]
	END
}

# raise FORM: everything, with both sessions up
raise() {
	local n
	FORM=$1
	down
	rm -f $RUN/*
	ip netns add "$(mb core)" || skip "no network namespaces"
	mb_ip core link add core type bridge forward_delay 0 mcast_snooping 0
	mb_ip core link set core up
	ip netns add "$(mb ce)"
	node src
	bridged src "mcast_snooping 0"
	for n in 1 2; do bridge -n "$(mb src)" fdb append 00:00:00:00:00:00 dev vx0 dst 192.0.2.$n; done
	mb_ip src addr add 10.10.0.100/24 dev br0
	mb_ip src addr add 2001:db8:10::100/64 dev br0 nodad
	pe pe1 "$FORM"
	pe pe2 "$FORM"
	mb_ip ce link add bond0 type bond mode active-backup miimon 10 all_slaves_active 1 || skip "no bonding"
	for n in 1 2; do mb_ip ce link set m$n master bond0; mb_ip ce link set m$n up; done
	mb_ip ce link set bond0 up
	HOST=bond0
	[ "$TAG" = 0 ] || { HOST=bond0.10; mb_ip ce link add link bond0 name bond0.10 type vlan id 10; mb_ip ce link set bond0.10 up; }
	mb_ip ce addr add 10.10.0.1/24 dev $HOST
	slowwait 20 up pe1 && slowwait 20 up pe2
	check_err $? "no session: $(ctl pe1 peer show)"
	# The bridges' querier has to be believed: else every group goes to every port.
	slowwait 20 quiet_is_quiet
	check_err $? "the bridge does not keep to itself what nobody wants"
}
up() { [ "$(ctl "$1" -j peer show 2>/dev/null | jq '[.peers[] | select(.["end-of-rib"])] | length')" = 1 ]; }

# both_there: each PE has the other one's routes of the segment
both_there() {
	local n
	for n in pe1 pe2; do
		[ "$(ctl $n -j df why ce1 $TAG | jq '[.candidates[] | select(.eligible)] | length')" = 2 ] || return 1
	done
}
# df: the PE that forwards to VLAN $TAG
df() { if in_mb pe1 "$EVPN_NL" es-get esi=$ESI | grep -q 'role=df'; then echo pe1; else echo pe2; fi; }
other() { [ "$1" = pe1 ] && echo pe2 || echo pe1; }
# by PE: what the CE sends goes there
by() { mb_ip ce link set bond0 type bond active_slave "m${1#pe}"; }
state() { ctl "$1" -j member show "$2" tag "$TAG" 2>/dev/null | jq -r '.memberships[0].state // empty'; }
is() { [ "$(state "$1" "$2")" = "$3" ]; }
# mdb PE GROUP: what its bridge has of it at the segment's port
mdb() { bridge -n "$(mb "$1")" -d mdb show dev br0 | grep "port $PORT grp $2 " | grep -v " src " | grep -o "temp\|permanent\|proto [a-z0-9]*" | tr '\n' ' '; }
ours() { [[ "$(mdb "$1" "$2")" == "permanent proto "@(77|evpn)" " ]]; }
not_there() { [ -z "$(mdb "$1" "$2")" ]; }
both() { echo "pe1: $(ctl pe1 member show; mdb pe1 "$1"), pe2: $(ctl pe2 member show; mdb pe2 "$1")"; }

# wants GROUP...: a host behind the CE, in the background; its number in $WANTS
wants() {
	local out=$RUN/wants
	$NSEXEC "$(mb ce)" "$MCAST_SAY" join $HOST "$@" >$out & # no shell between, that would be killed instead
	WANTS=$!
	slowwait 5 grep -qs joined $out
	check_err $? "the host has not joined"
	defer leaves $WANTS
}
leaves() { kill "$1" && wait "$1"; } 2>/dev/null
stream() { in_mb src "$MCAST_SAY" stream br0 "$@" >$RUN/sent; }
# hear GROUP SECONDS: counts in the background
hear() {
	$NSEXEC "$(mb ce)" "$MCAST_SAY" hear $HOST "$1" "$2" >$RUN/counted &
	HEAR=$!
	slowwait 5 grep -qs joined $RUN/counted
}
counted() { sed -n "s/.*$1=\([0-9]*\).*/\1/p" $RUN/counted; }
quiet_is_quiet() {
	local before now n
	for n in pe1 pe2; do
		before=$(mb_ip $n -s -j link show bond0 | jq '.[].stats64.tx.packets')
		in_mb src "$MCAST_SAY" stream br0 239.254.0.1 0.3 150 >/dev/null
		now=$(mb_ip $n -s -j link show bond0 | jq '.[].stats64.tx.packets')
		[ $((now - before)) -lt 20 ] || return 1
	done
}

# once GROUP: of a stream of 200 each arrives, and once
once() {
	hear "$1" 60
	stream "${1%%,*}" 1 200
	leaves $HEAR
	[ "$(counted received)" -ge 190 ]
	check_err $? "$FORM, $1: $(tail -n 1 $RUN/counted); $(both "$1")"
	check_eq "$(counted doubled)" 0 "$FORM, $1: datagrams that arrived twice"
}

# raised: a case that is run alone has the form of the page
raised() { [ -n "${FORM:-}" ] || raise aware; }
# joined GROUP: heard by the PE that is not the DF, and put into the DF's bridge
joined() {
	raised
	DF=$(df) OTHER=$(other "$(df)")
	by "$OTHER"
	wants "$1"
	slowwait 5 is "$OTHER" "${1%%,*}" local
	check_err $? "not heard at $OTHER: $(both "${1%%,*}")"
	slowwait 5 is "$DF" "${1%%,*}" synced
	check_err $? "not put into the bridge of $DF: $(both "${1%%,*}")"
	ours "$DF" "${1%%,*}"
	check_err $? "the bridge of $DF has: $(mdb "$DF" "${1%%,*}")"
}

the_bridge() {
	local unit=$LAB_BUILD/san/unit/test_evpnd_mdb
	raise aware
	log_test "bridges that look who wants what, and both sessions"
	# Unit programs run on whatever machine there is; this kernel has what this one needs.
	[ -x "$unit" ] || return 0
	"$unit" >$RUN/unit 2>&1 && ! grep -q SKIPPED $RUN/unit
	check_err $? "$(tail -n 30 $RUN/unit)"
	log_test "test_evpnd_mdb"
}

# in_words: the lines of a group, blanks and the name of a protocol apart
in_words() { grep -F "239.1.1.1" | tr -s ' ' | sed 's/ $//; s/proto 77/proto evpn/'; }
aware() {
	joined 239.1.1.1
	check_eq "$DF" pe1 "the DF, which the page takes for granted"
	check_eq "$({ ctl pe1 member show; bridge -n "$(mb pe1)" -d mdb show dev br0 | grep bond0; } | in_words)" "$(said seen pe1 | in_words)" "what is seen on PE1"
	once 239.1.1.1
	leaves $WANTS
	joined 232.1.1.1,10.10.0.100
	once 232.1.1.1,10.10.0.100
	bridge -n "$(mb "$DF")" -d mdb show dev br0 | grep -q "grp 232.1.1.1 .*include source_list 10.10.0.100"
	check_err $? "the source: $(bridge -n "$(mb "$DF")" -d mdb show dev br0 | grep 232.1.1.1)"
	leaves $WANTS
	mb_ip ce addr add 2001:db8:10::1/64 dev $HOST nodad 2>/dev/null
	joined ff3e::8000:1
	leaves $WANTS
	log_test "VLAN of a bridge: heard at $OTHER, sent on by $DF, one copy; source-specific and MLD too"
}

# A leave at one ends it on both, and in both bridges.
leave_ends_both() {
	local start
	joined 239.1.2.1
	start=$(mono_ms)
	leaves $WANTS
	slowwait 10 not_there "$DF" 239.1.2.1
	check_err $? "still in the bridge of $DF: $(both 239.1.2.1)"
	slowwait 10 not_there "$OTHER" 239.1.2.1
	check_err $? "still in the bridge of $OTHER: $(both 239.1.2.1)"
	log_info "gone from both after $(($(mono_ms) - start)) ms"
	log_test "a leave ends it in both bridges"
}

# A host here and one there: what the bridge has heard is not taken away with what the other PE has.
local_stays() {
	local there
	joined 239.1.3.1
	there=$WANTS
	by "$DF"
	in_mb ce "$MCAST_SAY" report $HOST 239.1.3.1
	slowwait 5 is "$DF" 239.1.3.1 local
	check_err $? "not heard at $DF: $(both 239.1.3.1)"
	ours "$DF" 239.1.3.1
	check_err $? "while both want it: $(mdb "$DF" 239.1.3.1)"
	# the other PE's goes without a leave
	mb_ip "$OTHER" link set bond0 down
	slowwait 10 eval '[[ "$(mdb $DF 239.1.3.1)" == temp* ]]'
	check_err $? "left to the bridge: $(mdb "$DF" 239.1.3.1)"
	once 239.1.3.1
	mb_ip "$OTHER" link set bond0 up
	leaves $there
	slowwait 20 both_there
	check_err $? "the PEs do not see each other again: $(ctl pe1 es show ce1)"
	log_test "a host that the bridge has heard itself stays when the other PE's goes"
}

# evpnd is restarted, and killed: the bridge goes on, and nothing flaps
restarted() {
	local signal mon=$RUN/monitor
	joined 239.1.4.1
	for signal in TERM KILL; do
		$NSEXEC "$(mb "$DF")" bridge monitor mdb >$mon &
		MON=$!
		sleep 0.3
		evpnd_stop "$DF" $signal
		ours "$DF" 239.1.4.1
		check_err $? "$signal: without evpnd: $(mdb "$DF" 239.1.4.1)"
		evpnd_start "$DF"
		slowwait 20 is "$DF" 239.1.4.1 synced
		check_err $? "$signal: $(both 239.1.4.1)"
		sleep 1 # swept by then
		ours "$DF" 239.1.4.1
		check_err $? "$signal: afterwards: $(mdb "$DF" 239.1.4.1)"
		leaves $MON
		grep -q "Deleted.*239.1.4.1" $mon && check_err 1 "$signal: it was gone for a moment: $(cat $mon)"
	done
	# what nobody wants when it is back does not stay for ever
	evpnd_stop "$DF" KILL
	leaves $WANTS
	slowwait 10 eval '[ -z "$(state $OTHER 239.1.4.1)" ]'
	evpnd_start "$DF"
	slowwait 20 eval '! ours $DF 239.1.4.1'
	check_err $? "nobody wants it, and it is still ours: $(both 239.1.4.1)"
	log_test "evpnd is restarted, and killed: the bridge keeps the groups, and nothing flaps"
}

somebody_else() {
	joined 239.1.5.1
	bridge -n "$(mb "$DF")" mdb del dev br0 port $PORT grp 239.1.5.1$VID
	slowwait 5 ours "$DF" 239.1.5.1
	check_err $? "not put in again: $(both 239.1.5.1)"
	leaves $WANTS
	log_test "what somebody else takes out of the bridge is put in again"
}

snooping_off() {
	joined 239.1.6.1
	mb_ip "$DF" link set br0 type bridge mcast_snooping 0
	slowwait 5 eval 'ctl $DF member show 239.1.6.1 | grep -q "br0 does not look at groups (mcast_snooping 0)"'
	check_err $? "it does not say so: $(ctl "$DF" member show)"
	once 239.1.6.1
	mb_ip "$DF" link set br0 type bridge mcast_snooping 1
	slowwait 5 ours "$DF" 239.1.6.1
	check_err $? "snooping again: $(both 239.1.6.1)"
	leaves $WANTS
	log_test "a bridge that looks at no groups is named in a sentence"
}

# The DF dies: the other one has the group, or hears it as it asks at once.
pe_dies() {
	raised
	DF=$(df) OTHER=$(other "$(df)")
	by "$DF"
	wants 239.1.7.1
	slowwait 5 is "$OTHER" 239.1.7.1 synced
	check_err $? "not put into the bridge of $OTHER: $(both 239.1.7.1)"
	hear 239.1.7.1 60
	stream 239.1.7.1 6 100 &
	STREAM=$!
	sleep 1
	mb_ip "$DF" link set bond0 down
	mb_ip "$DF" link set core0 down
	evpnd_stop "$DF" KILL
	wait $STREAM
	leaves $HEAR
	log_info "$DF died: $(tail -n 1 $RUN/counted)"
	# the hold time of three seconds at worst
	check_le "$(counted gap)" 6000 "milliseconds without a datagram"
	[ "$(counted received)" -ge 200 ]
	check_err $? "the stream has stopped: $(tail -n 1 $RUN/counted); $(both 239.1.7.1)"
	check_eq "$(counted doubled)" 0 "datagrams that arrived twice"
	# nobody is retained for ever, and the host was asked
	slowwait 20 is "$OTHER" 239.1.7.1 local
	check_err $? "the host was not asked, or has not answered: $(both 239.1.7.1)"
	leaves $WANTS
	FORM=
	log_test "the DF dies, and the stream comes by the other bridge; hosts are asked at once"
}

form() {
	raise "$1"
	joined 239.1.8.1
	once 239.1.8.1
	leaves $WANTS
	slowwait 10 not_there "$DF" 239.1.8.1
	check_err $? "still in the bridge of $DF: $(both 239.1.8.1)"
}
whole() { form whole; log_test "the device itself in a bridge without VLANs"; }
port() { form port; log_test "a sub-interface in a bridge without VLANs"; }

# A bridge that cannot mark an entry refuses it, with a sentence; what the page says to do then brings the stream.
before_6_2() {
	local n
	has_at_least "$(uname -r)" 6.2 && { log_skip "before_6_2" "this is Linux $(uname -r)"; return; }
	raised
	DF=$(df) OTHER=$(other "$(df)")
	by "$OTHER"
	wants 239.1.9.1
	slowwait 10 is "$DF" 239.1.9.1 refused
	check_err $? "not refused: $(both 239.1.9.1)"
	ctl "$DF" member show 239.1.9.1 | grep -q "cannot mark entries (Linux 6.2 can): nothing is put into them"
	check_err $? "it does not say so: $(ctl "$DF" member show 239.1.9.1)"
	not_there "$DF" 239.1.9.1
	check_err $? "the bridge has: $(mdb "$DF" 239.1.9.1)"
	for n in pe1 pe2; do
		bridge -n "$(mb "$n")" vlan set dev bond0 vid 10 mcast_router 2
		check_err $? "the page: mcast_router 2"
	done
	once 239.1.9.1
	leaves $WANTS
	log_test "Linux $(uname -r): nothing is put into the bridge, which is said; mcast_router 2 at the port has the stream sent"
}

defer down
tests_run
finish
