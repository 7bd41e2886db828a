#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# evpnctl without a daemon and without the module: `decode`, `df elect`, help, completion, and how
# wrong words are answered. Nothing here needs root. TAP.
#
#   EVPNCTL=build/evpnctl tools/testing/selftests/cli/offline.sh
#
# Shows B1 (modulo), B2 (HRW), B3 (preference), B5 (fallback), A10 A19 A21 A22 A23 (port mode)

set -u
TOP=$(cd "$(dirname "$0")/../../../.." && pwd)
EVPNCTL=${EVPNCTL:-$TOP/build/evpnctl}
TESTS=0
FAILED=0

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

# is NAME SHOULD IS
is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "is:        $3
should be: $2"
	fi
}

if ! command -v jq >/dev/null || [ ! -x "$EVPNCTL" ]; then
	echo "1..0 # SKIP needs jq and $EVPNCTL"
	exit 4
fi

# --- df elect: the worked numbers of RFC 7432, 8584, 9785 and 9786 ------------------------------

# elect NAME CASE FILTER SHOULD
elect() {
	is "df elect: $1" "$4" "$(printf '%s' "$2" | "$EVPNCTL" df elect 2>&1 | jq -c "$3" 2>&1)"
}

ESI=00:11:22:33:44:55:66:77:88:99
THREE='{"address":"10.0.0.1"},{"address":"10.0.0.2"},{"address":"10.0.0.3"}'

elect "modulo, VLAN 100 of three PEs: 100 mod 3 = 1" \
	"{\"esi\":\"$ESI\",\"vlans\":[100],\"candidates\":[$THREE]}" \
	'[.algorithm, .result[0].df]' '["modulo","10.0.0.2"]'
elect "modulo, VLAN 3 of three PEs: the backup is elected without the DF" \
	"{\"esi\":\"$ESI\",\"vlans\":[3],\"candidates\":[$THREE]}" \
	'.result' '[{"vlan":3,"df":"10.0.0.1","backup":"10.0.0.3"}]'
elect "modulo, addresses are sorted as numbers, not as text" \
	'{"esi":"'$ESI'","vlans":[0,1,2],"candidates":[{"address":"10.0.0.10"},{"address":"10.0.0.9"},{"address":"9.255.255.255"}]}' \
	'[.result[].df]' '["9.255.255.255","10.0.0.9","10.0.0.10"]'
elect "modulo, IPv4 before IPv6" \
	'{"esi":"'$ESI'","vlans":[0,1],"candidates":[{"address":"::1"},{"address":"10.0.0.1"}]}' \
	'[.result[].df]' '["10.0.0.1","::1"]'

port() {
	printf '{"esi":"%s","candidates":[%s]}' "$1" "$(for a in 1 2 3; do
		[ $a -gt 1 ] && printf ,
		printf '{"address":"10.0.0.%d","port-mode":true}' $a
		[ $a = "$2" ] && break
	done)"
}

elect "port mode, ESI octets 3 to 6 are 0x33445566: mod 2 = 0" "$(port $ESI 2)" \
	'[."port-mode", .result]' '[true,[{"vlan":null,"df":"10.0.0.1","backup":"10.0.0.2"}]]'
elect "port mode, the same mod 3 = 0" "$(port $ESI 3)" '.result[0].df' '"10.0.0.1"'
elect "port mode, 0xfffffffe is unsigned: mod 3 = 2" \
	"$(port 00:11:22:ff:ff:ff:fe:00:00:00 3)" '.result[0].df' '"10.0.0.3"'
elect "port mode, LACP ESI, 0xbbccddee: mod 3 = 1" \
	"$(port 01:00:aa:bb:cc:dd:ee:00:64:00 3)" '.result[0].df' "\"10.0.0.$((0xbbccddee % 3 + 1))\""

HRW='{"address":"10.0.0.1","algorithm":"hrw"},{"address":"10.0.0.2","algorithm":"hrw"},{"address":"10.0.0.3","algorithm":"hrw"}'
elect "HRW, the known answer for VLAN 100" \
	"{\"esi\":\"01:01:01:01:01:01:01:01:01:01\",\"vlans\":[100],\"candidates\":[$HRW]}" \
	'[.algorithm, .result]' '["hrw",[{"vlan":100,"df":"10.0.0.3","backup":"10.0.0.1"}]]'
elect "HRW, addresses equal in 31 bits tie: the lower one wins" \
	'{"esi":"'$ESI'","vlans":[1,2,3,4],"candidates":[{"address":"138.0.0.1","algorithm":"hrw"},{"address":"10.0.0.1","algorithm":"hrw"}]}' \
	'[.result[].df] | unique' '["10.0.0.1"]'

# pref ALGORITHM A-PREFERENCE A-DP B-PREFERENCE B-DP
pref() {
	printf '{"esi":"%s","vlans":[1],"candidates":[{"address":"10.0.0.1","algorithm":"%s","preference":%d,"dont-preempt":%s},{"address":"10.0.0.2","algorithm":"%s","preference":%d,"dont-preempt":%s}]}' \
		$ESI "$1" "$2" "$3" "$1" "$4" "$5"
}

elect "highest preference" "$(pref highest-preference 100 false 200 false)" '.result[0].df' '"10.0.0.2"'
elect "lowest preference" "$(pref lowest-preference 100 false 200 false)" '.result[0].df' '"10.0.0.1"'
elect "equal preference: Don't Preempt wins" "$(pref highest-preference 500 false 500 true)" \
	'.result[0].df' '"10.0.0.2"'
elect "equal preference: Don't Preempt wins, lowest too" "$(pref lowest-preference 500 false 500 true)" \
	'.result[0].df' '"10.0.0.2"'
elect "equal in all: the lowest address" "$(pref highest-preference 500 true 500 true)" \
	'.result[0] | [.df, .backup]' '["10.0.0.1","10.0.0.2"]'
elect "Don't Preempt is not compared: no fallback" "$(pref highest-preference 1 false 2 true)" \
	'[.algorithm, .fallback]' '["highest-preference",null]'

elect "two algorithms: modulo for all, and a sentence" \
	'{"esi":"'$ESI'","vlans":[1],"candidates":[{"address":"10.0.0.1","algorithm":"hrw"},{"address":"10.0.0.2"}]}' \
	'[.algorithm, (.fallback | type), .result[0].df]' '["modulo","string","10.0.0.2"]'
elect "no DF Election community: modulo" \
	'{"esi":"'$ESI'","vlans":[1],"candidates":[{"address":"10.0.0.1","algorithm":"hrw"},{"address":"10.0.0.2","algorithm":"hrw","df-election":false}]}' \
	'[.algorithm, (.fallback | type)]' '["modulo","string"]'
elect "the community twice counts as none" \
	'{"esi":"'$ESI'","vlans":[1],"candidates":[{"address":"10.0.0.1","algorithm":"hrw"},{"address":"10.0.0.2","algorithm":"hrw","df-election":2}]}' \
	'[.algorithm, (.fallback | type)]' '["modulo","string"]'
elect "port mode of one PE only: modulo for each VLAN" \
	'{"esi":"'$ESI'","vlans":[1,2],"candidates":[{"address":"10.0.0.1","port-mode":true},{"address":"10.0.0.2"}]}' \
	'[."port-mode", [.result[].df]]' '[false,["10.0.0.2","10.0.0.1"]]'
elect "AC-DF: without RT-1 per EVI for the VLAN no candidate for it" \
	'{"esi":"'$ESI'","vlans":[1,2],"candidates":[{"address":"10.0.0.1","ac-df":true},{"address":"10.0.0.2","ac-df":true,"ad-per-evi":[2]}]}' \
	'.result' '[{"vlan":1,"df":"10.0.0.1","backup":null},{"vlan":2,"df":"10.0.0.1","backup":"10.0.0.2"}]'
elect "an array of cases gives an array" \
	"[{\"esi\":\"$ESI\",\"vlans\":[100],\"candidates\":[$THREE]},$(port $ESI 2)]" \
	'[.[].result[0].df]' '["10.0.0.2","10.0.0.1"]'
elect "an empty array gives an empty array" '[]' '.' '[]'

# --- df elect: what is refused -----------------------------------------------------------------

# refused NAME INPUT SHOULD-MENTION
refused() {
	local said status

	said=$(printf '%s' "$2" | "$EVPNCTL" df elect 2>&1 >/dev/null)
	status=$?
	case $status:$said in
	"1:df elect: "*"$3"*) pass "df elect: $1" ;;
	*) fail "df elect: $1" "status $status, said: $said; should mention: $3" ;;
	esac
}

refused "no JSON: line and column" '{"esi": ' "line 1, column"
refused "an address that is none, with its path" \
	'[{"esi":"'$ESI'","vlans":[1],"candidates":[{"address":"10.0.0.1"},{"address":"10.0.0.256"}]}]' \
	'[0].candidates[1].address: "10.0.0.256"'
refused "an ESI that is none" '{"esi":"00:11","vlans":[1],"candidates":[{"address":"10.0.0.1"}]}' 'esi: "00:11"'
refused "an algorithm that is none" \
	'{"esi":"'$ESI'","vlans":[1],"candidates":[{"address":"10.0.0.1","algorithm":"hwr"}]}' 'candidates[0].algorithm: "hwr"'
refused "a preference out of range" \
	'{"esi":"'$ESI'","vlans":[1],"candidates":[{"address":"10.0.0.1","preference":65536}]}' 'candidates[0].preference: 65536'

# --- decode ------------------------------------------------------------------------------------

FF=ffffffffffffffffffffffffffffffff

# decode NAME FILTER SHOULD ARGUMENT...
decode() {
	local name=$1 filter=$2 should=$3

	shift 3
	is "decode: $name" "$should" "$("$EVPNCTL" decode "$@" 2>&1 | jq -c "$filter" 2>&1)"
}

decode "KEEPALIVE" '[.type, .verdict, has("reason")]' '["keepalive","accept",false]' ${FF}001304
is "decode: the same from standard input, with colons, blanks, lines and 0x" '"keepalive"' \
	"$(printf '0xff ff:ff ff ff ff ff ff\nff ff ff ff ff ff ff ff\n00:13 04\n' | "$EVPNCTL" decode | jq -c .type)"
decode "words of an argument are put together" '.type' '"keepalive"' $FF 0013 04
decode "End-of-RIB for EVPN" '[.type, .verdict, .nlri]' '["update","accept",[]]' ${FF}001d0200000006800f03001946
decode "a length that is no length" '[.verdict, (.reason | type)]' '["reset","string"]' ${FF}001204

# RT-4 of 192.0.2.1 for ESI 00:11:…:99
ORIGIN=40010100
ATTRS=${ORIGIN}40020040050400000064                 # empty AS_PATH, LOCAL_PREF 100
ATTRS=${ATTRS}c0101006021122334455660606000400000000 # ES-Import, DF Election: modulo, P
NLRI=04170001c0000201000100112233445566778899
NLRI=${NLRI}20c0000201
REACH=800e2200194604c000020100$NLRI
update() {
	local n=$((${#1} / 2))

	printf '%s%04x020000%04x%s' $FF $((19 + 4 + n)) $n "$1"
}
decode "an Ethernet Segment route, accepted" \
	'[.type, .verdict, .nlri[0].action, .nlri[0].type]' '["update","accept","reach",4]' "$(update "$ATTRS$REACH")"
decode "the same, as attributes" '[.verdict, .nlri[0].type]' '["accept",4]' --attributes "$ATTRS$REACH"
decode "ORIGIN 5: treat as withdraw (RFC 7606 7.1)" '[.verdict, (.reason | type)]' '["withdraw","string"]' \
	"$(update "40010105${ATTRS#"$ORIGIN"}$REACH")"
decode "MP_REACH twice: reset (RFC 7606 3g)" '.verdict' '"reset"' "$(update "$ATTRS$REACH$REACH")"

# --- wrong words, exit status ------------------------------------------------------------------

# says NAME STATUS SHOULD-BEGIN ARGUMENT...
says() {
	local name=$1 want=$2 should=$3 said status

	shift 3
	said=$("$EVPNCTL" "$@" 2>&1 >/dev/null </dev/null)
	status=$?
	case $status:$said in
	"$want:$should"*) pass "$name" ;;
	*) fail "$name" "status $status, said: $said
should be $want: $should" ;;
	esac
}

NOSOCK=/nonexistent/evpnd.sock
says "an odd number of digits" 1 "decode: " decode 0
says "no digits" 1 "decode: " decode xyz
says "no octets at all" 1 "decode: no octets; " decode
says "an unknown object" 1 'evpnctl: unknown object "esi"; did you mean "es"? Valid: es, df, ' esi
says "an unknown command" 1 'evpnctl: es: unknown command "shwo"; did you mean "show"? Valid: show, add, ' es shwo
says "a short word with two meanings" 1 'evpnctl: object "d" is short for more than one: df, decode' d
says "an unknown option" 1 'evpnctl: unknown option "x"; valid: json, ' -x es
says "a missing word" 1 'evpnctl: es add: "interface DEV" is missing' es add ce1
says "a segment without a mode" 1 'evpnctl: es add: "mode MODE" is missing' es add ce1 interface bond0
says "a value out of range" 1 'evpnctl: es set: preference: 70000 is out of range, 0 to 65535' es set ce1 preference 70000
says "no evpnd: which socket, and what to do" 2 \
	"evpnctl: cannot reach evpnd at $NOSOCK: No such file or directory; is evpnd running?" --socket $NOSOCK es
says "no evpnd: the summary is not healthy" 2 "evpnctl: cannot reach evpnd at $NOSOCK: " --socket $NOSOCK
says "a namespace that does not exist" 2 'evpnctl: no network namespace "no such": ' -n "no such" kernel show

"$EVPNCTL" help >/dev/null && pass "help succeeds" || fail "help succeeds" "status $?"
is "version" 0 "$("$EVPNCTL" --socket $NOSOCK -j version >/dev/null; echo $?)"
is "-j and -p print the same document" same "$(
	a=$(port $ESI 2 | "$EVPNCTL" -j df elect | jq -cS .)
	b=$(port $ESI 2 | "$EVPNCTL" -p df elect | jq -cS .)
	[ -n "$a" ] && [ "$a" = "$b" ] && echo same
)"

is "what cannot be written is a failure" "2:evpnctl: standard output: No space left on device" \
	"$(said=$("$EVPNCTL" help 2>&1 >/dev/full); echo "$?:$said")"
is "a reader that goes away is none" 0 "$("$EVPNCTL" help | :; echo "${PIPESTATUS[0]}")"

# --- completion --------------------------------------------------------------------------------

# completes SHOULD WORD...
completes() {
	local should=$1

	shift
	is "complete: ${*:-nothing}" "$should" "$("$EVPNCTL" complete "$@" | tr '\n' ' ' | sed 's/ $//')"
}

completes "es" e
completes "df decode" d
completes "show set" es s
completes "why" df w
completes "port-active" es add ce1 mode p
completes "block" es add ce1 interface bond0 on-daemon-loss b
completes "preference" es set ce1 pref
completes "modulo hrw preference highest-preference lowest-preference" es add ce1 algorithm ""
completes "yes no" es set ce1 dont-preempt ""
completes "es stats owner core membership" kernel show ""
completes "--json" --j
completes "show" -j -d es sh
completes "df" monitor es d
completes "" es show "" x

# the shell's completion, as bash calls it
is "bash completion asks the program" "show" "$(
	PATH=$(dirname "$EVPNCTL"):$PATH
	. "$TOP/user/evpnctl/evpnctl.bash"
	COMP_WORDS=(evpnctl -j es sh) COMP_CWORD=3
	_evpnctl
	echo "${COMPREPLY[*]}"
)"

# --- the manual ---------------------------------------------------------------------------------

# Every command and every option that help knows has its place in evpnctl(8).
missing=
for o in $("$EVPNCTL" complete ""); do
	[ "$o" = help ] && continue
	grep -qF -e ".SS $o " -e "\\fB$o\\fR" -e ".B $o" "$TOP/user/man/evpnctl.8" || missing="$missing $o"
	for c in $("$EVPNCTL" complete "$o" ""); do
		case $o in es | df | peer | route | kernel | config) ;; *) continue ;; esac
		[ "$c" = help ] || grep -qF -e "\\fB$o $c" -e ".B $o $c" "$TOP/user/man/evpnctl.8" || missing="$missing $o-$c"
	done
done
for o in $("$EVPNCTL" complete --); do
	grep -qF -- "$(echo "$o" | sed 's/-/\\-/g')" "$TOP/user/man/evpnctl.8" || missing="$missing $o"
done
is "evpnctl(8) knows every command and option" "" "$missing"

echo "1..$TESTS"
[ $FAILED -eq 0 ] || exit 1
