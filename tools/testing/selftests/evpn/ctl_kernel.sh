#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `evpnctl kernel show` says what the module holds, without evpnd, in any network namespace; a second
# reader of the same family (evpn_nl, over libnl) says the same.
#
#     namespace clik:   v0 --- v1     (bond0 over v0)

NEEDS="module"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "the kernel as evpnctl shows it" A1 A12 D6
lab_defaults
[ -x "$LAB_BUILD/evpnctl" ] || skip "evpnctl is not built: make user"
command -v jq >/dev/null || skip "needs jq"
NSEXEC=$(lab_tool nsexec) || skip "nsexec does not build"
EVPN_NL=$(lab_tool evpn_nl) || skip "evpn_nl does not build"

NS=clik
CTL=$LAB_BUILD/evpnctl
nlk() { $NSEXEC $NS "$EVPN_NL" "$@"; }
json() { "$CTL" -n $NS -j kernel show "$@"; }
es() { json es | jq -r ".segments[] | select(.esi == \"$1\") | $2"; }
second() { nlk es-get esi="$1" | tr ' ' '\n' | sed -n "s/^$2=//p"; }

ip netns add $NS || skip "no network namespaces"
defer ip netns del $NS
ip -n $NS link add v0 type veth peer name v1
ip -n $NS link add bond0 type bond mode 802.3ad miimon 100 lacp_rate fast
ip -n $NS link set v0 master bond0
for l in v0 v1 bond0; do ip -n $NS link set $l up; done

# Nobody has said anything yet.
check_eq "$("$CTL" -n $NS kernel show)" "The module holds no segment in this network namespace." "the text"
check_eq "$(json)" '{"segments":[]}' "the JSON"
check_eq "$("$CTL" -n $NS kernel show owner)" "owner none" "the owner"
log_test "an empty namespace is said to be empty"

# Two segments of different modes; every value is what the second reader reads.
nlk es-new esi=$ESI1 ifname=bond0 mode=port-active standby=lacp-oos role=non-df \
	loss=block hold=2500 allow=lldp,cfm generation=7 >/dev/null
nlk es-new esi=$ESI2 ifname=v1 mode=single-active vlan-df=1,2,3,10 >/dev/null
for e in $ESI1 $ESI2; do
	for k in mode standby role state generation ifindex device transitions; do
		check_eq "$(es $e ".\"$k\"")" "$(second $e $k)" "$k of $e"
	done
	check_eq "$(es $e .interface)" "$(second $e ifname)" "interface of $e"
	check_eq "$(es $e '."owner-hold-ms"')" "$(second $e hold)" "hold time of $e"
	check_eq "$(es $e '."loss-policy"')" "$(second $e loss)" "loss policy of $e"
	check_eq "$(es $e '.allow | join(",")')" "$(second $e allow)" "allow-list of $e"
	check_eq "$(es $e '.oper | join(",")')" "$(second $e oper)" "what is in force on $e"
done
check_eq "$(es $ESI2 '."vlan-df" | join(",")')" 1,2,3,10 "VLANs"
check_eq "$(es $ESI1 '.members[0].interface')" v0 "the member"
log_test "segments: the same as the second reader's"

"$CTL" -n $NS kernel show | grep -q "^$ESI1: bond0 port-active role non-df blocked since"
check_err $? "the text does not say that the port is blocked: $("$CTL" -n $NS kernel show)"
"$CTL" -n $NS kernel show | grep -q "df for vlans 1-3,10$"
check_err $? "the text does not list the VLANs"
log_test "segments: as text"

# A frame that the segment drops is counted where the operator looks.
ip -n $NS addr add 10.9.9.1/24 dev bond0
ip netns exec $NS ping -c 3 -i 0.2 -W 1 10.9.9.2 >/dev/null 2>&1
dropped=$(json stats | jq "[.stats[] | select(.esi == \"$ESI1\").drops[] | select(.direction == \"egress\" and .reason == \"standby\").packets] | add")
[ "${dropped:-0}" -ge 1 ]
check_err $? "no dropped frame is counted"
"$CTL" -s -n $NS kernel show | grep -q "dropped egress  standby  *[1-9][0-9]* packets"
check_err $? "-s does not show the counter"
log_test "counters: dropped frames are seen"

# Who follows hears of it at once: the state of each segment, and each other state. (hears ESI STATE)
nlk es-set esi=$ESI1 role=df >/dev/null
FOLLOWED=$(mktemp)
"$CTL" -n $NS -j kernel follow >"$FOLLOWED" 2>"$FOLLOWED.err" &
follower=$!
defer "kill $follower; rm -f $FOLLOWED $FOLLOWED.err"
hears() { [ "$(jq -r "select(.esi == \"$1\") | .state" "$FOLLOWED" 2>/dev/null | tail -n 1)" = "$2" ]; }
for e in $ESI1 $ESI2; do
	slowwait 5 hears $e forwarding
	check_err $? "of $e it hears: $(cat "$FOLLOWED" "$FOLLOWED.err")"
done
log_test "who follows is told of each segment"

# The owner, while it is there and after it went.
coproc OWN { exec $NSEXEC $NS "$EVPN_NL"; }
owner=$OWN_PID # bash forgets it with the process
echo "owner-set generation=7 program=a-daemon" >&"${OWN[1]}"
read -r answer <&"${OWN[0]}"
check_eq "$answer" ok "owner-set"
check_eq "$(json owner | jq -r '.state, .generation, .program')" "$(printf 'present\n7\na-daemon')" "the owner"
check_eq "$(json owner | jq .pid)" "$(nlk owner-get | tr ' ' '\n' | sed -n 's/^pid=//p')" "its pid"
kill -KILL "$owner"
wait "$owner" 2>/dev/null
owner_is_lost() { [ "$(json owner | jq -r .state)" = lost ]; }
slowwait 5 owner_is_lost
check_err $? "the owner's end is not seen"
fail_applied() { es $ESI1 '.oper | join(" ")' | grep -q fail-applied; }
slowwait 10 fail_applied
check_err $? "the loss policy is not shown"
"$CTL" -n $NS kernel show | grep -q "owner lost: loss policy in force"
check_err $? "the text does not name the loss policy"
slowwait 5 hears $ESI1 standby
check_err $? "who follows hears: $(cat "$FOLLOWED" "$FOLLOWED.err")"
hears $ESI2 forwarding
check_err $? "of the segment whose policy is to hold who follows hears: $(cat "$FOLLOWED")"
log_test "owner: present, lost, and what follows"

# The module goes, and comes back under another number.
if [ -n "${EVPN_KO:-}" ]; then
	nlk es-del esi=$ESI1 >/dev/null
	slowwait 5 hears $ESI1 not-forwarding
	check_err $? "a segment is deleted, and who follows hears: $(cat "$FOLLOWED")"
	rmmod evpn
	slowwait 5 hears $ESI2 not-forwarding
	check_err $? "the module is gone, and who follows hears: $(cat "$FOLLOWED" "$FOLLOWED.err")"
	insmod "$EVPN_KO" dyndbg=+p
	nlk es-new esi=$ESI2 ifname=v1 mode=port-active role=non-df >/dev/null
	slowwait 5 hears $ESI2 standby
	check_err $? "it is back, and who follows hears: $(cat "$FOLLOWED" "$FOLLOWED.err")"
	check_eq "$(wc -l <"$FOLLOWED.err"):$(cat "$FOLLOWED.err")" \
		"1:evpnctl: the kernel module evpn was unloaded; waiting" "what is said meanwhile"
	log_test "who follows outlives the module"
else
	log_skip "who follows outlives the module" "EVPN_KO is not set: the module cannot be loaded again"
fi

# Refusals: the sentence, and status 2.
said=$(setpriv --reuid 65534 --clear-groups "$CTL" kernel show 2>&1)
check_eq "$?:$said" "2:kernel show: Operation not permitted; you need to be root" "without privilege"
said=$("$CTL" -n nosuch kernel show 2>&1)
check_eq "$?:$said" '2:evpnctl: no network namespace "nosuch": No such file or directory' "no such namespace"
log_test "refusals are sentences"

finish
