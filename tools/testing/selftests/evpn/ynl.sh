#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own netlink client, tools/net/ynl of its source, speaks the family from its specification
# alone: a reader that knows nothing of this project. What it prints is as people write it.
#
#	namespace ynl:	v0 in bond0, a segment; v1 the customer

NEEDS="module fast ynl"
ALL_TESTS="
	specification
	segments
	neighbours
	refusals
	notifications
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "the kernel's YNL reads and writes the family" A1 A12
lab_defaults
command -v jq >/dev/null || skip "needs jq"
NSEXEC=$(lab_tool nsexec) || skip "nsexec does not build"
YNL=$(has_ynl)
SPEC=$LAB_TREE/Documentation/netlink/specs/evpn.yaml
[ -e "$SPEC" ] || SPEC=$YNL/Documentation/netlink/specs/evpn.yaml

NS=ynl
HEX="00 11 22 33 44 55 66 77 88 01"
# ynl OPTION...: in the namespace
ynl() {
	$NSEXEC $NS python3 "$YNL/tools/net/ynl/pyynl/cli.py" --spec "$SPEC" --no-schema --output-json "$@" 2>&1
}
field() { jq -r "$1" <<<"$answer" 2>/dev/null; }

ip netns add $NS || skip "no network namespaces"
defer ip netns del $NS
ip -n $NS link add v0 type veth peer name v1
ip -n $NS link add bond0 type bond mode active-backup miimon 10
ip -n $NS link set v0 master bond0
ip -n $NS addr add 192.0.2.1/24 dev bond0
for d in v0 v1 bond0; do
	ip -n $NS link set $d up
done
ynl --do es-new --json "{\"esi\": \"$HEX\", \"ifname\": \"bond0\", \"role\": \"df\", \"mode\": \"all-active\"}" >/run/ynl.out
check_err $? "es-new: $(cat /run/ynl.out)"

specification() {
	local out
	python3 -c 'import jsonschema' 2>/dev/null || { log_skip "schema" "python3-jsonschema is not installed"; return; }
	out=$(python3 "$YNL/tools/net/ynl/pyynl/cli.py" --spec "$SPEC" \
		--schema "$YNL/Documentation/netlink/$(sed -n 's/^protocol: //p' "$SPEC").yaml" --validate 2>&1)
	check_err $? "the schema refuses the specification: $(grep Error <<<"$out")"
	log_test "the specification is valid by the kernel's schema"
}

segments() {
	answer=$(ynl --do es-get --json "{\"esi\": \"$HEX\"}")
	check_eq "$(field '"\(.esi) \(.ifname) \(.mode) \(.role) \(.state)"')" "$HEX bond0 all-active df bound" "the segment: $answer"
	answer=$(ynl --do es-set --json "{\"esi\": \"$HEX\", \"peers\": {\"address\": [\"192.0.2.2\", \"2001:db8::2\"]}}")
	answer=$(ynl --dump es-get)
	check_eq "$(field '.[0].peers.address | join(" ")')" "192.0.2.2 2001:db8::2" "peers in a dump: $answer"
	check_eq "$(field '.[0].member[0].ifname')" v0 "member: $answer"
	log_test "a segment with its peers, written and read: addresses as people write them"
}

neighbours() {
	answer=$(ynl --do neigh-new --json "{\"entry\": [{\"esi\": \"$HEX\", \"address\": \"192.0.2.77\", \"lladdr\": \"02:00:00:00:00:77\"}]}")
	check_eq "$(field .accepted)" 1 "accepted: $answer"
	answer=$(ynl --dump neigh-get)
	check_eq "$(field '[.[].entry[]] | .[] | "\(.address) \(.lladdr) \(.esi)"')" "192.0.2.77 02:00:00:00:00:77 $HEX" "the neighbour: $answer"
	log_test "a neighbour: IP and MAC address as people write them"
}

refusals() {
	answer=$(ynl --do es-get --json '{"esi": "00 11 22 33 44 55 66 77 88 ff"}')
	check_fail $? "a segment that is not there is found: $answer"
	grep -q "there is no segment 00:11:22:33:44:55:66:77:88:ff" <<<"$answer"
	check_err $? "the sentence is missing: $answer"
	log_test "a refusal comes with its sentence"
}

notifications() {
	local pid
	ynl --subscribe config --duration 60 >/run/ynl.heard &
	pid=$!
	# until it listens nothing is heard, so it is said again
	slowwait 10 heard
	check_err $? "not heard: $(cat /run/ynl.heard)"
	kill $pid
	wait $pid 2>/dev/null
	log_test "a change is heard by who has subscribed"
}
heard() {
	ROLE=$([ "${ROLE:-}" = df ] && echo non-df || echo df)
	ynl --do es-set --json "{\"esi\": \"$HEX\", \"role\": \"$ROLE\"}" >/dev/null
	grep -q es-ntf /run/ynl.heard
}

tests_run
finish
