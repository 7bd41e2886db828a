#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module's generic-netlink family, read and written by a program of its own over libnl: what it
# takes, what it refuses and in which words, what it reports, and to whom.
#
#     pe1: segments, spoken to over libnl        pe2: the other namespace that must not notice

NEEDS="module"
ALL_TESTS="
	defaults
	change
	vlan_map
	refusals
	malformed
	batch
	dump
	notifications
	permissions
	user_namespace
	owner
	owner_pid
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "the family: operations, refusals, dumps, notifications, permissions" A1 A2 A6 A12
lab --evpnd no --ce lacp --standby lacp-oos

e() { printf '00:11:22:33:44:55:66:77:%02x:%02x\n' $(($1 / 256)) $(($1 % 256)); }
# says VERB ARGS...: the kernel's answer is the last argument
says() {
	local want=${*: -1}
	check_eq "$(nl pe1 "${@:1:$#-1}")" "$want" "answer to ${*:1:$#-1}"
}

# segment: the one most cases are about, until the case is over
segment() {
	says es-new esi=$ESI1 ifname=bond0 ok
	defer nl pe1 es-del esi=$ESI1
}

refused() {
	local got
	got=$(nl pe1 "$@")
	[[ $got == error=E* ]]
	check_err $? "$*: $got"
	[[ $got == *message=* ]]
	check_err $? "$*: without a sentence: $got"
}

# Create, read, change, delete; attributes left out have their defaults, then keep their values.
defaults() {
	local got want
	segment
	got=$(nl pe1 es-get esi=$ESI1 | head -1)
	for want in "esi=$ESI1" ifname=bond0 device=bond0 mode=port-active standby=block role=non-df \
		hold=10000 loss=hold allow=lldp generation=0 state=bound oper=blocked transitions=0 member=ce; do
		[[ " $got " == *" $want "* ]] || check_err 1 "$want is not in: $got"
	done
	log_test "a new segment has the defaults, and is blocked until it is told otherwise"
}

change() {
	local got want
	segment
	says es-set esi=$ESI1 role=df standby=lacp-oos hold=2500 loss=block allow=lldp,cfm generation=7 ok
	got=$(nl pe1 es-get esi=$ESI1 | head -1)
	for want in mode=port-active standby=lacp-oos role=df hold=2500 loss=block allow=lldp,cfm \
		generation=7 oper= transitions=1; do
		[[ " $got " == *" $want "* ]] || check_err 1 "$want is not in: $got"
	done
	says es-set esi=$ESI1 generation=8 ok
	check_eq "$(nl_field pe1 standby $ESI1)" lacp-oos "a value that was not named"
	log_test "a change keeps what it does not name"
}

vlan_map() {
	segment
	says es-set esi=$ESI1 mode=single-active vlan-df=0,10-19,4094 ok
	check_eq "$(nl_field pe1 vlan-df $ESI1)" "0,10-19,4094" "the VLAN map"
	says es-set esi=$ESI1 vlan-df=1-4095 ok
	check_eq "$(nl_field pe1 vlan-df $ESI1)" "1-4095" "the VLAN map that replaced it"
	log_test "a VLAN map is stored and replaced"
}

# Refusals: errno, a sentence with the values, the attribute.
refusals() {
	segment
	says es-new esi=$ESI1 exclusive \
		"error=EEXIST message=\"segment $ESI1 is there already\" attribute=esi"
	says es-set esi=$ESI2 role=df "error=ENOENT message=\"there is no segment $ESI2\" attribute=esi"
	says es-del esi=$ESI2 "error=ENOENT message=\"there is no segment $ESI2\" attribute=esi"
	says es-get esi=$ESI2 "error=ENOENT message=\"there is no segment $ESI2\" attribute=esi"
	says stats-get esi=$ESI2 "error=ENOENT message=\"there is no segment $ESI2\" attribute=esi"
	says es-new esi=00:00:00:00:00:00:00:00:00:00 \
		'error=EINVAL message="00:00:00:00:00:00:00:00:00:00 is a reserved ESI" attribute=esi'
	says es-new esi=ff:ff:ff:ff:ff:ff:ff:ff:ff:ff \
		'error=EINVAL message="ff:ff:ff:ff:ff:ff:ff:ff:ff:ff is a reserved ESI" attribute=esi'
	says es-new ifname=bond0 'error=EINVAL message="the ESI of the segment is missing"'
	says es-new esi=$ESI2 ifname=bond0 \
		"error=EBUSY message=\"bond0 already belongs to segment $ESI1\" attribute=ifname"
	says es-new esi=$ESI2 ifname=lo 'error=EOPNOTSUPP message="lo is not an Ethernet device" attribute=ifname'
	log_test "what cannot be is refused with a sentence that names the values"
}

# Attributes nobody should send: wrong length, out of range, unknown, too long.
malformed() {
	segment
	says es-set esi=$ESI1 mode=single-active ok
	refused es-new raw=2:0011223344
	refused es-new raw=2:00112233445566778899aa
	refused es-set esi=$ESI1 mode=3
	refused es-set esi=$ESI1 role=9
	refused es-set esi=$ESI1 standby=3
	refused es-set esi=$ESI1 loss=2
	refused es-set esi=$ESI1 allow=64
	refused es-set esi=$ESI1 hold=86400001
	refused es-set esi=$ESI1 raw=3:616263
	refused es-set esi=$ESI1 raw=200:00000000
	refused es-set esi=$ESI1 ifname=abcdefghijklmnopq
	refused es-set esi=$ESI1 ifname=a/b
	refused es-set esi=$ESI1 raw=9:ff
	refused es-sweep
	check_eq "$(nl_field pe1 mode $ESI1) $(nl_field pe1 ifname $ESI1)" "single-active bond0" \
		"the segment after all that"
	log_test "malformed and foreign attributes are refused and change nothing"
}

# Several requests in one sendmsg(): each has its own answer.
batch() {
	local got
	segment
	defer nl pe1 es-sweep generation=4294967295
	got=$(printf '%s\n' "es-new esi=$(e 1001) generation=5" "es-set esi=$(e 999) role=df" \
		"es-new esi=$(e 1002) generation=6" | nl pe1 -b | cut -d' ' -f1 | tr '\n' ' ')
	check_eq "$got" "ok error=ENOENT ok " "answers to a batch"
	# Sweep: what the present generation does not know goes.
	says es-sweep generation=5 ok
	check_eq "$(nl pe1 es-get | grep -c 'generation=')" 1 "segments left by the sweep"
	check_eq "$(nl_field pe1 generation "$(e 1001)")" 5 "the one that stayed"
	log_test "a batch is acknowledged request by request; a sweep removes other generations"
}

# A dump of many, in order, each once; and one that something happens to says so.
dump() {
	local i
	defer nl pe1 es-sweep generation=4294967295
	says es-new esi="$(e 1001)" ok
	for ((i = 1; i <= 600; i++)); do
		printf 'es-new generation=1 ifname=none%d esi=' "$i"
		e "$i"
	done >"$LAB_RUN/many"
	check_eq "$(nl pe1 -b <"$LAB_RUN/many" | sort | uniq -c | tr -s ' ')" " 600 ok" "600 segments in one batch"
	nl pe1 es-get | tr ' ' '\n' | sed -n 's/^esi=//p' >"$LAB_RUN/dump"
	check_eq "$(wc -l <"$LAB_RUN/dump")" 601 "segments in the dump"
	sort -c "$LAB_RUN/dump"
	check_err $? "the dump is not in the order of the ESI"
	check_eq "$(sort -u "$LAB_RUN/dump" | wc -l)" 601 "different segments in the dump"
	[[ $(nl pe1 es-get) != *interrupted* ]]
	check_err $? "an undisturbed dump says it was interrupted"
	check_eq "$(nl pe1 dump-race "$(e 700)" | grep -c interrupted)" 1 "a dump with a creation in its middle"
	check_eq "$(nl pe1 stats-get | grep -c ^stats-get)" 602 "segments in the dump of statistics"
	says es-sweep generation=4294967295 ok
	check_eq "$(nl pe1 es-get)" "" "segments after the sweep"
	log_test "a dump is complete and ordered, and says when it was disturbed"
}

# Notifications are GET replies, and come to listeners in this namespace only.
notifications() {
	local got listeners
	# not the bond, which has news of its own when the customer's LACP is heard
	ip -n "$(ns pe1)" link add plain0 type veth peer name plain1
	defer ip -n "$(ns pe1)" link del plain0
	bg pe1 "$EVPN_NL" monitor 60 >"$LAB_RUN/heard1"
	listeners=$!
	bg pe2 "$EVPN_NL" monitor 60 >"$LAB_RUN/heard2"
	listeners="$listeners $!"
	slowwait 10 grep -q monitoring "$LAB_RUN/heard1"
	slowwait 10 grep -q monitoring "$LAB_RUN/heard2"
	says es-new esi=$ESI1 ifname=plain0 role=df ok
	got=$(nl pe1 es-get esi=$ESI1 | head -1)
	says es-set esi=$ESI1 role=non-df ok
	# a resynchronization that changes nothing is no news
	says es-new esi=$ESI1 ifname=plain0 generation=5 ok
	says es-del esi=$ESI1 ok
	slowwait 10 grep -q es-del-ntf "$LAB_RUN/heard1"
	# shellcheck disable=SC2086
	kill $listeners
	check_eq "$(grep -o '^es-[a-z-]*' "$LAB_RUN/heard1" | tr '\n' ' ')" "es-ntf es-ntf es-del-ntf " "heard in pe1"
	check_eq "$(sed -n 's/^es-ntf //p' "$LAB_RUN/heard1" | head -1)" "${got#es-get }" "the first notification"
	check_eq "$(cat "$LAB_RUN/heard2")" monitoring "heard in pe2"
	check_eq "$(nl pe2 es-get)" "" "segments in pe2"
	log_test "a notification equals the reply to a GET, and stays in its namespace"
}

# Without CAP_NET_ADMIN in the initial user namespace nothing is told and nothing is done.
permissions() {
	local verb group got
	segment
	says es-set esi=$ESI1 role=df ok
	for verb in es-get "es-get esi=$ESI1" stats-get owner-get "es-set esi=$ESI1 role=non-df" "es-del esi=$ESI1" \
		owner-set "es-sweep generation=9"; do
		# shellcheck disable=SC2086
		got=$(in_ns pe1 setpriv --bounding-set -net_admin --inh-caps -net_admin "$EVPN_NL" $verb)
		check_eq "$got" "error=EPERM" "$verb without CAP_NET_ADMIN"
	done
	for group in config alarm neigh; do
		got=$(in_ns pe1 setpriv --bounding-set -net_admin --inh-caps -net_admin python3 - $group <<-'END'
			import socket, struct, sys
			s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
			def attrs(b):
			    while len(b) >= 4:
			        n, t = struct.unpack_from("HH", b)
			        yield t & 0x3fff, b[4:n]
			        b = b[(n + 3) & ~3:]
			name = struct.pack("HH5s3x", 9, 2, b"evpn")
			s.send(struct.pack("IHHIIBBH", 20 + len(name), 16, 1, 1, 0, 3, 1, 0) + name)
			family = dict(attrs(s.recv(65536)[20:]))
			groups = [dict(attrs(g)) for _, g in attrs(family[7])]
			number = [struct.unpack("I", g[2])[0] for g in groups if g[1].rstrip(b"\0") == sys.argv[1].encode()]
			try:
			    s.setsockopt(270, 1, number[0])
			    print("listens")
			except PermissionError:
			    print("EPERM")
		END
		)
		check_eq "$got" EPERM "listening to $group without CAP_NET_ADMIN"
	done
	check_eq "$(nl_field pe1 role $ESI1)" df "the role after all that"
	log_test "without CAP_NET_ADMIN nothing can be read or changed"
}

user_namespace() {
	local got
	if unshare -rn true 2>/dev/null; then
		got=$(unshare -rn "$EVPN_NL" es-get)
		check_eq "$got" "error=EPERM" "root of a user namespace"
		log_test "the root of a user namespace is not enough, unless the module is told so"
	else
		log_skip "the root of a user namespace is not enough" "no user namespaces here"
	fi
}

# An owner: one at a time, replaced only on purpose.
owner() {
	local got
	own pe1
	check_err $? "the first owner is refused"
	got=$(nl pe1 owner-set)
	[[ $got == "error=EBUSY message=\"process "*" is the owner already\"" ]]
	check_err $? "a second owner: $got"
	says owner-set replace ok
	check_eq "$(nl pe1 owner-get | tr ' ' '\n' | sed -n 's/^state=//p')" lost "after the replacing one left"
	disown_segment
	log_test "there is one owner; another one has to mean it"
}

# The owner's process has a number in each PID namespace, and none where it is not.
owner_pid() {
	own pe1
	check_eq "$(nl pe1 owner-get | tr ' ' '\n' | sed -n 's/^pid=//p')" "$OWNER_PID" "the owner's PID"
	check_eq "$(in_ns pe1 unshare -pf "$EVPN_NL" owner-get | tr ' ' '\n' | sed -n 's/^pid=//p')" 0 \
		"seen from a PID namespace that it is not in"
	check_eq "$(printf 'owner-set replace\nowner-get\n' | in_ns pe1 unshare -pf "$EVPN_NL" | tr ' ' '\n' |
		sed -n 's/^pid=//p')" 1 "of an owner in a PID namespace, for itself"
	disown_segment
	log_test "the owner's PID is the one of the reader's PID namespace"
}

tests_run
finish
