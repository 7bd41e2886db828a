# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The speaker's memory ends for real (RLIMIT_AS) while a neighbour floods it. The RT-4 of another one, for
# a segment that is here, is taken all the same; its host is refused, and asked for again by route refresh
# when the flooder has gone. Sourced. RFC 2918.

memory_conf() {
	peer ip addr replace 192.0.2.3/24 dev wire
	evpnd_conf "passive: yes"
	sed -i 's/^vrfs:/  - {address: 192.0.2.3, remote-as: 65000, passive: yes}\n&/; s/^as:/memory-limit: 0\n&/' "$TMP/evpnd.yaml"
	evpnd_start && within 5 memory_speaker
}

memory_speaker() { SPEAKER=$(pgrep -P "$EVPND_PID" -f evpnd-speaker); }

# memory_end MIB: it is started again with so much more than it had, and no more
memory_end() {
	local kib
	kib=$(awk '$1 == "VmSize:" { print $2 }' "/proc/$SPEAKER/status")
	evpnd_stop
	ulimit -S -v $((kib + $1 * 1024))
	evpnd_start
	local r=$?
	ulimit -S -v unlimited
	[ $r = 0 ] && within 5 memory_speaker && grep "Max address space" "/proc/$SPEAKER/limits"
}

memory_play() {
	mkfifo "$TMP/go"
	peer python3 "$HERE/memory.py" 60000 <"$TMP/go" >"$TMP/memory.out" 2>"$TMP/peer.log" &
	PEER_PIDS="$PEER_PIDS $!"
	exec 7>"$TMP/go"
	within 120 grep -q flooded "$TMP/memory.out"
}

# healthy FILTER: of the healthy neighbour, as peer show has it
healthy() { ctl -j peer show 192.0.2.3 | jq -e ".peers[0] | $1" >/dev/null; }
memory_rt4() { ADDRESS=192.0.2.3 has_route 4; }
memory_host() { ADDRESS=192.0.2.3 has_route 2; }
memory_no_host() { ! memory_host; }
memory_same_speaker() {
	local before=$SPEAKER
	memory_speaker && [ "$SPEAKER" = "$before" ] && healthy '.state == "Established"'
}

memory_candidate() {
	ctl -j df why ce1 | jq -e '[.candidates[].address] | index("192.0.2.3")' >/dev/null
}

memory_let_go() {
	echo go >&7
	within 60 grep -q asked "$TMP/memory.out"
}

memory_cases() {
	fresh
	check "memory: evpnd starts" memory_conf
	check "memory: again, with 24 MiB more than that" memory_end 24
	check "memory: a neighbour floods" memory_play
	check "memory: it is said" within 10 grep -q 'no memory for more routes' "$TMP/evpnd.log"
	check "memory: the speaker lives, and so does the healthy session" within 10 memory_same_speaker
	check "memory: the RT-4 of the healthy neighbour is there" within 10 memory_rt4
	check "memory: and a candidate" within 10 memory_candidate
	check "memory: its host is refused" memory_no_host
	check "memory: and that is counted" healthy '.received.refused >= 1'
	check "memory: the flooder goes: the healthy one is asked again" memory_let_go
	check "memory: its host is there" within 10 memory_host
	check "memory: by the same speaker" memory_same_speaker
	exec 7>&-
	fresh
}
