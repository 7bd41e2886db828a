#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# TCP-AO (RFC 5925) between two PEs: who has the key has a session, who has another one or none has not,
# and keys are changed under a session that does not notice.
#
#	pe1 ---- core ---- pe2		evpnd each, BGP between them, the keys are in files
#
# Who dropped what is read from the kernel's own counters.

NEEDS="system tcp-ao"
ALL_TESTS="
	right_key
	algorithms
	wrong_key
	peer_without
	roll_over
	removed_key
"
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
begin "TCP-AO: right key, wrong key, none, and roll-over" E47
lab --rr none --evpnd no --hold 3

for k in a b; do
	printf 'the secret %s\n' $k >"$LAB_RUN/key-$k"
	chmod 600 "$LAB_RUN/key-$k"
done
A="{id: 1, file: $LAB_RUN/key-a}"
B="{id: 2, file: $LAB_RUN/key-b}"
FALSE_A="{id: 1, file: $LAB_RUN/key-b}"

# keys PE [KEY...]: these and no others; a daemon that runs reads them
keys() {
	local pe=$1 list
	shift
	list=$(IFS=,; echo "$*")
	LAB_NEIGHBOR_EXTRA=${list:+, ao-keys: [$list]} pe_config "$pe"
	[ -e "$LAB_RUN/$pe/pid" ] || return 0
	pe_ctl "$pe" config reload >"$LAB_RUN/reload" 2>&1
	check_err $? "reload on $pe: $(cat "$LAB_RUN/reload")"
}
both() { keys pe1 "$@"; keys pe2 "$@"; }

peer() { pe_ctl "$1" -j peer show 2>/dev/null | jq -r ".peers[0].$2"; }
up() { [ "$(peer pe1 state)$(peer pe2 state)" = EstablishedEstablished ]; }
down() { [ "$(peer pe1 state)" != Established ] && [ "$(peer pe2 state)" != Established ]; }

# segments PE COUNTER: of TCP-AO, as the kernel counts them
segments() {
	in_ns "$1" cat /proc/net/netstat | awk -v c="TCPAO$2" '
		$1 == "TcpExt:" && !n { n = split($0, name); next }
		$1 == "TcpExt:" { for (i = 2; i <= n; i++) if (name[i] == c) print $i }'
}
more_than() { [ "$(segments "$1" "$2")" -gt "$3" ]; }

session() {
	slowwait 20 up
	check_err $? "no session: $(peer pe1 state) ($(peer pe1 '"last-error"')), $(peer pe2 state)"
}

# no_session PE COUNTER: it is tried, and dropped there for that reason
no_session() {
	local before
	before=$(segments "$1" "$2")
	slowwait 20 down
	check_err $? "there is a session: $(peer pe1 state), $(peer pe2 state)"
	slowwait 20 more_than "$1" "$2" "$((before + 2))"
	check_err $? "$1 has dropped nothing for this reason (TCPAO$2)"
	down
	check_err $? "a session after all: $(peer pe1 state), $(peer pe2 state)"
}

both "$A"
pe_start pe1
pe_start pe2
session

right_key() {
	local good strange
	both "$A"
	session
	strange=$(segments pe1 Bad)/$(segments pe1 KeyNotFound)
	good=$(segments pe1 Good)
	slowwait 10 more_than pe1 Good "$((good + 2))"
	check_err $? "nothing that is signed arrives at PE1"
	check_eq "$(segments pe1 Bad)/$(segments pe1 KeyNotFound)" "$strange" "segments with a wrong key, or an unknown one"
	log_test "the same key on both sides: a session, and every segment is signed"
}

algorithms() {
	local a i=10
	for a in hmac-sha-1-96 aes-128-cmac-96 hmac-sha-256; do
		i=$((i + 1))
		both
		slowwait 20 up
		both "{id: $i, file: $LAB_RUN/key-a, algorithm: $a}"
		session
	done
	log_test "a session with each algorithm"
}

wrong_key() {
	both "$A"
	session
	pe_stop pe2
	keys pe2 "$FALSE_A"
	pe_start pe2
	no_session pe1 Bad
	log_test "another secret under the same number: no session"
	pe_stop pe2
	keys pe2 "$A"
	pe_start pe2
	session
	log_test "with the right one again: a session"
}

peer_without() {
	both "$A"
	session
	keys pe2
	no_session pe1 Required
	log_test "a peer without TCP-AO: no session"
	keys pe2 "$A"
	session
	log_test "it gets the key: a session"
}

roll_over() {
	local first unknown
	both "$A"
	session
	unknown=$(segments pe1 KeyNotFound)/$(segments pe2 KeyNotFound)
	first=$(peer pe1 '| "\(.since) \(.resets)"')
	keys pe1 "$A" "$B"
	keys pe2 "$A" "$B"
	keys pe1 "$B" "$A"
	# what PE2 has sent since is signed with the new key, because PE1 asks for it
	goes_on pe1
	keys pe2 "$B" "$A"
	goes_on pe2
	keys pe1 "$B"
	keys pe2 "$B"
	goes_on pe1
	goes_on pe2
	check_eq "$(peer pe1 '| "\(.since) \(.resets)"')" "$first" "the session (since, resets)"
	check_eq "$(segments pe1 KeyNotFound)/$(segments pe2 KeyNotFound)" "$unknown" "segments with a key that is gone"
	log_test "from one key to the next under a session that goes on"
}

# goes_on PE: keepalives arrive for longer than the hold time, and are good
goes_on() {
	local good
	good=$(segments "$1" Good)
	slowwait 15 more_than "$1" Good "$((good + 8))"
	check_err $? "$1 hears nothing more that is good"
}

# The proof that a running session follows: a key that is taken away on one side is not used any more.
removed_key() {
	both "$B" "$A"
	slowwait 20 up
	both "$A"
	session
	keys pe1 "$B"
	no_session pe1 KeyNotFound
	log_test "a key that is removed is worth nothing, to a running session neither"
}

tests_run
finish
