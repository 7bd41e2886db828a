#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# evpnctl with evpnd, each verb once: two PEs in network namespaces, one segment on both. No module
# is needed: what the kernel would do is another test's business. TAP.
#
#     clid1: ce1 (veth)   192.0.2.1 --- iBGP --- 192.0.2.2   ce1 (veth) :clid2
#
#   EVPNCTL=build/evpnctl EVPND=build/evpnd tools/testing/selftests/cli/daemon.sh
#
# Shows A1 (es show), A10 (df show), B5 B8 B10 (df why), and that refusals are sentences

set -u
TOP=$(cd "$(dirname "$0")/../../../.." && pwd)
EVPNCTL=${EVPNCTL:-$TOP/build/evpnctl}
EVPND=${EVPND:-$TOP/build/evpnd}
PATH=$(dirname "$EVPND"):$PATH # for config check
TESTS=0
FAILED=0
DIR=$(mktemp -d)

cleanup() {
	local p

	for p in "$DIR"/*.pid; do
		[ -s "$p" ] && kill "$(cat "$p")" 2>/dev/null
	done
	ip netns del clid1 2>/dev/null
	ip netns del clid2 2>/dev/null
	rm -rf "$DIR"
}
trap cleanup EXIT

pass() {
	TESTS=$((TESTS + 1))
	echo "ok $TESTS $1"
}

fail() {
	TESTS=$((TESTS + 1))
	FAILED=$((FAILED + 1))
	echo "not ok $TESTS $1"
	printf '%s\n' "$2" | sed 's/^/# /'
}

is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "is:        $3
should be: $2"
	fi
}

# says NAME STATUS PATTERN ARGUMENT...: what is printed, on either stream, contains the pattern
says() {
	local name=$1 want=$2 pattern=$3 said status

	shift 3
	said=$("$EVPNCTL" "$@" 2>&1)
	status=$?
	if [ $status = "$want" ] && grep -q -e "$pattern" <<<"$said"; then
		pass "$name"
	else
		fail "$name" "status $status (should be $want), no line matches: $pattern
$said"
	fi
}

# json NAME SHOULD FILTER ARGUMENT...
json() {
	local name=$1 should=$2 filter=$3

	shift 3
	is "$name" "$should" "$("$EVPNCTL" -j "$@" 2>&1 | jq -c "$filter" 2>&1)"
}

# wait_for SECONDS COMMAND...
wait_for() {
	local end=$((SECONDS + $1 + 1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

[ "$(id -u)" = 0 ] || skip "needs root"
command -v jq >/dev/null || skip "needs jq"
[ -x "$EVPNCTL" ] && [ -x "$EVPND" ] || skip "needs evpnd and evpnctl: make user"
ip netns add clid1 2>/dev/null && ip netns add clid2 || skip "needs network namespaces"

# --- two PEs -----------------------------------------------------------------------------------

ip link add core netns clid1 type veth peer name core netns clid2
for i in 1 2; do
	ip -n clid$i link add ce1 type veth peer name customer
	ip -n clid$i link add spare type veth peer name spare2
	ip -n clid$i addr add 192.0.2.$i/24 dev core
	for l in lo core ce1 customer spare spare2; do ip -n clid$i link set $l up; done
	cat >"$DIR/pe$i.yaml" <<END
router-id: 192.0.2.$i
as: 65000
peers:
  - {address: 192.0.2.$((3 - i)), remote-as: 65000, description: the other PE}
segments:
  - name: ce1
    interface: ce1
    esi: 00:11:22:33:44:55:66:77:88:99
    mode: port-active
    df: {algorithm: preference, preference: $((300 - 100 * i)), wait: 200ms}
enforcement: optional
END
	ip netns exec clid$i prlimit --nofile=256:4000 "$EVPND" -f -n clid$i -c "$DIR/pe$i.yaml" >"$DIR/pe$i.log" 2>&1 &
	echo $! >"$DIR/pe$i.pid"
done
role_is() { [ "$("$EVPNCTL" -n clid$1 -j es show ce1 | jq -r '.segments[0] | .role + " " + .state')" = "$2 df-done" ]; }
if wait_for 15 role_is 1 df && wait_for 5 role_is 2 non-df; then
	pass "two PEs agree"
else
	fail "two PEs agree" "$(cat "$DIR"/pe*.log; "$EVPNCTL" -n clid1 es; "$EVPNCTL" -n clid2 es)"
fi

# Each was started with 256 of 4,000 descriptors: what sessions need is not left to a soft limit.
limit() { awk '/^Max open files/ { print $4 }' "/proc/$1/limits"; }
parent=$(cat "$DIR/pe1.pid")
is "as many descriptors as are allowed, in all processes" "4000 4000" \
	"$(limit "$parent") $(for p in $(pgrep -P "$parent"); do limit "$p"; done | sort -u)"

# --- show --------------------------------------------------------------------------------------

says "summary: degraded while the module is not there" 2 "^evpnd .* is degraded: router-id 192.0.2.1 as 65000" -n clid1
says "summary: five lines and the problems" 2 "    ! the kernel module evpn is not loaded" -n clid1
says "es show: the DF" 0 "^ce1: ce1 port-active role df since" -n clid1 es
says "es show: who is who" 0 "df 192.0.2.1 (this PE) backup 192.0.2.2 elected by highest-preference for the port" -n clid1 es
says "es show: the standby" 0 "^ce1: ce1 port-active role non-df since" -n clid2 es show ce1
json "es show by ESI" '"ce1"' '.segments[0].name' -n clid1 es show esi 00:11:22:33:44:55:66:77:88:99
says "es show -o: one line" 0 '^ce1: .*\\    esi .*\\    df ' -o -n clid1 es
says "df show" 0 "^ce1  *port  192.0.2.1  this PE  192.0.2.2  highest-preference$" -n clid1 df
says "df why: the candidates" 0 "DF  *192.0.2.1  this PE  highest-preference  *200  port-mode" -n clid1 df why ce1
says "df why: the reason" 0 "because  *192.0.2.1 has the highest preference, 200" -n clid2 df why ce1
json "df why: the same from the other PE" '["192.0.2.1","192.0.2.2",2]' '[.df, .backup, (.candidates | length)]' -n clid2 df why ce1
says "peer show" 0 "^192.0.2.2  65000  Established .* the other PE$" -n clid1 peer
says "peer show ADDRESS: in full" 0 "router-id 192.0.2.2 local 192.0.2.1" -n clid1 peer show 192.0.2.2
says "route show: the own route" 0 '^\[4\]:\[00:11:22:33:44:55:66:77:88:99\]:\[32\]:\[192.0.2.1\] rd 192.0.2.1:' -n clid1 route show local
says "route show: communities" 0 "es-import:11:22:33:44:55:66 df:.*pref 100" -n clid1 route show type 4 peer 192.0.2.2
json "route show: a filter filters" '[4]' '[.routes[].type] | unique' -n clid1 route show type 4
says "check: what a dead PE costs" 0 "^ce1  *192.0.2.2  *9  hold time of its BGP session$" -n clid1 check
json "check -j: the same, and one row for a neighbour that is the PE" '[["ce1","192.0.2.2","hold-time",9]]' \
	'[."dead-pe"[] | [.segment, .address, ."noticed-by", .seconds]]' -n clid1 check
says "metrics: OpenMetrics" 0 '^evpn_segment_df{segment="ce1"} 1$' -n clid1 metrics
is "metrics: ends as OpenMetrics must" "# EOF" "$("$EVPNCTL" -n clid1 metrics | tail -n 1)"
says "version: both" 0 "^evpnd " -n clid1 version
says "inside the namespace its own evpnd is found" 0 "role non-df" --socket /run/evpn/clid2/evpnd.sock es
is "the same with ip netns exec, without an option" '"non-df"' \
	"$(ip netns exec clid2 "$EVPNCTL" -j es | jq -c '.segments[0].role')"
is "complete: segments" "ce1" "$("$EVPNCTL" complete -n clid1 df why "" | xargs)"
is "complete: peers" "192.0.2.2" "$("$EVPNCTL" complete -n clid1 peer show 1)"

# --- a key that is not there, readers and writers --------------------------------------------------

cp "$DIR/pe1.yaml" "$DIR/good.yaml"
sed -i 's|^segments:|  - {address: 192.0.2.77, remote-as: 65000, password-file: /nonexistent/key}\nsegments:|' "$DIR/pe1.yaml"
is "evpnd -t: a missing key" 1 "$("$EVPND" -t "$DIR/pe1.yaml" 2>&1 | grep -c 'warning: peer 192.0.2.77 stays shut down: key file /nonexistent/key: No such file')"
"$EVPNCTL" -n clid1 config reload >/dev/null
says "summary: a missing key" 2 "peer 192.0.2.77 stays shut down: key file /nonexistent/key: No such file" -n clid1
says "summary: it is not counted as if it were there" 2 "peers *1 of 2 established" -n clid1
says "peer show: a missing key" 0 "192.0.2.77: shut down for want of its key: key file /nonexistent/key" -n clid1 peer
cp "$DIR/good.yaml" "$DIR/pe1.yaml"
"$EVPNCTL" -n clid1 config reload >/dev/null
if command -v setpriv >/dev/null; then
	chmod 0666 /run/evpn/clid1/evpnd.sock
	reader="setpriv --reuid 65534 --regid 65534 --clear-groups"
	is "a reader reads" '"df"' "$($reader "$EVPNCTL" -j --socket /run/evpn/clid1/evpnd.sock es | jq -c '.segments[0].role')"
	is "a reader changes nothing" 1 "$($reader "$EVPNCTL" --socket /run/evpn/clid1/evpnd.sock es del ce1 2>&1 | grep -c 'only root and the group evpn-admin')"
	chmod 0660 /run/evpn/clid1/evpnd.sock
fi

# --- memory-reserve ------------------------------------------------------------------------------

speaker_rss() { awk '/^VmRSS:/ { print int($2 / 1024) }' /proc/"$(pgrep -P "$(cat "$DIR/pe2.pid")")"/status; }
sed -i '1i memory-reserve: 64' "$DIR/pe2.yaml"
"$EVPNCTL" -n clid2 config reload >/dev/null
reserved() { [ "$(speaker_rss)" -ge 64 ]; }
is "memory-reserve: the memory is there" y "$(wait_for 10 reserved && echo y || speaker_rss)"
sleep 0.5
is "memory-reserve: and stays" y "$(reserved && echo y || speaker_rss)"
sed -i 's/memory-reserve: 64/memory-reserve: 0/' "$DIR/pe2.yaml"
"$EVPNCTL" -n clid2 config reload >/dev/null
returned() { [ "$(speaker_rss)" -lt 40 ]; }
is "memory-reserve: it is given back" y "$(wait_for 10 returned && echo y || speaker_rss)"
sed -i '/memory-reserve/d' "$DIR/pe2.yaml"

# --- change ------------------------------------------------------------------------------------

"$EVPNCTL" -n clid1 -t monitor es df >"$DIR/monitor" 2>&1 &
echo $! >"$DIR/monitor.pid"
"$EVPNCTL" -n clid1 -j monitor peer route >"$DIR/monitor.json" 2>&1 &
echo $! >"$DIR/monitor2.pid"
sleep 0.3

says "es add" 0 "ce3" -n clid1 es add ce3 interface spare mode port-active esi 00:aa:aa:aa:aa:aa:aa:aa:aa:aa wait 0s
says "es add: a device can have one segment; the sentence names both" 2 '^es add: .*"spare": already belongs to ce3' \
	-n clid1 es add ce4 interface spare mode port-active esi 00:aa:aa:aa:aa:aa:aa:aa:aa:ab
says "es add: what evpnd refuses is said once" 2 "^es add: " -n clid1 es add ce4 interface x mode port-active esi 00
is "es add: one line" 1 "$("$EVPNCTL" -n clid1 es add ce4 interface x mode port-active esi 00 2>&1 | wc -l)"
says "config diff: what the file does not have" 0 "^- segments\[ce3\]" -n clid1 config diff
says "es set" 0 "ce3" -n clid1 es set ce3 preference 5
says "es set: a segment that does not exist" 2 "^es set: .*nosuch" -n clid1 es set nosuch preference 5
says "es del: of a port that is up by word only" 2 "^es del: spare is up: .*loop" -n clid1 es del ce3
says "es del" 0 "ce3" -n clid1 es del ce3 open
says "es del: once more" 2 "^es del: .*ce3" -n clid1 es del ce3
says "config diff: nothing" 0 "^No difference" -n clid1 config diff

says "es drain: the other PE forwards" 0 "ce1 is drained, 192.0.2.2 forwards" -n clid1 es drain ce1
role_is 2 df && pass "es drain: when it returns the other PE is DF" || fail "es drain: the other PE is not DF" "$("$EVPNCTL" -n clid2 es)"
says "es drain: nobody else is left to take over" 2 "^es drain: " -n clid2 es drain ce1
says "es drain undo" 0 "takes part" -n clid1 es drain ce1 undo
wait_for 10 role_is 1 df && pass "es drain undo: the higher preference again" || fail "es drain undo" "$("$EVPNCTL" -n clid1 es)"

says "peer clear" 0 "" -n clid1 peer clear 192.0.2.2
says "peer clear: no such peer" 2 "^peer clear: no peer 203.0.113.1" -n clid1 peer clear 203.0.113.1
established() { "$EVPNCTL" -n clid1 peer | grep -q Established; }
wait_for 20 established && pass "the session comes back" || fail "the session comes back" "$("$EVPNCTL" -n clid1 peer)"

# --- configuration -----------------------------------------------------------------------------

says "config show is YAML" 0 "^    mode: port-active$" -n clid1 config show
"$EVPNCTL" -n clid1 config show >"$DIR/printed.yaml"
says "config show: what it prints is valid" 0 "" config check "$DIR/printed.yaml"
sed -e 's/as: 65000/as: 0/;s/port-active/port-activ/' "$DIR/pe1.yaml" >"$DIR/bad.yaml"
says "config check: all errors, with line and column" 2 'bad.yaml:9:11: segments\[ce1\].mode: .*did you mean "port-active"' config check "$DIR/bad.yaml"
json "config check -j" '[false,[2,4,9]]' '[.valid, [.errors[].line]]' config check "$DIR/bad.yaml"
cp "$DIR/pe1.yaml" "$DIR/good.yaml"
cp "$DIR/bad.yaml" "$DIR/pe1.yaml"
says "config diff: a file with errors" 2 "^line 9, column 11: " -n clid1 config diff
says "config reload: a file with errors is refused" 2 "  line 9, column 11: " -n clid1 config reload
json "config reload: and nothing changed" '"port-active"' '.segments[0].mode' -n clid1 es
sed 's/preference: 200/preference: 50/' "$DIR/good.yaml" >"$DIR/pe1.yaml"
says "config diff: one value" 0 "^~ segments\[ce1\].df.preference 200 -> 50$" -n clid1 config diff
says "config reload" 0 "1 change" -n clid1 config reload
wait_for 10 role_is 2 df && pass "config reload: the lower preference lost" || fail "config reload" "$("$EVPNCTL" -n clid1 df why ce1)"

# --- what was heard meanwhile ------------------------------------------------------------------

kill "$(cat "$DIR/monitor.pid")" "$(cat "$DIR/monitor2.pid")"
grep -q '^\[20..-..-..T..:..:..\.......\] df ce1 role non-df$' "$DIR/monitor" && pass "monitor: the role that was lost" ||
	fail "monitor: the role that was lost" "$(cat "$DIR/monitor")"
grep -q ' es ce1 drain state done$' "$DIR/monitor" && pass "monitor: the drain" || fail "monitor: the drain" "$(cat "$DIR/monitor")"
is "monitor: only what was asked for" "peer route" "$(jq -r .object "$DIR/monitor.json" | sort -u | tr '\n' ' ' | sed 's/ $//')"

kill "$(cat "$DIR/pe2.pid")"
gone() { ! "$EVPNCTL" -n clid2 es; }
wait_for 5 gone
says "evpnd has gone" 2 "^evpnctl: cannot reach evpnd at /run/evpn/clid2/evpnd.sock: " -n clid2 es

echo "1..$TESTS"
[ $FAILED -eq 0 ] || exit 1
